"""Articles in, faults as one line each, the rest read."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from dabir import InputError, samples
from dabir.ingest.dates import publication_date
from dabir.ingest.decode import check_persian, decode
from dabir.ingest.files import Defaults, Failure, RawArticle, articles

PERSIAN = "وزیران امور خارجه ایران و عمان روز پنجشنبه در مسقط دیدار و درباره روابط دو کشور گفت‌وگو کردند. "
ARABIC = "التقى وزير الخارجية الإيراني في مسقط نظيره العماني وبحث معه العلاقات الثنائية والتطورات في المنطقة على هامش الاجتماع "
URDU = "وزیر خارجہ نے کہا ہے کہ دونوں ملکوں کے درمیان بات چیت جاری رہے گی اور اگلے ہفتے ایک اور ملاقات ہوگی جس میں بڑے فیصلے ہوں گے "


def read(*paths: Path | str, **known: str) -> list[RawArticle | Failure]:
    return list(articles(paths, Defaults(**known)))


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def line(**values: object) -> str:
    return json.dumps(values, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    ("given", "expect"),
    [
        ("2025-02-28", "2025-02-28"),
        ("1403-12-10", "2025-02-28"),
        ("۱۴۰۳/۱۲/۱۰", "2025-02-28"),
        ("۱۰ اسفند ۱۴۰۳", "2025-02-28"),
        ("جمعه ۱۰ اسفند‌ماه ۱۴۰۳", "2025-02-28"),
        ("10 اسفندماه 1403", "2025-02-28"),
        ("۱۰ حوت ۱۴۰۳", "2025-02-28"),
        ("۲۸ فوریه ۲۰۲۵", "2025-02-28"),
        ("2025-02-28T10:30:00Z", "2025-02-28T10:30:00+00:00"),
        ("2025-02-28 10:30", "2025-02-28T10:30:00"),
        ("1403-12-30", "2025-03-20"),
    ],
)
def test_publication_dates(given: str, expect: str) -> None:
    assert publication_date(given) == expect


@pytest.mark.parametrize(
    "given",
    ["۳۱ اسفند ۱۴۰۳", "1402-12-30", "2025-02-29", "1403-13-01", "2025-02-28T25:00", "دیروز", "", "۱۰ فلان ۱۴۰۳"],
)
def test_dates_that_do_not_exist(given: str) -> None:
    with pytest.raises(InputError):
        publication_date(given)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert decode(PERSIAN.encode(encoding)) == PERSIAN


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "binary"),
        (b"%PDF-1.7 ...", "binary"),
        (bytes(range(256)) * 4, "binary"),
        (("سلام بر شما " * 20).replace("ی", "ي").encode("windows-1256"), "windows-1256"),
        ("déjà vu ".encode("latin-1") * 20, "tried utf-8"),
    ],
)
def test_what_is_no_text(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        decode(data)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The ministers met in Muscat on Thursday.", "not Persian"),
        (ARABIC * 3, "Arabic"),
        (URDU * 3, "Urdu"),
        ("۱۲۳ ۴۵۶", "no words"),
        ("  ", "no text"),
    ],
)
def test_what_is_not_persian(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        check_persian(text)


@pytest.mark.parametrize(
    "text", [PERSIAN, PERSIAN.replace("ی", "ي").replace("ک", "ك"), "دیدار شد", PERSIAN + "(FSB, NATO)"]
)
def test_what_is_persian(text: str) -> None:
    check_persian(text)


def test_text_file_keeps_its_characters(tmp_path: Path) -> None:
    text = "يک \r\n\r\nخط\u200cها ۱۲ 🙂"
    [article] = read(write(tmp_path / "a.txt", text), published="2025-02-28", outlet="ایرنا")
    assert isinstance(article, RawArticle)
    assert (article.text, article.published, article.outlet) == (text, "2025-02-28", "ایرنا")


def test_json_lines(tmp_path: Path) -> None:
    good = line(text=PERSIAN, id=7, title="تیتر", published="۱۰ اسفند ۱۴۰۳", outlet="ایسنا", other=[1])
    bad = [
        "{broken\n",
        line(title="بی متن"),
        line(text=5),
        line(text=""),
        line(text=PERSIAN, published="1403-12-31"),
        "[1]\n",
    ]
    path = write(tmp_path / "a.jsonl", "\ufeff" + good + "\n" + "".join(bad) + good)
    found = read(path, published="2020-01-01", outlet="دیگر")
    assert [isinstance(x, Failure) for x in found] == [False, *[True] * len(bad), False]
    first, *faults, last = found
    assert isinstance(first, RawArticle)
    assert (first.ref, first.title, first.published, first.outlet) == ("7", "تیتر", "2025-02-28", "ایسنا")
    assert [f.where for f in faults] == [f"{path}:{n}" for n in range(3, 9)]
    for fault, says in zip(
        faults, ("broken JSON", "no `text`", "not an article", "no text", "does not exist", "not an"), strict=True
    ):
        assert isinstance(fault, Failure)
        assert says in fault.message
        assert "\n" not in str(fault)


def test_bytes_that_are_not_utf8_in_json_lines(tmp_path: Path) -> None:
    data = b'{"text": "\xc7\xe1"}\n' + line(text=PERSIAN).encode()
    fault, article = read(write(tmp_path / "a.jsonl", data))
    assert isinstance(fault, Failure)
    assert isinstance(article, RawArticle)


def test_gzip(tmp_path: Path) -> None:
    lines = "".join(line(text=PERSIAN, id=str(n)) for n in range(2000)).encode()
    whole = gzip.compress(lines)
    assert len(read(write(tmp_path / "a.jsonl.gz", whole))) == 2000
    *some, last = read(write(tmp_path / "b.jsonl.gz", whole[: len(whole) // 2]))
    assert all(isinstance(x, RawArticle | Failure) for x in some)
    assert isinstance(last, Failure)
    assert "gzip" in last.message
    [none] = read(write(tmp_path / "c.jsonl.gz", b"not gzip"))
    assert isinstance(none, Failure)


def test_paths(tmp_path: Path) -> None:
    for name, text in (("b.txt", PERSIAN), ("sub/a.txt", PERSIAN), (".hidden.txt", "x"), ("notes.md", "x")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write(tmp_path / name, text)
    (tmp_path / "empty").mkdir()
    found = read(
        tmp_path, tmp_path / "none.txt", tmp_path / "notes.md", tmp_path / "empty", tmp_path / "none.jsonl", "x.pdf"
    )
    assert [x.where.removeprefix(str(tmp_path)) for x in found] == [
        "/b.txt", "/sub/a.txt", "/none.txt", "/notes.md", "/empty", "/none.jsonl", "x.pdf",
    ]  # fmt: skip
    assert [isinstance(x, Failure) for x in found] == [False, False, True, True, True, True, True]


def test_standard_input() -> None:
    [article] = articles(["-"], stdin=io.BytesIO(PERSIAN.encode()))
    assert isinstance(article, RawArticle)
    [fault] = articles(["-"], stdin=io.BytesIO(b""))
    assert isinstance(fault, Failure)


def test_nothing_is_opened_before_its_turn(tmp_path: Path) -> None:
    later = tmp_path / "b.txt"
    found = articles([write(tmp_path / "a.txt", PERSIAN), later])
    next(found)
    write(later, PERSIAN)
    assert isinstance(next(found), RawArticle)


def test_five_megabytes_are_taken(tmp_path: Path) -> None:
    text = PERSIAN * (5_000_000 // len(PERSIAN.encode()) + 1)
    [article] = read(write(tmp_path / "a.txt", text))
    assert isinstance(article, RawArticle)
    with pytest.raises(InputError, match="characters"):
        check_persian("م" * 20_000_001)


PAGE = f"""<!doctype html><html lang="fa"><head><meta charset="utf-8"><title>دیدار در مسقط - نمونه</title>
<meta property="og:title" content="دیدار در مسقط"><meta property="article:published_time" content="2025-02-28T10:00:00+03:30">
<meta property="og:site_name" content="نمونه"></head><body><nav><a href="/">خانه</a> <a href="/s">سیاست</a></nav>
<article><h1>دیدار در مسقط</h1><p>{PERSIAN * 2}</p><p>{PERSIAN * 3}</p></article><footer>همه حقوق محفوظ است</footer></body></html>"""


def test_web_page(tmp_path: Path) -> None:
    pytest.importorskip("trafilatura")
    path = write(tmp_path / "a.html", PAGE)
    [article] = read(path)
    assert isinstance(article, RawArticle)
    assert "مسقط دیدار" in article.text
    assert "خانه" not in article.text
    assert (article.title, article.published, article.published_basis) == ("دیدار در مسقط", "2025-02-28T10:00:00+03:30", "page")
    [given] = read(path, published="2025-03-01")
    assert isinstance(given, RawArticle)
    assert (given.published, given.published_basis) == ("2025-03-01", "given")
    [fault] = read(write(tmp_path / "b.html", "<html><body></body></html>"))
    assert isinstance(fault, Failure)


def test_web_page_without_trafilatura(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "trafilatura", None)
    [fault] = read(write(tmp_path / "a.html", PAGE))
    assert isinstance(fault, Failure)
    assert "dabir[html]" in fault.message


def test_samples() -> None:
    found = list(samples.articles())
    assert len(found) >= 8
    assert all(isinstance(x, RawArticle) and x.published and x.outlet and x.ref for x in found)
    glued = [x for x in found if isinstance(x, RawArticle) and "\u200c" not in x.text]
    assert len(glued) >= 4


def test_without_extras_each_gives_one_line(tmp_path: Path) -> None:
    """The program starts and reads texts where no extra is installed, and names the extra that an input needs."""
    write(tmp_path / "a.html", PAGE)
    write(tmp_path / "a.warc", b"WARC/1.0\r\n")
    write(tmp_path / "a.txt", PERSIAN)
    write(tmp_path / "feeds.toml", '[[feed]]\nurl = "http://127.0.0.1:9/"')
    blocked = ("lxml", "trafilatura", "httpcore2", "protego", "feedparser", "warcio")
    start = f"import sys; sys.modules.update(dict.fromkeys({blocked})); from dabir.cli import main; main()"

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", start, *words], cwd=tmp_path, capture_output=True, text=True, check=False)

    done = run("fetch", "a.html", "a.warc", "a.txt", "http://127.0.0.1:9/")
    assert done.returncode == 1
    assert [word for line in done.stderr.splitlines() for word in line.split() if "dabir[" in word] == [
        "'dabir[html]'", "'dabir[warc]'", "'dabir[web]'",
    ]  # fmt: skip
    assert len(done.stdout.splitlines()) == 1
    watched = run("watch", "feeds.toml", "--once")
    assert (watched.returncode, len(watched.stderr.splitlines())) == (2, 1)
    assert "dabir[web]" in watched.stderr
