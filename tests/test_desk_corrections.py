"""Analyst work on the desk: forms of event, statement and article pages, the history with its way back, the API, hostile words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import msgspec
import pytest

from dabir import open_store
from dabir import read as read_text
from dabir.store.correcting import Change
from dabir.store.readings import parts
from dabir.store.store import Store

pytest.importorskip("fastapi", reason="the desk extra is not installed")
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from dabir.desk import tokens
from dabir.desk.app import create
from dabir.desk.guard import Desk
from dabir.store.corrections import Correction

NOW = "2025-03-01T08:00:00+00:00"
ONE = "وزیران خارجه ایران و عمان روز ۹ اسفند ۱۴۰۳ در مسقط دیدار کردند. عباس عراقچی گفت: «ما آماده ادامه گفت‌وگو با عمان هستیم.»"
OTHER = "مسقط میزبان بود: عباس عراقچی ۹ اسفند ۱۴۰۳ در مسقط با وزیر خارجه عمان دیدار کرد. دو طرف روابط دوجانبه را بررسی کردند."
THIRD = "وزیران خارجه ایران و قطر روز ۱۱ اسفند ۱۴۰۳ تلفنی گفت‌وگو کردند."
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}\u202e"


class Desks:
    """A store of its own, and clients of an analyst, a reader, and nobody."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store = store
        secrets = {role: tokens.make(path, name, role, NOW) for name, role in (("رحیمی", "analyst"), ("r", "reader"))}  # type: ignore[arg-type]
        app = create(Desk(store, lambda: NOW, tokens.load(path)))
        self.analyst, self.reader, self.nobody = (
            TestClient(app, base_url="http://localhost", follow_redirects=False, headers={"authorization": f"Bearer {s}"} if s else {})
            for s in (secrets["analyst"], secrets["reader"], "")
        )
        self.act = next(e for e in store.merged_events() if e.act == "meet")
        record = next(r for r in store.records() if r.article.outlet == "ایرنا" and r.statements)
        self.version = next(t.version for t in self.act.told if t.outlet == "ایرنا")
        self.statement = parts(record)[record.statements[0].id]

    def send(self, path: str = "/fa/corrections", **form: str) -> int:
        return self.analyst.post(path, data=form).status_code


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desks]:
    with open_store(tmp_path / "s.db") as store:
        for text, outlet in ((ONE, "ایرنا"), (OTHER, "ایسنا"), (THIRD, "تسنیم")):
            store.add(read_text(text, published="2025-03-01", outlet=outlet))
        store.merge()
        meets = [e for e in store.merged_events() if e.act == "meet"]
        if len(meets) > 1:
            store.judge(meets[0].told[0].event, meets[1].told[0].event, "same", by="x", at=NOW)
        yield Desks(store, tmp_path / "tokens")


def test_a_field_is_corrected_on_the_page_and_taken_back(desk: Desks) -> None:
    page = f"event/{desk.act.id}"
    form = desk.analyst.get(f"/fa/{page}?field=place").text
    assert re.search(r'<input id="set-value" name="value" value="مسقط"', form), "the form begins with what is there"
    answer = desk.analyst.post("/fa/corrections", data={
        "kind": "set", "on": f"act:{desk.act.id}", "field": "place", "value": "صلاله", "why": "به گفته میزبان", "page": page})  # fmt: skip
    assert (answer.status_code, answer.headers["location"]) == (303, f"/fa/{page}#history")
    assert desk.store.merged(desk.act.id).place == "صلاله"
    shown = unescape(desk.reader.get(f"/fa/{page}").text)
    row = re.search(r'<tr class="set">.*?<tr>.*?</tr>', shown, re.S)
    assert row and row[0].index("صلاله") < row[0].index("مسقط"), "the analyst's value first, the outlets' beside it"
    assert "رحیمی" in row[0] and "ایرنا" in row[0] and "به گفته میزبان" in shown
    assert "<form" not in shown, "readers see the history and no forms"
    undo, = re.findall(r'action="(/fa/corrections/\d+/undo)"', desk.analyst.get(f"/fa/{page}").text)
    assert desk.analyst.post(undo, data={"page": page}).status_code == 303
    assert desk.store.merged(desk.act.id).place == "مسقط"
    again = desk.analyst.get(f"/en/{page}").text
    assert "Undone by" in again and not re.findall(r"corrections/\d+/undo", again)
    assert desk.send(undo, page=page) == 400


def test_a_report_alone_is_corrected(desk: Desks) -> None:
    own = desk.act.told[0]
    assert desk.send(kind="set", on=f"report:{own.event}", field="status", value="denied", why="x", page="") == 303
    shown = desk.analyst.get(f"/en/event/{desk.act.id}").text
    assert "one outlet&#39;s report" in shown and str(own.outlet) in shown
    assert desk.store.history([own.event])[0].subject == "report"
    article = desk.reader.get(f"/fa/article/{own.version}").text
    assert re.search(r'<p class="set">وضعیت: .*?تکذیب شد', article)


def test_each_control_offers_what_the_field_may_hold(desk: Desks) -> None:
    for field, expected in (("act", 'value="meet" selected'), ("status", 'value="held" selected'), ("main", '<option value="true"'),
                            ("participant", 'value="IRN OMN"'), ("person:IRN", 'id="set-value"'), ("begin", 'value="2025-02-27"')):  # fmt: skip
        assert expected in desk.analyst.get(f"/en/event/{desk.act.id}", params={"field": field}).text, field
    for odd in ("colour", "__class__", "person:", HOSTILE, "content"):
        page = desk.analyst.get(f"/en/event/{desk.act.id}", params={"field": odd})
        assert page.status_code == 200 and 'id="set-value"' not in page.text, odd


def test_joining_from_the_list_of_near_events_and_splitting(desk: Desks) -> None:
    page = desk.analyst.get(f"/en/event/{desk.act.id}").text
    near = re.findall(r'<option value="([0-9a-f]{32})">', page.partition('id="join-near"')[2].partition("</select>")[0])
    call = next(e for e in desk.store.merged_events() if e.act == "call")
    assert call.id in near and desk.act.id not in near
    assert desk.send(kind="join", target=desk.act.id, near=call.id, why="یک رویداد") == 303
    assert desk.store.merged(call.id).reports == 3
    assert desk.send(kind="split", on=f"report:{call.told[0].event}", why="دو کار") == 303
    assert desk.store.merged(call.told[0].event).reports == 1
    assert desk.send(kind="join", target=desk.act.id, value=desk.act.id, why="x") == 400
    assert desk.send(kind="join", target=desk.act.id, why="x") == 400


def test_a_statement_is_corrected_marked_and_noted(desk: Desks) -> None:
    page = f"statement/{desk.statement}"
    assert desk.send(kind="set", target=desk.statement, field="person", value="بدر البوسعیدی", why="او گفت", page=page) == 303
    assert desk.send(kind="mark", target=desk.statement, value="notable", why="موضع تازه", page=page) == 303
    assert desk.send(kind="note", target=desk.statement, why="پیگیری شود", page=page) == 303
    for code in ("fa", "en"):
        shown = desk.reader.get(f"/{code}/{page}").text
        assert "بدر البوسعیدی" in shown and "عباس عراقچی" in shown and "پیگیری شود" in shown
        for path in ("/statements", "/actor/IRN"):
            listed = desk.reader.get(f"/{code}{path}").text
            assert re.search(rf'بدر البوسعیدی.{{0,200}}class="status corrected" href="/{code}/{page}"', listed, re.S), path
    assert "notable" in desk.reader.get(f"/en/{page}").text
    assert f"/fa/statement/{desk.statement}" in desk.reader.get(f"/fa/article/{desk.version}").text
    assert desk.reader.get("/fa/statement/none").status_code == 404


def test_an_article_is_corrected(desk: Desks) -> None:
    page = f"article/{desk.version}"
    assert 'value="2025-03-01"' in desk.analyst.get(f"/fa/{page}?field=published").text
    assert desk.send(kind="set", target=desk.version, field="published", value="۹ اسفند ۱۴۰۳", why="تاریخ صفحه", page=page) == 303
    assert "۹ اسفند ۱۴۰۳" in desk.reader.get(f"/fa/{page}").text.partition('class="legend"')[0]
    assert 'value="2025-02-27"' in desk.analyst.get(f"/fa/{page}?field=published").text


def test_only_analysts_change_anything(desk: Desks) -> None:
    form = {"kind": "note", "target": desk.act.id, "why": "x"}
    assert desk.nobody.post("/fa/corrections", data=form).headers["location"] == "/fa/login"
    assert desk.reader.post("/fa/corrections", data=form).status_code == 403
    assert desk.reader.post("/fa/corrections/1/undo", data={}).status_code == 403
    assert desk.analyst.post("/fa/corrections", data=form, headers={"origin": "http://evil.example"}).status_code == 403
    assert desk.analyst.post("/fa/corrections", data=form, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    body = {"kind": "note", "target": desk.act.id, "why": "x"}
    assert [c.post("/api/v1/corrections", json=body).status_code for c in (desk.nobody, desk.reader)] == [401, 403]
    assert [c.post("/api/v1/corrections/1/undo").status_code for c in (desk.nobody, desk.reader)] == [401, 403]
    assert desk.nobody.get("/api/v1/corrections").status_code == 401
    open_desk = TestClient(create(Desk(desk.store, lambda: NOW)), base_url="http://localhost", follow_redirects=False)
    assert open_desk.post("/fa/corrections", data=form).status_code == 401, "without tokens nobody writes"
    assert "<form" not in open_desk.get(f"/fa/event/{desk.act.id}").text
    assert desk.store.corrections().rows == ()


@pytest.mark.parametrize(
    "form",
    [
        {}, {"kind": "delete"}, {"kind": "set"}, {"kind": "set", "target": "none", "field": "act", "value": "meet", "why": "x"},
        {"kind": "note", "on": "planet:x", "why": "x"}, {"kind": "note", "target": "a\0b", "why": "x"}, {"kind": "note", "target": "x", "why": ""},
    ],
)  # fmt: skip
def test_forms_that_say_nothing_useful(desk: Desks, form: dict[str, str]) -> None:
    answer = desk.analyst.post("/fa/corrections", data=form)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert desk.store.corrections().rows == ()


@pytest.mark.parametrize("page", ["//evil.example/x", "event/../../x", "https://evil.example", "event/%0d%0aset-cookie:x", "tokens/1", "event/"])
def test_a_form_cannot_lead_elsewhere(desk: Desks, page: str) -> None:
    answer = desk.analyst.post("/en/corrections", data={"kind": "note", "target": desk.act.id, "why": "x", "page": page})
    assert (answer.status_code, answer.headers["location"]) == (303, "/en")


def test_hostile_words_stay_words(desk: Desks) -> None:
    for kind, more in (("note", {}), ("set", {"field": "place", "value": HOSTILE}), ("set", {"field": "person:IRN", "value": HOSTILE})):
        assert desk.send(kind=kind, on=f"act:{desk.act.id}", why=HOSTILE, **more) == 303
    desk.store.correct(desk.statement, "person", HOSTILE, by=HOSTILE, at=NOW, why=HOSTILE)
    desk.store.correct(desk.version, "title", HOSTILE, by=HOSTILE, at=NOW, why=HOSTILE)
    for path in (f"/fa/event/{desk.act.id}", f"/en/event/{desk.act.id}?field=place", f"/fa/statement/{desk.statement}", f"/en/article/{desk.version}"):
        page = desk.analyst.get(path)
        assert page.status_code == 200 and "<script" not in page.text and "<img" not in page.text, path
        assert "&lt;script&gt;alert(1)" in page.text and "{{7*7}}" in page.text, path
        for said in re.finditer(r"alert\(2\)&gt;\{\{7\*7\}\}\u202e</(\w+)>", page.text):
            assert said[1] in ("bdi", "p", "textarea", "option"), "an override ends with the element that has its own direction"
        assert not re.findall(r"\u202e[^<\"]*<(?!/)", page.text), path


def test_a_long_history_does_not_make_a_page_heavy(desk: Desks) -> None:
    for _ in range(40):
        desk.store.change(Change("note", desk.act.id, "ن" * 4000), by="x", at=NOW)
    page = desk.reader.get(f"/fa/event/{desk.act.id}")
    assert len(page.content) < 300_000 and f'href="/api/v1/corrections?target={desk.act.id}"' in page.text


def test_lines_of_a_note_are_kept(desk: Desks) -> None:
    assert desk.send(kind="note", target=desk.act.id, why="یک\r\nدو") == 303
    assert desk.store.corrections().rows[0].why == "یک\nدو"


@pytest.mark.parametrize("field", ["why", "value"])
def test_what_is_too_long_is_refused(desk: Desks, field: str) -> None:
    form = {"kind": "set", "target": desk.act.id, "field": "place", "value": "x", "why": "x", field: "ن" * 50_000}
    answer = desk.analyst.post("/fa/corrections", data=form)
    assert answer.status_code == 400 and "50,000" in answer.text
    assert desk.analyst.post("/fa/corrections", data=form | {field: "x" * 1_000_001}).status_code == 413
    assert desk.analyst.post("/api/v1/corrections", content=b"x" * 1_000_001).status_code == 413
    assert desk.store.corrections().rows == ()


def test_the_api_keeps_lists_and_takes_back(desk: Desks) -> None:
    description = desk.analyst.get("/api/v1/openapi.json").json()

    def fits(answer: object, path: str, method: str) -> None:
        schema = description["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": description["components"]}).validate(answer)

    body = {"kind": "set", "target": desk.act.id, "field": "begin", "value": "1403-12-10", "why": "بیانیه"}
    made = desk.analyst.post("/api/v1/corrections", json=body)
    assert made.status_code == 200
    fits(made.json(), "/api/v1/corrections", "post")
    one = msgspec.json.decode(made.content, type=Correction)
    assert (one.by, one.at, one.before, one.after) == ("رحیمی", NOW, "2025-02-27", "2025-02-28")
    event = desk.reader.get(f"/api/v1/events/{desk.act.id}").json()
    assert event["begin"] == "2025-02-28" and event["corrected"]["begin"]["why"] == "بیانیه"
    assert [o["value"] for o in event["fields"]["begin"]] == ["2025-02-27"]
    listed = desk.reader.get("/api/v1/corrections", params={"target": desk.act.told[-1].event, "by": "رحیمی"}).json()
    fits(listed, "/api/v1/corrections", "get")
    assert [c["id"] for c in listed["rows"]] == [one.id]
    undone = desk.analyst.post(f"/api/v1/corrections/{one.id}/undo")
    fits(undone.json(), "/api/v1/corrections/{number}/undo", "post")
    assert undone.json()["undone_by"] == "رحیمی"
    assert desk.reader.get(f"/api/v1/events/{desk.act.id}").json()["begin"] == "2025-02-27"
    for wrong in (desk.analyst.post(f"/api/v1/corrections/{one.id}/undo"), desk.analyst.post("/api/v1/corrections/99/undo"),
                  desk.analyst.post("/api/v1/corrections/99999999999999999999/undo"), desk.analyst.post("/api/v1/corrections", json={**body, "by": "x"}),
                  desk.analyst.post("/api/v1/corrections", json={**body, "value": "a\0"}), desk.analyst.post("/api/v1/corrections", json={**body, "target": "\0"}),
                  desk.analyst.post("/api/v1/corrections", content=b'{"kind":"note","target":"x","why":"\xff"}'),
                  desk.analyst.post("/api/v1/corrections", json={**body, "field": "colour"}), desk.analyst.post("/api/v1/corrections/x/undo")):  # fmt: skip
        assert wrong.status_code in (400, 422) and "\n" not in wrong.json()["error"], wrong.text
