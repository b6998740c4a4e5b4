"""Who held an office: no impossible spans, and where the tables claim to be complete, no gap and no double holder without a reason."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence

import pytest

from dabir import resources
from dabir.names.kb import squeeze
from dabir.resources import values

GAP = dt.timedelta(days=45)  # a successor may take some weeks
OVERLAP = dt.timedelta(days=1)  # the day of the handover
KINDS = ("head-of-state", "head-of-government", "foreign-minister")
DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
Row = Mapping[str, str]


def first_day(date: str) -> dt.date:
    """The earliest day that an ISO date, known to the day, the month or the year, can mean."""
    match = DATE.fullmatch(date)
    assert match, f"not an ISO date: {date}"
    return dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def last_day(date: str) -> dt.date:
    """The latest day that it can mean."""
    first = first_day(date)
    if len(date) == 10:
        return first
    after = dt.date(first.year + 1, 1, 1)
    if len(date) == 7 and first.month < 12:
        after = dt.date(first.year, first.month + 1, 1)
    return after - dt.timedelta(days=1)


class Span:
    """A holding as a stretch of time: from the earliest and latest day of its beginning to those of its end."""

    def __init__(self, person: str, begin: str, end: str) -> None:
        self.person = person
        self.begins = (first_day(begin), last_day(begin))
        self.ends = (first_day(end), last_day(end)) if end else (dt.date.max, dt.date.max)


def spans(rows: Sequence[Row], state: str, kind: str) -> list[Span]:
    """All holdings of a kind in a state, by their beginning."""
    found = [
        Span(r["person"], r["begin"], r["end"])
        for r in rows
        if r["state"] == state and kind in values(r["kinds"]) and r["begin"]
    ]
    return sorted(found, key=lambda s: (s.begins, s.ends))


def gaps(held: Sequence[Span], begin: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """Stretches between `begin` and `end` that surely nobody held, longer than GAP."""
    reached = begin
    for span in [*held, None]:
        start = span.begins[0] if span else end
        if min(start, end) - reached > (GAP if reached > begin and span else dt.timedelta()):
            yield reached, min(start, end)
        if span:
            reached = max(reached, span.ends[1])


def overlaps(held: Sequence[Span], begin: dt.date, end: dt.date) -> Iterator[tuple[dt.date, dt.date, str, str]]:
    """Stretches between `begin` and `end` that surely two people held, longer than OVERLAP."""
    for n, one in enumerate(held):
        for other in held[n + 1 :]:
            start = max(one.begins[1], other.begins[1], begin)
            stop = min(one.ends[0], other.ends[0], end)
            if one.person != other.person and stop - start > OVERLAP:
                yield start, stop, one.person, other.person


def problems(rows: Sequence[Row], claim: Row) -> list[tuple[str, str, str, dt.date, dt.date]]:
    """What breaks a claim of completeness: (state, kind, gap or overlap, from, to)."""
    begin, end = first_day(claim["from"]), last_day(claim["to"])
    found = []
    for kind in values(claim["kinds"]):
        held = [s for s in spans(rows, claim["state"], kind) if s.ends[1] > begin and s.begins[0] < end]
        found += [(claim["state"], kind, "gap", *g) for g in gaps(held, begin, end)]
        found += [(claim["state"], kind, "overlap", *o[:2]) for o in overlaps(held, begin, end)]
    return found


def offices() -> tuple[Row, ...]:
    return resources.tables("kb/offices")


def excused() -> set[tuple[str, str, str, dt.date, dt.date]]:
    """The gaps and overlaps that were real, as `exceptions.tsv` lists them."""
    return {
        (r["state"], r["kind"], r["problem"], first_day(r["from"]), first_day(r["to"]))
        for r in resources.table("kb/exceptions.tsv")
    }


CLAIMS = resources.table("kb/complete.tsv")


def claim_id(claim: Row) -> str:
    return f"{claim['state']}-{claim['kinds']}"


def test_sixty_states_are_complete_in_all_three_kinds() -> None:
    claimed = {(c["state"], k) for c in CLAIMS for k in values(c["kinds"])}
    whole = {s for s, _ in claimed if all((s, k) in claimed for k in KINDS)}
    assert len(whole) >= 60
    assert whole <= {r["code"] for r in resources.table("kb/states.tsv")}


def test_no_claim_twice() -> None:
    claimed = [(c["state"], k) for c in CLAIMS for k in values(c["kinds"])]
    assert len(claimed) == len(set(claimed))
    assert {k for _, k in claimed} <= set(KINDS)
    assert all(c["source"] for c in CLAIMS)


@pytest.mark.parametrize("claim", CLAIMS, ids=claim_id)
def test_no_gap_and_no_double_holder_without_a_reason(claim: Row) -> None:
    bare = set(problems(offices(), claim)) - excused()
    assert not bare, "; ".join(f"{s} {k}: {p} from {a} to {b}" for s, k, p, a, b in sorted(bare))


def test_every_exception_is_needed_and_says_why() -> None:
    found = {p for c in CLAIMS for p in problems(offices(), c)}
    assert excused() <= found, sorted(excused() - found)
    for row in resources.table("kb/exceptions.tsv"):
        assert row["problem"] in ("gap", "overlap")
        assert len(row["reason"].split()) > 3, dict(row)
        assert row["source"]


def test_spans_are_possible() -> None:
    for row in offices():
        if row["begin"] and row["end"]:
            assert last_day(row["end"]) >= first_day(row["begin"]), dict(row)
            assert len(row["begin"]) < 10 or len(row["end"]) < 10 or row["end"] > row["begin"], dict(row)
        for date in filter(None, (row["begin"], row["end"])):
            assert dt.date(1900, 1, 1) <= first_day(date), dict(row)
            assert last_day(date) <= dt.date(2026, 12, 31), dict(row)


def test_holders_of_the_three_kinds_have_a_beginning() -> None:
    missing = [dict(r) for r in offices() if set(values(r["kinds"])) & set(KINDS) and not r["begin"]]
    assert not missing


def test_every_holder_is_one_person_with_one_row() -> None:
    people = [r["id"] for r in resources.tables("kb/people")]
    assert len(people) == len(set(people))
    assert {r["person"] for r in offices()} <= set(people)


def test_nobody_holds_the_same_office_twice_at_once() -> None:
    held: dict[tuple[str, str, str], list[Span]] = {}
    for r in resources.table("kb/offices/leaders.tsv"):
        held.setdefault((r["person"], r["office"], r["state"]), []).append(Span(r["person"], r["begin"], r["end"]))
    for key, rows in held.items():
        rows.sort(key=lambda s: s.begins)
        for one, other in zip(rows, rows[1:], strict=False):
            assert other.begins[1] >= one.ends[0], key


def test_a_title_leads_to_the_office() -> None:
    """«صدراعظم آلمان» is looked up by the office that `names/heads.tsv` gives the title."""
    titles = {squeeze(r["fa"]): r["office"] for r in resources.table("names/heads.tsv") if r["office"]}
    for r in resources.table("kb/offices/leaders.tsv"):
        office = titles.get(squeeze(r["title"]))
        assert not office or not r["kinds"] or office in {r["office"], *values(r["kinds"])}, dict(r)


def row(person: str, begin: str, end: str) -> Row:
    return {"person": person, "state": "XXX", "kinds": "head-of-state", "begin": begin, "end": end}


CLAIM = {"state": "XXX", "kinds": "head-of-state", "from": "2000-01-01", "to": "2010-12-31"}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", "1999-01-01", "2005-03-01"), ("b", "2005-03-01", "")], []),
        ([("a", "1999-01-01", "2005-03-01"), ("b", "2005-04-10", "")], []),
        ([("a", "1999-01-01", "2005-03-01"), ("b", "2005-03-02", ""), ("c", "2011-02", "")], []),
        ([("a", "1999-01-01", "2005-03"), ("b", "2005", "")], []),
        ([("a", "1999-01-01", "2005-03-01"), ("b", "2005-05-01", "")], [("gap", "2005-03-01", "2005-05-01")]),
        ([("a", "2000-01-02", "")], [("gap", "2000-01-01", "2000-01-02")]),
        ([("a", "1999-01-01", "2010-12-30")], [("gap", "2010-12-30", "2010-12-31")]),
        ([], [("gap", "2000-01-01", "2010-12-31")]),
        ([("a", "1999-01-01", ""), ("b", "2005-05-01", "2006-01-01")], [("overlap", "2005-05-01", "2006-01-01")]),
        ([("a", "1999", "2005-03-03"), ("b", "2005-03-01", "")], [("overlap", "2005-03-01", "2005-03-03")]),
        ([("a", "1999-01-01", "2004"), ("a", "2003-05", "")], []),
    ],
)
def test_the_check_itself(rows: list[tuple[str, str, str]], expected: list[tuple[str, str, str]]) -> None:
    found = problems([row(*r) for r in rows], CLAIM)
    assert [(p, a.isoformat(), b.isoformat()) for _, _, p, a, b in found] == expected


def test_every_former_name_has_its_time() -> None:
    listed = {(r["code"], name) for r in resources.table("kb/states.tsv") for name in values(r["former"])}
    rows = resources.table("kb/former.tsv")
    assert {(r["code"], r["fa"]) for r in rows} == listed
    for r in rows:
        assert all(re.fullmatch(r"(\d{4}(-\d\d-\d\d)?)?", r[k]) for k in ("begin", "end")), r
        assert not (r["begin"] and r["end"]) or r["begin"] < r["end"], r
