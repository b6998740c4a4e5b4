"""What analysts change: kept, in force after every merge, taken back, checked; what was read stays as it is. On both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dabir
from conftest import rows
from dabir.errors import InputError
from dabir.model import Record
from dabir.store import corrections, fields, ids
from dabir.store.correcting import Change
from dabir.store.corrections import Correction
from dabir.store.merged import MergedEvent
from dabir.store.migrate import rebuild
from dabir.store.rows import localise
from dabir.store.store import Store

NOW = "2025-03-01T08:00:00+00:00"
WHO = {"by": "رحیمی", "at": NOW, "why": "بیانیه وزارت خارجه"}
ONE = "وزیران خارجه ایران و عمان روز {} در {} دیدار کردند. عباس عراقچی گفت: «ما آماده ادامه گفت‌وگو با عمان هستیم.»"
OTHER = "مسقط میزبان بود: عباس عراقچی {} در {} با وزیر خارجه عمان دیدار کرد. دو طرف روابط دوجانبه را بررسی کردند."
THIRD = "عباس عراقچی وزیر خارجه ایران {} در {} با وزیر خارجه عمان دیدار و درباره پیشنهاد تازه گفت‌وگو کرد."


def told(template: str, outlet: str, day: str = "۹ اسفند ۱۴۰۳", place: str = "مسقط") -> Record:
    return dabir.read(template.format(day, place), published="2025-02-28", outlet=outlet)


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """A meeting that three outlets report, and another of Japan."""
    with dabir.open_store(url) as opened:
        for template, outlet in ((ONE, "ایرنا"), (OTHER, "ایسنا"), (THIRD, "تسنیم")):
            opened.add(told(template, outlet))
        opened.add(dabir.read("وزیر خارجه ژاپن به پکن سفر کرد.", published="2025-02-28", outlet="ایرنا"))
        opened.merge()
        yield opened


def meeting(store: Store) -> MergedEvent:
    """The meeting, joined by an analyst where the merge alone does not."""
    found = [e for e in store.merged_events() if e.act == "meet"]
    for other in found[1:]:
        store.judge(found[0].id, other.told[0].event, "same", by="x", at=NOW)
    one = store.merged(found[0].id)
    assert one.reports == 3 and one.begin == "2025-02-27"
    return one


def remade(store: Store) -> None:
    with store._database.writing() as connection:
        rebuild(connection)
    store.merge()


def as_read(store: Store) -> dict[str, object]:
    """All that was read: records and their rows, and what outlets say of each field."""
    with store.reading() as connection:
        return {t: sorted(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {t}")), key=str)
                for t in ("versions", "events", "participants", "statements", "fields", "opinions")}  # fmt: skip


def test_an_act_shows_the_analysts_value_and_outlets_keep_theirs(store: Store) -> None:
    act = meeting(store)
    before = as_read(store)
    made = store.correct(act.id, "begin", "۸ اسفند ۱۴۰۳", **WHO)
    assert (made.kind, made.subject, made.field, made.before, made.after) == ("set", "act", "begin", "2025-02-27", "2025-02-26")
    assert (made.by, made.at, made.why, made.undone_by) == ("رحیمی", NOW, "بیانیه وزارت خارجه", None)
    assert set(made.of) == {t.event for t in act.told}
    now = store.merged(act.id)
    assert (now.begin, now.since, now.until) == ("2025-02-26", "2025-02-26", "2025-02-27")
    assert [o.value for o in now.fields["begin"]] == ["2025-02-27"] and now.corrected == {"begin": made}
    assert as_read(store) == before
    assert list(store.check()) == []


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        ("act", "Talks", "talks"), ("status", "cancelled", "cancelled"), ("begin", "2025-02", "2025-02"), ("end", "2025-03-01", "2025-03-01"),
        ("place", "صلاله", "صلاله"), ("country", "قطر", "QAT"), ("main", "false", "false"), ("duration", "PT2H", "PT2H"),
        ("venue", "کاخ البستان", "کاخ البستان"), ("participant", "IRN QAT", "IRN QAT"), ("mediator", "عمان، عربستان سعودی", "OMN SAU"),
        ("recipient", "", None), ("begin", None, None), ("place", " ", None), ("person:IRN", "محمدجواد ظریف", "محمدجواد ظریف"),
    ],
)  # fmt: skip
def test_each_field_of_an_act(store: Store, field: str, value: str | None, kept: str | None) -> None:
    act = meeting(store)
    made = store.correct(act.id, field, value, **WHO)
    assert made.after == kept
    now = store.merged(act.id)
    own = {
        "participant": " ".join(sorted(str(p.state) for p in now.parties if p.role == "participant")) or None,
        "mediator": " ".join(sorted(str(p.state) for p in now.parties if p.role == "mediator")) or None,
        "recipient": None, "main": str(now.main).lower(), "person:IRN": next((p.person for p in now.parties if p.state == "IRN"), None),
        "duration": kept, "venue": kept,
    }  # fmt: skip
    assert (own[field] if field in own else getattr(now, field)) == kept
    assert store.correct(act.id, field, value or "", **WHO).before == kept, "a second correction starts from the first"
    remade(store)
    assert store.merged(act.id) == msgspec.structs.replace(now, corrected=store.merged(act.id).corrected)
    if field == "act":
        assert (now.plover, now.quad) == ("CONSULT", 1)
    if field == "status":
        assert (act.plover, now.plover) == ("CONSULT", "REJECT")


def test_questions_follow_the_correction(store: Store) -> None:
    from dabir.store.filters import asked

    act = meeting(store)
    store.correct(act.id, "participant", "IRN QAT", **WHO)
    store.correct(act.id, "status", "cancelled", **WHO)
    assert [e.id for e in store.events(asked(dyad=["IRN", "QAT"], status=["cancelled"])).rows] == [act.id]
    assert act.id not in [e.id for e in store.events(asked(dyad=["IRN", "OMN"])).rows]


def test_undoing_brings_the_outlets_value_back_and_stays_in_the_history(store: Store) -> None:
    act = meeting(store)
    first = store.correct(act.id, "place", "صلاله", **WHO)
    second = store.correct(act.id, "place", "نزوا", **WHO)
    assert (second.before, store.merged(act.id).place) == ("صلاله", "نزوا")
    undone = store.undo(second.id, by="کریمی", at="2025-03-02T08:00:00+00:00")
    assert (undone.undone_by, undone.undone_at) == ("کریمی", "2025-03-02T08:00:00+00:00")
    assert store.merged(act.id).place == "صلاله", "the one before counts again"
    store.undo(first.id, by="کریمی", at=NOW)
    assert store.merged(act.id) == act
    assert store.history([act.id]) == store.corrections().rows[::-1]
    assert [c.undone_by for c in store.history([act.id])] == ["کریمی", "کریمی"]
    with pytest.raises(InputError, match=f"correction {first.id} was undone already, by کریمی"):
        store.undo(first.id, by="x", at=NOW)
    for number in (0, -1, 99, 2**40):
        with pytest.raises(InputError, match="there is no correction"):
            store.undo(number, by="x", at=NOW)


def test_corrections_outlive_merging_adding_and_backup(store: Store, new_url: Callable[[], str]) -> None:
    act = meeting(store)
    made = store.correct(act.id, "begin", "2025-02-26", **WHO)
    note = store.change(Change("note", act.id, "پیگیری شود"), by="رحیمی", at=NOW)
    store.add(told(ONE, "خبرآنلاین", "۹ اسفند"))
    store.merge()
    grown = store.merged(act.id)
    assert (grown.reports, grown.begin) == (4, "2025-02-26"), "a new report does not undo it"
    for record in list(store.records()):
        assert store.add(record) == "known"
        changed = msgspec.structs.replace(record, checks=record.checks + record.checks[:1], places=record.places[:0], events=tuple(
            msgspec.structs.replace(e, place=None, venue=None) for e in record.events), statements=())  # fmt: skip
        store.add(changed, reread=True)
    store.merge()
    assert store.merged(act.id).begin == "2025-02-26"
    remade(store)
    copy = new_url()
    store.backup(copy)
    with dabir.open_store(copy) as other:
        other.merge()
        assert other.merged(act.id).begin == "2025-02-26" and other.history([act.id]) == (made, note)
        assert other.change(Change("note", act.id, "و باز"), by="x", at=NOW).id == 3


def test_a_report_is_corrected_alone_and_counts_as_one_voice(store: Store) -> None:
    act = meeting(store)
    own = act.told[0].event
    made = store.correct(own, "status", "denied", **WHO, subject="report")
    assert (made.subject, made.of, made.before) == ("report", (own,), "held")
    now = store.merged(act.id)
    assert now.status == "held" and now.corrected == {}, "two of three outlets say held"
    store.correct(act.told[1].event, "status", "denied", **WHO, subject="report")
    assert store.merged(act.id).status == "denied"
    assert [o.value for o in store.merged(act.id).fields["status"]] == ["held"]


def test_what_belongs_to_an_act_that_falls_apart(store: Store) -> None:
    """A correction stays with more than half of the reports that it was made for."""
    act = meeting(store)
    store.correct(act.id, "place", "صلاله", **WHO)
    off = next(t.event for t in act.told if t.event == act.id)  # the one that gives the act its id
    store.change(Change("split", off, "دیداری دیگر"), by="x", at=NOW)
    others = {store.merged(t.event).place for t in act.told if t.event != off}
    assert store.merged(off).place == "مسقط" and "صلاله" in others


def alone(store: Store, off: str, rest: list[str]) -> bool:
    """Whether a report is in another act than these; the merge may find it one of its own."""
    return store.merged(off).id not in {store.merged(i).id for i in rest}


def test_splitting_and_joining_and_back(store: Store) -> None:
    act = meeting(store)
    off = act.told[-1].event
    split = store.change(Change("split", off, "دو دیدار بود"), by="رحیمی", at=NOW)
    assert (split.kind, split.subject, split.before) == ("split", "report", act.id)
    rest = [t.event for t in act.told if t.event != off]
    assert alone(store, off, rest)
    remade(store)
    assert alone(store, off, rest)
    joined = store.change(Change("join", rest[0], "یکی بود", value=off), by="رحیمی", at=NOW)
    assert store.merged(off).id == store.merged(rest[0]).id, "what was split can be joined"
    with pytest.raises(InputError, match="one act already"):
        store.change(Change("join", rest[0], "باز", value=off), by="x", at=NOW)
    assert store.merged(off).id == store.merged(rest[1]).id
    store.undo(joined.id, by="x", at=NOW)
    assert alone(store, off, rest)
    store.undo(split.id, by="x", at=NOW)
    assert {store.merged(t.event).id for t in act.told} == {act.id}
    remade(store)
    assert {store.merged(t.event).id for t in act.told} == {act.id}


def test_acts_that_have_nothing_in_common_can_be_joined_whole(store: Store) -> None:
    act = meeting(store)
    visit = next(e for e in store.merged_events() if e.act == "visit")
    done = store.change(Change("join", visit.id, "پیوند", value=act.told[1].event), by="x", at=NOW)
    assert store.merged(visit.id).reports == 4 and done.after == act.id
    assert [r.note for r in store.reasons(visit.id) if r.note == "پیوند"]
    store.undo(done.id, by="x", at=NOW)
    assert (store.merged(visit.id).reports, store.merged(act.id).reports) == (1, 3)
    with pytest.raises(InputError, match="only a report of an act that has several"):
        store.change(Change("split", visit.id, "x"), by="x", at=NOW)


def test_two_events_of_one_article_are_joined_where_an_analyst_says_so(url: str) -> None:
    with dabir.open_store(url) as store:
        store.add(dabir.read("وزیران خارجه ایران و عمان دیدار کردند. وزیر خارجه ژاپن به پکن سفر کرد.", outlet="ایرنا", published="2025-02-28"))
        store.merge()
        one, other = list(store.merged_events())[:2]
        store.change(Change("join", one.id, "پیوند", value=other.id), by="x", at=NOW)
        assert store.merged(one.id).reports == 2


def statement(store: Store) -> tuple[str, Record]:
    found = store.statements().rows[0]
    return found.id, store.record(found.version)


def test_statements_and_articles(store: Store) -> None:
    own, record = statement(store)
    made = store.correct(own, "person", "بدر البوسعیدی", **WHO)
    assert (made.subject, made.before) == ("statement", record.statements[0].speaker.person)
    assert store.correct(own, "state", "عمان", **WHO).after == "OMN"
    assert store.correct(own, "content", "آماده ادامه گفت‌وگو", **WHO).before == record.statements[0].content.text
    assert store.correct(own, "person", None, **WHO).before == "بدر البوسعیدی"
    marked = store.change(Change("mark", own, "گفته نیست", value="wrong"), by="x", at=NOW)
    again = store.change(Change("mark", own, "هست", value="right"), by="x", at=NOW)
    assert (marked.before, again.before) == (None, "wrong")
    mark = corrections.marked(store.history([own]), own)
    assert mark and mark.after == "right"
    store.undo(again.id, by="x", at=NOW)
    mark = corrections.marked(store.history([own]), own)
    assert mark and mark.after == "wrong"
    version = ids.version_id(record.article)
    dated = store.correct(version, "published", "۱۱ اسفند ۱۴۰۳", **WHO)
    assert (dated.subject, dated.before, dated.after) == ("article", "2025-02-28", "2025-03-01")
    assert store.record(version) == record and store.statements().rows[0].person == record.statements[0].speaker.person


def test_an_older_version_of_an_article_is_told_apart(store: Store) -> None:
    old = dabir.read("وزیران خارجه ایران و ژاپن دیدار کردند.", url="https://example.org/a", outlet="ایرنا")
    new = dabir.read("وزیران خارجه ایران و ژاپن در توکیو دیدار کردند.", url="https://example.org/a", outlet="ایرنا")
    store.add(old)
    store.merge()
    event = localise(old).known[old.events[0].id]
    made = store.correct(event, "place", "توکیو", **WHO)
    store.add(new)
    store.merge()
    assert store.corrections(event).rows == (made,)
    with pytest.raises(InputError, match="is in no act: its article has a newer version"):
        store.correct(event, "place", "کیوتو", **WHO)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"field": "colour", "value": "x"}, "«colour» is no field that can be set here; there are act, status"),
        ({"field": "act", "value": "dance"}, "«dance» is no act; there are meet"),
        ({"field": "act", "value": ""}, "`act` cannot be left empty"),
        ({"field": "status", "value": "maybe"}, "«maybe» is no status"),
        ({"field": "participant", "value": "IRN ATLANTIS"}, "«ATLANTIS» is no state"),
        ({"field": "country", "value": "آتلانتیس"}, "is no state or organisation"),
        ({"field": "begin", "value": "2025-02-30"}, "names no days"),
        ({"field": "begin", "value": "2025-02-27T25:00"}, "names no days"),
        ({"field": "begin", "value": "2025-03-21/2025-02-19"}, "ends before it begins"),
        ({"field": "begin", "value": "از ۱ اسفند ۱۴۰۳"}, "names no day"),
        ({"field": "duration", "value": "سه روز"}, "no length of time"),
        ({"field": "main", "value": "yes"}, "neither true nor false"),
        ({"field": "person:ATLANTIS", "value": "x"}, "is no state"),
        ({"field": "place", "value": "x" * 301}, "has 301 characters; at most 300"),
        ({"field": "place", "value": "مس\0قط"}, "NUL"),
        ({"field": "place", "value": "مس\ud800قط"}, "half a character"),
        ({"field": "place", "value": "پاریس", "subject": "report"}, "has to be words of the article"),
        ({"field": "place", "value": "x", "why": " "}, "the reason is missing"),
        ({"field": "place", "value": "x", "why": "x" * 1_000_000}, "1,000,000 characters; at most 4,000"),
        ({"field": "place", "value": "x", "why": "x\0"}, "the reason holds the character NUL"),
        ({"field": "place", "value": "x", "target": "none"}, "no event, statement or article has the id none"),
        ({"field": "place", "value": "x", "subject": "statement"}, "no statement has the id"),
        ({"field": "published", "value": "2025", "subject": "article"}, "no article has the id"),
        ({"kind": "mark", "value": "odd"}, "«odd» is no mark; there are right, wrong, notable"),
        ({"kind": "mark", "value": "right", "subject": "act"}, "a mark is of a statement"),
        ({"kind": "join", "value": "none"}, "no event of an act has the id none"),
        ({"kind": "join"}, "no event of an act has the id"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_and_changes_nothing(store: Store, asked: dict[str, str], says: str) -> None:
    target = next(e.id for e in store.merged_events())
    before = store.counts()
    with pytest.raises(InputError) as caught:
        store.change(Change(**{"kind": "set", "target": target, "why": "x", **asked}), by="x", at=NOW)  # type: ignore[arg-type]
    assert says in str(caught.value) and "\n" not in str(caught.value)
    assert store.counts() == before


@pytest.mark.parametrize("who", ["", "  ", "x" * 201, "a\0b", "\ud800"])
def test_somebody_has_to_stand_for_it(store: Store, who: str) -> None:
    target = next(e.id for e in store.merged_events())
    with pytest.raises(InputError, match="the name of who"):
        store.correct(target, "place", "x", by=who, at=NOW, why="x")
    store.correct(target, "place", "x", by="x", at=NOW, why="x")
    with pytest.raises(InputError, match="the name of who"):
        store.undo(1, by=who, at=NOW)


HOSTILE = "<script>alert(1)</script>\u202e{{7*7}}' OR 1=1 --\n\u0007<b>"


def test_hostile_words_are_kept_as_they_are(store: Store, url: str) -> None:
    act = meeting(store)
    made = store.correct(act.id, "place", HOSTILE, by=HOSTILE, at=NOW, why=HOSTILE)
    assert made.why == HOSTILE and made.by == " ".join(HOSTILE.split()) and store.merged(act.id).place == made.after
    assert rows(url, "SELECT count(*) FROM corrections") == [(1,)]


def test_pages_of_corrections(store: Store) -> None:
    act = meeting(store)
    made = [store.change(Change("note", act.id, f"یادداشت {n}"), by=f"analyst {n % 2}", at=NOW) for n in range(7)]
    found: list[Correction] = []
    cursor = None
    while True:
        page = store.corrections(limit=3, cursor=cursor)
        found += page.rows
        if (cursor := page.next) is None:
            break
    assert found == made[::-1]
    assert [c.id for c in store.corrections(by="analyst 1").rows] == [6, 4, 2]
    assert store.corrections(act.told[0].event).rows == tuple(found) and store.corrections("none").rows == ()


def test_several_analysts_at_once(store: Store) -> None:
    act = meeting(store)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: store.correct(act.id, "place", f"جا {n}", by=f"a{n}", at=NOW, why="x"), range(12)))
    ordered = sorted(made, key=lambda c: c.id)
    assert [c.before for c in ordered] == [act.place, *(c.after for c in ordered[:-1])], "each starts from the one before it"
    assert store.merged(act.id).place == ordered[-1].after


@given(st.text(max_size=60), st.sampled_from([f for s in fields.FIELDS.values() for f in s]))
def test_any_value_is_kept_or_refused_in_one_line(value: str, field: str) -> None:
    subject = next(s for s, names in fields.FIELDS.items() if field in names)
    try:
        name, kept = fields.checked(subject, field, value, value)
    except InputError as error:
        assert str(error)
    else:
        assert name == field and (kept is None or fields.checked(subject, field, kept, value) == (name, kept)), "checking is stable"


