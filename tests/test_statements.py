"""The statement stage: case tables, the lexicon's own examples, and laws over any text."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dabir.acts.candidates import candidates
from dabir.acts.cues import find_cues, phrases
from dabir.acts.extent import view
from dabir.acts.statements import find_statements
from dabir.acts.words import pattern
from dabir.names.mentions import Mention
from dabir.resources import table, toml, values
from dabir.text.clean import clean
from dabir.text.keys import key
from dabir.text.types import Text

CASES = [
    case
    for path in sorted((Path(__file__).parent / "cases" / "statements").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]


def mentions_of(text: Text, specs: list[dict[str, str]]) -> list[Mention]:
    found: list[Mention] = []
    for spec in sorted(specs, key=lambda s: -len(s["words"])):
        for m in re.finditer(rf"(?<!\w){re.escape(key(spec['words']))}(?!\w)", text.key):
            if not any(x.start < m.end() and m.start() < x.end for x in found):
                kind = spec.get("kind") or ("outlet" if spec["words"] == "ایسنا" else "office")
                found.append(Mention(m.start(), m.end(), kind, m.span(), "a1", spec.get("person"), spec.get("state")))
    return sorted(found, key=lambda m: m.start)


@pytest.mark.parametrize("case", CASES, ids=[c["label"] for c in CASES])
@pytest.mark.parametrize("half_spaces", [True, False], ids=["", "glued"])
def test_case(case: dict, half_spaces: bool) -> None:
    bare = (lambda s: s) if half_spaces else (lambda s: s.replace("\u200c", ""))
    title = clean(bare(case["title"])).key if "title" in case else ""
    text = clean(bare("\n\n".join((case["title"], case["text"])) if title else case["text"]))
    specs = [{**m, "words": bare(m["words"])} for m in case["mentions"]]
    found = find_statements(text, mentions_of(text, specs), (), len(title))
    assert len(found) == len(case["expect"]), [(s.rule, s.speaker.text, s.content.text) for s in found]
    for s, want in zip(found, case["expect"], strict=True):
        assert s.speaker.text == bare(want["speaker"])
        assert s.content.text == bare(want.get("content", s.content.text))
        assert s.direct == want.get("direct", s.direct)
        assert s.rule.startswith(want.get("rule", ""))
        assert s.speaker.person == want.get("person", s.speaker.person)
        assert (s.speaker.state or "none") == want.get("state", s.speaker.state or "none")


def rules_of(words: str) -> list[str]:
    text = clean(words)
    return [c.name for c in candidates(view(text, find_cues(text.key), 0))]


@pytest.mark.parametrize("row", table("acts/speech/verbs.tsv"), ids=lambda r: r["cue"])
def test_verb_examples(row: dict[str, str]) -> None:
    assert row["example"], "every cue carries an example"
    assert row["cue"] in rules_of(row["example"])
    for words in values(row["counter"]):
        assert row["cue"] not in rules_of(words), words


@pytest.mark.parametrize("row", table("acts/speech/phrases.tsv"), ids=lambda r: r["words"][:20])
def test_phrase_examples(row: dict[str, str]) -> None:
    assert phrases(row["kind"]).search(key(row["example"]))
    text = clean(row["counter"])
    assert row["kind"] not in {c.rule for c in candidates(view(text, find_cues(text.key), 0))}


@pytest.mark.parametrize("row", table("acts/speech/contexts.tsv"), ids=lambda r: r["cue"])
def test_context_examples(row: dict[str, str]) -> None:
    assert row["cue"] not in {c.name for c in find_cues(key(row["example"]))}


@pytest.mark.parametrize("name", sorted(toml("acts/speech/words.toml")))
def test_word_lists(name: str) -> None:
    row = toml("acts/speech/words.toml")[name]
    assert row["use"]
    assert pattern(name).search(key(row["example"]))


@given(st.text(alphabet=st.sampled_from(list('گفتسیدوراکهبن می«»":.،\n\u200cاظهارت1@/')), max_size=300))
def test_laws(source: str) -> None:
    text = clean(source)
    for s in find_statements(text, (), (), 0):
        for span in (s.content, s.speaker, *([s.cue] if s.cue else [])):
            assert 0 <= span.start < span.end <= len(source)
            assert source[span.start : span.end] == span.text
