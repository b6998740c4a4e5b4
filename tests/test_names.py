"""The names stage: case tables with counter-examples, the same with half-spaces deleted, and the laws of spans."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dabir import Reader, resources
from dabir.model import Actor
from dabir.names import variants
from dabir.names.find import find_phrases
from dabir.names.kb import Beginnings, Holding, covers, load, squeeze
from dabir.names.resolve import resolve_mentions
from dabir.names.tagged import amend
from dabir.names.tagger import Tag
from dabir.names.titles import read_title, title_words
from dabir.text.clean import clean
from dabir.text.keys import HALF_SPACE, key

CASES = tomllib.loads((Path(__file__).parent / "cases/names/mentions.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("glued", [False, True], ids=["as written", "half-spaces deleted"])
@pytest.mark.parametrize("case", CASES, ids=lambda c: c["label"])
def test_mentions(case: dict, glued: bool) -> None:
    source = case["text"].replace(HALF_SPACE, "") if glued else case["text"]
    text = clean(source)
    found = resolve_mentions(text, load(), date=case.get("published")).mentions
    got = {(squeeze(text.key[m.head[0] : m.head[1]]), m.kind, m.state, squeeze(m.person or "")) for m in found}
    for words, kind, state, person in case.get("expect", ()):  # no state: ""
        assert (squeeze(words), kind, state or None, squeeze(person)) in got
    heads = {h for h, *_ in got}
    for words in case.get("absent", ()):
        assert squeeze(words) not in heads


def test_the_table_says_who_held_the_office() -> None:
    text = clean("وزیر خارجه روسیه وارد دوحه شد.")
    actor = next(a for a in resolve_mentions(text, load(), date="2025-02-28").actors if a.state == "RUS")
    assert actor.person == "سرگئی لاوروف"
    assert actor.resolution == "kb"


def test_the_head_of_a_body_without_a_code_is_nobody_of_the_outlets_state() -> None:
    actors = resolve_mentions(clean("رهبر القاعده یمن بیانیه‌ای داد."), load(), date="2025-02-28").actors
    assert [(a.person, a.state) for a in actors] == [(None, None)]


def test_no_holder_without_a_date() -> None:
    assert load().holder("RUS", "foreign-minister", None) is None
    assert load().holder("RUS", "foreign-minister", "2025-02-28") is not None


@pytest.mark.parametrize(
    ("begin", "end", "date", "expected"),
    [
        ("2015-01-01", "2020-01-01", "2019-12-31", True),
        ("2015-01-01", "2020-01-01", "2020-01-01", False),
        ("2015", "", "2015-06-01", True),
        ("2015-03", "2016", "2015-02-28", False),
        ("", "", "2015-06-01", False),
    ],
)
def test_covers(begin: str, end: str, date: str, expected: bool) -> None:
    assert covers(Holding("x", "o", "t", "IRN", begin, end, ()), date) is expected


def test_every_office_has_its_person_and_a_possible_span() -> None:
    people = {row["id"] for row in resources.tables("kb/people")}
    for row in resources.tables("kb/offices"):
        assert row["person"] in people, row
        assert not (row["begin"] and row["end"]) or row["begin"] <= row["end"], row


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ایران روسیه«»،.وزیرخارجه لاوروف\n آن\u200cها", max_size=120))
def test_mentions_lie_in_the_key(source: str) -> None:
    text = clean(source)
    tokens = len(text.tokens)
    assert all(0 <= p.start < p.end <= tokens for p in find_phrases(text, load()))
    for m in resolve_mentions(text, load()).mentions:
        span = text.span(m.start, m.end)
        assert source[span.start : span.end] == span.text


def test_a_name_spelt_otherwise_is_the_same_person() -> None:
    known = {a.person: a for a in Reader(tagger=False).read("مایک پامپئو وزیر خارجه آمریکا گفت.", published="2019-05-01").actors}
    assert known["مایک پامپئو"].wikidata or known["مایک پامپئو"].resolution == "kb"


SPELT = [
    ("سرگی لاورف", "sergey-lavrov"), ("سرگیی لاوروف", "sergey-lavrov"), ("مایک پامپئو", "mike-pompeo"),
    ("ژان‌ایو لو دریان", "jean-yves-le-drian"), ("ژان ایو لودریان", "jean-yves-le-drian"), ("جوزف بورل", "josep-borrell"),
    ("مولود چاوش اوغلو", "mevlut-cavusoglu"), ("مقتدی الصدر", "muqtada-al-sadr"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "person"), SPELT)
def test_a_full_name_a_variation_away_is_the_person(name: str, person: str) -> None:
    assert variants.find(key(name).split()) == person


OTHERS = ["علی حسینی", "علی حسنی", "محمد رضایی", "حسن روحنی", "لاورف", "پرویز", "سرگئی لاورنتف", "استیون ملر پور", "کیم جونگ ان پو"]


@pytest.mark.parametrize("name", OTHERS)
def test_other_names_and_surnames_alone_are_no_variants(name: str) -> None:
    assert variants.find(key(name).split()) == ""


def test_known_people_do_not_pass_for_each_other() -> None:
    """Each name of the tables by its sounds: its own person, or nobody where two are alike."""
    for row in resources.tables("kb/people"):
        for name in (row["fa"], *resources.values(row["variants"])):
            assert variants.find(key(name).split()) in ("", row["id"]), name


PAIRS = [
    line.split("\t") for line in (Path(__file__).parent / "cases/names/scripts.tsv").read_text(encoding="utf-8").splitlines()[2:]
]


def test_names_of_other_scripts() -> None:
    """Nobody is taken for another, and four of five names are known."""
    found = [(variants.find(key(name).split()), person) for name, person in PAIRS]
    assert all(got in ("", person) for got, person in found)
    assert sum(got == person for got, person in found) * 5 >= len(PAIRS) * 4


@pytest.mark.parametrize("name", ["Sergey Lavrov", "Sergei Lavrov", "Сергей Лавров"])
def test_names_in_foreign_letters(name: str) -> None:
    record = Reader(tagger=False).read(f"وزیر خارجه روسیه ({name}) در مسکو سخن گفت.", published="2024-05-01")
    assert any(a.name.en == "Sergey Lavrov" and any(m.text == name for m in a.mentions) for a in record.actors)


def test_foreign_words_that_are_no_known_name_are_nobody() -> None:
    record = Reader(tagger=False).read("او در توییتر نوشت: Breaking News Today.", published="2024-05-01")
    assert not any(m.text.startswith("Breaking") for a in record.actors for m in a.mentions)


def test_a_surname_with_a_title_of_another_state_is_somebody_else() -> None:
    text = "حریری رئیس اتاق بازرگانی ایران و چین گفت تجارت دو کشور بیشتر شده است."
    assert not any(a.person == "سعد حریری" for a in Reader(tagger=False).read(text, published="2020-05-01").actors)


def test_an_office_held_then_outranks_nationality() -> None:
    text = "جوزپ بورل، مسئول سیاست خارجی اتحادیه اروپا، وارد تهران شد. بورل گفت گفت‌وگوها ادامه دارد."
    actor = next(a for a in Reader(tagger=False).read(text, published="2020-02-03").actors if a.person == "جوزپ بورل")
    assert actor.state == "EU"


def test_journalists_act_for_no_state() -> None:
    record = Reader(tagger=False).read("باراک راوید نوشت که گفت‌وگوها ادامه دارد.", published="2024-05-01")
    assert [a.state for a in record.actors if a.person == "باراک راوید"] == [None]


OFFICE = [
    ("مایک پمپئو وزیر خارجه آمریکا در ریاض گفت که گفت‌وگوها ادامه دارد.", "2023-03-01", 1),
    ("مایک پمپئو وزیر خارجه آمریکا در ریاض گفت که گفت‌وگوها ادامه دارد.", "2019-03-01", 0),
    ("مایک پمپئو وزیر خارجه سابق آمریکا در ریاض گفت که گفت‌وگوها ادامه دارد.", "2023-03-01", 0),
    ("وزیر خارجه دولت ترامپ در ریاض گفت که گفت‌وگوها ادامه دارد.", "2019-03-01", 0),
]


@pytest.mark.parametrize(("text", "date", "count"), OFFICE)
def test_office_against_date(text: str, date: str, count: int) -> None:
    record = Reader(tagger=False).read(text, published=date)
    found = [c for c in record.checks if c.kind == "office-mismatch"]
    assert len(found) == count
    assert all(record.article.text[s.start : s.end] == s.text for c in found for s in c.spans)


def test_no_office_is_checked_without_a_date() -> None:
    assert not Reader(tagger=False).read(OFFICE[0][0]).checks


def test_candidates_are_kept_where_a_surname_leaves_several() -> None:
    record = Reader(tagger=False).read("آقای رودریگز گفت که گفت‌وگوها ادامه دارد.", published="2021-06-01")
    actor = next(a for a in record.actors if a.person == "رودریگز")
    assert set(actor.candidates) == {"delcy-rodriguez", "bruno-rodriguez", "jorge-rodriguez"}
    assert actor.resolution != "kb"


def test_the_state_that_the_article_names_decides_between_candidates() -> None:
    text = "وزیر خارجه کوبا به تهران آمد. آقای رودریگز گفت که گفت‌وگوها ادامه دارد."
    assert any(a.name.en and "Bruno" in a.name.en for a in Reader(tagger=False).read(text, published="2021-06-01").actors)


def actor_of(text: str, date: str, words: str) -> Actor:
    return next(a for a in resolve_mentions(clean(text), load(), date=date).actors if any(m.text == words for m in a.mentions))


def test_a_former_office_keeps_all_who_held_it() -> None:
    actor = actor_of("وزیر خارجه پیشین آمریکا سخنرانی کرد.", "2021-05-05", "وزیر خارجه پیشین آمریکا")
    assert actor.candidates[:3] == ("mike-pompeo", "john-sullivan", "rex-tillerson")
    assert (actor.person, actor.state) == (None, "USA")


@pytest.mark.parametrize(("date", "person", "candidates"), [
    ("2020-06-04", "روح‌الله خمینی", ()), ("2026-06-04", None, ("ali-khamenei", "ruhollah-khomeini")),
])  # fmt: skip
def test_the_late_leader_is_one_of_those_who_died_before(date: str, person: str | None, candidates: tuple[str, ...]) -> None:
    actor = actor_of("رهبر فقید انقلاب چنین گفته بود.", date, "رهبر فقید انقلاب")
    assert (squeeze(actor.person or ""), actor.candidates) == (squeeze(person or ""), candidates)


def test_a_title_at_some_other_time_is_nobody_in_office_now() -> None:
    actor = actor_of("وزیر خارجه وقت آمریکا سخنرانی کرد.", "2025-05-05", "وزیر خارجه وقت آمریکا")
    assert (actor.person, actor.resolution, actor.candidates) == (None, "article", ())


def test_two_who_may_be_meant_are_candidates() -> None:
    text = "مجید تخت‌روانچی معاون سیاسی وزیر خارجه و کاظم غریب‌آبادی معاون حقوقی وزیر خارجه آمدند. معاون وزیر خارجه ایران سخن گفت."
    actor = actor_of(text, "2025-05-05", "معاون وزیر خارجه ایران")
    assert actor.candidates == ("majid-takht-ravanchi", "kazem-gharibabadi")
    assert actor.person is None


CHAMBER = "حریری رئیس اتاق بازرگانی گفت تجارت بیشتر شده است."


def test_a_title_of_a_company_or_chamber_is_no_politicians() -> None:
    actor = actor_of(CHAMBER, "2020-05-01", "حریری رئیس اتاق بازرگانی")
    assert (actor.person, actor.state, actor.resolution) == ("حریری", None, "article")
    assert actor_of(CHAMBER.replace(" رئیس اتاق بازرگانی", ""), "2020-05-01", "حریری").name.en == "Saad Hariri"


TITLES = [
    ("معاون حقوقی و بین‌المللی وزیر امور خارجه", "معاون بین‌الملل وزارت خارجه", True),
    ("سفیر عربستان سعودی در آمریکا", "سفیر عربستان در واشنگتن", True),
    ("سخنگوی وزارت امور خارجه ایران", "سخنگوی وزارت خارجه کشورمان", True),
    ("معاون وزیر خارجه", "وزیر خارجه", False),
    ("سخنگوی وزارت خارجه", "سخنگوی دولت", False),
    ("سفیر ایران در روسیه", "سفیر ایران در فرانسه", False),
    ("رئیس دفتر رئیس‌جمهور", "رئیس مجلس", False),
]


@pytest.mark.parametrize(("one", "other", "same"), TITLES)
def test_titles_by_meaning(one: str, other: str, same: bool) -> None:
    a, b = (read_title(load(), title_words(t), "IRN") for t in (one, other))
    assert a.fits(b) is b.fits(a) is same


@pytest.mark.parametrize(("text", "count"), [
    ("محمدجواد ظریف وزیر خارجه ایران در وین بود.", 1),
    ("محمدجواد ظریف وزیر خارجه ایران در سال ۲۰۱۵ در وین بود.", 0),  # the sentence says when
    ("محمدجواد ظریف در وین با نامزد وزیر خارجه دیدار کرد.", 0),
    ("شیخ عبدالله بن زاید در وین بود.", 0),  # a form of address, not an office
    ("وزیر خارجه آمریکا، ندی حماده معوض، سفیر لبنان، و دیگران آمدند.", 0),  # a list
])  # fmt: skip
def test_office_against_date_where_the_article_says_more(text: str, count: int) -> None:
    checks = Reader(tagger=False).read(text, published="2025-03-01").checks
    assert sum(c.kind == "office-mismatch" for c in checks) == count


def test_what_a_check_says() -> None:
    (check,) = Reader(tagger=False).read("محمدجواد ظریف وزیر خارجه ایران در وین بود.", published="2025-03-01").checks
    assert check.values == ("foreign-minister", "IRN", "عباس عراقچی")
    assert "محمدجواد ظریف" in check.message.fa and "Abbas Araghchi" in check.message.en


def amended(source: str, *marked: tuple[str, str]) -> list[tuple[str, str]]:
    """(words, kind) of the phrases of a text with what a tagger marks in it."""
    text, kb = clean(source), load()
    tags = []
    for words, kind in marked:
        start = text.key.index(clean(words).key)
        inside = [n for n, t in enumerate(text.tokens) if start <= t.start < start + len(clean(words).key)]
        tags.append(Tag(inside[0], inside[-1] + 1, kind, 0.9))  # type: ignore[arg-type]
    found = amend(text, kb, find_phrases(text, kb), tags)
    return [(text.span(text.tokens[p.start].start, text.tokens[p.end - 1].end).text, p.kind) for p in found]


def test_a_person_whom_only_the_tagger_sees_takes_the_title_before() -> None:
    assert ("وزیر کشاورزی اسلوونی یانز پوگاچار", "person") in amended("وزیر کشاورزی اسلوونی یانز پوگاچار گفت.", ("یانز پوگاچار", "PER"))


def test_and_the_title_behind() -> None:
    assert ("یانز پوگاچار، سفیر اسلوونی", "person") in amended("یانز پوگاچار، سفیر اسلوونی، گفت.", ("یانز پوگاچار", "PER"))


def test_a_state_is_no_person_even_where_the_tagger_says_so() -> None:
    assert amended("کاراکاس اعلام کرد.", ("کاراکاس", "PER")) == [("کاراکاس", "capital")]


def test_names_of_the_tables_stay_where_the_tagger_sees_none() -> None:
    assert ("سرگئی لاوروف", "person") in amended("سرگئی لاوروف گفت.")


def test_a_body_that_no_table_has() -> None:
    assert ("آینده‌نگاران سپهر", "organization") in amended("آینده‌نگاران سپهر گزارش داد.", ("آینده‌نگاران سپهر", "ORG"))


def test_beginnings_are_those_of_the_names_and_no_others() -> None:
    base = load()
    all_ = {name[:n] for name in (*base.senses, *base.spots) for n in range(1, len(name) + 1)}
    assert all(letters in base.prefixes for letters in all_)
    for letters in sorted(all_)[::50]:
        for other in (letters + "ژ", letters[:-1] + "ژ", letters + "\u0600"):
            assert (other in base.prefixes) == (other in all_)
    assert "" in base.prefixes and "\uffff" not in base.prefixes and "ژ" in Beginnings(("ژاپن",))
    assert "الف" not in Beginnings(())
