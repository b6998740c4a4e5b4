"""Tracks: what belongs to one negotiation, its rounds, agenda, ledger; on the series of articles about the embassy talks."""

from __future__ import annotations

import msgspec
import pytest

import dabir
from dabir.errors import InputError
from dabir.model import Record
from dabir.resources import toml
from dabir.store.subjects import DATA, named, stated_number, subjects
from dabir.store.tracks import Act, Position, Side, rules, tracks

STATES = ("RUS", "USA")


def act(id: str, act: str, day: str, **fields: object) -> Act:
    base = Act(
        id=id, act=act, status="held", day=day, dated=True, last_day=day, begin=day, place=None, venue=None, duration=None,
        formats=(), sides=(), doers=frozenset(), targets=frozenset(), hosts=(), subjects=frozenset({"missions"}), number=None,
        words="", reports=1, outlets=1,
    )  # fmt: skip
    return msgspec.structs.replace(base, **fields)


def measure(id: str, name: str, day: str, by: str, against: str) -> Act:
    return act(id, name, day, doers=frozenset({by}), targets=frozenset({against}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("درباره عادی‌سازی فعالیت سفارتخانه‌های دو کشور", ("missions",)),
        ("درباره عادی سازی فعالیت سفارتخانههای دو کشور", ("missions",)),
        ("ازسرگیری پروازهای مستقیم و خدمات بانکی", ("flights", "banking")),
        ("برنامه هسته‌ای و رفع تحریم‌ها", ("nuclear", "sanctions")),
        ("سخنان نماینده گازپروم درباره بازی فوتبال", ()),
        ("", ()),
    ],
)
def test_subjects_are_named_by_their_words(text: str, expected: tuple[str, ...]) -> None:
    assert named(text) == expected


def test_subjects_and_acts_of_the_table() -> None:
    from dabir.acts.plover import plover_table

    assert set(rules().of_act) <= set(plover_table().acts)
    assert len({r["id"] for r in toml(DATA)["subject"]}) == len(toml(DATA)["subject"]) == len(subjects())
    for s in subjects().values():
        assert s.name.fa and s.name.en and all(s.words)


@pytest.mark.parametrize(("text", "number"), [("دور دوم مذاکرات", 2), ("دور نخست گفت‌وگوها", 1), ("دور بعدی", None), ("در دوم خرداد", None)])
def test_the_number_of_a_round(text: str, number: int | None) -> None:
    assert stated_number(text) == number


def test_rounds_of_one_day_are_one_round() -> None:
    found = tracks(
        [
            act("a", "talks", "2025-02-27", place="استانبول", outlets=3, sides=(Side("RUS", ("x",), "expert"),)),
            act("b", "summit", "2025-02-27", duration="PT6H30M", sides=(Side("RUS", ("y",), "deputy"), Side("USA", (), None))),
            act("c", "talks", "2025-04-10", place="استانبول", number=2),
            act("d", "talks", "2025-04-10", place="ریاض"),
            act("e", "talks", "2025-04-12", dated=False),
        ],
        [],
        STATES,
    )
    assert len(found) == 1
    rounds = found[0].rounds
    assert [r.events for r in rounds] == [("a", "b"), ("c",), ("d",)], "an undated mention is no round"
    assert (rounds[0].level, rounds[0].duration, rounds[0].place) == ("deputy", "PT6H30M", "استانبول")
    assert rounds[0].delegations == (Side("RUS", ("x", "y"), "deputy"), Side("USA", (), None))
    assert [r.number for r in rounds] == [None, 2, None]


def test_subjects_and_time_part_tracks() -> None:
    found = tracks(
        [
            act("a", "talks", "2025-02-27"),
            act("b", "talks", "2025-03-10", subjects=frozenset({"nuclear"})),
            act("c", "talks", "2025-04-10"),
            act("d", "talks", "2027-01-10"),
            act("e", "condemn", "2025-02-27", subjects=frozenset()),
            act("f", "condemn", "2025-08-01", subjects=frozenset()),
        ],
        [],
        STATES,
    )
    assert sorted([m.event for m in t.timeline] for t in found) == [["a", "e", "c"], ["b"], ["d"]]


def test_a_common_subject_joins_two_tracks_that_were_apart() -> None:
    both = frozenset({"missions", "flights"})
    found = tracks(
        [act("a", "talks", "2025-02-01"), act("b", "talks", "2025-02-02", subjects=frozenset({"flights"})), act("c", "talks", "2025-02-03", subjects=both)],
        [],
        STATES,
    )
    assert [[m.event for m in t.timeline] for t in found] == [["a", "b", "c"]]


def test_the_ledger_says_what_answers_what() -> None:
    found = tracks(
        [
            measure("a", "expel", "2025-01-01", "USA", "RUS"),
            measure("b", "retaliate", "2025-01-05", "RUS", "USA"),
            measure("c", "sanction", "2025-01-06", "RUS", "UKR"),
            measure("d", "sanction", "2025-04-20", "USA", "RUS"),
        ],
        [],
        STATES,
    )
    assert [(m.event, m.answers) for m in found[0].ledger] == [("a", None), ("b", "a"), ("c", None), ("d", None)]
    assert found[0].kind == "dispute"


def test_positions_move_and_what_is_agreed_is_no_longer_open() -> None:
    said = [
        Position("1", "v", "RUS", None, "2025-02-27", "ساختمان‌ها بازگردد", frozenset({"missions"})),
        Position("2", "w", "RUS", None, "2025-02-27", "ساختمان‌ها بازگردد", frozenset({"missions"})),
        Position("3", "w", "RUS", None, "2025-03-27", "پرواز هم", frozenset({"missions", "flights"})),
        Position("4", "x", "USA", None, "2026-03-27", "دیگر نه", frozenset({"missions"})),
    ]
    acts = [
        act("a", "talks", "2025-02-27", subjects=frozenset({"missions", "flights"})),
        act("b", "agree", "2025-04-10"),
        act("c", "talks", "2025-05-10", status="planned"),
    ]
    (track,) = tracks(acts, said, STATES)
    missions = track.agenda[0]
    assert {s: [p.id for p in ps] for s, ps in missions.positions.items()} == {"RUS": ["1", "3"]}
    assert missions.accords == ("b",) and track.open == ("flights",)
    assert [m.event for m in track.agreed] == ["b"] and [m.event for m in track.planned] == ["c"]
    (before,) = tracks([acts[0], msgspec.structs.replace(acts[1], status="proposed")], said, STATES)
    assert before.open == ("missions", "flights") and before.agreed == ()


def test_the_embassy_talks(url: str, embassies: tuple[Record, ...]) -> None:
    with dabir.open_store(url) as store:
        for r in embassies:
            store.add(r)
        store.merge()
        track = store.track(["RUS", "USA"])[0]
        assert track.kind == "negotiation" and track.states == ("RUS", "USA")
        rounds = {r.day: r for r in track.rounds}
        assert {"2025-02-18", "2025-02-27", "2025-04-10"} <= set(rounds)
        assert (rounds["2025-02-27"].place, rounds["2025-02-27"].duration) == ("استانبول", "PT6H30M")
        assert rounds["2025-04-10"].number == 2 and rounds["2025-02-18"].place == "ریاض"
        assert {"missions", "flights", "banking"} <= set(track.subjects)
        missions = next(i for i in track.agenda if i.subject == "missions")
        assert {"RUS", "USA"} <= set(missions.positions)
        days = [p.day[:10] for p in missions.positions["RUS"]]
        assert days == sorted(days) and len(set(days)) > 2, "a side's position over time"
        assert "flights" in track.open
        answered = {m.act: m.answers for m in track.ledger}
        assert answered["retaliate"] in {m.event for m in track.ledger if m.act == "detain"}
        assert [m.day for m in track.timeline] == sorted(m.day for m in track.timeline)
        assert all(store.merged(m.event) for m in track.timeline)
        assert store.track(["RUS", "USA"], until="2025-01-01") == ()
        assert store.track(["RUS", "JPN"]) == ()
        with pytest.raises(InputError):
            store.track(["RUS", "RUS"])
