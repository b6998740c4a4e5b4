"""Corrections as annotation: what `dabir export --corrections` writes is gold that `dabir evaluate` reads, in the article's words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

import dabir
from dabir.cli import app
from dabir.evaluate import evaluate
from dabir.export import annotation
from dabir.gold import GoldArticle, ScoredRecord
from dabir.model import Record
from dabir.scoring import load_gold, load_records
from dabir.store.correcting import Change
from dabir.store.filters import EVERYTHING, Filter, asked
from dabir.store.ids import version_id
from dabir.store.readings import parts
from dabir.store.store import Store

WHO = {"by": "رحیمی", "at": "2025-03-01T08:00:00+00:00", "why": "بد خوانده شده بود"}
ONE = "وزیران خارجه ایران و عمان روز ۹ اسفند ۱۴۰۳ در مسقط دیدار کردند. عباس عراقچی گفت: «ما آماده ادامه گفت‌وگو با عمان هستیم.»"
OTHER = "مسقط میزبان بود: عباس عراقچی {} در مسقط با وزیر خارجه عمان دیدار کرد. دو طرف روابط دوجانبه را بررسی کردند."


@pytest.fixture
def store(url: str, records: tuple[Record, ...]) -> Iterator[Store]:
    with dabir.open_store(url) as opened:
        for r in records:
            opened.add(r)
        opened.add(dabir.read(ONE, published="2025-02-28", outlet="ایرنا"))
        opened.merge()
        yield opened


def meeting(store: Store, outlet: str = "ایرنا") -> tuple[Record, str, str]:
    """The article of our own, the id of its meeting and that of its statement."""
    record = next(r for r in store.records() if r.article.text.startswith(("وزیران خارجه ایران و عمان روز", "مسقط میزبان"))
                  and r.article.outlet == outlet)  # fmt: skip
    ids = parts(record)
    event = next(e for e in record.events if e.act == "meet")
    return record, ids[event.id], ids[record.statements[0].id] if record.statements else ""


def lines(store: Store, f: Filter = EVERYTHING) -> list[GoldArticle]:
    return [msgspec.json.decode(x, type=GoldArticle) for x in annotation.corrected(store, f)]


def words_of(a: GoldArticle) -> list[str]:
    found = [t.text for t in a.times] + [s.speaker for s in a.statements]
    found += [x for s in a.statements for x in (s.content_start, s.content_end)]
    found += [e.trigger for e in a.events] + [e.place for e in a.events if e.place]
    return found + [x.name for e in a.events for x in e.actors if x.name]


def test_nothing_is_exported_before_something_is_corrected(store: Store) -> None:
    record, event, _ = meeting(store)
    assert lines(store) == []
    store.change(Change("note", event, "یادداشت"), by="x", at=WHO["at"])
    assert lines(store) == [], "a note corrects nothing"
    made = store.correct(event, "place", None, **WHO, subject="report")
    assert [a.text for a in lines(store)] == [record.article.text]
    store.undo(made.id, by="x", at=WHO["at"])
    assert lines(store) == []


def test_gold_has_the_analysts_values_and_the_articles_words(store: Store) -> None:
    record, event, statement = meeting(store)
    store.correct(event, "act", "talks", **WHO, subject="report")
    store.correct(event, "begin", "2025-02-26", **WHO, subject="report")
    store.correct(event, "participant", "IRN QAT", **WHO, subject="report")
    store.correct(event, "person:IRN", "عباس عراقچی", **WHO, subject="report")
    store.correct(event, "main", "false", **WHO, subject="report")
    store.correct(statement, "content", "آماده ادامه گفت‌وگو با عمان", **WHO)
    store.correct(statement, "direct", "false", **WHO)
    store.correct(version_id(record.article), "published", "2025-03-01", **WHO)
    gold, = lines(store)
    assert gold.published == "2025-03-01" and gold.outlet == "ایرنا" and gold.text == record.article.text
    own = next(e for e in gold.events if e.trigger == "دیدار کردند")
    assert (own.act, own.begin, own.main, own.status) == ("talks", "2025-02-26", False, "held")
    who = {a.state: a for a in own.actors if a.role == "participant"}
    assert set(who) == {"IRN", "QAT"} and who["IRN"].person == "عباس عراقچی"
    assert who["QAT"].name is None, "the article has no words for Qatar, and none are made up"
    said = gold.statements[0]
    assert (said.content_start, said.content_end, said.direct) == ("آماده ادامه گفت‌وگو با عمان", "آماده ادامه گفت‌وگو با عمان", False)
    assert len(gold.corrected) == 8 and {c.by for c in gold.corrected} == {"رحیمی"}
    assert {(c.of, c.field) for c in gold.corrected} >= {("event", "act"), ("statement", "content"), ("article", "published")}
    assert next(c for c in gold.corrected if c.field == "act").before == "meet"
    assert all(w in gold.text for w in words_of(gold))


def test_what_is_marked_wrong_is_left_out(store: Store) -> None:
    record, event, statement = meeting(store)
    for target in (event, statement):
        store.change(Change("mark", target, "نیست", value="wrong"), by="x", at=WHO["at"])
    gold, = lines(store)
    assert len(gold.events) == len(record.events) - 1 and len(gold.statements) == len(record.statements) - 1
    assert [(c.field, c.after) for c in gold.corrected] == [("mark", "wrong")] * 2


def test_an_acts_correction_counts_for_articles_where_outlets_agree(url: str) -> None:
    with dabir.open_store(url) as store:
        first = dabir.read(ONE, published="2025-02-28", outlet="ایرنا")
        for record in (first, dabir.read(OTHER.format("۸ اسفند ۱۴۰۳"), published="2025-02-28", outlet="ایسنا")):
            store.add(record)
        store.merge()
        a, b = (meeting(store, outlet)[1] for outlet in ("ایرنا", "ایسنا"))
        store.judge(a, b, "same", by="x", at=WHO["at"])
        assert store.merged(a).id == store.merged(b).id
        store.correct(a, "begin", "2025-02-26", **WHO)
        assert store.merged(a).begin == "2025-02-26" and lines(store) == [], "they disagree: each goes on saying what it says"
        store.correct(a, "status", "denied", **WHO)
        assert [next(e.status for e in g.events if e.act == "meet") for g in lines(store)] == ["denied", "denied"]
        store.correct(a, "place", "صلاله", **WHO)
        assert {e.place for g in lines(store) for e in g.events if e.act == "meet"} == {"مسقط"}, "no word that the article lacks"
        store.correct(b, "status", "held", **WHO, subject="report")
        assert sorted(next(e.status for e in g.events if e.act == "meet") for g in lines(store)) == ["denied", "held"]


def test_a_filter_narrows_it(store: Store) -> None:
    _, event, _ = meeting(store)
    store.correct(event, "status", "denied", **WHO, subject="report")
    assert len(lines(store, asked(outlet="ایرنا", since="2025-02-28"))) == 1
    assert lines(store, asked(since="2025-03-01")) == [] and lines(store, asked(outlet="ایسنا")) == []


def test_an_older_version_is_not_exported(store: Store) -> None:
    old = dabir.read("وزیران خارجه ایران و ژاپن دیدار کردند.", url="https://example.org/a", outlet="ایرنا")
    store.add(old)
    store.merge()
    store.correct(parts(old)[old.events[0].id], "status", "denied", **WHO, subject="report")
    assert len(lines(store)) == 1
    store.add(dabir.read("وزیران خارجه ایران و ژاپن دیدار نکردند.", url="https://example.org/a", outlet="ایرنا"))
    assert lines(store) == []


def test_the_whole_store_as_gold_is_what_was_read(store: Store) -> None:
    """Read back and scored against the records that it was made from, all but statements of one word that stands there twice."""
    gold = [msgspec.json.decode(x, type=GoldArticle) for x in annotation.chunks(store, EVERYTHING)]
    records = [msgspec.convert(msgspec.to_builtins(r), type=ScoredRecord) for r in store.records()]
    assert len(gold) == len(records) and all(w in g.text for g in gold for w in words_of(g))
    named = [msgspec.structs.replace(r, article=msgspec.structs.replace(r.article, ref=g.id)) for r, g in zip(records, gold, strict=True)]
    figures = evaluate(gold, named).figures
    assert {k: v.f1 for k, v in figures.items() if not k.startswith("statements")} == {
        k: 1.0 for k in figures if not k.startswith("statements")}  # fmt: skip
    assert figures["statements.content"].f1 > 0.95


def test_the_command_writes_what_evaluate_reads(tmp_path: Path) -> None:
    path, gold, run = str(tmp_path / "s.db"), tmp_path / "gold.jsonl", CliRunner()
    with dabir.open_store(path) as store:
        store.add(dabir.read(ONE, published="2025-02-28", outlet="ایرنا"))
        store.merge()
        _, event, _ = meeting(store)
    done = run.invoke(app, ["correct", event, "status", "denied", "--report", "--by", "رحیمی", "--why", "تکذیب شد", "--store", path])
    assert done.exit_code == 0 and "status: held → denied" in done.output
    assert run.invoke(app, ["export", "--corrections", "--output", str(gold), "--store", path]).exit_code == 0
    read, = load_gold(gold)
    assert next(e.status for e in read.events if e.act == "meet") == "denied" and load_records(str(gold)) is None
    for wrong in (["export", "--store", path], ["export", "csv", "--corrections", "--store", path], ["undo", "9", "--by", "x", "--store", path],
                  ["correct", event, "act", "dance", "--by", "x", "--why", "x", "--store", path], ["note", "none", "x", "--by", "x", "--store", path]):
        assert run.invoke(app, wrong).exit_code == 2, wrong
    listed = run.invoke(app, ["corrections", event, "--store", path]).output
    assert "رحیمی" in listed and "تکذیب شد" in listed
    assert run.invoke(app, ["undo", "1", "--by", "کریمی", "--store", path]).exit_code == 0
    assert "undone by کریمی" in run.invoke(app, ["corrections", "--store", path]).output
    assert run.invoke(app, ["mark", event, "right", "--by", "x", "--why", "x", "--store", path]).exit_code == 0
    assert msgspec.json.decode(run.invoke(app, ["corrections", "--json", "--by", "x", "--store", path]).output)["after"] == "right"
    assert run.invoke(app, ["corrections", "none", "--store", path]).output == "no corrections\n"


def test_hostile_words_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path, run = str(tmp_path / "s.db"), CliRunner()
    with dabir.open_store(path) as store:
        store.add(dabir.read(ONE, published="2025-02-28", outlet="ایرنا"))
        store.merge()
        store.change(Change("note", meeting(store)[1], "\x1b[2J\u202eیادداشت\nدوم"), by="\x1b[31mr\u2067", at=WHO["at"])
    shown = run.invoke(app, ["corrections", "--store", path]).output
    assert "\x1b" not in shown and "\u202e" not in shown and "\u2067" not in shown and len(shown.splitlines()) == 2
