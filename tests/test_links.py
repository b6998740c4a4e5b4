"""Links between events, their last days and lengths, and the circumstances of statements: tables read by the whole reader."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import dabir
from dabir.acts.frames import frames
from dabir.acts.links import link_table
from dabir.acts.patterns import parse
from dabir.acts.rounds import LAST, NEXT, round_in, round_table, same_round
from dabir.model import Record
from dabir.resources import toml
from dabir.text.keys import HALF_SPACE, key

ROOT = Path(__file__).parent / "cases"
GLUED = pytest.mark.parametrize("glued", [False, True], ids=["as written", "half-spaces deleted"])


def cases(name: str) -> list[dict[str, Any]]:
    return tomllib.loads((ROOT / name).read_text(encoding="utf-8"))["case"]


def read(case: dict[str, Any], glued: bool) -> Record:
    text = case["text"].replace(HALF_SPACE, "") if glued else case["text"]
    return dabir.read(text, published=case.get("published", "2025-02-28"))


@GLUED
@pytest.mark.parametrize("case", cases("events/links.toml"), ids=lambda c: c["label"])
def test_links(case: dict[str, Any], glued: bool) -> None:
    record = read(case, glued)
    act = {e.id: e.act for e in record.events}
    got = sorted([e.act, link.kind, act[link.event]] for e in record.events for link in e.links)
    assert got == sorted(case["links"])
    assert not any(link.event == e.id for e in record.events for link in e.links)


@GLUED
@pytest.mark.parametrize("case", cases("events/lasting.toml"), ids=lambda c: c["label"])
def test_lasting(case: dict[str, Any], glued: bool) -> None:
    found = [e for e in read(case, glued).events if e.act == case["act"]]
    assert len(found) == 1
    assert (found[0].end, found[0].duration) == (case.get("end"), case.get("duration"))
    if "begin" in case:
        assert found[0].begin == case["begin"]


@GLUED
@pytest.mark.parametrize("case", cases("circumstances/circumstances.toml"), ids=lambda c: c["label"])
def test_circumstances(case: dict[str, Any], glued: bool) -> None:
    record = read(case, glued)
    statement = record.statements[0]
    names = {p.id: p.name.fa for p in record.places}
    assert names.get(statement.place or "") == case.get("place")
    act = {e.id: e.act for e in record.events}
    if "about" in case:
        assert [act[e] for e in statement.about] == case["about"]


def test_the_table_names_acts_that_exist() -> None:
    t = link_table()
    named = {*t.wholes, *t.parts, *round_table().acts, *t.agreements, *t.about, *(a for row in t.noun for a in row.acts)}
    assert named <= set(frames())
    assert set(toml("acts/lasting.toml")["acts"]) <= set(frames())


def test_every_cue_is_a_pattern() -> None:
    t = link_table()
    assert all(parse(source, "links.toml").heads for source in (*t.within, *t.after, *t.after_clause))


@pytest.mark.parametrize(("sentence", "number"), list(round_table().examples.items()))
def test_rounds(sentence: str, number: int) -> None:
    assert round_in(key(sentence)) == (number or None)
    assert round_in(key(sentence.replace(HALF_SPACE, ""))) == (number or None)


def test_rounds_that_may_be_one() -> None:
    assert same_round(None, None)
    assert same_round(4, None)
    assert same_round(4, 4)
    assert not same_round(4, 5)
    assert not same_round(NEXT, None)
    assert not same_round(None, LAST)
    assert not same_round(NEXT, LAST)
