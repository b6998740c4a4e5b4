"""Chains of attribution: case tables read by the whole reader, and the word lists' own examples."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import dabir
from dabir.acts.attribution import word_data, words
from dabir.model import Attribution
from dabir.text.keys import HALF_SPACE, key

CASES = tomllib.loads((Path(__file__).parent / "cases/attribution/chains.toml").read_text(encoding="utf-8"))["case"]
EXAMPLES = [(name, e) for name, row in word_data().items() for e in row.examples]
COUNTER = [(name, e) for name, row in word_data().items() for e in row.counter]


def shown(chain: Attribution, glued: bool) -> list[list[str]]:
    """A chain as the tables write it; glued text keeps no half-space to compare."""
    return [[x.kind, x.text.replace(HALF_SPACE, "") if glued else x.text] for x in chain]


def wanted(chain: list[list[str]], glued: bool) -> list[list[str]]:
    return [[kind, text.replace(HALF_SPACE, "") if glued else text] for kind, text in chain]


@pytest.mark.parametrize("glued", [False, True], ids=["as written", "half-spaces deleted"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_chain(case: dict[str, Any], glued: bool) -> None:
    source = case["text"].replace(HALF_SPACE, "") if glued else case["text"]
    record = dabir.read(source, outlet=case.get("outlet"))
    if "statements" in case:
        assert [shown(s.source, glued) for s in record.statements] == [wanted(c, glued) for c in case["statements"]]
    got = {e.act: shown(e.source, glued) for e in record.events}
    for act, chain in case.get("events", ()):
        assert got[act] == wanted(chain, glued)
    for link in (x for holder in (*record.statements, *record.events) for x in holder.source):
        assert record.article.text[link.start : link.end] == link.text


@pytest.mark.parametrize(("name", "sentence"), EXAMPLES)
def test_words_example(name: str, sentence: str) -> None:
    assert words(name).search(key(sentence))
    assert words(name).search(key(sentence.replace(HALF_SPACE, "")))


@pytest.mark.parametrize(("name", "sentence"), COUNTER)
def test_words_counter_example(name: str, sentence: str) -> None:
    assert not words(name).search(key(sentence))
