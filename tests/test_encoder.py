"""The encoder: its windows and pieces, what ships, and reading without it."""

from __future__ import annotations

import builtins
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dabir import Reader, resources
from dabir.encoder import session
from dabir.encoder.pieces import pieces
from dabir.encoder.windows import window
from dabir.names.tagger import tags
from dabir.text.clean import clean

HALF = "\u200c"
SENTENCE = (
    "کیوان مهرآرا، مدیرکل آسیای وزارت امور خارجه، عصر سه‌شنبه در باکو با الچین رستم‌زاده، سفیر جمهوری آذربایجان، دیدار کرد. "
    "دو طرف درباره‌ی کریدور شمال-جنوب گفت‌وگو کردند."
)
PERSIAN = st.text(alphabet="ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهیآئ \u200c.،«»۱۲۳", max_size=120)


def encoder() -> session.Encoder:
    found = session.load()
    assert found is not None
    return found


@given(PERSIAN)
def test_window_offsets_lead_back_to_the_key(source: str) -> None:
    text = clean(source)
    seen = window(text, 0, len(text.key))
    assert len(seen.at) == len(seen.text) + 1
    assert seen.text.replace(" ", "") == text.key.replace(" ", "")
    for n, char in enumerate(seen.text):
        assert char == text.key[seen.at[n]] or char == " "


@given(PERSIAN)
def test_a_span_goes_to_the_window_and_back(source: str) -> None:
    text = clean(source)
    seen = window(text, 0, len(text.key))
    for token in text.tokens:
        a, b = seen.place(token.start, token.end)
        assert seen.text[a:b].replace(" ", "") == token.text


def test_half_spaces_are_spaces_in_a_window() -> None:
    text = clean("مذاکره‌کنندگان می‌روند")
    assert window(text, 0, len(text.key)).text == "مذاکره کنندگان می روند"


def test_the_same_words_give_the_same_window_without_half_spaces() -> None:
    one, other = clean(SENTENCE), clean(SENTENCE.replace(HALF, ""))
    assert window(one, 0, len(one.key)).text == window(other, 0, len(other.key)).text


def test_every_token_has_pieces_and_long_texts_several_windows() -> None:
    text = clean("\n".join([SENTENCE] * 30))
    cut = pieces(text, encoder().code)
    assert len(cut.ids) > 1
    assert all(len(ids) <= 512 for ids in cut.ids)
    assert all(cut.of(t.start, t.end) for t in text.tokens if t.text.isalnum())


def test_a_sentence_longer_than_the_encoder_is_cut_and_read() -> None:
    text = clean("وزیر " * 3000 + ".")
    read = encoder().read(text)
    assert len(read.names) == len(read.pieces.starts) > 0


def test_reading_is_the_same_every_time() -> None:
    text = clean(SENTENCE)
    assert (encoder().read(text).names == encoder().read(text).names).all()


def test_names_that_no_table_has() -> None:
    text = clean(SENTENCE)
    found = {
        (text.span(text.tokens[t.start].start, text.tokens[t.end - 1].end).text, t.kind) for t in tags(text, encoder().read(text))
    }
    assert {("کیوان مهرآرا", "PER"), ("الچین رستم‌زاده", "PER"), ("باکو", "LOC")} <= found
    assert not any("دو طرف" in words for words, _ in found)


def test_unknown_people_are_actors() -> None:
    record = Reader().read(SENTENCE, published="2025-03-05")
    assert {"کیوان مهرآرا", "الچین رستم‌زاده"} <= {a.person for a in record.actors}


def test_without_onnxruntime_rules_read_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    session.load.cache_clear()
    monkeypatch.setattr(builtins, "__import__", missing)
    try:
        assert session.load() is None
        record = Reader().read("وزیر خارجه ایران با وزیر خارجه عمان در مسقط دیدار کرد.", published="2025-03-05")
    finally:
        monkeypatch.undo()
        session.load.cache_clear()
    assert [e.act for e in record.events] == ["meet"]


def test_what_ships_is_what_the_card_says() -> None:
    card = resources.toml("models.toml")
    for name, row in card["files"].items():
        raw = resources.read_bytes(f"models/{name}")
        assert hashlib.sha256(raw).hexdigest() == row["sha256"], name
        assert len(raw) == row["bytes"], name
    assert card["files"]["encoder.onnx"]["bytes"] < 20_000_000
