"""Web archives (.warc, .warc.gz, such as Common Crawl News) to articles: warcio (the `warc` extra), in little memory.

An archive is cut into its records here, each held to a size before warcio sees it, so a broken or swollen record costs
itself and no other.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from msgspec.structs import replace

from dabir.errors import InputError
from dabir.ingest.decode import decode_page, looks_persian
from dabir.ingest.html import from_page
from dabir.ingest.raw import NO_DEFAULTS, Defaults, Failure, RawArticle

if TYPE_CHECKING:
    from warcio.archiveiterator import ArchiveIterator
    from warcio.recordloader import ArcWarcRecord

MAX_RECORD = 20_000_000
_BLOCK = 1 << 16
_GZIP = b"\x1f\x8b\x08"
_HEAD = b"WARC/1."
_PACKINGS = frozenset({"", "identity", "gzip", "deflate"})
_TOO_LARGE = (
    f"a record of more than {MAX_RECORD // 1_000_000} MB is not read; if this is the whole archive in one piece, repack it with "
    "`warcio recompress`"
)

Cut = tuple[int, bytes | str]  # where a record begins, and its bytes or why they are not to be had


def read_warc(path: Path, defaults: Defaults = NO_DEFAULTS) -> Iterator[RawArticle | Failure]:
    """The articles of the Persian pages of an archive, in its order, and what could not be read, with the byte it begins at.

    Records of other kinds, answers that are no page of HTML or not of status 200, and pages that by their letters are not
    Persian are passed over in silence. The date of the crawl is not taken for a publication date. Raises OSError.
    """
    with path.open("rb") as file:
        yield from from_archive(file, str(path), defaults)


def from_archive(file: BinaryIO, where: str, defaults: Defaults = NO_DEFAULTS) -> Iterator[RawArticle | Failure]:
    """As `read_warc`, from an open file that can `seek`; `where` names it."""
    try:
        import warcio  # noqa: F401
    except ImportError:
        yield Failure(where, "reading web archives needs warcio: pip install 'dabir[warc]'")
        return
    any_record = False
    begin = file.read(len(_HEAD))
    file.seek(0)
    for offset, record in _members(file) if begin.startswith(_GZIP) else _plain(file):
        spot = f"{where}:{offset}"
        if isinstance(record, str):
            yield Failure(spot, record)
            continue
        any_record = True
        yield from _articles(record, spot, defaults)
    if not any_record:
        yield Failure(where, "no records of a web archive in it" if begin else "the file is empty")


def _members(file: BinaryIO) -> Iterator[Cut]:
    """The unpacked members of a gzip file; after a broken one, from the next beginning on."""
    start: int | None = 0
    while start is not None:
        file.seek(start)
        unpack, taken, over = zlib.decompressobj(31), bytearray(), False
        try:
            while not unpack.eof:
                block = unpack.unconsumed_tail or file.read(_BLOCK)
                if not block:
                    yield start, "breaks off in the middle of a record"
                    return
                taken += unpack.decompress(block, _BLOCK)
                if len(taken) > MAX_RECORD:
                    over, taken = True, bytearray()
        except zlib.error as error:
            yield start, f"a broken record ({error}); the next that can be read follows"
            start = _next(file, start + 1, _GZIP)
            continue
        yield start, _TOO_LARGE if over else bytes(taken)
        start = file.tell() - len(unpack.unused_data)
        file.seek(start)
        if not file.read(1):
            return


def _plain(file: BinaryIO) -> Iterator[Cut]:
    """The records of an unpacked archive; after a broken one, from the next beginning on."""
    start = _next(file, 0, _HEAD)
    while start is not None:
        file.seek(start)
        head = file.read(_BLOCK)
        end, length = head.find(b"\r\n\r\n") + 4, _length(head.partition(b"\r\n\r\n")[0])
        if end < 4 or length is None:
            yield start, "a broken record (no Content-Length); the next that can be read follows"
            start = _next(file, start + 1, b"\n" + _HEAD, 1)
            continue
        if length > MAX_RECORD:
            yield start, _TOO_LARGE
        else:
            file.seek(start)
            record = file.read(end + length)
            if len(record) < end + length:
                yield start, "breaks off in the middle of a record"
                return
            yield start, record
        start = _next(file, start + end + length, _HEAD)


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value.strip()[:19])
    return None


def _next(file: BinaryIO, start: int, mark: bytes, skip: int = 0) -> int | None:
    """Where `mark` next stands from `start` on, `skip` bytes further; null where it does not."""
    file.seek(start)
    tail, at = b"", start
    while block := file.read(_BLOCK):
        window = tail + block
        if (found := window.find(mark)) >= 0:
            return at - len(tail) + found + skip
        at += len(block)
        tail = window[-(len(mark) - 1) :]
    return None


def _articles(data: bytes, where: str, defaults: Defaults) -> Iterator[RawArticle | Failure]:
    from warcio.archiveiterator import ArchiveIterator

    records = ArchiveIterator(io.BytesIO(data))
    try:
        while (parsed := _parsed(records)) is not None:
            article = _article(*parsed, where, defaults)
            if article is not None:
                yield article
    except InputError as error:
        yield Failure(where, error.message)


def _parsed(records: ArchiveIterator) -> tuple[ArcWarcRecord, bytes] | None:
    """The next record and its unpacked body, empty where it is no page; null at the end. Raises InputError for a broken one."""
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    try:
        # warcio writes its complaints to standard error; here they are the failure's own line.
        with contextlib.redirect_stderr(io.StringIO()):
            record = next(records, None)
            if record is None:
                return None
            return record, record.content_stream().read(MAX_RECORD + 1) if _is_page(record) else b""
    except AttributeError:  # how warcio meets a record without an address
        raise InputError("a broken record (no WARC-Target-URI)") from None
    except (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, zlib.error) as error:
        raise InputError(f"a broken record ({' '.join(str(error).split())[:100] or type(error).__name__})") from None


def _is_page(record: ArcWarcRecord) -> bool:
    headers = record.http_headers
    if record.rec_type != "response" or headers is None or headers.get_statuscode() != "200":
        return False
    return "html" in (headers.get_header("content-type") or "").lower()


def _article(record: ArcWarcRecord, body: bytes, where: str, defaults: Defaults) -> RawArticle | Failure | None:
    if not body:
        return None
    packing = (record.http_headers.get_header("content-encoding") or "").strip().lower()
    named = record.http_headers.get_header("content-type").lower().partition("charset=")[2].strip(" \"';")[:40] or None
    try:
        if packing not in _PACKINGS:
            raise InputError(f"a page packed as «{packing[:20]}», which is not read")
        if not looks_persian(decode_page(body, named)):
            return None
        article = from_page(body, where, defaults, record.rec_headers.get_header("WARC-Target-URI"), named)
        return replace(article, ref=(record.rec_headers.get_header("WARC-Record-ID") or "").strip("<>") or None)
    except InputError as error:
        return Failure(where, error.message)
