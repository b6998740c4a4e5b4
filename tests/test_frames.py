"""Act frames, status cues and the pattern language: every data rule's examples, and the laws of the matcher."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dabir.acts.frames import cue_data, cues, find_cues, find_triggers, frames, scan
from dabir.acts.patterns import compiled, parse, verbs
from dabir.acts.plover import plover_table
from dabir.errors import DataError
from dabir.text.keys import HALF_SPACE, key
from dabir.text.types import Text

EXAMPLES = [(a, e) for a, f in frames().items() for r in f.trigger for e in r.examples]
COUNTER = [(a, e) for a, f in frames().items() for r in f.trigger for e in r.counter]
CUES = [(name, e) for name, cue in cue_data().items() for e in cue.examples]
NO_CUES = [(name, e) for name, cue in cue_data().items() for e in cue.counter]


def found(act: str, sentence: str) -> list[str]:
    folded = key(sentence)
    return [folded[t.start : t.end] for t in scan(folded, 0, len(folded)) if t.act == act]


@pytest.mark.parametrize(("act", "sentence"), EXAMPLES)
def test_example_has_its_act(act: str, sentence: str) -> None:
    assert found(act, sentence)
    assert found(act, sentence.replace(HALF_SPACE, ""))


@pytest.mark.parametrize(("act", "sentence"), COUNTER)
def test_counter_example_has_not(act: str, sentence: str) -> None:
    assert found(act, sentence) == []


@pytest.mark.parametrize(("name", "sentence"), CUES)
def test_cue_example(name: str, sentence: str) -> None:
    folded = key(sentence)
    assert any(p.search(folded) for p in cues()[name])
    assert name in {n for n, _, _ in find_cues(folded, 0, len(folded))}


@pytest.mark.parametrize(("name", "sentence"), NO_CUES)
def test_cue_counter_example(name: str, sentence: str) -> None:
    folded = key(sentence)
    assert [p.pattern for p in cues()[name] if p.search(folded)] == []


def test_there_is_a_frame_for_every_act() -> None:
    assert len(frames()) == 39
    assert set(frames()) == set(plover_table().acts)
    mutual = {a for a, f in frames().items() if f.mutual}
    assert mutual == {a for a, f in frames().items() if not f.directed}
    assert mutual == {
        "meet", "talks", "call", "summit", "agree", "sign", "cooperate", "ceasefire", "restore-relations",
    }  # fmt: skip


def test_every_frame_has_examples() -> None:
    assert [a for a, f in frames().items() if not any(r.examples for r in f.trigger)] == []


def test_every_pattern_compiles() -> None:
    for act, frame in frames().items():
        for source in (*frame.never, *(p for r in frame.trigger for p in r.patterns)):
            pattern = parse(source, act)
            assert compiled(pattern.regex), source
            assert pattern.heads, source


@pytest.mark.parametrize(
    ("pattern", "text", "words"),
    [
        ("دیدار~", "در دیدارهای دیروز", "دیدارهای"),
        ("دیدار~", "دیدارشان", "دیدارشان"),
        ("دیدار", "دیدارها", None),
        ("دیدار~", "پدیدار شد", None),
        ("مذاکره~", "مذاکره‌ای", "مذاکرهای"),
        ("آماده~", "ما آماده‌ایم", "آمادهایم"),
        ("مخالف~", "آن‌ها مخالفند", "مخالفند"),
        ("دیدار @کردن", "دیدار کرده بودند", "دیدار کرده بودند"),
        ("دیدار @کردن", "دیدار خواهند کرد", "دیدار خواهند کرد"),
        ("دیدار @کردن", "دیدار نمی کند", "دیدار نمی کند"),
        ("دیدار @کردن", "دیدار بکنند", "دیدار بکنند"),
        ("دیدار @کردن", "دیدار، کرد", None),
        ("@!کردن", "دیدار کرد", None),
        ("@!کردن", "دیدار نکرد", "نکرد"),
        ("@آمدن", "نیامدند", "نیامدند"),
        ("@آمدن", "بیاید", "بیاید"),
        ("@انداختن", "بیندازد", "بیندازد"),
        ("@بازگشتن", "باز می‌گردد", "باز میگردد"),
        ("@برداشتن", "برداشته شد", "برداشته شد"),
        ("به ..3 سفر", "به جمهوری اسلامی ایران سفر", "به جمهوری اسلامی ایران سفر"),
        ("به ..2 سفر", "به جمهوری اسلامی ایران سفر", None),
        ("(دیدار|ملاقات)~ (رسمی)? با", "ملاقاتی با او", "ملاقاتی با"),
        ("این? سفر", "سفر", "سفر"),
        ("این? سفر", "این سفر", "این سفر"),
        ("عقب‌نشینی", "عقب نشینی", "عقب نشینی"),
        ("عقب‌نشینی", "عقبنشینی", "عقبنشینی"),
        ("سازمان تروریستی", "«سازمان تروریستی»", "سازمان تروریستی"),
        ("سازمان تروریستی اعلام", "«سازمان تروریستی» اعلام", "سازمان تروریستی» اعلام"),
    ],
)
def test_pattern_language(pattern: str, text: str, words: str | None) -> None:
    match = compiled(parse(pattern).regex).search(key(text))
    assert (match and match.group()) == (None if words is None else key(words) if "«" not in text else words)


@pytest.mark.parametrize("bad", ["@پرواندن", "..3 سفر", "سفر ..9 به", "سفر!", "این? آن?", ""])
def test_bad_pattern_is_refused(bad: str) -> None:
    with pytest.raises(DataError):
        parse(bad, "acts/frames/some.toml")


def test_verbs_have_stems() -> None:
    assert all(v.past for v in verbs().values())


def test_longest_of_one_act_wins() -> None:
    assert found("sanction", "تحریم‌های جدید آمریکا") == [key("تحریم‌های جدید")]


def text_of(original: str) -> Text:
    folded = key(original)
    marks = [m.end() for m in re.finditer(r"\.", folded)]
    at = range(len(folded))
    sentences = tuple(zip([0, *marks[:-1]], marks, strict=True))
    return Text(original, original, folded, list(at), [i + 1 for i in at], (), (), (), sentences, ())


def test_triggers_stay_within_a_sentence() -> None:
    text = text_of("او به تهران. سفر کرد.")
    spans = [text.key[t.start : t.end] for t in find_triggers(text) if t.act == "visit"]
    assert spans == ["سفر کرد"]


def test_triggers_are_in_text_order() -> None:
    text = text_of("وزیر خارجه پس از دیدار با همتای خود حمله به سفارت را محکوم کرد. او فردا سفر می کند.")
    triggers = find_triggers(text)
    assert [t.start for t in triggers] == sorted(t.start for t in triggers)
    assert {"meet", "attack", "condemn", "visit"} <= {t.act for t in triggers}
    assert all(t.rule_id.startswith(t.act + "/") for t in triggers)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([w for _, e in EXAMPLES for w in e.split()]), max_size=30))
def test_triggers_lie_on_words(words: list[str]) -> None:
    folded = key(" ".join(words))
    triggers = scan(folded, 0, len(folded))
    for t in triggers:
        assert 0 <= t.start < t.end <= len(folded)
        assert t.start == 0 or not folded[t.start - 1].isalnum()
        assert t.end == len(folded) or not folded[t.end].isalnum()
    for act in {t.act for t in triggers}:
        mine = [t for t in triggers if t.act == act]
        assert all(a.end <= b.start for a, b in zip(mine, mine[1:], strict=False))
