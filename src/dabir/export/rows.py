"""JSON Lines, CSV and Parquet of merged events."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import msgspec

from dabir.export.kinds import groups
from dabir.store import merged
from dabir.store.filters import Filter
from dabir.store.flat import flat, safe
from dabir.store.frames import arrow, library, schema
from dabir.store.query import EventRow
from dabir.store.store import Store

_BATCH = 1000


def jsonl(store: Store, f: Filter) -> Iterator[str]:
    """A merged event a line, with all values of its fields and the reports that say so (`dabir.store.merged.MergedEvent`)."""
    for rows in groups(store.each_event(f), _BATCH):
        with store.reading() as connection:
            found = merged.load(connection, [r.id for r in rows])
        for one in found:
            yield msgspec.json.encode(one).decode() + "\n"


def statements(store: Store, f: Filter) -> Iterator[str]:
    """A statement a line."""
    for row in store.each_statement(f):
        yield msgspec.json.encode(row).decode() + "\n"


def _csv(header: tuple[str, ...], rows: Iterator[EventRow]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe(c) for c in flat(row).values()])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def csv_(store: Store, f: Filter) -> Iterator[str]:
    """A merged event a row, RFC 4180; no cell can be taken for a formula."""
    yield from _csv(EventRow.__struct_fields__, store.each_event(f))


class _Sink(io.RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = bytes(data)  # type: ignore[call-overload]
        self._parts.append(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size

    def taken(self) -> bytes:
        """What was written since the last call."""
        found = b"".join(self._parts)
        self._parts.clear()
        return found


def parquet(store: Store, f: Filter) -> Iterator[bytes]:
    """Merged events in the columns of `EventRow`, parties as a list, a row group a thousand."""
    sink = _Sink()
    with library("pyarrow.parquet").ParquetWriter(sink, schema(EventRow)) as writer:
        for rows in groups(store.each_event(f), _BATCH):
            writer.write_table(arrow(rows, EventRow))
            yield sink.taken()
    yield sink.taken()


