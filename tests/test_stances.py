"""Statements of one speaker about one subject over time: since when, in which words, for or against whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from dabir import Reader, open_store
from dabir.ingest.files import RawArticle
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.store import citing, stances
from dabir.store.filters import Filter
from dabir.store.query import StatementRow
from dabir.store.stances import Deed, History, Said
from dabir.store.store import Store

READER = Reader()
TALKS = "اسماعیل بقائی سخنگوی وزارت خارجه ایران گفت: «{}»"


def history(tmp_path: Path, told: list[tuple[str, str | None]], subject: str | None = "nuclear", f: Filter | None = None) -> History:
    with open_store(tmp_path / "s.db") as store:
        for text, published in told:
            record = read_raw(READER, RawArticle(text=text, published=published, outlet="ایرنا"))
            assert isinstance(record, Record)
            store.add(record)
        store.merge()
        with store.reading() as connection:
            return stances.history(connection, f or Filter(states=("IRN",)), subject)


def test_first_last_and_the_same_words(tmp_path: Path) -> None:
    found = history(tmp_path, [
        (TALKS.format("غنی‌سازی در ایران ادامه می‌یابد و این حق مردم ماست."), "2025-01-10"),
        (TALKS.format("غنی‌سازی در ایران ادامه می‌یابد و این حق مردم ماست، همین."), "2025-03-01"),
        (TALKS.format("بازرسان آژانس بین‌المللی انرژی اتمی هفته آینده می‌آیند."), "2025-02-01"),
        (TALKS.format("هوای تهران امروز آلوده است."), "2025-04-01"),
    ])  # fmt: skip
    assert [s.statement.published for s in found.said] == ["2025-01-10", "2025-02-01", "2025-03-01"]
    assert found.first and found.last and (found.first.published, found.last.published) == ("2025-01-10", "2025-03-01")
    assert [s.repeats for s in found.said] == [None, None, found.said[0].statement.id] and found.repeated == 1
    assert found.changed is None and not found.turns and not found.left_out


def test_what_a_statement_does_is_read_from_its_event(tmp_path: Path) -> None:
    found = history(tmp_path, [("وزارت خارجه ایران در بیانیه‌ای اعلام کرد که ایران تحریم‌های آمریکا علیه برنامه هسته‌ای را محکوم می‌کند.", "2025-01-10")])
    assert [d.act for s in found.said for d in s.deeds] == ["condemn"]
    assert [d.side for s in found.said for d in s.deeds] == ["against"]


def row(number: int, published: str | None) -> StatementRow:
    return StatementRow(str(number), "v", "الف", "IRN", "الف", None, f"گفته {number}", 0, 1, True, None, published, None, None)


def said(number: int, *deeds: Deed, published: str | None = "2025") -> Said:
    day = f"2025-01-{number:02}" if published else None
    return Said(row(number, day), deeds, None)


SUPPORT, REJECT, CONDEMN, DEMAND = (Deed(a, ("USA",)) for a in ("support", "reject", "condemn", "demand"))


@pytest.mark.parametrize(("steps", "changed"), [
    ([said(1, REJECT), said(2, SUPPORT)], True),
    ([said(1, REJECT), said(2, CONDEMN)], False),
    ([said(1, REJECT)], None),
    ([said(1, REJECT), said(2, DEMAND)], None),
    ([said(1, REJECT), said(2, Deed("support", ("OMN",)))], None),
    ([said(1, Deed("reject", ())), said(2, Deed("support", ()))], None),
    ([said(1, REJECT), said(2, SUPPORT, published=None)], None),
    ([said(1, REJECT), said(2), said(3, CONDEMN), said(4, SUPPORT)], True),
    ([], None),
])  # fmt: skip
def test_changed_or_not_or_not_known(steps: list[Said], changed: bool | None) -> None:
    assert stances._changed(steps) is changed
    turns = list(stances._turns(steps))
    assert bool(turns) is bool(changed)
    for t in turns:
        assert (t.before.side, t.after.side) == ("against", "for") and t.earlier.id < t.later.id


def test_every_act_of_the_table_is_an_act() -> None:
    from dabir.acts.plover import plover_table
    from dabir.resources import toml

    data = toml(stances.DATA)
    assert set(data["for"]) | set(data["against"]) <= set(plover_table().acts) and not set(data["for"]) & set(data["against"])


def test_prefixes_miss_no_repetition() -> None:
    texts = ["ایران و عمان دیروز در مسقط درباره هسته‌ای گفت‌وگو کردند", "ایران و عمان امروز در مسقط درباره هسته‌ای گفت‌وگو کردند",
             "هیچ چیز", "درباره هسته‌ای ایران و عمان", "", "", "ایران و عمان امروز در مسقط درباره هسته‌ای گفت‌وگو کردند و رفتند"]  # fmt: skip
    import msgspec

    from dabir.store.words import indexed

    rows = [msgspec.structs.replace(row(n, None), content=t) for n, t in enumerate(texts)]
    bags = [set(indexed(t).split()) for t in texts]
    slow = [next((str(m) for m in range(n) if bags[n] and len(bags[n] & bags[m]) >= 0.6 * len(bags[n] | bags[m])), None) for n in range(len(texts))]
    assert sum(x is not None for x in slow) >= 2
    assert list(stances._repeats(rows)) == slow and slow[1] == "0"


def test_histories_and_citations_on_both_databases(filled: Store) -> None:
    rows = list(filled.each_statement(Filter(states=("RUS",))))
    with filled.reading() as connection:
        found = stances.history(connection, Filter(states=("RUS",)))
        cited = citing.of_events(connection, [e.id for e in filled.each_event()])
    assert {s.statement.id for s in found.said} == {r.id for r in rows} and len(rows) > 5
    assert any(s.deeds for s in found.said)
    days = [s.statement.published or "9999" for s in found.said]
    assert days == sorted(days)
    assert set(cited) == {e.id for e in filled.each_event()}
    texts = {v: filled.record(v).article.text for v in {c.article for of in cited.values() for c in of}}
    assert all(texts[c.article][c.start : c.end] == c.text for of in cited.values() for c in of)
