"""The desk's pages that show many events at once: network and map; forms with dates from lists, several values together."""

from __future__ import annotations

import csv
import io
import re
from itertools import combinations
from pathlib import Path

import msgspec
import pytest

from dabir import open_store
from dabir.errors import InputError
from dabir.resources import table
from dabir.store import meetings, stances
from dabir.store.filters import Filter
from dabir.store.meetings import Node, Tie
from dabir.store.store import Store

pytest.importorskip("fastapi", reason="the desk extra is not installed")
pytest.importorskip("networkx", reason="the desk extra is not installed")
from starlette.datastructures import QueryParams  # noqa: E402
from starlette.testclient import TestClient  # noqa: E402

from dabir.desk import asking, forms, graphs, maps  # noqa: E402
from dabir.desk.app import create  # noqa: E402
from dabir.desk.guard import Desk  # noqa: E402
from dabir.desk.language import Language  # noqa: E402

NOW = "2025-03-01T08:00:00+00:00"


@pytest.fixture
def store(filled: Store) -> Store:
    return filled


@pytest.fixture
def client(store: Store) -> TestClient:
    return TestClient(create(Desk(store, lambda: NOW)), base_url="http://localhost", follow_redirects=False)


def rows(client: TestClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_ties_count_the_events_of_two(store: Store) -> None:
    expected: dict[tuple[str, str], set[str]] = {}
    for e in store.each_event(Filter(acts=meetings.MEETING)):
        if e.status not in ("cancelled", "denied"):
            states = sorted({p.state for p in e.parties if p.state and p.role != "host"})
            for pair in combinations(states, 2):
                expected.setdefault(pair, set()).add(e.id)
    with store.reading() as connection:
        found = meetings.ties(connection, Filter())
    assert {(t.one.state, t.other.state): t.events for t in found.ties} == {k: len(v) for k, v in expected.items()} != {}
    assert [t.events for t in found.ties] == sorted((t.events for t in found.ties), reverse=True) and not found.left_out
    with store.reading() as connection:
        cut = meetings.ties(connection, Filter(), limit=1)
    assert cut.ties == found.ties[:1] and cut.left_out


def test_persons_meet_by_name(store: Store) -> None:
    with store.reading() as connection:
        found = meetings.ties(connection, Filter(), "persons").ties
    assert found and all(t.one.person and t.other.person and t.one < t.other for t in found)


def test_network_page_draws_each_tie_once_and_lists_it(client: TestClient, store: Store) -> None:
    with store.reading() as connection:
        found = meetings.ties(connection, Filter()).ties
    page = client.get("/fa/network").text
    assert page.count('<line class="tie"') == page.count("<tr><th scope=\"row\">") == len(found)
    nodes = {n.state for t in found for n in (t.one, t.other)}
    svg = page.partition("<svg")[2].partition("</svg>")[0]
    assert set(re.findall(r'<a href="/fa/actor/(\w+)"', svg)) == nodes
    for link, count in re.findall(r'<td><a href="(/fa/search[^"]+)">([۰-۹]+)</a>', page):
        assert f'id="found">{count} ' in client.get(link.replace("&amp;", "&")).text  # a tie leads to its events
    assert {(r["state"], r["other_state"], int(r["events"])) for r in rows(client, "/fa/network.csv")} == {
        (t.one.state, t.other.state, t.events) for t in found
    }


def test_network_is_the_same_every_time_and_stays_inside() -> None:
    many = [Tie(Node(f"S{a:02}"), Node(f"S{b:02}"), 100 - a - b, None, None) for a, b in combinations(range(40), 2)]
    drawn = graphs.network(many)
    assert drawn == graphs.network(many)
    assert len(drawn.strokes) == 60 and drawn.left_out == len(many) - 60
    assert all(c.x - c.radius > 0 and c.x + c.radius < drawn.width and 0 < c.y - c.radius < c.y + c.radius < drawn.height for c in drawn.circles)
    assert len({(c.x, c.y) for c in drawn.circles}) == len(drawn.circles)
    assert graphs.network([]) == graphs.Network((), (), 0)
    assert len(graphs.network([Tie(Node("A"), Node("B"), 1, None, None)]).circles) == 2


def test_names_in_the_network_do_not_cover_each_other() -> None:
    hub = Node("S00", "الف")
    star = [Tie(hub, Node(f"S{n:02}", f"ب{n:02}"), 30 - n, None, None) for n in range(1, 16)]
    circles = graphs.network(star).circles
    assert len(circles) == 16
    for n, a in enumerate(circles):
        assert all(abs(a.x - b.x) > 80 or abs(a.y - b.y) > 28 for b in circles[:n])


def test_shapes_are_of_states_and_are_paths() -> None:
    states = {r["code"] for r in table("kb/states.tsv")}
    shapes = list(maps.shapes())
    codes = [s.code for s in shapes if s.code]
    assert set(codes) <= states and len(codes) == len(set(codes)) >= 190
    for s in shapes:
        assert re.fullmatch(r"(M-?\d+[ -]\d+l[-\d ]+z)*", s.path), s.code
        assert not s.code or -500 < s.y < 420 and 0 <= s.x <= 2000
    places = {s.code: (s.x, s.y) for s in shapes}
    assert places["GBR"][0] < places["TUR"][0] < places["IRN"][0] < places["CHN"][0] and places["RUS"][1] < places["IRN"][1] < places["ZAF"][1]


def test_map_counts_by_country(client: TestClient, store: Store) -> None:
    expected: dict[str, int] = {}
    for e in store.each_event():
        expected[e.country or ""] = expected.get(e.country or "", 0) + 1
    nowhere = expected.pop("", 0)
    assert {r["country"]: int(r["events"]) for r in rows(client, "/en/map.csv")} == expected != {}
    page = client.get("/en/map").text
    assert set(re.findall(r'<a href="/en/search\?place=(\w+)" aria-label', page)) == set(expected)
    assert f"not stated</th><td>{nowhere}</td>" in page and len(page) < 120_000
    assert client.get("/en/map?view=near").status_code == client.get("/en/map?view=none").status_code == 200


def test_shades_grow_with_events_and_small_countries_are_seen() -> None:
    drawn = maps.drawn({"IRN": 1, "OMN": 4, "QAT": 1000, "BHR": 2, "ZZZ": 3}, "world")
    shade = {c.shape.code: c.shade for c in drawn.countries}
    assert (shade["IRN"], shade["OMN"], shade["QAT"], shade["FRA"]) == (1, 2, 5, 0) and drawn.unplaced == 3
    assert {c.shape.code for c in drawn.countries if c.shape.small} >= {"BHR", "QAT"}


@pytest.mark.parametrize(("query", "day"), [
    ("since-year=1403&since-month=12&since-day=10", "2025-02-28"),
    ("since-year=1403&since-month=12", "2025-02-19"),
    ("since-year=1403", "2024-03-20"),
    ("since-year=2025&since-month=2&since-day=28&calendar=gregorian", "2025-02-28"),
    ("since-year=1403&since=2020-01-01", "2024-03-20"),
    ("since=۱۰ اسفند ۱۴۰۳", "2025-02-28"),
    ("since-month=&since-year=", None),
])  # fmt: skip
def test_dates_are_picked_in_either_calendar(store: Store, query: str, day: str | None) -> None:
    form = forms.asked(QueryParams(query), Language("fa"), store, NOW)
    assert form.filter.since == day
    again = forms.asked(QueryParams([(k, v) for k, vs in form.fields.items() for v in vs]), Language("fa"), store, NOW)
    assert again.filter == form.filter  # links repeat the form as it is


@pytest.mark.parametrize("query", ["since-month=2", "since-year=1404&since-day=3", "since-year=1404&since-month=12&since-day=30",
                                   "since-year=9999999999&since-month=1", "since-year=x", "until-year=0"])  # fmt: skip
def test_days_that_are_none_are_said(store: Store, client: TestClient, query: str) -> None:
    with pytest.raises(InputError):
        forms.asked(QueryParams(query), Language("fa"), store, NOW)
    assert client.get(f"/fa/map?{query}").status_code == 400


def test_lists_offer_the_years_of_the_store(store: Store, tmp_path: Path) -> None:
    days = [e.since for e in store.each_event() if e.since]
    form = forms.asked(QueryParams(""), Language("en"), store, NOW)
    assert form.picker.years == tuple(range(int(max(days)[:4]), int(min(days)[:4]) - 1, -1))
    with open_store(tmp_path / "empty.db") as empty:
        assert forms.asked(QueryParams(""), Language("fa"), empty, NOW).picker.years == (1403,)


def test_several_states_in_one_field(store: Store) -> None:
    form = forms.asked(QueryParams("state=ایران، عمان&state=QAT"), Language("fa"), store, NOW)
    assert form.filter.states == ("IRN", "OMN", "QAT")
    assert form.toggled("state", "OMN")["state"] == ["IRN", "QAT"]
    assert form.toggled("act", "meet")["act"] == ["meet"]


def test_facets_count_alternatives_and_keep_what_is_chosen(client: TestClient, store: Store) -> None:
    every = {c.value: c.events for c in asking.facets(store, Filter(), 50)["act"]}
    assert len(every) > 2 and not any(c.chosen for c in asking.facets(store, Filter(), 50)["act"])
    found = asking.facets(store, Filter(acts=("meet", "ratify"), states=("IRN",)), 3)
    chosen = {c.value: c.events for c in found["act"] if c.chosen}
    assert set(chosen) == {"meet", "ratify"} and chosen["meet"] == len(list(store.each_event(Filter(acts=("meet",), states=("IRN",)))))
    assert any(not c.chosen and c.events for c in found["act"])  # others can still be added
    page = client.get("/fa/search?act=meet&act=talks&state=IRN").text
    assert {tuple(x) for x in re.findall(r'name="(\w+)" value="([\w-]+)" checked', page)} == {("act", "meet"), ("act", "talks"), ("state", "IRN")}
    total = len(list(store.each_event(Filter(acts=("meet", "talks"), states=("IRN",)))))
    assert f'id="found">{Language("fa").digits(total)} ' in page and total > 1
    assert 'href="/fa/search?state=IRN&amp;act=talks"' in page  # takes «meet» away


def test_statements_say_since_when_and_whether_changed(client: TestClient, store: Store) -> None:
    page = client.get("/en/statements?state=IRN&text=ایران").text
    part = page.partition('id="history"')[2]
    shown = re.findall(r'<li id="said-([^"]+)"', part)
    rows = list(store.each_statement(Filter(states=("IRN",), text="ایران")))
    assert set(shown) == {s.id for s in rows} and shown
    days = sorted(s.published for s in rows if s.published)
    assert Language("en").day(days[0]) in part and Language("en").day(days[-1]) in part
    assert "Changed?" in part and ("Not known" in part or "No:" in part or "Both sides" in part)
    assert 'id="history"' not in client.get("/en/statements?state=IRN").text
    assert "name a speaker" in client.get("/en/statements?subject=nuclear").text
    assert client.get("/fa/statements?subject=none").status_code == 400


def test_api_gives_ties_and_histories(client: TestClient, store: Store) -> None:
    with store.reading() as connection:
        assert msgspec.convert(client.get("/api/v1/ties").json(), meetings.Ties) == meetings.ties(connection, Filter(), limit=200)
        found = stances.history(connection, Filter(states=("RUS",), text="روسیه"))
    assert msgspec.convert(client.get("/api/v1/histories?state=RUS&text=روسیه").json(), stances.History) == found and found.said
    assert client.get("/api/v1/histories?state=RUS").status_code == 400
    assert client.get("/api/v1/histories?state=RUS&subject=none").status_code == 400
