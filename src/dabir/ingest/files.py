"""Articles from files, folders and standard input: one by one, lazily; each fault is one line and the rest is read."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from dabir.errors import InputError
from dabir.ingest.addresses import is_address
from dabir.ingest.dates import publication_date
from dabir.ingest.decode import MAX_CHARACTERS, check_persian, decode
from dabir.ingest.html import from_page
from dabir.ingest.raw import NO_DEFAULTS, Basis, Defaults, Failure, RawArticle
from dabir.ingest.warc import read_warc
from dabir.model import NoDate

__all__ = ["NO_DEFAULTS", "SUFFIXES", "Defaults", "Failure", "RawArticle", "articles", "as_line", "from_lines"]

SUFFIXES = (".txt", ".html", ".htm", ".jsonl", ".jsonl.gz", ".warc", ".warc.gz")
_KINDS = ".txt, .html, .jsonl, .jsonl.gz, .warc, .warc.gz"
_MAX_BYTES = 4 * MAX_CHARACTERS
_MAX_LINE = 8 * MAX_CHARACTERS  # bytes; a character may be written as \uXXXX


class Line(Struct, frozen=True, omit_defaults=True):
    """One line of a .jsonl file; other keys are let be."""

    text: str
    id: str | int | None = None
    title: str | None = None
    published: str | None = None
    published_basis: Basis = None
    published_reason: NoDate | None = None
    outlet: str | None = None
    url: str | None = None


Fetch = Callable[[str, Defaults], RawArticle | Failure]

_line_decoder = msgspec.json.Decoder(Line)


def articles(
    paths: Iterable[str | Path],
    defaults: Defaults = NO_DEFAULTS,
    stdin: BinaryIO | None = None,
    fetch: Fetch | None = None,
) -> Iterator[RawArticle | Failure]:
    """The articles of `paths`, in order: files by their suffix, folders (sorted, with subfolders), `-` for `stdin`,
    addresses by `fetch` (none: the network is not used).

    What cannot be read is a Failure in its place. Nothing is opened before its turn.
    """
    for path in paths:
        if is_address(str(path)):
            yield fetch(str(path), defaults) if fetch else Failure(str(path), "the network is not used here; save the page")
        elif str(path) == "-":
            yield _stdin(stdin, defaults)
        elif Path(path).is_dir():
            yield from _folder(Path(path), defaults)
        else:
            yield from _file(Path(path), defaults)


def from_lines(lines: Iterable[bytes], where: str, defaults: Defaults = NO_DEFAULTS) -> Iterator[RawArticle | Failure]:
    """The articles of JSON Lines; blank lines are skipped, a faulty one is a Failure that names its number."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        spot = f"{where}:{number}"
        try:
            if len(line) > _MAX_LINE:
                raise InputError(f"a line of more than {_MAX_LINE // 1_000_000} MB")
            yield _from_line(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, spot, defaults)
        except InputError as error:
            yield Failure(spot, error.message)


def _from_line(line: bytes, where: str, defaults: Defaults) -> RawArticle:
    try:
        row = _line_decoder.decode(line)
    except msgspec.ValidationError as error:
        text = str(error)
        if "missing required field `text`" in text:
            raise InputError("the object has no `text`; every line needs one") from None
        raise InputError(f"not an article: {text[0].lower()}{text[1:]}") from None
    except RecursionError:
        raise InputError("JSON nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"broken JSON ({str(error).removeprefix('JSON is malformed: ')})") from None
    check_persian(row.text)
    published = publication_date(row.published) if row.published and row.published.strip() else defaults.published
    return RawArticle(
        text=row.text,
        title=(row.title or "").strip() or None,
        published=published,
        published_basis=((row.published and row.published_basis) or "given") if published else None,
        published_reason=None if published else row.published_reason,
        outlet=row.outlet or defaults.outlet,
        url=row.url or defaults.url,
        ref=None if row.id is None else str(row.id),
        where=where,
    )


def as_line(raw: RawArticle) -> Line:
    """The line of a .jsonl file that gives this article when it is read."""
    return Line(
        text=raw.text, id=raw.ref, title=raw.title, published=raw.published, published_basis=raw.published_basis,
        published_reason=raw.published_reason, outlet=raw.outlet, url=raw.url,
    )  # fmt: skip


def _stdin(stream: BinaryIO | None, defaults: Defaults) -> RawArticle | Failure:
    if stream is None:
        return Failure("-", "standard input is not there")
    return _one(lambda: _text(decode(stream.read(_MAX_BYTES + 1)), "-", defaults), "-")


def _folder(path: Path, defaults: Defaults) -> Iterator[RawArticle | Failure]:
    faults: list[OSError] = []
    found = False
    for folder, folders, names in os.walk(path, onerror=faults.append):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                found = True
                yield from _file(Path(folder) / name, defaults)
    for fault in faults:
        yield Failure(str(fault.filename), f"cannot be opened ({fault.strerror})")
    if not found and not faults:
        yield Failure(str(path), f"no articles in this folder; files that are read: {_KINDS}")


def _file(path: Path, defaults: Defaults) -> Iterator[RawArticle | Failure]:
    name, where = path.name.lower(), str(path)
    if name.endswith((".jsonl", ".jsonl.gz")):
        yield from _json_lines(path, defaults)
    elif name.endswith((".warc", ".warc.gz")):
        yield from _archive(path, defaults)
    elif name.endswith((".html", ".htm")):
        yield _one(lambda: from_page(_bytes(path), where, defaults), where)
    elif name.endswith(".txt"):
        yield _one(lambda: _text(decode(_bytes(path)), where, defaults), where)
    elif not path.exists():
        yield Failure(where, "there is no such file")
    else:
        yield Failure(where, f"an unknown kind of file; files that are read: {_KINDS}")


def _archive(path: Path, defaults: Defaults) -> Iterator[RawArticle | Failure]:
    try:
        yield from read_warc(path, defaults)
    except FileNotFoundError:
        yield Failure(str(path), "there is no such file")
    except OSError as error:
        yield Failure(str(path), f"cannot be opened ({error.strerror or error})")


def _one(read: Callable[[], RawArticle], where: str) -> RawArticle | Failure:
    try:
        return read()
    except InputError as error:
        return Failure(where, error.message)
    except FileNotFoundError:
        return Failure(where, "there is no such file")
    except OSError as error:
        return Failure(where, f"cannot be opened ({error.strerror or error})")


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MAX_BYTES + 1)


def _json_lines(path: Path, defaults: Defaults) -> Iterator[RawArticle | Failure]:
    where, number, empty = str(path), 0, True
    try:
        with gzip.open(path, "rb") if path.name.lower().endswith(".gz") else path.open("rb") as file:
            for item in from_lines(_bounded(file), where, defaults):
                empty = False
                number = int(item.where.rpartition(":")[2])
                yield item
    except FileNotFoundError:
        yield Failure(where, "there is no such file")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        after = f" after line {number}" if number else ""
        yield Failure(where, f"broken gzip{after} ({error}); what came before was read")
    except OSError as error:
        yield Failure(where, f"cannot be opened ({error.strerror or error})")
    else:
        if empty:
            yield Failure(where, "the file is empty")


def _bounded(file: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    """The lines of a file; of one that is too long only as much as shows that it is, so that a bomb does not fill the memory."""
    while line := file.readline(_MAX_LINE + 1):
        yield line
        while len(line) > _MAX_LINE and not line.endswith(b"\n"):
            line = file.readline(_MAX_LINE + 1)


def _text(text: str, where: str, defaults: Defaults) -> RawArticle:
    check_persian(text)
    return RawArticle(
        text=text,
        published=defaults.published,
        published_basis="given" if defaults.published else None,
        outlet=defaults.outlet,
        url=defaults.url,
        where=where,
    )
