"""Analyst work in a real browser, in both languages and without scripts: sign in, correct, look at the history, take it back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from dabir import open_store, read
from test_desk_browser import axe, browser  # noqa: F401 - a fixture; where there is no browser, this module is skipped as that one

pytest.importorskip("fastapi", reason="the desk extra is not installed")
import uvicorn

from dabir.desk import tokens
from dabir.desk.app import create
from dabir.desk.guard import Desk
from dabir.desk.language import Code, Language
from dabir.store.correcting import Change
from dabir.store.readings import parts
from dabir.store.store import Store

NOW = "2025-03-01T08:00:00+00:00"
ONE = "وزیران خارجه ایران و عمان روز ۹ اسفند ۱۴۰۳ در مسقط دیدار کردند. عباس عراقچی گفت: «ما آماده ادامه گفت‌وگو با عمان هستیم.»"
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202eبرعکس"


class Running:
    """A desk at work: its address, its store, an analyst's secret, and pages to look at."""

    def __init__(self, store: Store, address: str, secret: str) -> None:
        self.store, self.address, self.secret = store, address, secret
        self.event = next(e for e in store.merged_events() if e.act == "meet")
        record = next(store.records())
        self.pages = (f"/event/{self.event.id}", f"/article/{self.event.told[0].version}", f"/statement/{parts(record)[record.statements[0].id]}")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Running]:
    with open_store(tmp_path / "desk.db") as store:
        store.add(read(ONE, published="2025-03-01", outlet="ایرنا"))
        store.merge()
        secret = tokens.make(tmp_path / "tokens", "رحیمی", "analyst", NOW)
        app = create(Desk(store, lambda: NOW, tokens.load(tmp_path / "tokens"), rate=100_000))
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.05)
        yield Running(store, f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}", secret)
        server.should_exit = True
        thread.join()


def signed_in(browser: object, desk: Running, code: str, **options: object) -> object:  # noqa: F811 - the fixture
    """A page of a browser in which the analyst has signed in, by the form."""
    page = browser.new_context(**options).new_page()  # type: ignore[attr-defined]
    page.goto(f"{desk.address}/{code}")
    page.locator("#token").fill(desk.secret)
    page.get_by_role("button").click()
    assert page.url == f"{desk.address}/{code}"
    return page


@pytest.mark.parametrize("code", ["fa", "en"])
def test_correct_look_and_take_back(browser: object, desk: Running, code: Code) -> None:  # noqa: F811 - the fixture
    say = Language(code)
    page = signed_in(browser, desk, code, java_script_enabled=False)
    page.goto(f"{desk.address}/{code}{desk.pages[0]}")  # type: ignore[attr-defined]
    card = page.locator("section.card")  # type: ignore[attr-defined]
    card.get_by_text(say.say("correct_field")).click()
    card.get_by_role("link", name=say.label("field", "status"), exact=True).click()
    card.get_by_label(say.say("new_value")).select_option("postponed")
    card.get_by_label(say.say("why_hint")).first.fill("به هفته آینده افتاد")
    card.get_by_role("button", name=say.say("save"), exact=True).click()
    assert page.url.endswith("#history")  # type: ignore[attr-defined]
    assert desk.store.merged(desk.event.id).status == "postponed"
    first = page.locator("tr.set").first.inner_text()  # type: ignore[attr-defined]
    assert say.label("status", "postponed") in first and "رحیمی" in first
    assert "به هفته آینده افتاد" in page.locator("section[aria-labelledby=history]").inner_text()  # type: ignore[attr-defined]
    page.get_by_role("link", name=say.say("other_language")).click()  # type: ignore[attr-defined]
    other = Language(say.other)
    assert other.label("status", "postponed") in page.locator("h1").inner_text()  # type: ignore[attr-defined]
    page.get_by_role("button", name=other.say("undo")).click()  # type: ignore[attr-defined]
    assert desk.store.merged(desk.event.id).status == "held"
    assert other.say("undone_by") in page.locator("section[aria-labelledby=history]").inner_text()  # type: ignore[attr-defined]
    assert page.locator("tr.set").count() == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("code", ["fa", "en"])
def test_forms_are_accessible_fit_and_let_nothing_run(browser: object, desk: Running, code: str, width: int) -> None:  # noqa: F811 - the fixture
    page = signed_in(browser, desk, code, viewport={"width": width, "height": 900}, bypass_csp=True)
    ran: list[str] = []
    page.on("dialog", lambda d: (ran.append(d.message), d.dismiss()))  # type: ignore[attr-defined]
    event, article, statement = desk.pages
    for target, field in ((event, "place"), (article, "title"), (statement, "person")):
        ident = target.rpartition("/")[2]
        desk.store.correct(ident, field, HOSTILE, by=HOSTILE, at=NOW, why=HOSTILE * 20)
        undone = desk.store.change(Change("note", ident, HOSTILE), by=HOSTILE, at=NOW)
        desk.store.undo(undone.id, by=HOSTILE, at=NOW)
    for path in (f"{event}?field=participant", f"{event}?field=act", f"{article}?field=published", f"{statement}?field=content"):
        page.goto(f"{desk.address}/{code}{path}")  # type: ignore[attr-defined]
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")  # type: ignore[attr-defined]
        faults = [(v["id"], v["nodes"][0]["html"][:200]) for v in axe.Axe().run(page).response["violations"]]
        assert not faults, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path  # type: ignore[attr-defined]
        assert "برعکس" in page.locator("section[aria-labelledby=history]").inner_text()  # type: ignore[attr-defined]
    assert not ran
