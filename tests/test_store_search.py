"""Full-text search on both databases: spellings, phrases, beginnings of words, odd queries."""

from __future__ import annotations

import pytest

import dabir
from dabir.store import ids
from dabir.store.words import fts5, term, tsquery
from dabir.text.keys import key

SPELLINGS = ("گفت‌وگو", "گفتوگو", "گفت و گو", "گفتگو", "گفت‌وگوی", "گفتگوهای")


@pytest.mark.parametrize("written", SPELLINGS)
def test_search_finds_a_word_however_it_is_spelt(url: str, written: str) -> None:
    record = dabir.read(f"وزیران خارجه ایران و عمان در مسقط {written} تلفنی کردند.", outlet="ایرنا")
    other = dabir.read("وزیر خارجه ژاپن به پکن سفر کرد.", outlet="ایرنا")
    with dabir.open_store(url) as store:
        store.add(record)
        store.add(other)
        for asked in SPELLINGS:
            assert [h.version for h in store.search(asked)] == [ids.version_id(record.article)], asked


def test_search_phrases_beginnings_and_odd_queries(url: str) -> None:
    record = dabir.read("وزیر امور خارجه ژاپن به پکن سفر کرد. او گفت: «ما از مذاکره‌کنندگان حمایت می‌کنیم.»", outlet="ایرنا")
    with dabir.open_store(url) as store:
        store.add(record)
        assert store.search('"خارجه ژاپن"') and not store.search('"ژاپن خارجه"')
        assert store.search("مذاکره*") and not store.search("مذاکره")
        assert store.search("ژاپن پکن") and not store.search("ژاپن لندن")
        for odd in ("", "   ", '"', "* *", "' OR 1=1 --", "a'b\\", "NEAR(", "AND OR NOT", "ژاپن)", "\x00", "!!!&|", "«", "-ژاپن:*"):
            store.search(odd)
        assert {h.kind for h in store.search("حمایت")} <= {"article", "statement"}


def test_terms_have_no_plural_and_queries_are_quoted() -> None:
    assert term(key("سفارتخانه‌های")) == term(key("سفارتخانه"))
    assert term(key("گفت‌وگوی")) == key("گفت‌وگو")
    assert term("رای") == "رای" and term("تنها") == "تنها"[:-2] + "ها"
    assert fts5('وزیر "امور خارجه" سف*') == '"وزیر" "امور خارجه" "سف"*'
    assert tsquery('وزیر "امور خارجه" سف*') == "('وزیر') & ('امور' <-> 'خارجه') & ('سف':*)"
