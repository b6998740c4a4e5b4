"""Dabir reads Persian news about diplomacy into records.

>>> import dabir
>>> record = dabir.read("وزیران خارجه ایران و عمان در مسقط دیدار کردند.", published="2025-02-28")
>>> record.events[0].act
'meet'
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from dabir.errors import DabirError, DataError, InputError, StoreError

if TYPE_CHECKING:
    from dabir.acts.cameo import Cameo, cameo, from_cameo
    from dabir.model import Check, Edit, Record, Time
    from dabir.reading import Reader
    from dabir.store.store import Store
    from dabir.text.types import Text, Token
    from dabir.timing import check_times, find_times

__all__ = [
    "Cameo", "Check", "DabirError", "DataError", "Edit", "InputError", "Reader", "Record", "StoreError", "Text", "Time", "Token",
    "cameo", "check_times", "find_times", "from_cameo", "open_store", "read", "restore",
]  # fmt: skip
__version__ = "0.1.0"

# Imported when they are first asked for, so that `dabir --help` does not wait for them.
_HOMES = MappingProxyType({
    "Cameo": "acts.cameo", "Check": "model", "Edit": "model", "Reader": "reading", "Record": "model", "Text": "text.types",
    "Time": "model", "Token": "text.types", "cameo": "acts.cameo", "check_times": "timing",
    "find_times": "timing", "from_cameo": "acts.cameo",
})  # fmt: skip


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


@cache
def _reader() -> Reader:
    from dabir.reading import Reader as Made

    return Made()


def read(
    text: str,
    *,
    published: str | date | datetime | None = None,
    outlet: str | None = None,
    url: str | None = None,
    title: str | None = None,
    ref: str | None = None,
) -> Record:
    """The record of one article; see `Reader.read`. The first call loads the tables (under a second)."""
    return _reader().read(text, published=published, outlet=outlet, url=url, title=title, ref=ref)


def restore(text: str) -> Text:
    """The text with its spelling restored: half-spaces lost or made spaces, words run together, letters and stray signs.

    In: any string; it need not be news, nor Persian. Out: a `Text`, whose `clean` is the restored text, `edits` every
    change with the span of `text` and its rule, and `key` a form that is the same for all spellings of the same words.
    What is right already stays; restoring `clean` again changes nothing. Raises nothing. The rules are explained in
    docs/restore.md; the models and their measured figures in training/restore_tables.py and benchmarks/restore.py.

    >>> restore("مذاکرهکنندگان می توانند بروند").clean
    'مذاکره\u200cکنندگان می\u200cتوانند بروند'
    """
    from dabir.text.clean import clean as restored

    return restored(text)


def open_store(target: str | Path) -> Store:
    """The store at a path (a SQLite file) or at a URL (`postgresql://user@host/name`, with the `postgres` extra).

    It is made where there is none, and brought up to date where an older Dabir made it. Raises StoreError, with what to do,
    where it cannot be used. docs/store.md explains its tables and methods.
    """
    from dabir.store.store import open_store as opened  # reading alone should not wait for a database library

    return opened(target)
