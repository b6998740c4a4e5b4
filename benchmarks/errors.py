"""What is missed and why: every event and statement of gold by class, as Markdown (docs/accuracy.md).

    python benchmarks/errors.py GOLD.jsonl

An event is in one class alone, the first that fits. Nothing of the articles is printed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import msgspec

from dabir import Reader
from dabir.acts.frames import find_triggers
from dabir.evaluate import Folded, event_pairs, fold, same_date, speaks, statement_pairs, who
from dabir.gold import GoldArticle, GoldEvent, GoldStatement, ScoredEvent, ScoredRecord
from dabir.scoring import load_gold, scored
from dabir.text.clean import clean

EVENTS = (
    "right", "date missing", "date wrong", "date given, none stated", "status wrong", "roles swapped", "party missing",
    "party too many", "party missing and another too many", "no trigger proposed", "proposed, taken for no act or joined to another",
)  # fmt: skip
STATEMENTS = ("right", "speaker: another person", "speaker: a person for an office or body", "speaker: an office or body for a person",
              "speaker: another state or body", "not found")  # fmt: skip


def event_class(gold: GoldEvent, found: ScoredEvent) -> str:
    """What is wrong with an event that was found."""
    wanted, got = who(gold.act, gold.actors), who(found.act, found.actors)
    if wanted != got:
        missing, extra = ({s for s, _ in a} - {s for s, _ in b} for a, b in ((wanted, got), (got, wanted)))
        if missing and extra:
            return EVENTS[8]
        return EVENTS[6] if missing else EVENTS[7] if extra else EVENTS[5]
    if gold.status != found.status:
        return EVENTS[4]
    if not same_date(gold.begin, found.begin):
        return EVENTS[2] if found.begin else EVENTS[1]
    return EVENTS[3] if found.begin and not gold.begin else EVENTS[0]


def proposed(gold: GoldArticle, source: str) -> list[bool]:
    """For each gold event whether a trigger of its act stands where gold has it."""
    text = clean(source)
    found = [(t.act, fold(text.key[t.start : t.end])) for t in find_triggers(text)]
    return [any(act == e.act and (w in fold(e.trigger) or fold(e.trigger) in w) for act, w in found) for e in gold.events]


def statement_class(gold: GoldStatement, record: ScoredRecord, n: int) -> str:
    """What is wrong with a statement that was found."""
    speaker = record.statements[n].speaker
    if speaks(gold, speaker):
        return STATEMENTS[0]
    if gold.person:
        return STATEMENTS[1] if speaker.person else STATEMENTS[3]
    return STATEMENTS[2] if speaker.person else STATEMENTS[4]


def table(title: str, names: tuple[str, ...], count: Counter[str], spurious: int) -> None:
    """Prints one table."""
    total = sum(count.values())
    print(f"| {title} | count | share |\n| --- | --- | --- |")
    for name in names:
        print(f"| {name} | {count[name]} | {100 * count[name] / max(1, total):.1f} % |")
    print(f"| in the record, not in gold | {spurious} | |\n")


def main() -> None:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    path = parser.parse_args().gold
    reader = Reader()
    events, statements, spare = Counter[str](), Counter[str](), Counter[str]()
    rows = [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    for gold, row in zip(load_gold(path), rows, strict=True):
        record = scored(reader.read(row["text"], title=row["title"], published=row["published"], outlet=row["outlet"]))
        text = Folded(record.article.text)
        hit, there = dict(event_pairs(gold, record, text)), proposed(gold, record.article.text)
        for i, e in enumerate(gold.events):
            events[event_class(e, record.events[hit[i]]) if i in hit else EVENTS[10] if there[i] else EVENTS[9]] += 1
        said = dict(statement_pairs(gold, record, text))
        for i, s in enumerate(gold.statements):
            statements[statement_class(s, record, said[i]) if i in said else STATEMENTS[5]] += 1
        spare["events"] += len(record.events) - len(hit)
        spare["statements"] += len(record.statements) - len(said)
    table("event", EVENTS, events, spare["events"])
    table("statement", STATEMENTS, statements, spare["statements"])


if __name__ == "__main__":
    main()
