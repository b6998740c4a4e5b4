"""Web archives: Persian pages come out, broken records are set aside, little is held at a time."""

from __future__ import annotations

import gzip
import io
import sys
import tracemalloc
from collections.abc import Iterable
from pathlib import Path

import pytest

from dabir.ingest.files import Failure, RawArticle, articles

pytest.importorskip("warcio")
pytest.importorskip("trafilatura")
from warcio.statusandheaders import StatusAndHeaders  # noqa: E402
from warcio.warcwriter import WARCWriter  # noqa: E402

PERSIAN = "<p>" + "وزیران خارجه ایران و عمان روز شنبه در مسقط دیدار و درباره روابط دو کشور گفت‌وگو کردند. " * 4 + "</p>"
ARABIC = "<p>" + "التقى وزير الخارجية الإيراني في مسقط نظيره العماني وبحث معه العلاقات الثنائية في المنطقة " * 6 + "</p>"
HTML = "text/html; charset=utf-8"


def page(body: str = PERSIAN, head: str = "") -> bytes:
    return f"<html><head><title>دیدار</title>{head}</head><body><article>{body}</article></body></html>".encode()


class Archive:
    """Writes records one by one; `marks` are the offsets they begin at."""

    def __init__(self, packed: bool = True) -> None:
        self.out = io.BytesIO()
        self.writer = WARCWriter(self.out, gzip=packed)
        self.marks: list[int] = []

    def add(self, body: bytes, kind: str = HTML, status: str = "200 OK", url: str = "https://www.irna.ir/1", record: str = "response", **sent: str) -> None:
        headers = StatusAndHeaders(status, [("Content-Type", kind), *((k.replace("_", "-"), v) for k, v in sent.items())], protocol="HTTP/1.1")
        self.marks.append(self.out.tell())
        made = self.writer.create_warc_record(url, record, payload=io.BytesIO(body), http_headers=headers if record == "response" else None)
        self.writer.write_record(made)

    def read(self, folder: Path, data: bytes | None = None, name: str | None = None) -> list[RawArticle | Failure]:
        path = folder / (name or ("a.warc.gz" if self.writer.gzip else "a.warc"))
        path.write_bytes(self.out.getvalue() if data is None else data)
        return list(articles([path]))


def offsets(found: Iterable[RawArticle | Failure]) -> list[int]:
    return [int(f.where.rpartition(":")[2]) for f in found]


@pytest.mark.parametrize("packed", [True, False])
def test_persian_pages_come_out(tmp_path: Path, packed: bool) -> None:
    archive = Archive(packed)
    archive.add(b"software: x", record="warcinfo")
    archive.add(page(head='<meta name="dc.date" content="1403-08-12T14:25:00">'))
    archive.add(page(ARABIC))
    archive.add(page("<p>The ministers met in Muscat. " * 30))
    archive.add(b"\x89PNG", kind="image/png")
    archive.add(page(), status="404 Not Found")
    archive.add(page().decode().replace("ی", "ي").encode("windows-1256", "ignore"), kind="text/html; charset=windows-1256", url="https://example.com/2")
    archive.add(gzip.compress(page()), Content_Encoding="gzip")
    found = archive.read(tmp_path)
    assert all(isinstance(a, RawArticle) for a in found), found
    first, second, third = found
    assert isinstance(first, RawArticle) and isinstance(second, RawArticle) and isinstance(third, RawArticle)
    assert (first.published, first.published_basis, first.url) == ("2024-11-02T14:25:00+03:30", "page", "https://www.irna.ir/1")
    assert "گفت\u200cوگو" in first.text
    assert first.ref is not None and first.ref.startswith("urn:uuid:")
    assert (second.url, second.published, second.published_reason) == ("https://example.com/2", None, "not-stated")  # not the crawl's date
    assert offsets(found) == [archive.marks[n] for n in (1, 6, 7)]


@pytest.mark.parametrize("packed", [True, False])
def test_broken_records_are_set_aside(tmp_path: Path, packed: bool) -> None:
    archive = Archive(packed)
    for n in range(4):
        archive.add(page(), url=f"https://www.irna.ir/{n}")
    data = bytearray(archive.out.getvalue())
    at = archive.marks[1] + (30 if packed else 0)
    data[at : at + 40] = b"\x00" * 40 if packed else b"WARC/1.0\r\nnonsense: 1234567890123456789\r\n"
    found = archive.read(tmp_path, bytes(data))
    urls = [a.url for a in found if isinstance(a, RawArticle)]
    assert set(urls) >= {f"https://www.irna.ir/{n}" for n in (0, 2, 3)}
    faults = [f for f in found if isinstance(f, Failure)]
    if packed:
        assert [f.where.rpartition(":")[2] for f in faults] == [str(archive.marks[1])]
        assert "broken record" in faults[0].message


@pytest.mark.parametrize("packed", [True, False])
def test_half_an_archive(tmp_path: Path, packed: bool) -> None:
    archive = Archive(packed)
    archive.add(page())
    archive.add(page())
    whole = archive.out.getvalue()
    article, fault = archive.read(tmp_path, whole[: archive.marks[1] + (len(whole) - archive.marks[1]) // 2])
    assert isinstance(article, RawArticle)
    assert isinstance(fault, Failure)
    assert "breaks off" in fault.message


def test_every_cut_and_every_flipped_byte_ends(tmp_path: Path) -> None:
    archive = Archive(packed=False)
    archive.add(page(), Content_Encoding="gzip", Transfer_Encoding="chunked")
    archive.add(page())
    whole = archive.out.getvalue()
    for at in range(0, len(whole), 37):
        for data in (whole[:at], whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :]):
            for item in archive.read(tmp_path, data):
                assert "\n" not in item.where
                assert not isinstance(item, Failure) or ("\n" not in item.message and item.message)


def test_what_is_no_archive(tmp_path: Path) -> None:
    archive = Archive()
    for data in (b"", b"nonsense", gzip.compress(b"nonsense"), bytes(range(256)) * 100, b"WARC/1.0", b"\x1f\x8b\x08"):
        found = archive.read(tmp_path, data)
        assert found
        assert all(isinstance(f, Failure) and str(f).startswith(str(tmp_path)) for f in found), data
    [none] = articles([tmp_path / "none.warc"])
    assert isinstance(none, Failure)
    assert "no such file" in none.message


def test_bombs_and_large_records_cost_little(tmp_path: Path) -> None:
    archive = Archive()
    archive.add(page(), url="https://www.irna.ir/1")
    bomb = gzip.compress(b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 300000000\r\n\r\n" + b"a" * 300_000_000, 1)
    whole = archive.out.getvalue()
    tracemalloc.start()
    found = archive.read(tmp_path, whole + bomb + whole)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [type(f) for f in found] == [RawArticle, Failure, RawArticle]
    assert isinstance(found[1], Failure)
    assert "more than 20 MB" in found[1].message
    assert peak < 150_000_000
    inner = Archive()
    inner.add(gzip.compress(page() + b" " * 100_000_000), Content_Encoding="gzip")
    inner.add(page())
    found = inner.read(tmp_path)
    assert [type(f) for f in found] == [Failure, RawArticle]
    large = Archive(packed=False)
    large.add(page() + b" " * 21_000_000)
    large.add(page())
    assert [type(f) for f in large.read(tmp_path)] == [Failure, RawArticle]


def test_standard_error_stays_what_it_was(tmp_path: Path) -> None:
    archive = Archive()
    archive.add(page())
    archive.add(page())
    path = tmp_path / "a.warc.gz"
    path.write_bytes(archive.out.getvalue())
    before = sys.stderr
    for _ in articles([path]):
        assert sys.stderr is before


def test_an_archive_in_one_piece(tmp_path: Path) -> None:
    archive = Archive(packed=False)
    archive.add(page())
    archive.add(page())
    found = archive.read(tmp_path, gzip.compress(archive.out.getvalue()), "b.warc.gz")
    assert isinstance(found[0], RawArticle)


def test_missing_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive()
    archive.add(page())
    monkeypatch.setitem(__import__("sys").modules, "warcio", None)
    [fault] = archive.read(tmp_path)
    assert isinstance(fault, Failure)
    assert "dabir[warc]" in fault.message
