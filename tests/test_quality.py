"""The quality gate: F1 on cases that ship here does not fall below floors that nobody lowers in silence."""

from __future__ import annotations

import json
import runpy
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dabir import Reader
from dabir.encoder import session
from dabir.evaluate import Folded

ROOT = Path(__file__).resolve().parent.parent
GATE: Mapping[str, Any] = runpy.run_path(str(ROOT / "benchmarks" / "quality.py"))
FILES = GATE["case_files"]()
CASES = [json.loads(line) for path in FILES for line in path.read_text(encoding="utf-8").splitlines()]


def chain(*entries: tuple[dict[str, float], str], digest: str = "d") -> list[dict[str, Any]]:
    """A sealed chain of (floors, reason)."""
    out: list[dict[str, Any]] = []
    for floors, reason in entries:
        entry = {"digest": digest, "floors": floors, "reason": reason}
        out.append({**entry, "seal": GATE["seal"](out[-1]["seal"] if out else "", entry)})
    return out


def test_the_floors_hold() -> None:
    entries = GATE["load"]()
    assert GATE["faults"](entries, GATE["digest"](FILES)) == []
    if session.load() is None:
        pytest.skip("skipped: onnxruntime is not installed, and the floors were measured with it")
    assert GATE["below"](entries[-1], GATE["measure"](FILES, Reader())) == []


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["id"])
def test_the_cases_are_gold(case: dict[str, Any]) -> None:
    text = Folded(f"{case['title'] or ''}\n\n{case['text']}")
    phrases = [t["text"] for t in case["times"]] + [e["trigger"] for e in case["events"]]
    phrases += [s[k] for s in case["statements"] for k in ("speaker", "content_start", "content_end")]
    phrases += [a["name"] for e in case["events"] for a in e["actors"]]
    assert [p for p in phrases if not text.find(p)] == []
    assert sum(e["main"] for e in case["events"]) == 1


def test_there_are_enough_cases_of_each_kind() -> None:
    assert len(CASES) >= 25
    assert len({c["id"] for c in CASES}) == len(CASES)
    assert {p.stem for p in FILES} == {"agency", "dari", "glued", "newspaper", "telegram"}
    glued = [c for c in CASES if c["id"].startswith("glued")]
    assert glued
    assert not any("\u200c" in c["text"] for c in glued)


def test_a_chain_that_holds() -> None:
    assert GATE["faults"](chain(({"a": 0.5}, "first"), ({"a": 0.6}, "")), "d") == []
    assert GATE["faults"](chain(({"a": 0.5}, "first"), ({"a": 0.4}, "the rule was wrong")), "d") == []


def test_a_floor_lowered_in_silence_is_refused() -> None:
    assert "lowers a without a reason" in GATE["faults"](chain(({"a": 0.5}, "first"), ({"a": 0.4}, "")), "d")[0]
    assert "lowers a" in GATE["faults"](chain(({"a": 0.5}, "first"), ({}, " ")), "d")[0]


def test_an_entry_edited_by_hand_is_refused() -> None:
    entries = chain(({"a": 0.5}, "first"))
    entries[0]["floors"]["a"] = 0.1
    assert "changed by hand" in GATE["faults"](entries, "d")[0]
    dropped = chain(({"a": 0.5}, "first"), ({"a": 0.6}, ""))[1:]
    assert "changed by hand" in GATE["faults"](dropped, "d")[0]


def test_changed_cases_are_refused_until_measured(tmp_path: Path) -> None:
    entries = chain(({"a": 0.5}, "first"))
    assert "cases have changed" in GATE["faults"](entries, "other")[0]
    path = tmp_path / "x.jsonl"
    path.write_text("{}\n", encoding="utf-8")
    before = GATE["digest"]([path])
    path.write_text("{} \n", encoding="utf-8")
    assert GATE["digest"]([path]) != before


def test_the_command_asks_for_a_reason() -> None:
    entries = chain(({"a": 0.5}, "first"))
    assert "say why" in GATE["extended"](entries, "d", {"a": 0.4}, "")
    assert "say why" in GATE["extended"](entries, "other", {"a": 0.9}, "")
    raised = GATE["extended"](entries, "d", {"a": 0.9}, "")
    assert raised[-1]["floors"] == {"a": 0.88}
    assert GATE["faults"](raised, "d") == []
    fallen = GATE["extended"](raised, "d", {"a": 0.4}, "fewer triggers, on purpose")
    assert fallen[-1]["floors"] == {"a": 0.38}
    assert GATE["faults"](fallen, "d") == []


def test_what_is_written_is_what_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "floors.toml"
    entries = GATE["extended"]([], "d", {"events.who": 0.5, "glued events.who": 0.25}, "")
    GATE["write"](entries, path)
    assert GATE["load"](path) == entries
    assert GATE["load"](tmp_path / "none.toml") == []
    assert "no floors" in GATE["faults"]([], "d")[0]
