"""How often a name of gold is resolved to the right person and state.

    python benchmarks/resolution.py GOLD.jsonl [--show] [--no-tagger]

Every speaker and every actor of an event in gold is looked up by its words in the record's mentions, whatever the record
makes of the statement or event itself. It counts where a mention that shares at least half of either's letters stands for
an actor of the same state (and, where gold names a person, the same person). One row a kind of words; `--show` lists faults.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from dabir import Reader
from dabir.evaluate import Folded, fold
from dabir.model import Actor, Record
from dabir.names.kb import load, squeeze

Wanted = tuple[str, str | None, str | None]  # words, person, state


def wanted(gold: dict[str, Any]) -> list[Wanted]:
    """The distinct names of a gold article with the person and the state that each stands for."""
    rows = [(s["speaker"], s["person"], s["state"]) for s in gold["statements"]]
    rows += [(a["name"], a["person"], a["state"]) for e in gold["events"] for a in e["actors"]]
    return list(dict.fromkeys(rows))


def same_person(a: str | None, b: str | None) -> bool:
    """Equal names, one the other's ending (a surname), or names of one person in the tables («ماکرون», «امانوئل مکرون»)."""
    x, y = fold(a), fold(b)
    return bool(x and y) and (x.endswith(y) or y.endswith(x) or bool(table_ids(a) & table_ids(b)))


def table_ids(name: str | None) -> set[str]:
    """The people of the tables who bear exactly this name or surname."""
    return {s.entity for s in load().senses.get(squeeze(name or ""), ()) if s.kind in ("person", "surname")}


def judged(row: Wanted, record: Record, text: Folded) -> tuple[bool, bool, str]:
    """Whether the person and the state of one name are right, and what was found."""
    words, person, state = row
    found: list[Actor] = []
    places, at = [], text.find(words)
    while at:
        places.append(at)
        at = text.find(words, at[0] + 1)
    for actor in record.actors:
        for m in actor.mentions:
            a, b = text.span(m.start, m.end)
            for x, y in places:
                shared = min(b, y) - max(a, x)
                if shared > 0 and 2 * shared >= min(b - a, y - x):
                    found.append(actor)
    who = [a for a in found if same_person(person, a.person)] if person else found
    right = [a for a in who if a.state == state]
    shown = " | ".join(sorted({f"{a.person or a.name.fa}/{a.state}" for a in found}))
    return bool(who) if person else True, bool(right) or (not state and not found), shown


def kind_of(row: Wanted) -> str:
    """The class of a name: a person in full, a surname or office that stands for a person, or what has a state alone."""
    words, person, _ = row
    if not person:
        return "no person"
    return "full name" if fold(person) in fold(words) else "part, office or pronoun"


def main() -> None:
    """Read, look up, print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--no-tagger", action="store_true", help="tables and patterns alone find names")
    options = parser.parse_args()
    reader, count = Reader(tagger=not options.no_tagger), Counter[tuple[str, str]]()
    for line in options.gold.read_bytes().splitlines():
        gold = msgspec.json.decode(line)
        record = reader.read(gold["text"], title=gold["title"], published=gold["published"], outlet=gold["outlet"])
        text = Folded(record.article.text)
        for row in wanted(gold):
            person, state, found = judged(row, record, text)
            for kind in (kind_of(row), "all"):
                count[kind, "n"] += 1
                count[kind, "person"] += person
                count[kind, "state"] += state
                count[kind, "both"] += person and state
            if options.show and not (person and state):
                print(gold["id"], kind_of(row), *row, "found:", found, sep="\t")
    print("| words | person right | state right | both right | count |\n| --- | --- | --- | --- | --- |")
    for kind in ("full name", "part, office or pronoun", "no person", "all"):
        n = count[kind, "n"]
        cells = [f"{count[kind, part] / max(n, 1):.3f}" for part in ("person", "state", "both")]
        print(f"| {kind} | {' | '.join(cells)} | {n} |")


if __name__ == "__main__":
    main()
