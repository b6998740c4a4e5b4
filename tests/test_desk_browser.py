"""The desk in a real browser: Debian's chromium, driven by Playwright, checked by axe. Skipped where there is no chromium."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest

from dabir import Reader, open_store, samples
from dabir.ingest.raw import RawArticle
from dabir.model import Record
from dabir.parallel import read_raw

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None:
    pytest.skip("chromium is not installed (Debian: apt-get install chromium)", allow_module_level=True)
pytest.importorskip("fastapi", reason="the desk extra is not installed")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

import uvicorn  # noqa: E402

from dabir.desk.app import create  # noqa: E402
from dabir.desk.guard import Desk  # noqa: E402

PAGES = ("", "/search?state=IRN", "/statements", "/dyad?dyad=IRN&dyad=JPN", "/track?state=IRN+JPN", "/actor/IRN", "/read",
         "/network", "/network?between=persons", "/map", "/map?view=near&calendar=gregorian", "/statements?state=IRN&text=ایران", "/search?act=meet&act=talks", "/zone", "/login", "/read/none",
         "/event/EVENT", "/article/ARTICLE", "/search?state=none-such")  # fmt: skip


GO_ON = threading.Event()


def slowly(url: str, _: object) -> RawArticle:
    """An article that comes when the test lets it."""
    GO_ON.wait(60)
    return RawArticle(text="وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند.", url=url, published="2025-02-28")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, str]]:
    """A running desk's address, an event's id and its article's."""
    reader = Reader()
    with open_store(tmp_path_factory.mktemp("desk") / "desk.db") as store:
        for raw in samples.articles():
            record = read_raw(reader, raw)
            assert isinstance(record, Record)
            store.add(record)
        store.merge()
        event = store.events().rows[0]
        desk = Desk(store, lambda: "2025-03-01T08:00:00+00:00", rate=100_000, fetch=slowly)
        server = uvicorn.Server(uvicorn.Config(create(desk), port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started and thread.is_alive():
            thread.join(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}", event.id, event.version
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    with sync_api.sync_playwright() as play:
        options = ["--no-sandbox"] if os.getuid() == 0 else []
        opened = play.chromium.launch(executable_path=CHROMIUM, args=options)
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("code", ["fa", "en"])
def test_pages_without_scripts_are_accessible_and_fit(browser: object, address: tuple[str, str, str], code: str, width: int) -> None:
    base, event, article = address
    # axe is injected by the test, past the page's policy; the page itself has no script
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)  # type: ignore[attr-defined]
    elsewhere: list[str] = []
    context.on("request", lambda r: elsewhere.append(r.url) if not r.url.startswith(base) else None)
    page = context.new_page()
    for path in PAGES:
        page.goto(f"{base}/{code}{path.replace('EVENT', event).replace('ARTICLE', article)}")
        faults = [(v["id"], v["nodes"][0]["html"][:200]) for v in axe.Axe().run(page).response["violations"]]
        assert not faults, path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert not elsewhere
    context.close()


def test_reader_goes_from_search_to_the_words(browser: object, address: tuple[str, str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{address[0]}/fa/search")
    page.get_by_label("کشور یا سازمان").fill("ژاپن")
    page.get_by_role("button").click()
    page.locator("section .list h3 a").first.click()
    assert "/fa/event/" in page.url
    page.locator("figure figcaption a").first.click()
    assert "/fa/article/" in page.url and "#e" in page.url
    assert page.locator(".whole .event").count() > 0
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("dir") == "ltr"
    context.close()


def test_chart_is_there(browser: object, address: tuple[str, str, str]) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(f"{address[0]}/fa/dyad?dyad=IRN&dyad=JPN")
    heights = [x.bounding_box()["height"] for x in page.locator("svg rect.up").all()]
    assert max(heights) > 20
    page.close()


def test_pasted_markup_does_not_run(browser: object, address: tuple[str, str, str]) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    ran: list[str] = []
    page.on("dialog", lambda d: (ran.append(d.message), d.dismiss()))
    page.goto(f"{address[0]}/en/read")
    text = "عراقچی گفت: «<img src=x onerror=alert(1)><script>alert(2)</script> آماده‌ایم.»"
    page.locator("#text").fill(text)
    page.get_by_role("button").click()
    assert page.locator(".whole").inner_text() == text and not ran
    page.close()


def test_network_is_drawn_and_goes_by_keyboard(browser: object, address: tuple[str, str, str]) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(f"{address[0]}/fa/network")
    boxes = [x.bounding_box() for x in page.locator("svg.network circle").all()]
    assert len(boxes) > 3 and all(b["width"] > 5 for b in boxes)
    middles = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes]
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) > 12 for n, a in enumerate(middles) for b in middles[:n])
    target = page.locator("svg.network a").first
    state = target.get_attribute("href").rpartition("/")[2]
    page.locator(".scroll.chart").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/fa/actor/{state}")
    page.close()


def test_map_leads_to_the_events_of_a_country(browser: object, address: tuple[str, str, str]) -> None:
    page = browser.new_page()  # type: ignore[attr-defined]
    page.goto(f"{address[0]}/en/map?view=near")
    shape = page.locator('svg.map a[aria-label^="Oman"] path')
    assert shape.bounding_box()["width"] > 30
    count = page.locator('svg.map a[aria-label^="Oman"]').get_attribute("aria-label").rpartition(" ")[2]
    page.locator('svg.map a[aria-label^="Oman"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/search?place=OMN")
    assert page.locator("#found").inner_text() == f"{count} events"
    page.close()


def test_dates_are_picked_without_a_script(browser: object, address: tuple[str, str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{address[0]}/fa/statements")
    page.get_by_text("گزینش تاریخ از فهرست").click()
    page.get_by_label("از روز: سال", exact=True).select_option("1403")
    page.get_by_label("از روز: ماه", exact=True).select_option(label="اسفند")
    page.get_by_role("button").click()
    assert page.get_by_label("از روز", exact=True).input_value() == "۱ اسفند ۱۴۰۳"
    page.get_by_text("گزینش تاریخ از فهرست").click()
    page.get_by_role("link", name="میلادی").click()
    assert page.get_by_label("از روز: ماه", exact=True).locator("option").nth(1).inner_text() == "ژانویه"
    assert page.get_by_label("از روز", exact=True).input_value() == "۱ اسفند ۱۴۰۳"
    context.close()


def test_times_follow_the_chosen_zone(browser: object, address: tuple[str, str, str]) -> None:
    context = browser.new_context(java_script_enabled=False)  # type: ignore[attr-defined]
    page = context.new_page()
    page.goto(f"{address[0]}/en/actor/IRN")
    page.locator("footer a").click()
    page.locator("#zone").select_option("Asia/Tokyo")
    page.get_by_role("button").click()
    assert page.url.endswith("/en/actor/IRN") and "Asia/Tokyo" in page.locator("footer").inner_text()
    context.close()


@pytest.mark.parametrize("code", ["fa", "en"])
def test_a_long_reading_says_so_and_ends_by_itself(browser: object, address: tuple[str, str, str], code: str) -> None:
    GO_ON.clear()
    page = browser.new_page(bypass_csp=True)  # type: ignore[attr-defined]
    page.goto(f"{address[0]}/{code}/read")
    page.locator("#url").fill("https://news.example/1")
    page.get_by_role("button").click()
    assert page.get_by_role("status").is_visible()
    assert not axe.Axe().run(page).response["violations"]
    GO_ON.set()
    page.locator(".whole .event").first.wait_for()  # nobody clicks: the page looks again
    assert "/read/" in page.url
    page.close()
