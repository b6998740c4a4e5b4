"""Questions to a store: filters in any calendar, pages that lose and repeat nothing, series of two states; on both databases."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta

import msgspec
import pytest
import sqlalchemy as sa

import dabir
from dabir.errors import InputError
from dabir.model import Record
from dabir.store import frames, schema
from dabir.store.filters import Filter, asked, between, code, like
from dabir.store.flat import safe
from dabir.store.paging import Page, each
from dabir.store.query import EventRow
from dabir.store.series import Bucket, bucket
from dabir.store.store import Store


@pytest.fixture
def store(filled: Store) -> Store:
    return filled


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("از ۱ اسفند ۱۴۰۳ تا ۱۵ اسفند ۱۴۰۳", ("2025-02-19", "2025-03-06")),
        ("از 1403-12-01 تا 2025-03-05", ("2025-02-19", "2025-03-06")),
        ("اسفند ۱۴۰۳", ("2025-02-19", "2025-03-21")),
        ("از اسفند ۱۴۰۳ تا خرداد ۱۴۰۴", ("2025-02-19", "2025-06-22")),
        ("از ۱ اسفند ۱۴۰۳", ("2025-02-19", None)),
        ("تا ۱ اسفند ۱۴۰۳", (None, "2025-02-20")),
        ("2025-03", ("2025-03-01", "2025-04-01")),
        ("2025-W10", ("2025-03-03", "2025-03-10")),
        ("۱۴۰۳", ("2024-03-20", "2025-03-21")),
    ],
)
def test_days_as_people_write_them(words: str, expected: tuple[str | None, str | None]) -> None:
    assert between(words) == expected


@pytest.mark.parametrize("words", ["", "هفته گذشته", "فردا", "از ۱۵ اسفند ۱۴۰۳ تا ۱ اسفند ۱۴۰۳", "۱ اسفند ۱۴۰۳ و چیزهای دیگر", "xyz", "2025-13"])
def test_words_that_name_no_days(words: str) -> None:
    with pytest.raises(InputError):
        between(words)


@pytest.mark.parametrize(("name", "expected"), [("روسیه", "RUS"), ("rus", "RUS"), ("Oman", "OMN"), ("سازمان ملل", "UNO"), ("سازمان‌ملل", "UNO")])
def test_states_by_code_or_name(name: str, expected: str) -> None:
    assert code(name) == expected


@pytest.mark.parametrize(
    "given", [{"states": ["ناکجا"]}, {"acts": ["dance"]}, {"plover": ["DANCE"]}, {"status": ["maybe"]}, {"dyad": ["RUS"]}, {"dyad": ["RUS", "روسیه"]},
              {"since": "دیروز"}, {"since": "2025-01-01", "when": "2025"}]
)  # fmt: skip
def test_filters_that_are_none(given: dict[str, object]) -> None:
    with pytest.raises(InputError):
        asked(**given)  # type: ignore[arg-type]


def test_a_pattern_has_no_wildcards_of_its_own() -> None:
    assert like("100%_x") == "%100\\%\\_x%"


def all_events(store: Store) -> list[tuple[str, str | None]]:
    m = schema.merged.c
    with store.reading() as connection:
        return [(r[0], r[1]) for r in connection.execute(sa.select(m.id, m.since))]


@pytest.mark.parametrize("sort", ["day", "reported", "outlets", "intensity"])
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 1000])
def test_pages_give_every_event_once_in_order(store: Store, sort: str, descending: bool, limit: int) -> None:
    rows = list(each(lambda cursor: store.events(sort=sort, descending=descending, limit=limit, cursor=cursor)))  # type: ignore[arg-type]
    assert len(rows) > 10
    assert sorted(r.id for r in rows) == sorted(i for i, _ in all_events(store))
    name = {"day": "since", "reported": "first_report"}.get(sort, sort)
    values = [getattr(r, name) for r in rows]
    known = [v for v in values if v is not None]
    assert values[: len(known)] == known == sorted(known, reverse=descending)


def test_a_page_stays_where_it_was_when_events_are_added(url: str, records: tuple[Record, ...]) -> None:
    with dabir.open_store(url) as store:
        for record in records:
            store.add(record)
        store.merge()
        first, before = store.events(limit=5), {r.id for r in store.each_event()}
        store.add(dabir.read("وزیران خارجه ایران و عمان ۱ فروردین ۱۳۹۰ در مسقط دیدار کردند.", published="2011-03-21"))
        store.merge()
        rest = list(each(lambda cursor: store.events(limit=5, cursor=cursor or first.next)))
    assert {r.id for r in rest} == before - {r.id for r in first.rows} != set()


@pytest.mark.parametrize("cursor", ["x", "ééé", "W10", "WyJkYXkiLG51bGxd", "e30"])
def test_a_cursor_that_is_none(store: Store, cursor: str) -> None:
    with pytest.raises(InputError, match="cursor"):
        store.events(cursor=cursor)


def test_a_cursor_of_another_order_and_a_page_without_rows(store: Store) -> None:
    after = store.events(limit=1).next
    with pytest.raises(InputError, match="sorted by day"):
        store.events(sort="outlets", cursor=after)
    with pytest.raises(InputError, match="rows"):
        store.events(limit=0)
    with pytest.raises(InputError, match="sorted"):
        store.events(sort="beauty")  # type: ignore[arg-type]
    assert store.events(Filter(acts=("vote",), states=("ATA",))) == Page((), None)


def states(row: object) -> set[str | None]:
    return {p.state for p in row.parties}  # type: ignore[attr-defined]


def test_each_filter_lets_through_what_it_says_and_nothing_else(store: Store) -> None:
    every = list(store.each_event())

    def ids(f: Filter) -> set[str]:
        return {r.id for r in store.each_event(f)}

    assert ids(asked(states=["روسیه"])) == {r.id for r in every if "RUS" in states(r)} != set()
    both = {r.id for r in every if {"RUS", "USA"} <= {p.state for p in r.parties if p.role != "host"}}
    assert ids(asked(dyad=["RUS", "USA"])) == both != set()
    for name in ("act", "status", "plover"):
        value = every[0].plover if name == "plover" else getattr(every[0], name)
        f = Filter(**{"acts" if name == "act" else name: (value,)})
        assert every[0].id in ids(f) == {r.id for r in every if getattr(r, name) == value}
    dated = sorted(r.since for r in every if r.since)
    middle = dated[len(dated) // 2]
    assert ids(Filter(since=middle)) == {r.id for r in every if r.until and r.until > middle}
    assert ids(Filter(until=middle)) == {r.id for r in every if r.since and r.since < middle}
    where = next(r.place for r in every if r.place)
    assert ids(asked(place=where)) >= {r.id for r in every if r.place == where}
    country = next(r.country for r in every if r.country)
    assert ids(asked(place=country)) >= {r.id for r in every if r.country == country}


def test_a_person_is_found_however_named_and_an_office_by_its_title(store: Store) -> None:
    e, p = schema.members.c, schema.participants.c
    with store.reading() as connection:
        query = sa.select(e.merged).join(schema.participants, p.event == e.event).where(p.person == "سرگئی لاوروف")
        expected = set(connection.execute(query).scalars())
        title = connection.execute(
            sa.select(schema.actors.c.office_title).join(schema.participants, p.actor == schema.actors.c.id)
            .where(schema.actors.c.office_title.is_not(None)).limit(1)).scalar_one()  # fmt: skip
    for name in ("لاوروف", "سرگئی لاوروف", "Lavrov", "Sergey Lavrov"):
        assert {r.id for r in store.each_event(asked(actor=name))} == expected != set(), name
    assert not store.events(asked(actor="هیچ‌کس هیچ‌کسیان")).rows
    assert store.events(asked(office=title)).rows
    assert not store.events(asked(office="%")).rows, "a wildcard is a letter like others"


def test_words_and_outlets_of_reports(store: Store) -> None:
    found = store.events(asked(text="گفت و گو")).rows
    assert found
    assert {r.id for r in store.each_event(asked(text="گفتگو"))} == {r.id for r in store.each_event(asked(text="گفت‌وگو"))}
    outlet = next(r.outlet for r in store.each_event() if r.outlet)
    assert {r.outlets for r in store.each_event(asked(outlet=outlet))}
    assert not store.events(asked(outlet="روزنامه‌ای که نیست")).rows


def test_statements_and_their_words(store: Store) -> None:
    rows = list(store.each_statement())
    with store.reading() as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(schema.statements)).scalar_one()
    assert len(rows) == total > 10
    for row in rows:
        assert store.record(row.version).article.text[row.start : row.stop] == row.content
    speaker = next(r for r in rows if r.person and r.state)
    assert {r.id for r in store.each_statement(Filter(states=(speaker.state or "",)))} == {r.id for r in rows if r.state == speaker.state}
    assert speaker.id in {r.id for r in store.each_statement(asked(actor=speaker.person))}
    assert {r.state for r in store.each_statement(Filter(dyad=("RUS", "USA")))} <= {"RUS", "USA"}
    small = list(each(lambda cursor: store.statements(descending=True, limit=2, cursor=cursor)))
    assert sorted(r.id for r in small) == sorted(r.id for r in rows)


def test_actors_are_counted(store: Store) -> None:
    rows = list(each(lambda cursor: store.actors(limit=3, cursor=cursor)))
    assert [r.events for r in rows] == sorted((r.events for r in rows), reverse=True)
    every = list(store.each_event())
    for row in rows[:5]:
        assert row.events == sum(any((p.state, p.person) == (row.state, row.person) for p in e.parties) for e in every)


def test_texts_and_facets(store: Store) -> None:
    rows = list(each(lambda cursor: store.texts(asked(text="سفارت*"), limit=2, cursor=cursor)))
    assert {r.id for r in rows} == {h.id for h in store.search("سفارت*")} != set()
    with pytest.raises(InputError):
        store.texts(Filter())
    every, facets = list(store.each_event()), store.facets(limit=1000)
    assert {c.value: c.events for c in facets["state"]} == {
        s: sum(s in states(r) for r in every) for s in {s for r in every for s in states(r)}
    }
    assert sum(c.events for c in facets["act"]) == len(every)
    assert [c.events for c in facets["outlet"]] == sorted((c.events for c in facets["outlet"]), reverse=True)


@pytest.mark.parametrize("calendar", ["jalali", "gregorian"])
@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_a_series_counts_every_event_once_and_has_no_gap(store: Store, by: str, calendar: str) -> None:
    f = asked(dyad=["RUS", "USA"])
    series = store.dyad(f, by, calendar)  # type: ignore[arg-type]
    every = list(store.each_event(f))
    assert sum(b.events for b in series.buckets) + series.undated == len(every)
    assert all(a.until == b.begin for a, b in zip(series.buckets, series.buckets[1:], strict=False))
    for b in series.buckets:
        inside = [r for r in every if r.since and b.begin <= r.since < b.until]
        scores = [r.intensity for r in inside if r.intensity is not None]
        assert (b.events, b.intensity) == (len(inside), pytest.approx(sum(scores) / len(scores), abs=0.001) if scores else None)
        assert b.quads == tuple(sum(r.quad == n for r in inside) for n in (1, 2, 3, 4))
    assert len({b.label for b in series.buckets}) == len(series.buckets)


def test_a_series_without_a_dyad_or_too_long(store: Store) -> None:
    with pytest.raises(InputError):
        store.dyad(Filter())
    assert store.dyad(Filter(dyad=("ATA", "UMI"))).buckets == ()


@pytest.mark.parametrize("day", [date(2025, 3, 20), date(2025, 3, 21), date(2024, 12, 30), date(2025, 1, 1)])
def test_buckets_hold_their_day(day: date) -> None:
    for by in ("day", "week", "month"):
        for calendar in ("jalali", "gregorian"):
            b = bucket(day, by, calendar)  # type: ignore[arg-type]
            assert b.begin <= day.isoformat() < b.until
            assert bucket(date.fromisoformat(b.until) - timedelta(1), by, calendar).label == b.label  # type: ignore[arg-type]
    assert bucket(date(2025, 3, 20), "month", "jalali").label == "1403-12"
    assert bucket(date(2025, 3, 21), "month", "jalali").label == "1404-01"
    assert bucket(date(2024, 12, 30), "week", "gregorian").label == "2025-W01"


def asked_at_the_shell(store: Store, *command: str) -> tuple[int, str, str]:
    url = store._database.engine.url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
    from typer.testing import CliRunner

    from dabir.cli import app

    done = CliRunner().invoke(app, [*command, "--store", url])
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("command", [["events"], ["statements"], ["actors"], ["search", "سفارت*"]])
def test_the_commands_print_all_rows_page_by_page(store: Store, command: list[str]) -> None:
    status, whole, more = asked_at_the_shell(store, *command, "--all", "--format", "jsonl")
    assert (status, more) == (0, "")
    lines: list[str] = []
    after: list[str] = []
    for _ in range(200):
        status, out, said = asked_at_the_shell(store, *command, "--limit", "7", "--format", "jsonl", *after)
        assert status == 0
        lines += out.splitlines()
        if "--after" not in said:
            break
        after = ["--after", said.split("--after ")[1].split(",")[0]]
    assert lines == whole.splitlines()
    assert len(lines) > 1
    status, table, _ = asked_at_the_shell(store, *command, "--limit", "7")
    assert status == 0 and len(table.splitlines()) == min(7, len(lines)) + 1


def test_csv_has_a_row_an_event_and_no_formula(store: Store) -> None:
    status, out, _ = asked_at_the_shell(store, "events", "--all", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert status == 0
    assert [r["id"] for r in rows] == [e.id for e in store.each_event()]
    assert {r["intensity"] for r in rows if r["intensity"].startswith("-")}, "a number may be below nought"


@pytest.mark.parametrize("cell", ["=1+1", "+98", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_text_is_no_formula(cell: str) -> None:
    assert safe(cell) == f"'{cell}"


def test_the_timeline_goes_by_days(store: Store) -> None:
    status, out, said = asked_at_the_shell(store, "timeline", "--dyad", "روسیه", "USA")
    days = [line[:10] for line in out.splitlines() if not line.startswith(" ")]
    events = list(store.each_event(asked(dyad=["RUS", "USA"])))
    assert status == 0 and days == sorted(set(days)) == sorted({e.since for e in events if e.since})
    assert "2025-02-27  (1403-12-09)" in out
    assert f"{sum(e.since is None for e in events)} more events have no date" in said


def test_a_dyad_at_the_shell(store: Store) -> None:
    status, out, _ = asked_at_the_shell(store, "dyad", "RUS", "USA", "--calendar", "jalali")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[1:]] == [
        b.label for b in store.dyad(asked(dyad=["RUS", "USA"]), "month", "jalali").buckets
    ]


@pytest.mark.parametrize(
    "command",
    [["events", "--state", "ناکجا"], ["events", "--when", "دیروز"], ["events", "--after", "x"], ["dyad", "RUS", "RUS"], ["events", "--act", "dance"],
     ["events", "--since", "1403-13-01"], ["timeline", "--dyad", "RUS", "XX"], ["search", "x", "--after", "x"]],
)  # fmt: skip
def test_wrong_usage_is_one_line(store: Store, command: list[str]) -> None:
    status, out, said = asked_at_the_shell(store, *command)
    assert (status, out) == (2, "")
    assert said.startswith("dabir: ") and len(said.strip().splitlines()) == 1


def test_frames_have_the_rows_and_their_types(store: Store) -> None:
    pa = pytest.importorskip("pyarrow", reason="the frames extra is not installed")
    rows = list(store.each_event())
    table = frames.arrow(rows, EventRow)
    assert table.num_rows == len(rows)
    assert table.schema.field("intensity").type == pa.float64()
    assert table.column("parties").to_pylist() == [[msgspec.to_builtins(p) for p in r.parties] for r in rows]
    assert frames.arrow([], EventRow).schema == table.schema, "no rows, the same columns"
    series = store.dyad(asked(dyad=["RUS", "USA"]))
    assert frames.arrow(series.buckets, Bucket).column("quads").to_pylist() == [list(b.quads) for b in series.buckets]
    pytest.importorskip("pandas", reason="the frames extra is not installed")
    assert list(frames.pandas(rows, EventRow)["id"]) == [r.id for r in rows]
    pytest.importorskip("polars", reason="the frames extra is not installed")
    assert frames.polars(rows, EventRow)["id"].to_list() == [r.id for r in rows]


def test_a_library_that_is_not_there_is_named_with_its_extra() -> None:
    with pytest.raises(InputError, match=r"dabir\[frames\]"):
        frames.library("no_such_library_at_all")
