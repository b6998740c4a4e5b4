"""Readings that may take long: done beside the pages, which wait for a moment and then say that it goes on."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Unfinished

from dabir.errors import InputError
from dabir.model import Record

_KEPT = 50  # readings that can still be looked at
_WAITING = 10  # readings that may be unfinished at a time


class Jobs:
    """Readings by their ids, which cannot be guessed; the oldest is forgotten when there are too many. Nothing is stored."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="reading")
        self._found: OrderedDict[str, Future[Record]] = OrderedDict()
        self._lock = threading.Lock()
        self.visiting = threading.Lock()
        """Held while an address is fetched: a visitor of the web is not shared between threads."""

    def begin(self, work: Callable[[], Record]) -> str:
        """Start a reading; its id. Raises InputError where too many are unfinished."""
        with self._lock:
            if sum(not f.done() for f in self._found.values()) >= _WAITING:
                raise InputError("too many articles are being read; send it again in a moment")
            name = secrets.token_urlsafe(16)
            self._found[name] = self._pool.submit(work)
            while len(self._found) > _KEPT:
                self._found.popitem(last=False)
            return name

    def result(self, name: str, seconds: float) -> Record | None:
        """The record, null where it is not there within `seconds`. Raises InputError for an id that is none, and what the reading
        raised."""
        with self._lock:
            found = self._found.get(name)
        if found is None:
            raise InputError("no reading has this address; only the latest are kept: send the text again")
        try:
            return found.result(seconds)
        except Unfinished:
            return None
