"""Times: every example of the data, case tables, laws of calendars and spans, checks, dates on the command line."""

from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dabir import resources
from dabir.errors import InputError
from dabir.model import Time
from dabir.resources import table, values
from dabir.text.clean import clean, outline
from dabir.times import calendars, grammar
from dabir.times.check import check_times
from dabir.times.find import find_times, parse_date

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).parent / "cases" / "times"
CASES = [c for path in sorted(FOLDER.glob("*.toml")) for c in tomllib.loads(path.read_text("utf-8"))["case"]]
EXAMPLES = [(rule.name, dict(e)) for rule in grammar.rules() for e in rule.examples]
COUNTERS = [(rule.name, text) for rule in grammar.rules() for text in rule.counter]


def times(text: str, published: str | None, repeats: bool = True) -> tuple[Time, ...]:
    return find_times(clean(text), date.fromisoformat(published) if published else None, repeats)


def checks(text: str, published: str) -> list[str]:
    cleaned, day = clean(text), date.fromisoformat(published)
    return [c.kind for c in check_times(cleaned, find_times(cleaned, day), day)]


def squeeze(words: str) -> str:
    return words.replace("\u200c", "")


@pytest.mark.parametrize("strip", [False, True], ids=["as-is", "no-half-space"])
@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(EXAMPLES)])
def test_example(name: str, example: dict[str, Any], strip: bool) -> None:
    text = squeeze(example["text"]) if strip else example["text"]
    found = {squeeze(t.text): t.value for t in times(text, example.get("published"))}
    words = squeeze(example.get("find", ""))
    assert example.get("value") in [v for w, v in found.items() if not words or w == words], (name, found)


@pytest.mark.parametrize(("name", "text"), COUNTERS)
def test_counter_example(name: str, text: str) -> None:
    assert [t.text for t in times(text, "2025-02-28")] == [], name


@pytest.mark.parametrize("strip", [False, True], ids=["as-is", "no-half-space"])
@pytest.mark.parametrize("case", CASES, ids=[c["label"] for c in CASES])
def test_case(case: dict[str, Any], strip: bool) -> None:
    text = squeeze(case["text"]) if strip else case["text"]
    got = [[squeeze(t.text), t.value or ""] for t in times(text, case.get("published"), case.get("repeats", True))]
    assert got == [[squeeze(words), value] for words, value in case["times"]]


@pytest.mark.parametrize("case", CASES, ids=[c["label"] for c in CASES])
def test_the_tagger_alone_needs_no_restored_words(case: dict[str, Any]) -> None:
    day = date.fromisoformat(case["published"]) if "published" in case else None
    whole, plain = (find_times(f(case["text"]), day) for f in (clean, outline))
    assert [(t.start, t.text, t.value) for t in whole] == [(t.start, t.text, t.value) for t in plain]


def test_ids_spans_and_reasons() -> None:
    text = "دیروز و ۳۱ مهر ۱۴۰۳ و روز بعد."
    found = times(text, None)
    assert [t.id for t in found] == ["t1", "t2", "t3"]
    assert all(text[t.start : t.end] == t.text for t in found)
    assert all(t.value is None and t.reason for t in found)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("طی سه روز گذشته", ("2025-02-25", "2025-02-28")),
        ("در دو هفته آینده", ("2025-02-28", "2025-03-14")),
        ("در سه ماه گذشته", ("2024-11-28", "2025-02-28")),
        ("در ده سال اخیر", ("2015-02-28", "2025-02-28")),
        ("در سه روز", (None, None)),
        ("در بیش از سه سال گذشته", (None, None)),
    ],
)
def test_a_length_that_reaches_to_publication_has_bounds(text: str, bounds: tuple[str, str]) -> None:
    assert [(t.begin, t.until) for t in times(text, "2025-02-28")] == [bounds]
    assert [(t.begin, t.until) for t in times(text, None)] == [(None, None)]


def test_no_rule_begins_with_a_word_that_is_passed_over() -> None:
    never = [w for r in table("times/words.tsv") if r["kind"] == "never" for w in values(r["pattern"])]
    texts = [e["text"] for _, e in EXAMPLES] + [c["text"] for c in CASES]
    found = [clean(t.text).key for text in texts for t in times(text, "2025-02-28")]
    assert [w for w in found if w.split(" ")[0] in never] == []
    for rule in grammar.rules():
        for word in never:
            for rest in ("5 روز پیش از 5 مهر 1403 ساعت 5 عصر سال گذشته", "چهل ساله شد"):
                assert rule.pattern.match(f"{word} {rest}") is None, (rule.name, word)


@given(st.integers(1300, 1500), st.integers(1, 12), st.integers(1, 29))
def test_jalali_round_trip(year: int, month: int, day: int) -> None:
    assert calendars.from_date("jalali", calendars.to_date("jalali", year, month, day)) == (year, month, day)


@given(st.integers(1343, 1500), st.integers(1, 12), st.integers(1, 28))  # the tables have five months of 28 days
def test_hijri_round_trip(year: int, month: int, day: int) -> None:
    assert calendars.from_date("hijri", calendars.to_date("hijri", year, month, day)) == (year, month, day)


@given(st.integers(1300, 1499), st.integers(1, 12))
def test_months_of_a_year_meet(year: int, month: int) -> None:
    begin, end = calendars.month("jalali", year, month)
    assert end == calendars.month("jalali", year, month + 1)[0]
    assert 29 <= (end - begin).days <= 31
    assert calendars.years("jalali", year)[0] <= begin < end <= calendars.years("jalali", year)[1]


@given(st.dates(date(1950, 1, 1), date(2070, 1, 1)), st.integers(-3, 3))
def test_week_shares_five_days_with_the_iranian_week(day: date, shift: int) -> None:
    begin, end = calendars.week(day, shift)
    assert (end - begin) == timedelta(7)
    assert begin.weekday() == 0


_WORDS = st.sampled_from(
    [
        "روز", "ساعت", "۱۲", "۵", "سه", "شنبه", "سه‌شنبه", "دوشنبه", "اسفند", "بهمن‌ماه", "۱۴۰۳", "و", "،", "(", ")",
        "گذشته", "آینده", "صبح", "به", "وقت", "مسکو", "هفته", "سال", "پیش", "یک", "بیست", "هزار", "۱۲:", "۱۲/",
        "از", "آن",
    ]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_WORDS, max_size=30), st.sampled_from([None, "2025-02-28", "2020-02-29"]))
def test_spans_slice_and_reading_twice_is_the_same(words: list[str], published: str | None) -> None:
    text = " ".join(words)
    found = times(text, published)
    assert all(text[t.start : t.end] == t.text for t in found)
    assert all(a.end <= b.start for a, b in zip(found, found[1:], strict=False))
    assert found == times(text, published)


HOSTILE = [
    "ساعت ", "۱۲/", "بیست و ", "روز ", "۵ ", "سه شنبه (", "هزار و ", "۱ ", "هزار", "سه ماه و ", "(", "1", "۱۲:۳۰ ",
    "امضا یک روز پس از امضا ۵ مهر ۱۴۰۳ ", "به وقت محلی ساعت ۵ در تهران ", "همان سال ", "سال بعد ", "از ۵ تا ",
    "جنگ بزرگ تلخ ", "یک روز پس از آن گفته شد ", "۱۴۰۳/۱۲", "اواخر ", "ه", "روزهای جمعه و ", "حدود بیش از ",
]  # fmt: skip


def seconds(source: str) -> float:
    """The least of three readings, cleaning apart: a busy machine only ever adds."""
    text, day = clean(source), date(2025, 2, 28)
    spent = []
    for _ in range(3):
        begun = time.perf_counter()
        found = find_times(text, day)
        check_times(text, found, day)
        spent.append(time.perf_counter() - begun)
    return min(spent)


@pytest.mark.parametrize("unit", HOSTILE)
def test_four_times_the_text_takes_no_more_than_its_length_explains(unit: str) -> None:
    short, long = (seconds(unit * (n // len(unit))) for n in (4_000, 16_000))
    assert long < 9 * max(short, 0.01)  # a quadratic one would take sixteen times as long


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2025-02-28", "2025-02-28"), ("2025-02-28T10:00:00+03:30", "2025-02-28"), ("1403-12-10", "2025-02-28"),
        ("۱۰ اسفند ۱۴۰۳", "2025-02-28"), ("۱۴۰۳/۱۲/۱۰", "2025-02-28"), ("دهم اسفندماه ۱۴۰۳", "2025-02-28"),
        ("۳۰ اسفند ۱۴۰۳", "2025-03-20"),
    ],
)  # fmt: skip
def test_parse_date(words: str, day: str) -> None:
    assert parse_date(words) == date.fromisoformat(day)


NO_DAYS = ["۳۱ اسفند ۱۴۰۳", "۳۰ اسفند ۱۴۰۲", "2025-02-30", "1403-13-01", "سلام", "", "۱۰ اسفند"]


@pytest.mark.parametrize("words", NO_DAYS)
def test_parse_date_refuses(words: str) -> None:
    with pytest.raises(InputError):
        parse_date(words)


@pytest.mark.parametrize(
    ("text", "published", "kinds"),
    [
        ("روز پنجشنبه نهم اسفند ۱۴۰۳ رفت.", "2025-02-28", []),
        ("روز جمعه نهم اسفند ۱۴۰۳ رفت.", "2025-02-28", ["weekday-mismatch"]),
        ("امروز (شنبه) رفت.", "2020-02-16", ["weekday-mismatch"]),
        ("۲۰ دسامبر (۲۹ آذر) رفت.", "2019-12-25", []),
        ("۲۰ دسامبر (۲۸ آذر) رفت.", "2019-12-25", ["calendar-mismatch"]),
        ("۳۱ مهر ۱۴۰۳ رفت.", "2025-02-28", ["impossible-date"]),
        ("دیروز ساعت ۱۶:۳۰ به وقت مسکو (۱۷ به وقت تهران) رفت.", "2025-02-28", []),
        ("دیروز ساعت ۱۶:۳۰ به وقت مسکو (۱۹ به وقت تهران) رفت.", "2025-02-28", ["clock-mismatch"]),
        ("سفر سه‌روزه از ۵ تا ۷ اسفند انجام شد.", "2025-02-28", []),
        ("سفر پنج‌روزه از ۵ تا ۷ اسفند انجام شد.", "2025-02-28", ["duration-mismatch"]),
        ("گفت‌وگو از ساعت ۱۰:۰۰ تا ۱۶:۳۰ به مدت ۶ ساعت و نیم ادامه داشت.", "2025-02-28", []),
        ("گفت‌وگو از ساعت ۱۰:۰۰ تا ۱۶:۳۰ به مدت ۸ ساعت ادامه داشت.", "2025-02-28", ["duration-mismatch"]),
        ("گفت‌وگو از ساعت ۱۰:۰۰ تا ۱۶:۳۰ بود. او پس از ۸ ساعت رفت.", "2025-02-28", []),
    ],
)
def test_checks(text: str, published: str, kinds: list[str]) -> None:
    assert checks(text, published) == kinds


def test_the_table_of_heads_is_that_of_the_rules() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "time_heads.py"], capture_output=True, text=True, check=True)
    assert done.stdout == (ROOT / "src/dabir/data/times/heads.tsv").read_text(encoding="utf-8"), "scripts/time_heads.py --write"


@pytest.mark.parametrize("rule", grammar.rules(), ids=lambda r: r.name)
def test_a_rule_is_tried_wherever_it_matches(rule: grammar.Rule) -> None:
    heads = next(row["heads"] for row in resources.table(grammar.HEADS) if row["rule"] == rule.name).split("|")
    assert all(len(h) <= grammar.HEAD for h in heads)
    for text in (e["text"] for other in grammar.rules() for e in other.examples):
        for place in rule.pattern.finditer(clean(text).key):
            assert place[0].startswith(tuple(heads)), place[0]
