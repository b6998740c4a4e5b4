"""Records as the command line writes them: text, json, jsonl or html; one small writer a format."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from typing import Literal, TextIO

import msgspec

from dabir.model import Record

Lines = Literal["text", "jsonl"]
Format = Literal["text", "json", "jsonl", "html"]
FORMATS: tuple[Format, ...] = ("text", "json", "jsonl", "html")

_TEXT_WIDTH = 100


def schema() -> str:
    """The JSON Schema of a record, made from the types."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(Record))).decode()


def _json(records: Iterable[Record]) -> Iterator[str]:
    found = list(records)
    data = found[0] if len(found) == 1 else found
    yield msgspec.json.format(msgspec.json.encode(data)).decode() + "\n"


def _jsonl(records: Iterable[Record]) -> Iterator[str]:
    for record in records:
        yield msgspec.json.encode(record).decode() + "\n"


def _html(records: Iterable[Record]) -> Iterator[str]:
    from dabir.views import page  # its template engine only where a page is made

    yield page.render(tuple(records))


def _text(records: Iterable[Record]) -> Iterator[str]:
    from rich.console import Console

    from dabir.views import terminal

    for record in records:
        buffer = io.StringIO()
        Console(file=buffer, width=_TEXT_WIDTH, soft_wrap=True).print(terminal.render(record), soft_wrap=True)
        yield buffer.getvalue()


_WRITERS: dict[Format, Callable[[Iterable[Record]], Iterator[str]]] = {
    "text": _text,
    "json": _json,
    "jsonl": _jsonl,
    "html": _html,
}


def write(records: Iterable[Record], form: Format, out: TextIO) -> None:
    """Write `records` to `out`: `jsonl` and `text` one by one as they come, `json` and `html` when all are there.

    Text goes in colour where `out` is a terminal.
    """
    if form == "text" and out.isatty():
        from rich.console import Console

        from dabir.views import terminal

        console = Console(file=out)
        for record in records:
            console.print(terminal.render(record), soft_wrap=True)
        return
    for chunk in _WRITERS[form](records):
        out.write(chunk)
        out.flush()
