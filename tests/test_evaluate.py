"""Scoring: each rule of the figures on small cases, and the quality gate on the sample articles."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from dabir import Reader, samples, scoring
from dabir.evaluate import Folded, evaluate, fold, same_date, same_value, who
from dabir.gold import (
    GoldArticle,
    GoldEvent,
    GoldStatement,
    GoldTime,
    ScoredActor,
    ScoredArticle,
    ScoredEvent,
    ScoredRecord,
    ScoredSpan,
    ScoredSpeaker,
    ScoredStatement,
    ScoredTime,
)  # fmt: skip
from dabir.ingest.files import Failure
from dabir.model import Record
from dabir.parallel import read_all
from dabir.times.values import interval

CASES = Path(__file__).parent / "cases" / "samples"
TEXT = "وزیر خارجه روسیه روز پنجشنبه در مسکو با سفیر چین دیدار کرد. لاوروف گفت: ما آماده‌ایم."


def span(words: str) -> ScoredSpan:
    at = TEXT.index(words)
    return ScoredSpan(at, at + len(words), words)


def time(words: str, value: str | None) -> ScoredTime:
    s = span(words)
    return ScoredTime(s.start, s.end, s.text, value)


def figures(gold: GoldArticle, **found: object) -> dict[str, tuple[float, float]]:
    record = ScoredRecord(ScoredArticle(TEXT), **found)  # type: ignore[arg-type]
    return {k: (v.precision, v.recall) for k, v in evaluate([gold], [record]).figures.items()}


@pytest.mark.parametrize(
    ("a", "b", "words", "same"),
    [
        ("2025-02", "2025-02-01/2025-03-01", "", True),
        ("2025-W09", "2025-02-24/2025-03-03", "", True),
        ("2025", "2025-01-01/2026-01-01", "", True),
        ("2025-02-27", "2025-02-28", "", False),
        ("2025-W08", "2025-02-15/2025-02-22", "هفته گذشته", True),
        ("2025-W08", "2025-02-15/2025-02-22", "هفته دوم", False),
        ("2025", "2025-03-21/2026-03-21", "سال جاری", True),
        ("PT3H", "PT3H", "", True),
        ("2025-02-30", "2025-02-30/2025-03-01", "", False),
        (None, None, "", True),
        (None, "2025", "", False),
    ],
)
def test_same_value(a: str | None, b: str | None, words: str, same: bool) -> None:
    assert same_value(a, b, words) is same


def test_same_date_ignores_the_clock() -> None:
    assert same_date("2025-02-27", "2025-02-27T16:30+03:00")
    assert same_date(None, None)
    assert same_date(None, "2025")
    assert not same_date("2025-02-27", None)


def test_folding_ignores_half_spaces_and_letter_forms() -> None:
    assert fold("گفت‌وگوي ۱۲") == fold("گفتوگوی 12")
    folded = Folded("گفت‌وگو شد")
    assert folded.find("گفت وگو") == (0, 6)
    assert folded.span(0, 7) == (0, 6)
    assert Folded("سال سال").locate(["سال", "سال", "نیست"]) == [(0, 3), (3, 6), (0, 0)]
    assert interval("x") is None


def test_roles_with_two_readings() -> None:
    assert who("meet", [ScoredActor("actor", state="RUS")]) == {("RUS", "participant")}
    assert who("visit", [ScoredActor("host", state="RUS")]) == {("RUS", "recipient")}
    assert who("call", [ScoredActor("mediator", name="پاپ ")]) == {("پاپ", "mediator")}


def test_times() -> None:
    gold = GoldArticle("a", TEXT, times=(GoldTime("روز پنجشنبه", "2025-02-27"),))
    assert figures(gold, times=(time("پنجشنبه", "2025-02-27"),))["times.value"] == (1, 1)
    assert figures(gold, times=(time("پنجشنبه", "2025-02-28"),))["times.value"] == (0, 0)
    assert figures(gold, times=(time("مسکو", "FUTURE"),))["times.found"] == (0, 0)
    vague = GoldArticle("a", TEXT, times=(GoldTime("روز پنجشنبه", "PAST"),))
    assert (
        evaluate([vague], [ScoredRecord(ScoredArticle(TEXT), times=(time("پنجشنبه", "2025"),))])
        .figures["times.found"]
        .pred
        == 0
    )


def test_statements() -> None:
    gold = GoldArticle(
        "a", TEXT, statements=(GoldStatement("لاوروف", "ما آماده‌ایم", "ما آماده‌ایم", "سرگئی لاوروف", "RUS"),)
    )

    def said(person: str | None, words: str = "ما آماده‌ایم") -> tuple[ScoredStatement, ...]:
        return (ScoredStatement(ScoredSpeaker("لاوروف", person, "RUS"), span(words)),)

    assert figures(gold, statements=said("سرگئی لاوروف"))["statements.speaker"] == (1, 1)
    assert figures(gold, statements=said("لاوروف"))["statements.speaker"] == (1, 1)
    assert figures(gold, statements=said(None))["statements.speaker"] == (0, 0)
    assert figures(gold, statements=said("لاوروف", "سفیر چین"))["statements.content"] == (0, 0)


def test_events() -> None:
    sides = (ScoredActor("participant", state="RUS"), ScoredActor("participant", state="CHN"))
    gold = GoldArticle("a", TEXT, events=(GoldEvent("meet", "دیدار کرد", "held", sides, "2025-02-27", True),))

    def event(
        act: str = "meet", begin: str | None = "2025-02-27", actors: tuple[ScoredActor, ...] = sides
    ) -> ScoredEvent:
        return ScoredEvent(act, span("دیدار کرد"), "held", actors, begin)

    assert figures(gold, events=(event(),))["events.full"] == (1, 1)
    assert figures(gold, events=(event(begin=None),))["events.full"] == (0, 0)
    assert figures(gold, events=(event(begin=None),))["events.who"] == (1, 1)
    assert figures(gold, events=(event(actors=sides[:1]),))["events.who"] == (0, 0)
    assert figures(gold, events=(event("talks"),))["events.detected"] == (0, 0)
    assert figures(gold, events=())["events.main"] == (0, 0)


def test_records_are_matched_by_ref_else_by_order() -> None:
    gold = [GoldArticle(i, TEXT, times=(GoldTime("روز پنجشنبه", "2025"),)) for i in ("a", "b")]
    right = ScoredRecord(ScoredArticle(TEXT, "b"), times=(time("روز پنجشنبه", "2025"),))
    assert evaluate(gold, [right], "times").differences[0].ref == "a"
    unnamed = ScoredRecord(ScoredArticle(TEXT), times=right.times)
    assert evaluate(gold, [unnamed], "times").differences[0].ref == "b"
    assert evaluate(gold, [unnamed]).figures["times.value"].recall == 0.5


@pytest.fixture(scope="module")
def records() -> list[Record]:
    found = list(read_all(samples.articles()))
    assert not any(isinstance(x, Failure) for x in found)
    return [x for x in found if isinstance(x, Record)]


def test_quality_gate(records: list[Record]) -> None:
    floors = tomllib.loads((CASES / "floors.toml").read_text(encoding="utf-8"))
    found = scoring.evaluate(scoring.load_gold(CASES / "gold.jsonl"), [scoring.scored(r) for r in records])
    low = {k: (found.figures[k].f1, floor) for k, floor in floors.items() if found.figures[k].f1 < floor}
    assert not low, f"below the floor (found, floor): {low}"


def test_gold_is_of_the_samples_and_right(records: list[Record]) -> None:
    gold = scoring.load_gold(CASES / "gold.jsonl")
    assert [g.id for g in gold] == [r.article.ref for r in records]
    for g, r in zip(gold, records, strict=True):
        assert g.text == r.article.text
        folded = Folded(g.text)
        phrases = [t.text for t in g.times] + [e.trigger for e in g.events]
        phrases += [p for s in g.statements for p in (s.speaker, s.content_start, s.content_end)]
        assert all(folded.find(p) for p in phrases)


def test_half_spaces_cost_little() -> None:
    """The samples read with and without half-spaces give the same times, speakers and acts, but for a few."""
    reader, kept, lost, same = Reader(), 0, 0, 0
    for line in samples.text().splitlines():
        row = json.loads(line)
        pair = [
            reader.read(text, published=row["published"], outlet=row["outlet"])
            for text in (row["text"], row["text"].replace("\u200c", ""))
        ]
        found = [
            {*(t.value for t in r.times), *(e.act for e in r.events), *(s.speaker.person for s in r.statements)}
            for r in pair
        ]
        kept, lost, same = kept + len(found[0]), lost + len(found[1]), same + len(found[0] & found[1])
    assert same >= 0.9 * max(kept, lost)


def test_faulty_gold_and_records_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"article": {"text": "a"}, "times": [{"start": 0, "end": 1, "text": "b"}]}\n', encoding="utf-8")
    with pytest.raises(Exception, match="does not slice"):
        scoring.load_records(str(path))
    with pytest.raises(Exception, match="not a line of gold"):
        scoring.load_gold(path)
