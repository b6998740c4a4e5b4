"""The desk reads what its reader brings, by text or address; times by the reader's clock; faults in the page's language."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest

from dabir import Reader, open_store, samples
from dabir.errors import InputError
from dabir.ingest.raw import Defaults, Failure, RawArticle
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.resources import toml
from dabir.store.filters import Filter
from dabir.store.store import Store
from servers import serve

pytest.importorskip("fastapi", reason="the desk extra is not installed")
pytest.importorskip("networkx", reason="the desk extra is not installed")
from starlette.testclient import TestClient  # noqa: E402

from dabir.desk import faults, pasting  # noqa: E402
from dabir.desk.app import create  # noqa: E402
from dabir.desk.guard import Desk  # noqa: E402
from dabir.desk.jobs import Jobs  # noqa: E402
from dabir.desk.language import Language, zones  # noqa: E402

NOW = "2025-03-01T08:00:00+00:00"
TEXT = "وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند."
PERSIAN = re.compile("[آ-ی]{2}")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    reader = Reader()
    told = RawArticle(text="وزیران خارجه ایران و عمان ساعت ۱۶:۳۰ روز ۹ اسفند ۱۴۰۳ به وقت تهران در مسقط دیدار کردند.", outlet="ایرنا",
                      published="2025-02-28")  # fmt: skip
    with open_store(tmp_path_factory.mktemp("desk") / "desk.db") as opened:
        for raw in (*samples.articles(), told):
            record = read_raw(reader, raw)
            assert isinstance(record, Record)
            opened.add(record)
        opened.merge()
        yield opened


def client_of(store: Store, **given: object) -> TestClient:
    return TestClient(create(Desk(store, lambda: NOW, **given)), base_url="http://localhost", follow_redirects=False)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def client(store: Store) -> TestClient:
    return client_of(store)


def test_addresses_are_fetched_only_where_that_is_allowed(store: Store, client: TestClient) -> None:
    def fetch(url: str, _: Defaults) -> RawArticle | Failure:
        return RawArticle(text=TEXT, url=url, published="2025-02-28", outlet="ایرنا") if url.endswith("/1") else Failure(url, "the server answers 404")

    assert 'name="url"' not in client.get("/fa/read").text and "--fetch" in client.get("/en/read").text
    refused = client.post("/fa/read", data={"url": "https://news.example/1"})
    assert refused.status_code == 400 and "--fetch" in refused.text and PERSIAN.search(refused.text)
    fetching = client_of(store, fetch=fetch)
    assert 'name="url"' in fetching.get("/fa/read").text
    before = store.counts()
    page = fetching.post("/fa/read", data={"url": "https://news.example/1", "text": " "})
    assert page.status_code == 200 and 'class="event main"' in page.text and "2025-02-27" in page.text and store.counts() == before
    assert "پاسخ \u2068404\u2069" in fetching.post("/fa/read", data={"url": "https://news.example/2"}).text
    assert fetching.post("/fa/read", data={"url": "file:///etc/passwd"}).status_code == 400


def test_private_addresses_are_refused(store: Store) -> None:
    pytest.importorskip("httpcore2")
    from dabir.ingest.fetch import fetcher

    with serve() as site:
        url = site.html("/1", f"<html><body><article><p>{TEXT * 5}</p></article></body></html>")
        answer = client_of(store, fetch=fetcher()).post("/fa/read", data={"url": url})
        assert answer.status_code == 400 and "شبکه درونی" in answer.text and not site.asked


def test_a_long_reading_is_waited_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pasting, "_AT_ONCE", 0.01)
    go_on = threading.Event()

    def fetch(url: str, _: Defaults) -> RawArticle:
        go_on.wait(60)
        return RawArticle(text=TEXT, url=url, published="2025-02-28")

    client = client_of(store, fetch=fetch)
    sent = client.post("/fa/read", data={"url": "https://news.example/1"})
    assert sent.status_code == 303
    waiting = client.get(sent.headers["location"])
    assert waiting.status_code == 202 and waiting.headers["refresh"] == "3" and 'role="status"' in waiting.text
    go_on.set()
    app = client.app
    app.state.jobs.result(sent.headers["location"].rpartition("/")[2], 60)  # type: ignore[attr-defined]
    done = client.get(sent.headers["location"])
    assert done.status_code == 200 and 'class="event main"' in done.text and "refresh" not in done.headers
    assert client.get("/fa/read/none").status_code == 400


def test_readings_are_bounded_and_forgotten() -> None:
    jobs, go_on = Jobs(), threading.Event()

    def work() -> Record:
        go_on.wait(60)
        raise InputError("the article is empty")

    names = [jobs.begin(work) for _ in range(10)]
    with pytest.raises(InputError, match="too many"):
        jobs.begin(work)
    go_on.set()
    for name in names:
        with pytest.raises(InputError, match="empty"):
            jobs.result(name, 60)
    for _ in range(50):
        with pytest.raises(InputError, match="empty"):
            jobs.result(jobs.begin(work), 60)
    with pytest.raises(InputError, match="only the latest"):
        jobs.result(names[0], 0)


def test_times_by_the_readers_clock(client: TestClient, store: Store) -> None:
    event = next(e for e in store.each_event(Filter(dyad=("IRN", "OMN"), acts=("meet",))) if e.begin == "2025-02-27")
    stated = client.get(f"/en/event/{event.id}").text
    assert "27 February 2025, 16:30</time>" in stated and "UTC+03:30" in stated
    chosen = client.post("/en/zone", data={"zone": "Asia/Tokyo", "back": f"/en/event/{event.id}"})
    assert chosen.status_code == 303 and chosen.headers["location"] == f"/en/event/{event.id}"
    page = client.get(f"/en/event/{event.id}").text
    assert "27 February 2025, 22:00</time>" in page and "27 February 2025, 16:30 UTC+03:30" in page
    assert "Asia/Tokyo" in page
    article = client.get(f"/en/article/{event.version}").text
    assert article.count("27 February 2025, 22:00</time>") == 1 and 'title="Time: 2025-02-27T16:30+03:30' in article
    client.cookies.clear()


@pytest.mark.parametrize(("iso", "zone", "shown", "stated"), [
    ("2025-02-27", "Asia/Tokyo", "27 February 2025", ""),
    ("2025-02", "Asia/Tokyo", "February 2025", ""),
    ("2025-02-27T16:30", "Asia/Tokyo", "27 February 2025, 16:30", ""),
    ("2025-02-27T16:30:00Z", None, "27 February 2025, 16:30", "UTC"),
    ("2025-02-27T16:30:00Z", "Etc/UTC", "27 February 2025, 16:30", ""),
    ("2025-02-27T22:30:00Z", "Asia/Tehran", "28 February 2025, 02:00", "27 February 2025, 22:30 UTC"),
    (None, "Asia/Tokyo", "", ""),
])  # fmt: skip
def test_only_stated_clocks_are_turned(iso: str | None, zone: str | None, shown: str, stated: str) -> None:
    assert Language("en", zone).moment(iso) == (shown, stated)


def test_zones_are_known_and_lead_back_to_this_desk(client: TestClient) -> None:
    assert zones()["Asia/Tehran"] and "America/Denver" in zones()
    assert client.post("/fa/zone", data={"zone": "Mars/Base"}).status_code == 400
    for back in ("https://evil.example/", "//evil.example", "/fa/\\evil.example", "/api/v1/events", ""):
        assert client.post("/fa/zone", data={"zone": "", "back": back}).headers["location"] == "/fa"
    client.cookies.set("dabir_zone", "../etc/passwd")
    assert client.get("/fa").status_code == 200
    client.cookies.clear()


@pytest.mark.parametrize("path", [
    "/search?state=XYZW", "/search?act=hug", "/search?status=maybe", "/search?plover=X", "/search?since=yesterdayish", "/search?cursor=x",
    "/search?since-month=2", "/search?since-year=1404&since-month=12&since-day=30", "/dyad?dyad=IRN&dyad=IRN", "/dyad.csv", "/track?state=IRN",
    "/event/none", "/article/none", "/none", "/read/none", "/search?since=1403-10-10&until=1403-20-10",
])  # fmt: skip
def test_faults_are_in_the_pages_language(client: TestClient, path: str) -> None:
    persian, english = (re.search(r'role="alert">(.*?)</p>', client.get(f"/{c}{path}").text, re.S)[1] for c in ("fa", "en"))  # type: ignore[index]
    assert PERSIAN.search(re.sub("«.*»", "", persian)) and "<bdi lang" not in persian, persian
    assert re.search("[A-Za-z]{3}|404", english) or path.startswith(("/event", "/article"))


@pytest.mark.parametrize("text", ["", " ", "\n\n"])
def test_faults_of_reading_are_in_persian(client: TestClient, text: str) -> None:
    answer = client.post("/fa/read", data={"text": text})
    assert answer.status_code == 400 and PERSIAN.search(answer.text.partition('role="alert"')[2].partition("</p>")[0])


def test_a_message_without_a_translation_is_shown_as_it_is() -> None:
    found = faults.said("something never heard of", Language("fa"))
    assert PERSIAN.search(found.message) and found.original == "something never heard of"
    assert faults.said("something never heard of", Language("en")) == faults.Said("something never heard of")
    assert faults.said("«۳۱ آبان» is not a date; write 2025", Language("fa")).message.startswith("«\u2068۳۱ آبان\u2069» تاریخ نیست")


def test_faults_of_the_store_are_in_persian() -> None:
    from dabir.store import database

    for message in (*database._SQLITE.values(), *database._POSTGRES.values()):
        found = faults.said(message, Language("fa"))
        assert found.original is None and PERSIAN.search(found.message), message


def test_persian_quotes_no_more_than_the_message_gives() -> None:
    for fault in toml("desk/faults.toml")["fault"]:
        for form in fault["en"]:
            message = form.replace("{}", "x").replace("…", "y")
            found = faults.said(message, Language("fa")).message
            assert PERSIAN.search(found) and "{" not in found, form


@pytest.mark.parametrize("message", ["«a» is no act; ", "«» is no act; x", "«a» is no act; «b» is no act; x", "the server answers 404"])
def test_patterns_quote_from_the_left(message: str) -> None:
    assert faults.said(message, Language("fa")).original is None


@pytest.mark.parametrize("message", ["«a is no act; x", "a» is no act; x", "Not Found!", "xNot Found", "the server answer"])
def test_patterns_are_of_the_whole_message(message: str) -> None:
    assert faults.said(message, Language("fa")).original == message


def test_refusals_are_in_the_pages_language(store: Store) -> None:
    client = client_of(store, largest=10)
    assert PERSIAN.search(client.post("/fa/read", content=b"x" * 11).text)
    assert not PERSIAN.search(client.post("/en/read", content=b"x" * 11).text)


def test_today_groups_events_by_article(client: TestClient, store: Store) -> None:
    rows = store.events(sort="reported", descending=True, limit=25).rows
    page = client.get("/en").text.partition('id="new"')[2].partition('id="next"')[0]
    articles = re.findall(r'<h3 lang="fa" dir="auto"><a href="/en/article/([^"]+)"', page)
    assert articles == list(dict.fromkeys(r.version for r in rows)) and len(articles) < len(rows)
    assert set(re.findall(r'href="/en/event/([^"]+)"', page)) == {r.id for r in rows}


def test_an_events_json_is_the_apis(client: TestClient, store: Store) -> None:
    event = store.events().rows[0].id
    answer = client.get(f"/fa/event/{event}/record.json")
    assert answer.status_code == 301 and answer.headers["location"] == f"/api/v1/events/{event}"
