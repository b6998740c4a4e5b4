"""The text stage: cases, the examples in its data, and what holds for every text."""

from __future__ import annotations

import re
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dabir
from dabir.resources import table, toml
from dabir.text.clean import apply_edits, clean
from dabir.text.keys import key

CASES = Path(__file__).parent / "cases" / "text"
HALF = "\u200c"


def cases(name: str) -> dict[str, Any]:
    return tomllib.loads((CASES / name).read_text(encoding="utf-8"))


def shown(text: str) -> str:
    return text.replace("~", HALF)


@pytest.mark.parametrize("case", cases("clean.toml")["case"], ids=lambda c: c["label"])
def test_clean(case: dict[str, str]) -> None:
    text = shown(case["text"])
    assert clean(text).clean.replace(HALF, "~") == case.get("expect", case["text"])


@pytest.mark.parametrize(
    "case", [c for kind in cases("restore.toml").values() for c in kind], ids=lambda c: c["label"]
)
def test_restore(case: dict[str, Any]) -> None:
    text = dabir.restore(shown(case["text"]))
    assert text.clean.replace(HALF, "~") == case.get("expect", case["text"])
    assert "rules" not in case or [e.rule for e in text.edits] == case["rules"]


@pytest.mark.parametrize("spellings", cases("keys.toml")["same"], ids=lambda s: s[0])
def test_spellings_share_a_key(spellings: list[str]) -> None:
    assert {key(shown(s)) for s in spellings} == {key(shown(spellings[0]))}
    assert {clean(shown(s)).key for s in spellings} == {key(shown(spellings[0]))}


@pytest.mark.parametrize("pair", cases("keys.toml")["apart"])
def test_other_words_have_other_keys(pair: list[str]) -> None:
    assert key(pair[0]) != key(pair[1])


@pytest.mark.parametrize("case", cases("sentences.toml")["case"], ids=lambda c: c["label"])
def test_sentences(case: dict[str, str]) -> None:
    parts = case["text"].split("|")
    text = clean("".join(parts))
    found = [text.key[a:b] for a, b in text.sentences]
    assert found == [clean(p.strip()).key for p in parts]


@pytest.mark.parametrize("rule", toml("text/boilerplate.toml")["rule"], ids=lambda r: r["name"])
def test_boilerplate(rule: dict[str, Any]) -> None:
    for text, aside in rule["examples"]:
        assert aside.strip() in "\n".join(s.text for s in clean(text).boilerplate), text
    for text in rule["keep"]:
        assert clean(text).boilerplate == (), text


@pytest.mark.parametrize("name,old,new", [("joins", "split", "joined"), ("parts", "run", "apart")])
def test_word_tables(name: str, old: str, new: str) -> None:
    for row in table(f"text/{name}.tsv"):
        wanted = row["example"].replace(row[old], row[new])
        assert clean(row["example"]).key == clean(wanted).key, row[old]
        if row["counter"]:
            assert clean(row["counter"]).clean == row["counter"]


def test_listed_verbs_are_known() -> None:
    """Forms of the listed verbs get their half-space, though news may never have used them; a few look like nouns."""
    forms = [f"می{HALF}{s}ند" for row in table("text/stems.tsv") for c in ("past", "present") for s in row[c].split("|")]
    missed = [f for f in forms if clean("آنها " + f.replace(HALF, "")).clean != "آنها " + f]
    assert len(missed) < 0.05 * len(forms), missed


def laws(source: str) -> None:
    text = clean(source)
    assert apply_edits(source, text.edits) == text.clean
    again = clean(text.clean)
    assert (again.clean, again.edits) == (text.clean, ())
    assert len(text.starts) == len(text.ends) == len(text.key)
    for edit in text.edits:
        assert source[edit.start : edit.end] == edit.text != edit.replacement
    for start, end in zip(text.starts, text.ends, strict=True):
        assert 0 <= start <= end <= len(source)
    assert list(text.starts) == sorted(text.starts)
    assert list(text.ends) == sorted(text.ends)
    for span in text.boilerplate:
        assert source[span.start : span.end] == span.text
    at = 0
    for start, end in text.sentences:
        assert at <= start < end <= len(text.key)
        at = end
    at = 0
    for token in text.tokens:
        assert at <= token.start < token.end
        assert text.key[token.start : token.end] == token.text
        at = token.end


WORDS = st.sampled_from([
    "می", "شود", "ها", "های", "گفت", "و", "گو", "رئیس", "جمهور", "هسته", "ای", "به", "که",
    "درحالی", "امورخارجه", "می", "شده", "اند", "لا", "ﻻ", "ـ", "ي", "ك", HALF, "\u200d",
    "\u200f", "\u00a0", "&nbsp;", "&amp;", "&zwnj;", "&#160;", "&#1610;", "nbsp;", "amp;",
    " ", "  ", "\n", ".", "،", "«", "»", "🔴", "@AloNews", "۱۲", "3.5", "ماه", "بهمن", "İ",
    "ß", "\u0301", "\ud800",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=14).map("".join))
def test_laws_of_damaged_words(source: str) -> None:
    laws(source)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_laws_of_any_text(source: str) -> None:
    laws(source)


def test_edits_are_small() -> None:
    edits = clean("رئيس جمهور رفت").edits
    assert [(e.start, e.end, e.replacement) for e in edits] == [(2, 3, "ی"), (4, 5, HALF)]


def test_long_text_ends() -> None:
    text = "وی گفت: مذاکرهکنندگان می شوند. " * 8000
    begun = time.perf_counter()
    done = clean(text)
    assert len(done.sentences) == 8000
    assert time.perf_counter() - begun < 20
    assert re.search("مذاکرهکنندگان", done.clean) is None
