"""The terminal view and the HTML page: everything shown, everything escaped, overlaps kept."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from dabir.model import (
    Actor,
    Article,
    Check,
    Event,
    EventActor,
    Message,
    Name,
    Place,
    Plover,
    Record,
    Source,
    Span,
    Speaker,
    Statement,
    Time,
)
from dabir.output import schema
from dabir.views import page, terminal

TEXT = 'لاوروف روز پنجشنبه در مسکو گفت: <b>دیدار</b> & گفت‌وگو با "چین" فردا انجام می‌شود.'


def span(words: str) -> Span:
    at = TEXT.index(words)
    return Span(at, at + len(words), words)


@pytest.fixture
def record() -> Record:
    who, when, where, what = span("لاوروف"), span("روز پنجشنبه"), span("مسکو"), span("دیدار")
    said = span(TEXT[TEXT.index("<b>") : -1])
    fields = {"start": who.start, "end": who.end, "text": who.text, "person": "سرگئی لاوروف", "state": "RUS"}
    return Record(
        Article(id="x", text=TEXT, clean=TEXT, outlet="<i>نمونه</i>", published="2025-02-28", title='<script>"', ref="r&1"),
        times=(
            Time("t1", when.start, when.end, when.text, "date", "2025-02-27"),
            Time("t2", *(span("فردا").start, span("فردا").end), "فردا", "date", None, reason="no <date>"),
        ),
        actors=(Actor("a1", "person", Name("سرگئی لاوروف", "Sergei Lavrov"), state="RUS", mentions=(who,)),),
        places=(Place("p1", Name("مسکو"), "city", country="RUS", mentions=(where,)),),
        statements=(Statement("s1", Speaker(**fields, actor="a1"), None, said, True),),  # type: ignore[arg-type]
        events=(
            Event("e2", "talks", Plover(), "planned", span("گفت‌وگو"), missing={"begin": "not-stated"}),
            Event(
                "e1", "meet", Plover("CONSULT", quad=1, intensity=2.5), "held", what,
                actors=(EventActor(**fields),),  # type: ignore[arg-type]
                time="t1", begin="2025-02-27", place="p1", format=("phone",), topics=(span("چین"),), main=True,
                source=(Source(who.start, who.end, who.text, "official", "a1"),),
            ),
        ),
        checks=(Check("weekday-mismatch", Message("روز و تاریخ نمی‌خوانند", "weekday & date differ")),),
    )  # fmt: skip


def shown(record: Record) -> str:
    buffer = io.StringIO()
    Console(file=buffer, width=100).print(terminal.render(record), soft_wrap=True)
    return buffer.getvalue()


def test_terminal_shows_main_event_first(record: Record) -> None:
    text = shown(record)
    assert text.index("meet") < text.index("talks")
    for words in (
        "سرگئی لاوروف (RUS)",
        "2025-02-27",
        "مسکو (RUS)",
        "phone",
        "چین",
        "CONSULT",
        "not-stated",
        "no <date>",
    ):
        assert words in text
    assert "weekday & date differ" in text


def test_terminal_takes_no_markup_from_the_article() -> None:
    bare = Record(Article(id="x", text="[red]متن[/red]", clean="", title="[bold]تیتر[/bold]"))
    assert "[bold]تیتر[/bold]" in shown(bare)


class Body(HTMLParser):
    """Collects the text of the marked article, tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.text, self.tags, self.ids, self.links = 0, "", set[str](), list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        assert not any(name.startswith("on") or name == "style" for name in found)
        self.ids += [found["id"] or ""] if "id" in found else []
        if tag == "a" and "href" in found:
            self.links.append(found["href"] or "")
        self.depth = self.depth + (tag == "div") if self.depth else int(found.get("class") == "text")

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "div" and self.depth > 0

    def handle_data(self, data: str) -> None:
        self.text += data if self.depth else ""


def parsed(html: str) -> Body:
    body = Body()
    body.feed(html)
    return body


def test_page_keeps_every_character_and_runs_nothing(record: Record) -> None:
    html = page.render([record])
    body = parsed(html)
    assert body.text == TEXT
    assert not body.tags & {"script", "b", "i", "img", "link", "iframe"}
    assert "http" not in html.replace("http-equiv", "")


def test_page_links_lead_somewhere(record: Record) -> None:
    body = parsed(page.render([record, record]))
    assert len(body.ids) == len(set(body.ids))
    assert {x.removeprefix("#") for x in body.links} <= set(body.ids)


def test_page_styles_are_those_that_the_policy_names(record: Record) -> None:
    html = page.render([record])
    css = re.search(r"<style>(.*?)</style>", html, re.S)
    assert css
    digest = base64.b64encode(hashlib.sha256(css[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in html.replace("&#39;", "'")


def test_overlapping_marks_all_stay(record: Record) -> None:
    html = page.render([record])
    assert re.search(r'class="said event main" title="[^"]*">دیدار', html)


def test_empty_record() -> None:
    bare = Record(Article(id="x", text="متن", clean="متن"))
    assert parsed(page.render([bare])).text == "متن"
    assert "No events" in shown(bare)
    assert page.render([])


@given(st.text(max_size=30), st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_pieces_join_to_the_text(text: str, ranges: list[tuple[int, int]]) -> None:
    spans = [page.Mark(a, b, f"l{n}", f"tip {n}", f"x{n}") for n, (a, b) in enumerate(ranges) if a < b <= len(text)]
    found = list(page.pieces(text, spans))
    assert "".join(p.text for p in found) == text
    assert sorted(a for p in found for a in p.anchors) == sorted(m.anchor for m in spans)
    at = 0
    for piece in found:
        inside = {m.layer for m in spans if m.start <= at and at + len(piece.text) <= m.end and piece.text}
        assert set(piece.classes.split()) == inside
        at += len(piece.text)


def test_schema_is_stable() -> None:
    assert schema() == schema()
