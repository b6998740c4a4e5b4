"""Every data file loads, has its columns, and its ids hold together."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from dabir import resources

DATA = Path(__file__).resolve().parent.parent / "src" / "dabir" / "data"
TABLES = sorted(p.relative_to(DATA).as_posix() for p in DATA.rglob("*.tsv"))
TOMLS = sorted(p.relative_to(DATA).as_posix() for p in DATA.rglob("*.toml"))
COLUMNS = {
    "kb/states.tsv": {"code", "fa", "en", "variants", "adjectives", "capital", "source"},
    "kb/organisations.tsv": {"code", "fa", "en", "variants", "kind", "sector", "source"},
    "kb/metonyms.tsv": {"fa", "code", "kind", "source"},
    "kb/outlets.tsv": {"id", "fa", "variants", "state", "kind", "source"},
    "kb/places.tsv": {"fa", "en", "country", "kind", "lat", "lon", "source"},
    "times/months.tsv": {"name", "calendar", "number"},
}
ACTS = [
    "meet",
    "talks",
    "call",
    "visit",
    "summit",
    "message",
    "mediate",
    "agree",
    "offer",
    "sign",
    "ratify",
    "support",
    "protocol",
    "accredit",
    "restore-relations",
    "cooperate",
    "aid",
    "concede",
    "lift-sanction",
    "release",
    "ceasefire",
    "demand",
    "condemn",
    "accuse",
    "summon",
    "reject",
    "deny",
    "threaten",
    "sanction",
    "quit",
    "expel",
    "recall",
    "retaliate",
    "mobilize",
    "detain",
    "attack",
    "vote",
    "inspect",
    "depart-office",
]
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@pytest.mark.parametrize("name", TABLES)
def test_tables_load(name: str) -> None:
    rows = resources.table(name)
    assert rows
    assert COLUMNS.get(name, set()) <= set(rows[0])


@pytest.mark.parametrize("name", TABLES)
def test_tables_are_clean(name: str) -> None:
    text = resources.read_text(name)
    assert "\r" not in text
    assert text.endswith("\n")
    for row in resources.table(name):
        for column, cell in row.items():
            assert "||" not in cell, f"{name}: empty value in {column}: {cell}"
            assert not re.search(r"[يك]", cell) or "text/" in name, f"{name}: Arabic letters in {cell}"


@pytest.mark.parametrize("name", TABLES)
def test_no_row_twice(name: str) -> None:
    twice = [dict(r) for r, n in Counter(tuple(sorted(r.items())) for r in resources.table(name)).items() if n > 1]
    assert not twice


@pytest.mark.parametrize("name", TOMLS)
def test_toml_loads(name: str) -> None:
    assert resources.toml(name)


def test_every_act_has_its_frame() -> None:
    assert sorted(p.stem for p in (DATA / "acts" / "frames").glob("*.toml")) == sorted(ACTS)
    for act in ACTS:
        frame = resources.toml(f"acts/frames/{act}.toml")
        assert frame["act"] == act
        assert frame["gloss_fa"]
        assert frame["gloss_en"]


def _days(value: str) -> dt.date:
    match = DATE.fullmatch(value)
    assert match, f"not an ISO date: {value}"
    return dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def test_codes_of_states() -> None:
    codes = [r["code"] for r in resources.table("kb/states.tsv")]
    assert len(codes) == len(set(codes))
    assert len(codes) > 190
    assert all(re.fullmatch(r"[A-Z]{3}", c) for c in codes)


def _known_codes() -> set[str]:
    return {r["code"] for t in ("kb/states.tsv", "kb/organisations.tsv") for r in resources.table(t)}


def test_people_and_offices_hold_together() -> None:
    people = Counter(r["id"] for r in resources.tables("kb/people"))
    assert [i for i, n in people.items() if n > 1] == []
    codes = _known_codes()
    for row in resources.tables("kb/offices"):
        assert row["person"] in people, f"an office of {row['person']}, whom no table of people has"
        assert not row["state"] or row["state"] in codes, dict(row)
        assert row["source"], dict(row)
        if row["begin"] and row["end"]:
            assert _days(row["begin"]) <= _days(row["end"]), dict(row)
    for row in resources.tables("kb/people"):
        assert not row["state"] or row["state"] in codes, dict(row)
        assert row["fa"], dict(row)
        assert not row["wikidata"] or re.fullmatch(r"Q\d+", row["wikidata"])


def test_places_are_on_the_globe() -> None:
    codes = _known_codes()
    for row in resources.table("kb/places.tsv"):
        assert not row["country"] or row["country"] in codes, dict(row)
        if row["lat"]:
            assert abs(float(row["lat"])) <= 90
            assert abs(float(row["lon"])) <= 180
