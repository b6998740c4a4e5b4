"""The event stage: case tables with counter-examples, casting and joining, and the models' data."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import dabir
from dabir.acts import casting, events, linear
from dabir.acts.formats import format_pattern, format_rules
from dabir.acts.frames import frames
from dabir.text.keys import HALF_SPACE, key

CASES = tomllib.loads((Path(__file__).parent / "cases/events/events.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("glued", [False, True], ids=["as written", "half-spaces deleted"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_events(case: dict, glued: bool) -> None:
    source = case["text"].replace(HALF_SPACE, "") if glued else case["text"]
    record = dabir.read(source, published=case.get("published"))
    got = {(e.act, e.status): {(a.state, a.role) for a in e.actors} for e in record.events}
    for want in case.get("expect", ()):
        assert (want["act"], want["status"]) in got
        assert got[want["act"], want["status"]] == {tuple(w) for w in want["who"]}
    assert not {act for act, _ in got} & set(case.get("absent", ()))


def test_an_act_without_a_date_has_none_though_the_article_has_one() -> None:
    record = dabir.read("آلمان از این توافق استقبال کرد.", published="2025-02-24")
    assert all(e.begin is None and e.missing["begin"] == "not-stated" for e in record.events)


def test_roles_are_the_acts() -> None:
    assert casting.fit("meet", "actor") == "participant"
    assert casting.fit("meet", "host") == "host"
    assert casting.fit("sanction", "participant") == "actor"


def test_models_name_only_acts_and_classes_that_exist() -> None:
    m = events.models()
    assert set(m.role.classes) <= {"none", *casting.ROLES}
    assert set(m.status.classes) <= {"held", "ongoing", "planned", "proposed", "cancelled", "postponed", "denied", "alleged"}
    acts = {f.removeprefix("a=") for f in m.keep.weights if f.startswith("a=") and "&" not in f}
    assert acts <= set(frames())


def test_binary_and_many_class_probabilities_sum_to_one() -> None:
    for name in ("keep", "role", "status", "when", "main"):
        assert sum(linear.load(name).probabilities(["a=meet", "no such feature"]).values()) == pytest.approx(1)


@pytest.mark.parametrize("name", list(format_rules()))
def test_formats_are_told_by_their_words(name: str) -> None:
    rule, pattern = format_rules()[name], format_pattern(name)
    assert set(rule.acts) <= set(frames())
    assert all(pattern.search(key(sentence)) for sentence in rule.examples)
    assert all(pattern.search(key(sentence.replace(HALF_SPACE, ""))) for sentence in rule.examples)
    assert not any(pattern.search(key(sentence)) for sentence in rule.counter)


def test_words_of_form_belong_to_the_nearest_act() -> None:
    record = dabir.read("وزیر خارجه ایران در گفت‌وگوی تلفنی با همتای عمانی خود از دیدار وزیران خارجه عمان و قطر در دوحه خبر داد.")
    form = {e.act: e.format for e in record.events}
    assert form["call"] == ("phone",)
    assert form["meet"] == ()
