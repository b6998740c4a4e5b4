"""The names stage: case tables with counter-examples, the same with half-spaces deleted, and the laws of spans."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dabir import resources
from dabir.names.find import find_phrases
from dabir.names.kb import Holding, covers, load, squeeze
from dabir.names.resolve import resolve_mentions
from dabir.text.clean import clean
from dabir.text.keys import HALF_SPACE

CASES = tomllib.loads((Path(__file__).parent / "cases/names/mentions.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("glued", [False, True], ids=["as written", "half-spaces deleted"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_mentions(case: dict, glued: bool) -> None:
    source = case["text"].replace(HALF_SPACE, "") if glued else case["text"]
    text = clean(source)
    found = resolve_mentions(text, load(), date=case.get("published")).mentions
    got = {(squeeze(text.key[m.head[0] : m.head[1]]), m.kind, m.state, squeeze(m.person or "")) for m in found}
    for words, kind, state, person in case.get("expect", ()):
        assert (squeeze(words), kind, state, squeeze(person)) in got
    heads = {h for h, *_ in got}
    for words in case.get("absent", ()):
        assert squeeze(words) not in heads


def test_the_table_says_who_held_the_office() -> None:
    text = clean("وزیر خارجه روسیه وارد دوحه شد.")
    actor = next(a for a in resolve_mentions(text, load(), date="2025-02-28").actors if a.state == "RUS")
    assert actor.person == "سرگئی لاوروف"
    assert actor.resolution == "kb"


def test_the_head_of_a_body_without_a_code_is_nobody_of_the_outlets_state() -> None:
    actors = resolve_mentions(clean("رهبر القاعده یمن بیانیه‌ای داد."), load(), date="2025-02-28").actors
    assert [(a.person, a.state) for a in actors] == [(None, None)]


def test_no_holder_without_a_date() -> None:
    assert load().holder("RUS", "foreign-minister", None) is None
    assert load().holder("RUS", "foreign-minister", "2025-02-28") is not None


@pytest.mark.parametrize(
    ("begin", "end", "date", "expected"),
    [
        ("2015-01-01", "2020-01-01", "2019-12-31", True),
        ("2015-01-01", "2020-01-01", "2020-01-01", False),
        ("2015", "", "2015-06-01", True),
        ("2015-03", "2016", "2015-02-28", False),
        ("", "", "2015-06-01", False),
    ],
)
def test_covers(begin: str, end: str, date: str, expected: bool) -> None:
    assert covers(Holding("x", "o", "t", "IRN", begin, end, ()), date) is expected


def test_every_office_has_its_person_and_a_possible_span() -> None:
    people = {row["id"] for row in resources.tables("kb/people")}
    for row in resources.tables("kb/offices"):
        assert row["person"] in people, row
        assert not (row["begin"] and row["end"]) or row["begin"] <= row["end"], row


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ایران روسیه«»،.وزیرخارجه لاوروف\n آن\u200cها", max_size=120))
def test_mentions_lie_in_the_key(source: str) -> None:
    text = clean(source)
    tokens = len(text.tokens)
    assert all(0 <= p.start < p.end <= tokens for p in find_phrases(text, load()))
    for m in resolve_mentions(text, load()).mentions:
        span = text.span(m.start, m.end)
        assert source[span.start : span.end] == span.text
