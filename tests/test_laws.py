"""What holds of every record, whatever the article: spans slice, reading is deterministic, JSON comes back the same."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dabir
from dabir.model import Record
from dabir.text.clean import apply_edits

WORDS = [
    "ایران", "روسیه", "آمریکا", "وزیر امور خارجه", "سرگئی لاوروف", "دیدار", "کرد", "گفت", "که", "روز پنجشنبه", "۹ اسفند ۱۴۰۳", "در", "استانبول",
    "مذاکرات", "تحریم", "«", "»", "،", ".", ":", "\n", "می شود", "مذاکره‌کنندگان", "مذاکرهکنندگان", "به گزارش ایسنا،", "احضار", "سفیر", "را", "و",
    "🔹", "ساعت ۱۶:۳۰ به وقت مسکو", "دو کشور", "وی", "افزود", "a", "\u200c", "\u202b", "&nbsp;", "كردند", "هفته آینده", "خواهد کرد",
]  # fmt: skip
ARTICLES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=60).map(" ".join).filter(str.strip)


def spans(node: Any) -> list[dict]:
    """Every {start, end, text} in a JSON value."""
    found = [node] if isinstance(node, dict) and {"start", "end", "text"} <= node.keys() else []
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return found + [s for child in children for s in spans(child)]


@settings(max_examples=80, deadline=None)
@given(ARTICLES)
def test_every_span_slices_to_its_text(source: str) -> None:
    record = json.loads(msgspec.json.encode(dabir.read(source, published="2025-02-28")))
    text = record["article"]["text"]
    assert text == source
    for span in spans(record):
        assert text[span["start"] : span["end"]] == span["text"]


@settings(max_examples=30, deadline=None)
@given(ARTICLES)
def test_edits_replay(source: str) -> None:
    article = dabir.read(source).article
    assert apply_edits(article.text, article.edits) == article.clean


@settings(max_examples=30, deadline=None)
@given(ARTICLES)
def test_reading_is_deterministic_and_json_round_trips(source: str) -> None:
    record = dabir.read(source, published="1403-12-10")
    raw = msgspec.json.encode(record)
    assert raw == msgspec.json.encode(dabir.Reader().read(source, published="1403-12-10"))
    assert msgspec.json.decode(raw, type=Record) == record


def test_ids_point_at_what_the_record_holds() -> None:
    record = dabir.read(
        "سرگئی لاوروف، وزیر امور خارجه روسیه و مارکو روبیو، وزیر خارجه آمریکا روز سه‌شنبه ۳۰ بهمن ۱۴۰۳ در ریاض دیدار کردند. لاوروف گفت: «گفت‌وگوها مفید بود.»",
        published="2025-02-19",
    )
    actors, times, places = ({x.id for x in group} for group in (record.actors, record.times, record.places))
    assert record.events and record.statements
    for event in record.events:
        assert {a.actor for a in event.actors} <= actors
        assert event.time is None or event.time in times
        assert event.place is None or event.place in places
    for statement in record.statements:
        assert statement.speaker.actor in actors
    assert sum(e.main for e in record.events) == 1


def test_a_reader_is_shared_between_threads_and_travels_to_processes() -> None:
    reader = dabir.Reader()
    texts = [f"وزیر خارجه ایران روز شنبه {n} اسفند ۱۴۰۳ با همتای عراقی خود دیدار کرد." for n in range(1, 9)]
    alone = [msgspec.json.encode(reader.read(t, published="2025-03-10")) for t in texts]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda t: msgspec.json.encode(reader.read(t, published="2025-03-10")), texts))
    assert together == alone
    again = pickle.loads(pickle.dumps(reader))
    assert msgspec.json.encode(again.read(texts[0], published="2025-03-10")) == alone[0]


def test_records_follow_their_schema() -> None:
    schema = msgspec.json.schema(Record)
    record = dabir.read("وزیر خارجه ایران در تهران با سفیر چین دیدار کرد.", published="2025-02-28")
    jsonschema.validate(json.loads(msgspec.json.encode(record)), schema)


@pytest.mark.parametrize(("text", "published"), [("", None), ("   \n", None), ("ایران", "۳۱ اسفند ۱۴۰۳")])
def test_what_cannot_be_read_says_so(text: str, published: str | None) -> None:
    with pytest.raises(dabir.InputError):
        dabir.read(text, published=published)
