"""Parties that stand for no state: in merged events, found, counted and handed on; on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec
import pytest

import dabir
from conftest import rows
from dabir.export.formats import named
from dabir.model import EventActor, Record
from dabir.store.filters import EVERYTHING, Filter, asked
from dabir.store.merging import sides
from dabir.store.reports import Party
from dabir.store.store import Store

TEXT = "رئیس فیفا و یاسر فلانی دیروز در دوحه با رئیس‌جمهور قطر دیدار کردند."


@pytest.fixture
def record() -> Record:
    """A meeting of three parties, two of which stand for no state: one by what it is called, one by name."""
    read = dabir.read(TEXT, published="2025-02-28", outlet="ایرنا")
    event = next(e for e in read.events if e.act == "meet")
    qatar = next(a for a in event.actors if a.state == "QAT")

    def party(words: str, person: str | None) -> EventActor:
        start = TEXT.index(words)
        return msgspec.structs.replace(
            qatar, start=start, end=start + len(words), text=words, actor=None, person=person, state=None, role="participant", rank=None
        )

    actors = (party("رئیس فیفا", None), party("یاسر فلانی", "یاسر فلانی"), qatar)
    return msgspec.structs.replace(read, events=(msgspec.structs.replace(event, actors=actors),))


@pytest.fixture
def store(url: str, record: Record) -> Iterator[Store]:
    with dabir.open_store(url) as store:
        store.add(record)
        store.merge()
        yield store


def test_they_are_parties_of_the_merged_event(store: Store, url: str) -> None:
    (event,) = store.merged_events()
    found = {(p.state, p.person, p.name) for p in event.parties if p.role == "participant"}
    assert {(None, None, "رئیس فیفا"), (None, "یاسر فلانی", None)} <= found
    assert {"رئیس فیفا", "یاسر فلانی", "QAT"} <= {o.value for o in event.fields["participant"]}
    assert rows(url, "SELECT state FROM sides") == [("QAT",)], "states alone are sides"
    assert list(store.check()) == []


def test_they_are_found_and_counted(store: Store) -> None:
    for name in ("فیفا", "رئیس فیفا", "رئیس\u200cفیفا"):
        (row,) = store.events(asked(actor=name)).rows
        assert "رئیس فیفا" in {p.name for p in row.parties}
    assert not store.events(asked(actor="یوفا")).rows
    assert {(a.state, a.person, a.name) for a in store.actors().rows} >= {(None, None, "رئیس فیفا"), (None, "یاسر فلانی", None)}
    assert {c.value for c in store.facets()["state"]} == {"QAT"}
    assert store.events(Filter(states=("QAT",))).rows


def test_they_are_handed_on(store: Store) -> None:
    def text(name: str) -> str:
        return "".join(str(c) for c in named(name).chunks(store, EVERYTHING))

    assert "رئیس فیفا" in text("csv") and "رئیس فیفا" in text("jsonl")
    table = [line.split("\t") for line in text("polecat").splitlines()]
    assert "رئیس فیفا" in dict(zip(*table, strict=True))["Actor Name"]
    entities = {e["id"]: e for e in map(json.loads, text("ftm").splitlines())}
    involved = next(e for e in entities.values() if e["schema"] == "Event")["properties"]["involved"]
    assert {n for i in involved for n in entities[i]["properties"]["name"]} >= {"رئیس فیفا", "یاسر فلانی"}
    names = {x.get("name") for item in json.loads(text("jsonld"))["@graph"] for x in item["attendee"]}
    assert {"رئیس فیفا", "یاسر فلانی"} <= names


def test_a_state_is_a_side_once_and_known_for_a_host_alone() -> None:
    who = (
        Party("OMN", None, "host"), Party("IRN", None, "participant"), Party("IRN", None, "host"), Party(None, None, "actor", "یک گروه"),
    )  # fmt: skip
    assert {str(r["state"]): r["host"] for r in sides("m", None, who)} == {"OMN": True, "IRN": False}
