"""The PLOVER coding against the manual's own rules, and the examples of its table."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

import dabir
from dabir.acts.plover import NOT_CODED, code, contexts, plover_table
from dabir.model import Status
from dabir.text.keys import HALF_SPACE

FOLDER = Path(__file__).parent / "cases" / "plover"
CASES = tomllib.loads((FOLDER / "manual.toml").read_text("utf-8"))["case"]
MODES = tomllib.loads((FOLDER / "modes.toml").read_text("utf-8"))
TABLE = plover_table()
CONTEXTS = [(name, e) for name, context in TABLE.contexts.items() for e in context.examples]
NO_CONTEXTS = [(name, e) for name, context in TABLE.contexts.items() for e in context.counter]
REFINED = [(row, e) for row in TABLE.refine for e in row.examples]
NOT_REFINED = [(row, e) for row in TABLE.refine for e in row.counter]
QUADS = {
    1: {"AGREE", "CONSULT", "SUPPORT", "CONCEDE"},
    2: {"COOPERATE", "AID", "RETREAT"},
    3: {"REQUEST", "ACCUSE", "REJECT", "THREATEN"},
    4: {"PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"},
}


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_manual(case: dict[str, Any]) -> None:
    got = code(case["act"], case.get("status", "held"), case.get("formats", ()), case.get("text", ""))
    want = case["expect"]
    assert (got.event, got.mode, got.quad, got.intensity) == tuple(
        want.get(k) for k in ("event", "mode", "quad", "intensity")
    )


@pytest.mark.parametrize("case", MODES["case"], ids=lambda c: c["label"])
def test_type_and_mode_by_definition(case: dict[str, Any]) -> None:
    for text in (case["text"], case["text"].replace(HALF_SPACE, "")):
        got = code(case["act"], "held", case.get("formats", ()), text, hosted=case.get("hosted", False))
        row = TABLE.types[case["type"]]
        assert (got.event, got.mode) == (case["type"], case.get("mode"))
        assert (got.quad, got.intensity) == (row.quad, row.modes[case["mode"]] if "mode" in case else row.score)


def test_every_type_and_mode_has_a_definition_tested_or_a_reason() -> None:
    every = set(TABLE.types) | {f"{name} {mode}" for name, row in TABLE.types.items() for mode in row.modes}
    tested = {" ".join(filter(None, (c["type"], c.get("mode")))) for c in MODES["case"]}
    assert not tested & set(MODES["outside"])
    assert tested | set(MODES["outside"]) == every


def test_an_appointment_is_not_coded() -> None:
    assert code("depart-office", "held", (), "او به سمت وزیر خارجه منصوب شد.").event is None


def test_plain_talk_is_not_coded() -> None:
    record = dabir.read("وزیر خارجه چین گفت که هوای پکن خوب است.", published="2025-02-28")
    assert record.statements
    assert record.events == ()


@pytest.mark.parametrize(
    ("text", "event", "mode"),
    [
        ("وزیران خارجه ایران و عمان هفته آینده در مسقط دیدار خواهند کرد.", "AGREE", None),
        ("دیدار وزیران خارجه ایران و عمان لغو شد.", "REJECT", "meet"),
        ("وزارت خارجه فرانسه سفیر روسیه را احضار کرد.", "ACCUSE", "disapprove"),
        ("ایران و روسیه پیمان همکاری را امضا کردند.", "SUPPORT", None),
        ("وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند.", "CONSULT", None),
    ],
)
def test_the_reader_codes_by_the_manual(text: str, event: str, mode: str | None) -> None:
    found = [(e.plover.event, e.plover.mode) for e in dabir.read(text, published="2025-02-28").events]
    assert (event, mode) in found


def test_types_and_quads() -> None:
    assert {q: {n for n, t in TABLE.types.items() if t.quad == q} for q in QUADS} == QUADS


def test_conflict_is_not_positive_and_cooperation_is() -> None:
    for name, row in TABLE.types.items():
        for score in (row.score, *row.modes.values()):
            assert -10 <= score <= 10
            assert score > 0 if row.quad < 3 else score <= 0.5, name


@pytest.mark.parametrize("act", sorted(TABLE.acts))
def test_every_act_and_status_has_a_code(act: str) -> None:
    for status in get_args(Status):
        got = code(act, status)
        assert (got.event is None) == (act == "vote")
        assert (got.quad is None) == (got.event is None) == (got.intensity is None)


@pytest.mark.parametrize(("name", "sentence"), CONTEXTS)
def test_context_example(name: str, sentence: str) -> None:
    assert name in contexts(sentence)


@pytest.mark.parametrize(("name", "sentence"), NO_CONTEXTS)
def test_context_counter_example(name: str, sentence: str) -> None:
    assert name not in contexts(sentence)


@pytest.mark.parametrize(("row", "sentence"), REFINED, ids=lambda x: getattr(x, "mode", None))
def test_refined_mode(row: Any, sentence: str) -> None:
    got = code(row.act, "held", (), sentence)
    event = row.event or TABLE.acts[row.act].event
    assert (got.event, got.mode) == (None if event == NOT_CODED else event, row.mode)


@pytest.mark.parametrize(("row", "sentence"), NOT_REFINED, ids=lambda x: getattr(x, "mode", None))
def test_not_refined(row: Any, sentence: str) -> None:
    got = code(row.act, "held", (), sentence)
    assert (got.event, got.mode) != (row.event or TABLE.acts[row.act].event, row.mode)
    assert got.event is not None


def test_contexts_are_merged_without_doubles() -> None:
    got = code("meet", "held", (), "وزیر خارجه درباره برنامه هسته‌ای و تجارت گفت‌وگو کرد.")
    assert got.contexts == ("diplomatic", "economic", "cbrn")


def test_unknown_act() -> None:
    with pytest.raises(KeyError):
        code("dance", "held")
