"""The desk: every page in both languages, the API, who may do what, and hostile words, through the application itself."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from dabir import Reader, open_store, samples
from dabir.desk import tokens
from dabir.errors import InputError
from dabir.ingest.files import RawArticle
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.resources import table, toml
from dabir.store.store import Store

pytest.importorskip("fastapi", reason="the desk extra is not installed")
from starlette.testclient import TestClient

from dabir.desk import charts
from dabir.desk.app import create
from dabir.desk.guard import Desk
from dabir.desk.language import Language

READER = Reader()
ONE = "وزیران خارجه ایران و عمان روز {} در مسقط دیدار کردند."
OTHER = "مسقط میزبان بود: عباس عراقچی {} در مسقط با وزیر خارجه عمان دیدار کرد. دو طرف روابط دوجانبه را بررسی کردند."
NOW = "2025-03-01T08:00:00+00:00"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}‮"
PAGES = ("", "/search", "/statements", "/dyad", "/dyad?dyad=IRN&dyad=OMN", "/track", "/track?state=IRN+OMN", "/network",
         "/network?between=persons", "/map", "/map?view=near", "/read", "/actor/IRN")  # fmt: skip


def _record(text: str, **given: str) -> Record:
    found = read_raw(READER, RawArticle(text=text, **given))
    assert isinstance(found, Record)
    return found


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with open_store(tmp_path_factory.mktemp("desk") / "desk.db") as opened:
        for raw in samples.articles():
            record = read_raw(READER, raw)
            assert isinstance(record, Record)
            opened.add(record)
        opened.add(_record(ONE.format("۹ اسفند ۱۴۰۳"), published="2025-02-28", outlet="ایرنا"))
        opened.add(_record(OTHER.format("۹ اسفند ۱۴۰۳"), published="2025-02-28", outlet="ایسنا"))
        opened.add(_record(f"عباس عراقچی گفت: «ما {HOSTILE} آماده گفت‌وگو با عمان هستیم.»", published="2025-02-28",
                           outlet=HOSTILE, title=HOSTILE, url="javascript:alert(3)"))  # fmt: skip
        opened.merge()
        yield opened


def client_of(store: Store, **given: object) -> TestClient:
    desk = Desk(store, lambda: NOW, **given)  # type: ignore[arg-type]
    return TestClient(create(desk), base_url="http://localhost", follow_redirects=False)


@pytest.fixture(scope="module")
def client(store: Store) -> TestClient:
    return client_of(store)


@pytest.fixture(scope="module")
def meeting(client: TestClient) -> str:
    """The merged event that two outlets report."""
    rows = client.get("/api/v1/events", params={"dyad": ["IRN", "OMN"], "act": "meet", "sort": "outlets", "reverse": True}).json()["rows"]
    assert rows[0]["outlets"] == 2
    return str(rows[0]["id"])


@pytest.fixture(scope="module")
def hostile(store: Store) -> str:
    """The id of the article whose every field is hostile."""
    hits = store.search("آماده")
    return next(h.version for h in hits if store.record(h.version).article.outlet == HOSTILE)


@pytest.mark.parametrize("code", ["fa", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_pages_in_both_languages(client: TestClient, code: str, path: str) -> None:
    answer = client.get(f"/{code}{path}")
    assert answer.status_code == 200
    assert f'<html lang="{code}" dir="{"rtl" if code == "fa" else "ltr"}">' in answer.text
    assert "<h1>" in answer.text and len(answer.content) < 300_000
    other = "en" if code == "fa" else "fa"
    assert f'href="/{other}{path.replace("&", "&amp;")}"' in answer.text  # the switch stays on the page


def test_every_link_of_the_pages_leads_somewhere(client: TestClient, meeting: str) -> None:
    seen, waiting = set(), [f"/fa{p}" for p in PAGES] + [f"/en/event/{meeting}"]
    while waiting and len(seen) < 150:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        answer = client.get(path)
        assert answer.status_code == 200, path
        if "text/html" in answer.headers["content-type"]:
            waiting += [x.replace("&amp;", "&") for x in re.findall(r'href="(/[^"#]*)', answer.text)]
    assert len(seen) == 150


def test_event_page_shows_values_by_outlet_and_evidence(client: TestClient, meeting: str) -> None:
    page = client.get(f"/fa/event/{meeting}").text
    assert "ایرنا" in page and "ایسنا" in page and "۹ اسفند ۱۴۰۳" in page
    assert re.search(r'<span class="event main" title="[^"]*">دیدار', page)
    assert "27 February 2025" in client.get(f"/en/event/{meeting}").text


def test_disagreements_are_marked(tmp_path: Path) -> None:
    with open_store(tmp_path / "two.db") as opened:
        for told, day, outlet in ((ONE, "۹ اسفند ۱۴۰۳", "ایرنا"), (OTHER, "۱۰ اسفند ۱۴۰۳", "ایسنا")):
            opened.add(_record(told.format(day), published="2025-03-01", outlet=outlet))
        opened.merge()
        ids = [e.told[0].event for e in opened.merged_events() if e.act == "meet"]
        if len(ids) == 2:
            opened.judge(*ids, "same", by="test", at=NOW)
        page = client_of(opened)
        assert 'class="disagree"' in page.get(f"/fa/event/{ids[0]}").text
        assert f"/event/{min(ids)}" in page.get("/fa").text.partition('id="disputed"')[2]


def test_article_keeps_its_own_words(client: TestClient, store: Store, hostile: str) -> None:
    page = client.get(f"/fa/article/{hostile}").text
    inside = page.partition('<div class="text whole" lang="fa" dir="rtl">')[2].partition("</div>")[0]
    shown = re.sub(r"<[^>]+>", "", inside)
    from html import unescape

    assert unescape(shown) == store.record(hostile).article.text


@pytest.mark.parametrize("path", ["", "/statements", "/search?text=آماده", "/search?actor=" + HOSTILE.replace("&", ""),
                                  "/map?text=آماده&outlet=" + HOSTILE.replace("&", ""), "/zone?back=/fa/" + HOSTILE.replace("&", ""),
                                  "/statements?state=IRN&text=آماده"])  # fmt: skip
def test_hostile_words_stay_words(client: TestClient, hostile: str, path: str) -> None:
    for page in (client.get(f"/fa{path}"), client.get(f"/en/article/{hostile}")):
        assert "<script" not in page.text and "<img" not in page.text and "javascript:" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text and "{{7*7}}" in page.text


def test_headers_forbid_what_no_page_needs(client: TestClient) -> None:
    for path in ("/fa", "/api/v1/events", "/static/desk.css", "/fa/nothing"):
        headers = client.get(path).headers
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert "unsafe" not in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script|style=|\son[a-z]+=|https?://", client.get("/fa").text.replace("http://www.w3.org", ""))


def test_other_hosts_origins_and_sizes_are_refused(store: Store) -> None:
    client = client_of(store, largest=1000)
    assert client.get("/fa", headers={"host": "evil.example"}).status_code == 400
    assert client.post("/fa/read", data={"text": "متن"}, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post("/api/v1/read", json={"text": "م"}, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/api/v1/read", content=b"x" * 1001).status_code == 413
    assert client.get("/fa/search?text=%00").status_code == 400


@pytest.mark.parametrize("path", ["/api/v1/read", "/fa/read"])
def test_bodies_that_state_no_length_are_limited_too(store: Store, path: str) -> None:
    client = client_of(store, largest=1000)
    body = b'{"text": "' + "دیدار ".encode() * 40 + b'"}'
    whole = client.post(path, content=iter([body])) if path.startswith("/api") else client.post(path, content=iter([b"text=%D8%AF%DB%8C"]))
    assert whole.status_code == 200 and "content-length" not in whole.request.headers
    refused = client.post(path, content=iter([b" " * 100] * 50))
    assert refused.status_code == 413 and "content-length" not in refused.request.headers
    assert refused.headers["x-content-type-options"] == "nosniff"


def test_rate_limit(store: Store) -> None:
    client = client_of(store, rate=3)
    assert Counter(client.get("/api/v1/health").status_code for _ in range(5)) == {200: 3, 429: 2}


def test_pasted_text_is_read_and_not_kept(client: TestClient, store: Store) -> None:
    before = store.counts()
    page = client.post("/fa/read", data={"text": "وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند.", "published": "۱۰ اسفند ۱۴۰۳"})
    assert page.status_code == 200 and 'class="event main"' in page.text and "2025-02-27" in page.text
    assert store.counts() == before
    empty = client.post("/fa/read", data={"text": " "})
    assert empty.status_code == 400 and 'role="alert"' in empty.text
    assert client.post("/fa/read", content=b"text=%ff").status_code == 400


@pytest.mark.parametrize("path", ["/fa/search?state=XYZW", "/en/search?since=yesterdayish", "/fa/dyad?dyad=IRN&dyad=IRN",
                                  "/fa/search?cursor=x", "/fa/track?state=IRN"])  # fmt: skip
def test_wrong_input_is_said_on_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400 and 'role="alert"' in answer.text


def test_what_is_not_there(client: TestClient) -> None:
    for path in ("/fa/event/none", "/en/article/none", "/de/search", "/fa/none", "/api/v1/events/none", "/api/v1/articles/x"):
        assert client.get(path).status_code == 404, path


def test_etags(client: TestClient) -> None:
    for path in ("/fa", "/api/v1/events"):
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_api_pages_and_lines_give_the_same_rows(client: TestClient, store: Store) -> None:
    found, cursor = [], None
    while True:
        page = client.get("/api/v1/events", params={"limit": 7, **({"cursor": cursor} if cursor else {})}).json()
        found += [r["id"] for r in page["rows"]]
        if (cursor := page["next"]) is None:
            break
    lines = [msgspec.json.decode(x)["id"] for x in client.get("/api/v1/events.jsonl").content.splitlines()]
    assert found == lines == [e.id for e in store.each_event()] and len(found) == len(set(found)) > 7


def test_api_gives_the_record(client: TestClient, store: Store, meeting: str) -> None:
    version = client.get(f"/api/v1/events/{meeting}").json()["told"][0]["version"]
    assert msgspec.json.decode(client.get(f"/api/v1/articles/{version}").content, type=Record) == store.record(version)


def test_openapi_answers_are_valid(client: TestClient) -> None:
    from jsonschema import Draft202012Validator

    description = client.get("/api/v1/openapi.json").json()
    asked = {"dyad": ["IRN", "OMN"], "state": ["IRN", "OMN"], "text": "دیدار"}
    for path, operations in description["paths"].items():
        if "get" not in operations or "{" in path:
            continue
        answer = client.get(path, params={**asked, "state": "IRN"} if path.endswith("/histories") else asked)
        assert answer.status_code == 200, path
        (media, body), = operations["get"]["responses"]["200"]["content"].items()
        assert answer.headers["content-type"].startswith(media)
        if media == "application/json":
            Draft202012Validator({**body["schema"], "components": description["components"]}).validate(answer.json())


def test_api_faults_are_one_line(client: TestClient) -> None:
    for answer in (client.get("/api/v1/events?state=XYZW"), client.get("/api/v1/events?limit=0"),
                   client.post("/api/v1/read", content=b"{"), client.post("/api/v1/read", content=b'{"text": "\xff"}')):  # fmt: skip
        assert answer.status_code in (400, 422) and "\n" not in answer.json()["error"]


def test_metrics_count_requests(store: Store) -> None:
    client = client_of(store)
    client.get("/fa/none")
    text = client.get("/api/v1/metrics").text
    assert 'dabir_requests_total{status="404"} 1' in text and f'dabir_rows{{table="versions"}} {store.counts()["versions"]}' in text


def test_tokens_say_who_may_what(tmp_path: Path) -> None:
    path = tmp_path / "tokens.jsonl"
    reader, analyst = (tokens.make(path, name, name, NOW) for name in ("reader", "analyst"))
    assert reader not in path.read_text() and path.stat().st_mode & 0o077 == 0
    body = {"text": "وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند.", "published": "2025-02-28", "outlet": "ایرنا"}
    with open_store(tmp_path / "s.db") as opened:
        client = client_of(opened, tokens=tokens.load(path))
        assert client.get("/api/v1/events").status_code == 401
        assert client.get("/fa").headers["location"] == "/fa/login"
        status = {k: client.post("/api/v1/articles", json=body, headers={"authorization": f"Bearer {v}"}).status_code
                  for k, v in {"none": "x", "reader": reader, "analyst": analyst}.items()}  # fmt: skip
        assert status == {"none": 401, "reader": 403, "analyst": 200} and opened.counts()["versions"] == 1
        assert client.post("/fa/login", data={"token": "wrong"}).status_code == 403
        cookie = client.post("/fa/login", data={"token": reader}).headers["set-cookie"].lower()
        assert "httponly" in cookie and "samesite=strict" in cookie
        assert client.get("/fa").status_code == 200
    open_desk = client_of(opened)
    assert open_desk.post("/api/v1/articles", json=body).status_code == 401  # without tokens nobody writes


def test_token_file(tmp_path: Path) -> None:
    path = tmp_path / "t"
    tokens.make(path, "a", "reader", NOW)
    with pytest.raises(InputError, match="already"):
        tokens.make(path, "a", "reader", NOW)
    tokens.remove(path, "a")
    assert tokens.load(path) == ()
    with pytest.raises(InputError, match="no token"):
        tokens.remove(path, "a")
    path.write_text("{}\n")
    with pytest.raises(InputError, match=":1"):
        tokens.load(path)


def test_strings_are_there_in_both_languages() -> None:
    strings = toml("desk/strings.toml")
    assert set(strings["fa"]) == set(strings["en"])
    folder = Path(charts.__file__).parent / "templates"
    used = {k for p in folder.glob("*.html") for k in re.findall(r"(?:\bt|say\.say)\('(\w+)'", p.read_text(encoding="utf-8"))}
    assert used <= set(strings["fa"])
    acts = {r["code"] for r in table("desk/codes.tsv") if r["kind"] == "act"}
    from dabir.acts.plover import plover_table

    assert acts == set(plover_table().acts)


def test_dates_in_both_calendars() -> None:
    fa, en = Language("fa"), Language("en")
    assert fa.day("2025-02-27T16:30+03:30") == "۹ اسفند ۱۴۰۳" and en.day("2025-02-27") == "27 February 2025"
    assert fa.day("2025-02-19/2025-03-21") == "۱ اسفند ۱۴۰۳ – ۳۰ اسفند ۱۴۰۳"
    assert fa.both("2025-02-27") == "۲۷ فوریه ۲۰۲۵" and en.day("2025-W09") == "24 February 2025 – 2 March 2025" and fa.day(None) == ""
    assert not set(fa.digits(string.digits)) & set(string.digits)


def test_chart_is_drawn_in_the_readers_direction(client: TestClient, store: Store) -> None:
    from dabir.store.filters import Filter

    series = store.dyad(Filter(dyad=("IRN", "OMN")), "month", "gregorian")
    ltr, rtl = charts.bars(series, False), charts.bars(series, True)
    assert ltr.bars and max(max(b.up, b.down) for b in ltr.bars) > 0
    if len(ltr.bars) > 1:
        assert ltr.bars[0].x < ltr.bars[1].x and rtl.bars[0].x > rtl.bars[1].x
    page = client.get("/fa/dyad?dyad=IRN&dyad=OMN").text
    assert page.count('<rect class="up"') == len(charts.bars(store.dyad(Filter(dyad=("IRN", "OMN")), "month", "jalali"), True).bars)
    lines = client.get("/fa/dyad.csv?dyad=IRN&dyad=OMN&calendar=gregorian").text.splitlines()
    assert len(lines) == len(series.buckets) + 1


def test_a_long_track_stays_readable(client: TestClient, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from dabir.desk import pages

    track = max(store.track(["IRN", "JPN"]), key=lambda t: len(t.timeline))
    assert len(track.timeline) >= 1 and "all in JSON" not in client.get("/en/track?state=IRN+JPN").text
    longer = msgspec.structs.replace(track, timeline=track.timeline * 400, ledger=(), planned=track.timeline * 50)
    monkeypatch.setattr(type(store), "track", lambda *_, **__: (longer,))
    page = client.get("/en/track?state=IRN+JPN").text
    assert page.count("<circle") == pages._MOMENTS and f"all in JSON: {pages._MOMENTS} / {len(longer.timeline)}" in page
    assert f"all in JSON: {pages._SOME} / {len(longer.planned)}" in page and len(page) < 300_000
