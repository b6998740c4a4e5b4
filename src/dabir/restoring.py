"""`dabir restore`: text in, the same lines with their spelling restored out; one line is held at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from dabir.errors import InputError
from dabir.model import Edit
from dabir.text.clean import mend
from dabir.text.offsets import edits_of

_BOM = b"\xef\xbb\xbf"


class Change(Edit, frozen=True):
    """An edit of a line: `start` and `end` are offsets of the line as it came."""

    file: str
    line: int


def restored(name: str, lines: Iterable[bytes]) -> Iterator[str]:
    """Each line restored, with the line end that it had. Raises InputError at a line that is not UTF-8."""
    return (mend(text).text + end for _, text, end in _decoded(name, lines))


def changes(name: str, lines: Iterable[bytes]) -> Iterator[str]:
    """The edits of each line, as JSON Lines. Raises InputError at a line that is not UTF-8."""
    encoder = msgspec.json.Encoder()
    for number, text, _ in _decoded(name, lines):
        for e in edits_of(mend(text)):
            change = Change(e.start, e.end, e.text, e.replacement, e.rule, name, number)
            yield encoder.encode(change).decode() + "\n"


def opened(name: str, stdin: BinaryIO) -> Iterator[bytes]:
    """The lines of file `name`, or of standard input for `-`. Raises InputError where it cannot be read."""
    if name == "-":
        yield from stdin
        return
    try:
        with Path(name).open("rb") as file:
            yield from file
    except OSError as error:
        raise InputError(f"{name}: cannot be read ({error.strerror or error})") from None


def _decoded(name: str, lines: Iterable[bytes]) -> Iterator[tuple[int, str, str]]:
    """Number, text and end of each line."""
    for number, raw in enumerate(lines, 1):
        if number == 1:
            raw = raw.removeprefix(_BOM)
        body = raw.rstrip(b"\r\n") if raw.endswith(b"\n") else raw
        try:
            yield number, body.decode("utf-8"), raw[len(body) :].decode("ascii")
        except UnicodeDecodeError as error:
            found = f"byte 0x{body[error.start]:02x} at column {error.start + 1}"
            raise InputError(f"{name}:{number}: not UTF-8 ({found}); convert it first, as with iconv") from None
