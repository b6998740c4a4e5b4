"""The knowledge base asked: names however they are spelt, offices in order and on a day, counts."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from dabir import lookup
from dabir.cli import app
from dabir.names.kb import load

KB = load()


@pytest.mark.parametrize("name", ["سرگئی لاوروف", "سرگئي لاوروف", "لاوروف"])
def test_a_person_by_any_spelling_with_his_offices(name: str) -> None:
    entry = next(e for e in lookup.named(KB, name) if e.kind == "person")
    assert (entry.en, entry.code) == ("Sergey Lavrov", "RUS")
    assert [(h.office, h.begin, h.end) for h in entry.offices if h.office == "foreign-minister"][0][2] is None


def test_a_name_of_several() -> None:
    assert {e.kind for e in lookup.named(KB, "تهران")} >= {"city"}
    assert lookup.named(KB, "گفتن") == ()


def test_holders_in_order_and_on_a_day() -> None:
    held = lookup.holders(KB, "IRN", "foreign-minister")
    assert [h.begin for h in held] == sorted(h.begin or "" for h in held)
    assert [h.person for h in lookup.holders(KB, "IRN", "foreign-minister", "2016-01-01")] == ["محمدجواد ظریف"]
    assert "foreign-minister" in lookup.offices_of(KB, "IRN")
    assert lookup.holders(KB, "IRN", "no-such-office") == ()


def test_counts_are_of_what_is_there() -> None:
    counts = lookup.counts(KB)
    assert counts["state"] == len({e.id for e in KB.entities.values() if e.kind == "state"}) > 190
    assert counts["person"] >= 3000
    assert counts["city"] >= 1500


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["لاوروف"], 0), (["--state", "RUS", "--office", "foreign-minister", "--on", "1403-12-10"], 0),
        (["--state", "RUS"], 0), (["--counts"], 0), (["هیچکس‌نیست"], 1), (["--state", "XXX"], 1), ([], 2),
        (["لاوروف", "--counts"], 2), (["--on", "2025-01-01"], 2),
        (["--state", "RUS", "--office", "president", "--on", "1403-13-01"], 2),
    ],
)  # fmt: skip
def test_the_command(arguments: list[str], status: int) -> None:
    assert CliRunner().invoke(app, ["kb", *arguments]).exit_code == status


def test_json() -> None:
    done = CliRunner().invoke(app, ["kb", "--state", "RUS", "--office", "foreign-minister", "--on", "2025-02-28", "--json"])
    assert [h["person"] for h in json.loads(done.stdout)] == ["سرگئی لاوروف"]
