"""The CAMEO conversion table: whole, valid in PLOVER v0.8, and usable both ways."""

from __future__ import annotations

import pytest

import dabir
from dabir.acts.cameo import cameo_table
from dabir.acts.plover import code, plover_table
from dabir.model import Plover


def test_the_table_is_whole() -> None:
    assert len(cameo_table()) == 256
    assert {c[:2] for c in cameo_table()} == {f"{n:02}" for n in range(3, 21)}
    assert all(row.name for row in cameo_table().values())


def test_contexts_are_the_manuals() -> None:
    known = set(plover_table().contexts)
    assert {c for row in cameo_table().values() for c in row.plover.contexts} <= known


@pytest.mark.parametrize(
    ("given", "event", "mode"),
    [
        ("041", "CONSULT", "phone"),
        ("042", "CONSULT", "visit"),
        ("057", "SUPPORT", None),
        ("0871", "RETREAT", "ceasefire"),
        ("111", "ACCUSE", "disapprove"),
        ("125", "REJECT", "meet"),
        ("163", "SANCTION", "discontinue"),
        ("186", "ASSAULT", "targeted"),
        ("195", "ASSAULT", "aerial"),
    ],
)
def test_from_cameo(given: str, event: str, mode: str | None) -> None:
    row = dabir.from_cameo(given)
    assert row is not None
    assert (row.plover.event, row.plover.mode) == (event, mode)


def test_what_is_mended_says_so() -> None:
    assert (row := dabir.from_cameo("186")) is not None
    assert row.note == "crosswalk: mode assassinate, the manual's targeted"
    assert (row := dabir.from_cameo("042")) is not None
    assert row.note is None


def test_a_finer_code_falls_back_on_the_one_above_it() -> None:
    row = dabir.from_cameo("0429")
    assert row is not None
    assert row.code == "042"


@pytest.mark.parametrize("given", ["01", "010", "0214", "", "99", "x"])
def test_what_has_no_code(given: str) -> None:
    assert dabir.from_cameo(given) is None


def test_to_cameo_of_what_was_read() -> None:
    event = next(e for e in dabir.read("ترکیه حمله اسرائیل به غزه را محکوم کرد.").events if e.act == "condemn")
    assert [c.code for c in dabir.cameo(event.plover)][:2] == ["110", "111"]
    assert dabir.cameo(code("call", "held"))[0].code == "041"
    assert dabir.cameo(code("release", "held"))[0].code == "0841"


def test_contexts_choose_among_codes() -> None:
    assert dabir.cameo(Plover("AID", None, ("military",)))[0].code == "072"
    assert dabir.cameo(Plover("AID"))[0].code == "070"


def test_a_vote_has_no_cameo_code() -> None:
    assert dabir.cameo(code("vote", "held")) == ()


@pytest.mark.parametrize("row", [r for r in cameo_table().values() if r.plover.event], ids=lambda r: r.code)
def test_there_and_back(row: object) -> None:
    assert row in dabir.cameo(row.plover)  # type: ignore[attr-defined]
