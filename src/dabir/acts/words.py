"""The statement stage's word lists (`data/acts/speech/words.toml`) as alternations for patterns."""

from __future__ import annotations

import re
from functools import cache

from dabir.errors import DataError
from dabir.resources import toml
from dabir.text.keys import key

_FILE = "acts/speech/words.toml"


@cache
def any_of(name: str) -> str:
    """A group that matches any word of list `name` as the key spells it. Raises DataError for an unknown list."""
    rows = toml(_FILE)
    if name not in rows:
        raise DataError(f"no word list {name}", _FILE)
    words = sorted({key(w) for w in rows[name]["words"]}, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, words))})"


@cache
def pattern(name: str, before: str = r"(?<!\w)", after: str = r"(?!\w)") -> re.Pattern[str]:
    """List `name` as a pattern between `before` and `after` (word edges where not given)."""
    return re.compile(before + any_of(name) + after)
