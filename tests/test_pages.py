"""Web pages of Persian sites: the body and nothing else, the date of publication or why there is none."""

from __future__ import annotations

import runpy
from datetime import datetime
from pathlib import Path

import pytest

from dabir.errors import InputError
from dabir.ingest.decode import decode_page, looks_persian

pytest.importorskip("trafilatura")
pytest.importorskip("jinja2")
import lxml.html  # noqa: E402
from jinja2 import Environment, FileSystemLoader  # noqa: E402

from dabir.ingest.html import read_page  # noqa: E402
from dabir.ingest.published import find_published, read_stamp, site  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
BENCH = runpy.run_path(str(ROOT / "benchmarks" / "pages.py"))
FRAMES = sorted(p.stem for p in (ROOT / "benchmarks" / "frames").glob("*.html"))
TITLE = "وزیران خارجه دو کشور در مسقط دیدار کردند"
BODY = (
    "<p>وزیران خارجه ایران و عمان روز شنبه در مسقط دیدار کردند و درباره رفت‌وآمد کشتی‌ها در تنگه گفت‌وگو کردند.</p>"
    "<p>سخنگوی وزارت امور خارجه گفت: دو طرف می‌خواهند نشست‌های خود را ماهی یک‌بار برگزار کنند و هیئتی کارشناسی بسازند.</p>"
    "<p>در همین زمینه سفیر ایران در مسقط نیز از گسترش همکاری‌های بندری خبر داد و آن را گامی برای بازرگانی دو کشور خواند.</p>"
)
LEAD = "مسقط - رئیسان دستگاه دیپلماسی ایران و عمان از نشست‌های ماهانه و هیئت کارشناسی تازه خبر دادند."
ROW = {"html": BODY, "title": TITLE, "summary": LEAD}
WHEN = datetime(2024, 11, 2, 14, 25)


def framed(name: str) -> str:
    return Environment(loader=FileSystemLoader(ROOT / "benchmarks" / "frames"), autoescape=False).get_template(f"{name}.html").render(
        BENCH["frame_values"](ROW, WHEN, 1)
    )


@pytest.mark.parametrize("name", FRAMES)
def test_frames(name: str) -> None:
    page = read_page(framed(name).encode())
    tokens = BENCH["tokens"]
    found, gold = tokens(page.text.replace("انتهای پیام/", "")), tokens(BENCH["whole"](name, ROW))
    assert found == gold
    assert (LEAD in page.text) is (name in BENCH["LEADS"])
    assert page.title == TITLE
    assert page.published == BENCH["wanted"](name, WHEN)
    assert page.reason == ("not-stated" if name == "undated" else None)


def test_half_spaces_are_kept() -> None:
    entities = BODY.replace("\u200c", "&zwnj;").replace("ایران", "ایران&rlm;")
    page = read_page(f"<html><body><article>{entities}</article></body></html>".encode())
    assert "گفت\u200cوگو" in page.text
    assert "ایران\u200f" in page.text
    other = read_page(f"<html><body><article>{BODY.replace('ایران', 'ایران 𐐀')}</article></body></html>".encode())
    assert "ایران 𐐀" in other.text


def page_of(head: str = "", body: str = "", url: str = "") -> tuple[str | None, str | None]:
    found = find_published(lxml.html.document_fromstring(f"<html><head>{head}</head><body>{body}<p>متن</p></body></html>"), site(url).zone)
    return found.value, found.reason


IR = "https://www.irna.ir/news/1"


@pytest.mark.parametrize(
    ("body", "expect"),
    [
        ("<div>تاریخ انتشار: ۱۲ آبان ۱۴۰۳ - ۱۴:۲۵</div>", "2024-11-02T14:25:00+03:30"),
        ("<div><b>تاریخ انتشار :</b> شنبه ۱۲ آبان‌ماه ۱۴۰۳ ساعت ۱۴:۲۵</div>", "2024-11-02T14:25:00+03:30"),
        ("<div><span>تاریخ خبر</span><span>۱۴۰۳/۰۸/۱۲ - ۱۴:۲۵</span></div>", "2024-11-02T14:25:00+03:30"),
        ("<div>زمان انتشار: ۱۴:۲۵ - ۱۲ آبان ۱۴۰۳ - 02 November 2024</div>", "2024-11-02T14:25:00+03:30"),
        ("<div>تاريخ انتشار: 12 آبان 1403</div>", "2024-11-02"),
        ("<div>تاریخ درج: ۱۲ عقرب ۱۴۰۳</div>", "2024-11-02"),
        ("<div>تاریخ انتشار: ۲ نوامبر ۲۰۲۴</div>", "2024-11-02"),
        ("<div>تاریخ انتشار: ۲۹ ربیع‌الثانی ۱۴۴۶</div>", "2024-11-01"),
        ("<time>۱۴۰۳-۰۸-۱۲ ۱۴:۲۵</time>", "2024-11-02T14:25:00+03:30"),
        ("<ul><li class='item-date'>۱۲ آبان ۱۴۰۳ - ۱۴:۲۵</li></ul>", "2024-11-02T14:25:00+03:30"),
        ("<div class='header'><h1>تیتر</h1><span class='date'>۱۲ آبان ۱۴۰۳</span></div>", "2024-11-02"),
    ],
)
def test_visible_dates(body: str, expect: str) -> None:
    assert page_of(body=body, url=IR) == (expect, None)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<header><span class='date'>۱۲ آبان ۱۴۰۳</span></header>", "not-stated"),
        ("<div class='top'><span class='date'>شنبه ۱۲ آبان ۱۴۰۳</span></div>", "not-stated"),
        ("<div class='date'>امروز ۱۲ آبان ۱۴۰۳</div>", "not-stated"),
        ("<div class='related'><time>۱۲ آبان ۱۴۰۳</time></div>", "not-stated"),
        ("<p>این دو در ۱۲ آبان ۱۴۰۳ دیدار کردند.</p>", "not-stated"),
        ("<p>منتشر شد: فردا</p>", "not-stated"),
        ("<time>۱۲ آبان ۱۴۰۳</time><time>۱۳ آبان ۱۴۰۳</time>", "ambiguous"),
        ("<div>تاریخ انتشار: ۳۲ آبان ۱۴۰۳</div>", "not-stated"),
    ],
)
def test_no_date_is_guessed(body: str, reason: str) -> None:
    assert page_of(body=body, url=IR) == (None, reason)


@pytest.mark.parametrize(
    ("head", "url", "expect"),
    [
        ('<meta property="article:published_time" content="2024-11-02T21:30:00Z">', IR, "2024-11-03T01:00:00+03:30"),
        ('<meta property="article:published_time" content="2024-11-02T21:30:00Z">', "https://bakhtarnews.af/1", "2024-11-03T02:00:00+04:30"),
        ('<meta property="article:published_time" content="2024-11-02T21:30:00Z">', "https://example.com/1", "2024-11-02T21:30:00+00:00"),
        ('<meta property="article:published_time" content="2024-11-02T21:30:00+01:00">', IR, "2024-11-02T21:30:00+01:00"),
        ('<meta name="dc.date" content="1403-08-12T14:25:00">', IR, "2024-11-02T14:25:00+03:30"),
        ('<meta name="date" content="۱۲ آبان ۱۴۰۳">', IR, "2024-11-02"),
        ('<meta itemprop="datePublished" content="Sat, 02 Nov 2024 10:55:00 GMT">', IR, "2024-11-02T14:25:00+03:30"),
        ('<meta itemprop="datePublished" content="8/1/2012 11:43:08 AM">', IR, "2012-08-01T11:43:08+04:30"),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00"><meta name="pubdate" content="2024-11-02">', IR, "2024-11-02"),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"], "datePublished": "2024-11-02"}]}</script>',
            IR,
            "2024-11-02",
        ),
        (
            '<script type="application/ld+json">{"@type": "Event", "datePublished": "2020-01-01"}</script><meta name="date" content="2024-11-02">',
            IR,
            "2024-11-02",
        ),
    ],
)
def test_stated_dates(head: str, url: str, expect: str) -> None:
    assert page_of(head, url=url) == (expect, None)


@pytest.mark.parametrize(
    "head",
    [
        '<meta name="pubdate" content="چندی پیش">',
        '<meta name="pubdate" content="8/1/2012">',
        '<meta name="pubdate" content="0001-01-01T00:00:00">',
        '<meta name="pubdate" content="1403-08-32">',
    ],
)
def test_stated_dates_that_are_none(head: str) -> None:
    assert page_of(head, url=IR) == (None, "not-readable")


@pytest.mark.parametrize("script", ["{broken", "[" * 100_000, '{"@type": 5, "datePublished": 7}', "null", '"x"', '{"@graph": {"@graph": []}}'])
def test_json_ld_that_is_none(script: str) -> None:
    assert page_of(f'<script type="application/ld+json">{script}</script>') == (None, "not-stated")


def test_local_time_labelled_as_utc() -> None:
    head = '<meta property="article:published_time" content="2024-11-02T14:25:00Z">'
    shown = "<div>تاریخ انتشار: ۱۲ آبان ۱۴۰۳ - ۱۴:۲۵</div>"
    assert page_of(head, shown, IR)[0] == "2024-11-02T14:25:00+03:30"
    assert page_of(head, "", IR)[0] == "2024-11-02T17:55:00+03:30"


def test_change_is_not_publication() -> None:
    assert page_of('<meta property="article:modified_time" content="2024-11-02">') == (None, "not-stated")


def test_sites() -> None:
    assert site("https://www.irna.ir/news/1").zone == "Asia/Tehran"
    assert site("https://fa.tolonews.com/x").zone == "Asia/Kabul"
    assert site("https://example.ir").outlet is None
    for address in (None, "", "http://[", "خبر", "file:///etc/passwd"):
        assert site(address).outlet is None
    assert read_stamp("", None) is None


PERSIAN = f"<html><head><meta charset='%s'></head><body><p>{BODY}</p></body></html>"


@pytest.mark.parametrize(
    ("encoding", "named", "served"),
    [
        ("utf-8", "windows-1256", "windows-1256"),
        ("utf-8-sig", "iso-8859-1", None),
        ("windows-1256", "windows-1256", None),
        ("windows-1256", "utf-8", None),
        ("windows-1256", "iso-8859-1", "utf-8"),
        ("utf-16", "utf-8", None),
    ],
)
def test_encodings(encoding: str, named: str, served: str | None) -> None:
    page = (PERSIAN % named).replace("ی", "ي")
    data = page.encode(encoding, errors="ignore")
    assert decode_page(data, served).replace("\ufeff", "") == data.decode(encoding).replace("\ufeff", "")


def test_few_broken_bytes_are_shown() -> None:
    data = (PERSIAN % "utf-8").encode()
    cut = data[: data.rindex("خواند".encode()) + 1]
    assert decode_page(cut).endswith("\ufffd")
    assert decode_page(data.replace(b"<p>", b"<p>\xff", 1)).count("\ufffd") == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "binary"),
        (bytes(range(256)) * 40, "binary"),
        ("déjà vu à côté ".encode("latin-1") * 200, "encoding"),
        (b"<html><body></body></html>", "no article"),
        (b"x" * 20_000_001, "20 MB"),
    ],
)
def test_what_is_no_page(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        read_page(data)


@pytest.mark.parametrize("name", ["idna", "rot13", "zlib", "unicode_escape", "no such thing", "", "cp\0", "\ud800"])
def test_encodings_that_are_not_followed(name: str) -> None:
    data = (PERSIAN % name).replace("ی", "ي").encode("windows-1256", errors="ignore")
    assert decode_page(data, name) == data.decode("windows-1256")


def test_hostile_pages_end() -> None:
    nested = "<div class='related'>" * 20_000 + BODY
    dates = "<header>" + "<b class='date'>۱</b>" * 20_000 + "</header>" + BODY
    links = "<a>بیشتر بخوانید</a>" * 5_000 + BODY
    for page in (nested, dates, links, BODY + "<" * 100_000, "<p>" * 50_000 + BODY):
        try:
            assert read_page(f"<html><body>{page}</body></html>".encode()).published is None
        except InputError as error:
            assert "no article" in error.message


def test_half_a_page_is_read() -> None:
    page = framed("agency").encode()
    assert "مسقط دیدار" in read_page(page[: page.index("هیئتی".encode())]).text


def test_pages_that_look_persian() -> None:
    assert looks_persian(PERSIAN)
    assert not looks_persian("<p>" + "التقى وزير الخارجية نظيره العماني في مسقط وبحث معه العلاقات " * 20)
    assert not looks_persian("<p>" + "وزیر خارجہ نے کہا ہے کہ دونوں ملکوں کے درمیان بات چیت ہوگی " * 20)
    assert not looks_persian("<p>The ministers met. " * 50)
