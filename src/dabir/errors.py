"""What can go wrong, each with what, where and what to do about it."""

from __future__ import annotations


class DabirError(Exception):
    """Base of every error that Dabir raises on purpose; its text is one line for a person. `status` is the exit status."""

    status = 1


class InputError(DabirError):
    """An article, file, date or option that cannot be used; `where` names the file (and line) it came from."""

    def __init__(self, message: str, where: str = "") -> None:
        self.where = where
        self.message = message
        super().__init__(f"{where}: {message}" if where else message)


class DataError(DabirError):
    """A fault in a data file that ships with the package, at `path`, line `line` (0 where no line applies)."""

    def __init__(self, message: str, path: str, line: int = 0) -> None:
        self.path = path
        self.line = line
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")


class StoreError(DabirError):
    """A store that cannot be used: locked, full, broken, of a newer Dabir, or not there; `store` is its path or URL."""

    status = 3

    def __init__(self, message: str, store: str) -> None:
        self.store = store
        self.message = message
        super().__init__(f"{store}: {message}")
