"""Commands of `dabir`, grouped; cli.py puts them together."""
