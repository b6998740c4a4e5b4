"""Status and polarity of events: a table of own sentences, as written and with their half-spaces deleted."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

import dabir
from dabir.text.keys import HALF_SPACE

CASES = tomllib.loads((Path(__file__).parent / "cases/events/status.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("glued", [False, True], ids=["as written", "half-spaces deleted"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_status(case: dict[str, Any], glued: bool) -> None:
    text = case["text"].replace(HALF_SPACE, "") if glued else case["text"]
    events = dabir.read(text, published="2025-02-28").events
    if "act" in case:
        assert case["status"] in {e.status for e in events if e.act == case["act"]}
    assert case.get("absent") not in {e.act for e in events}


def test_every_status_has_cases() -> None:
    from typing import get_args

    from dabir.model import Status

    assert {c["status"] for c in CASES if "status" in c} == set(get_args(Status))
