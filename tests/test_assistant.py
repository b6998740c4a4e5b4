"""`dabir mcp` as an assistant meets it: the SDK's own client asks, in memory and over standard input and output."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dabir import Reader, open_store, samples
from dabir.errors import InputError
from dabir.ingest.files import RawArticle
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.store.merged import MergedEvent
from dabir.store.query import EventRow, StatementRow
from dabir.store.store import Store

mcp = pytest.importorskip("mcp", reason="the mcp extra is not installed")
from mcp.client.stdio import StdioServerParameters  # noqa: E402

from dabir.assistant import server  # noqa: E402

TOOLS = {"search_events", "get_event", "find_statements", "timeline", "read_article"}
URL = "https://news.example/1"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    reader = Reader()
    told = [
        RawArticle(text="وزیران خارجه ایران و عمان روز ۹ اسفند ۱۴۰۳ در مسقط دیدار کردند.", published="2025-02-28", outlet="ایرنا", url=URL),
        RawArticle(text="مسقط میزبان بود: عباس عراقچی ۹ اسفند ۱۴۰۳ در مسقط با وزیر خارجه عمان دیدار کرد. دو طرف روابط دوجانبه را بررسی "
                        "کردند. عراقچی گفت: «گفت‌وگوها سازنده بود.»", published="2025-02-28", outlet="ایسنا"),
    ]  # fmt: skip
    with open_store(tmp_path_factory.mktemp("mcp") / "news.db") as opened:
        for raw in (*samples.articles(), *told):
            record = read_raw(reader, raw)
            assert isinstance(record, Record)
            opened.add(record)
        opened.merge()
        yield opened


def call(to: Any, tool: str, **arguments: object) -> Any:
    async def ask() -> Any:
        async with mcp.Client(to) as client:
            return await client.call_tool(tool, arguments)

    return asyncio.run(ask())


def answer(to: Any, tool: str, **arguments: object) -> Any:
    found = call(to, tool, **arguments)
    assert not found.is_error, found.content
    return found.structured_content


def quotes(store: Store, citations: list[dict[str, Any]]) -> None:
    assert citations
    for c in citations:
        article = store.record(c["article"]).article
        assert article.text[c["start"] : c["end"]] == c["text"] != ""
        assert (article.outlet, article.published, article.url) == (c["outlet"], c["published"], c["url"])


def test_tools_say_what_they_take(store: Store) -> None:
    async def ask() -> Any:
        async with mcp.Client(server(store)) as client:
            return (await client.list_tools()).tools

    tools = {t.name: t for t in asyncio.run(ask())}
    assert set(tools) == TOOLS
    assert all(t.annotations.read_only_hint and t.description for t in tools.values())
    filters = {"states", "dyad", "actor", "office", "acts", "plover", "status", "place", "outlet", "since", "until", "when", "text"}
    for name in ("search_events", "find_statements", "timeline"):
        assert filters < set(tools[name].input_schema["properties"])
    assert tools["search_events"].input_schema["properties"]["limit"]["maximum"] == 200


def test_events_come_with_their_words(store: Store) -> None:
    found = answer(server(store), "search_events", dyad=["ایران", "OMN"], acts=["meet"], since="۱ اسفند ۱۴۰۳")
    assert [r["event"]["outlets"] for r in found["rows"]] == [2]
    event = msgspec.convert(found["rows"][0]["event"], EventRow)
    assert event == store.events(store_filter(dyad=("IRN", "OMN"), acts=("meet",), since="2025-02-19")).rows[0]
    quotes(store, found["rows"][0]["evidence"])
    assert "دیدار کردند" in found["rows"][0]["evidence"][0]["text"]
    whole = answer(server(store), "get_event", event=event.id)
    assert msgspec.convert(whole["event"], MergedEvent) == store.merged(event.id)
    assert set(whole["evidence"]) == {t.event for t in store.merged(event.id).told}
    for citations in whole["evidence"].values():
        quotes(store, citations)


def store_filter(**given: Any) -> Any:
    from dabir.store.filters import Filter

    return Filter(**given)


def test_pages_of_events_are_all_of_them_once(store: Store) -> None:
    asked, found, cursor = server(store), [], None
    while True:
        page = answer(asked, "search_events", limit=7, reverse=False, **({"cursor": cursor} if cursor else {}))
        found += [r["event"]["id"] for r in page["rows"]]
        if (cursor := page["next"]) is None:
            break
    assert found == [e.id for e in store.each_event()] and len(found) > 7


def test_statements_come_with_their_words(store: Store) -> None:
    rows = answer(server(store), "find_statements", actor="عراقچی")["rows"]
    assert rows
    for row in rows:
        s = msgspec.convert(row["statement"], StatementRow)
        quotes(store, row["evidence"])
        assert row["evidence"][0]["text"] == s.content and "عراقچی" in (s.person or "")


def test_timeline_is_in_order_in_both_calendars(store: Store) -> None:
    found = answer(server(store), "timeline", limit=200)
    days = [d["day"] for d in found["days"]]
    assert days == sorted(set(days)) and len(days) > 3
    of_day = next(d for d in found["days"] if d["day"] == "2025-02-27")
    assert of_day["jalali"] == "1403-12-09"
    dated = sum(len(d["events"]) for d in found["days"])
    events = list(store.each_event())
    assert dated == sum(e.since is not None for e in events) and len(found["undated"]) == len(events) - dated
    quotes(store, of_day["events"][0]["evidence"])


def test_articles_by_id_address_and_text(store: Store) -> None:
    by_address = answer(server(store), "read_article", article=URL)
    record = msgspec.convert(by_address["record"], Record)
    assert record.article.url == URL and store.record(by_address["article"]) == record
    assert answer(server(store), "read_article", article=by_address["article"]) == by_address
    before = store.counts()
    given = answer(server(store), "read_article", text="وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند.", published="2025-02-28")
    assert given["article"] is None and given["record"]["times"][0]["value"] == "2025-02-27"
    assert store.counts() == before


@pytest.mark.parametrize(("tool", "arguments", "words"), [
    ("search_events", {"states": ["XYZW"]}, "XYZW"),
    ("search_events", {"limit": 0}, "limit"),
    ("search_events", {"cursor": "x"}, "cursor"),
    ("timeline", {"since": "yesterdayish"}, "yesterdayish"),
    ("get_event", {"event": "none"}, "none"),
    ("read_article", {}, "article"),
    ("read_article", {"article": "none"}, "none"),
    ("read_article", {"text": " "}, ""),
])  # fmt: skip
def test_faults_are_said(store: Store, tool: str, arguments: dict[str, object], words: str) -> None:
    found = call(server(store), tool, **arguments)
    assert found.is_error and words in found.content[0].text and "Traceback" not in found.content[0].text


def test_unknown_articles_are_input_errors(store: Store) -> None:
    with pytest.raises(InputError):
        store.record("none")


def test_over_standard_input_and_output(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    store.backup(path)
    command = StdioServerParameters(command=sys.executable, args=["-c", "from dabir.cli import main; main()", "mcp", "--store", str(path)])
    found = answer(command, "search_events", dyad=["IRN", "OMN"], acts=["meet"], since="1403-12-01")
    assert found == answer(server(store), "search_events", dyad=["IRN", "OMN"], acts=["meet"], since="1403-12-01")
