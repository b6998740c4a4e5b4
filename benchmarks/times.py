"""The temporal tagger measured, beside its peers in the same run.

    python benchmarks/times.py [GOLD.jsonl ...] [--cases PARSTDEX.json] [--peers PYTHON] [--show]

GOLD is in the annotation format (`dabir evaluate`): `found` counts spans that overlap, `value` those whose ISO value is
right as well; vague times (PAST, PRESENT, FUTURE) count neither way. `ceiling` is what gold itself would score: its
expressions are words without offsets, looked for from the start, so that words which also stand inside an earlier,
longer expression are held to be there. Without GOLD the sample articles that ship with the package are measured, by
`tests/cases/samples/gold.jsonl`.

--cases compares spans with the test sentences of parstdex (MIT), which go by other guidelines (they keep prepositions
and count ages, and vague days): `covered` of theirs, and `shared`, those of ours that they have as well. --show lists
every sentence where the two differ.

--peers PYTHON is the interpreter of the peers' environment (`make peers`). A peer's values are taken as it gives them;
characters a second are of the tagging alone, loading apart, all on one core and on the same texts.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

sys.path.insert(0, str(Path(__file__).parent / "peers"))
import client

from dabir import find_times
from dabir.evaluate import evaluate
from dabir.gold import Figures, GoldArticle, ScoredRecord
from dabir.scoring import load_gold

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "tests" / "cases" / "samples" / "gold.jsonl"
Row = dict[str, Any]


def rows_of(path: Path) -> list[Row]:
    """The articles of a gold file: id, text, published."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def own(rows: list[Row]) -> tuple[list[list[Row]], float]:
    """Dabir's times for each row, and the seconds that took."""
    find_times("گرم شدن", published="2025-01-01")
    begun = time.perf_counter()
    found = [find_times(r["text"], published=r.get("published")) for r in rows]
    seconds = time.perf_counter() - begun
    return [[msgspec.to_builtins(t) for t in times] for times in found], seconds


def figures(gold: list[GoldArticle], rows: list[Row], times: list[list[Row]]) -> dict[str, Figures]:
    """Precision, recall and F1 of `times` (one list a row) against gold."""
    records = [
        msgspec.convert({"article": {"text": r["text"], "ref": r["id"]}, "times": t}, ScoredRecord)
        for r, t in zip(rows, times, strict=True)
    ]
    return dict(evaluate(gold, records).figures)


def ceiling(rows: list[Row]) -> list[list[Row]]:
    """Gold's own expressions, each at its place in the order of the text."""
    out = []
    for row in rows:
        at, times = 0, []
        for expression in row["times"]:
            words = expression["text"]
            place = row["text"].find(words, at)
            place = row["text"].find(words) if place < 0 else place
            if place >= 0:
                at = max(at, place + len(words))
                times.append({"start": place, "end": place + len(words), "text": words, "value": expression["value"]})
        out.append(times)
    return out


def peer_times(python: Path, rows: list[Row]) -> dict[str, tuple[list[list[Row]], float]]:
    """Each installed peer's times for each row, and its seconds."""
    out = {}
    for name in client.peers(python, "times"):
        outcome = client.run(python, "times", name, rows)
        out[f"{name} ({outcome.version.split()[-1]})"] = ([r.get("times", []) for r in outcome.results], outcome.total_s)
        if outcome.errors:
            print(f"{name} failed on {outcome.errors} of {len(rows)} texts", file=sys.stderr)
    return out


def compare(path: Path, python: Path | None) -> None:
    """The table of one gold file."""
    gold, rows = load_gold(path), rows_of(path)
    size = sum(len(r["text"]) for r in rows)
    systems = {"dabir": own(rows), **(peer_times(python, rows) if python else {})}
    seconds = systems["dabir"][1]
    print(f"{path.name}: {len(rows)} texts, {size:,} characters\n")
    print("| system | found P | found R | found F1 | value P | value R | value F1 | characters/s | times slower |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, (times, took) in systems.items():
        print(f"| {name} | {cells(figures(gold, rows, times))} | {size / took:,.0f} | {took / seconds:,.1f} |")
    print(f"| ceiling | {cells(figures(gold, rows, ceiling(rows)))} | | |\n")


def cells(found: dict[str, Figures]) -> str:
    """The six figures of a row."""
    kinds = (found["times.found"], found["times.value"])
    return " | ".join(f"{x:.3f}" for f in kinds for x in (f.precision, f.recall, f.f1))


def cases(path: Path, show: bool) -> None:
    """How Dabir's spans agree with parstdex's own test sentences."""
    theirs = ours = covered = shared = alike = 0
    for case in json.loads(path.read_text("utf-8")):
        text, wanted = case["test_input"], json.loads(case["expected"])
        found = [(t.start, t.end) for t in find_times(text, published="2025-02-28")]
        missed = [w for w in wanted if not any(overlap(w, f) for f in found)]
        extra = [f for f in found if not any(overlap(w, f) for w in wanted)]
        theirs, ours = theirs + len(wanted), ours + len(found)
        covered, shared = covered + len(wanted) - len(missed), shared + len(found) - len(extra)
        alike += not missed and not extra
        if show and (missed or extra):
            words = (" · ".join(text[a:b] for a, b in side) or "—" for side in (missed, extra))
            print(f"| {text[:60]} | {' | '.join(words)} |".replace("\n", " "))
    print(f"{path.name}: {theirs} expressions, {covered} covered ({covered / theirs:.3f}); of our {ours} they share")
    print(f"{shared} ({shared / ours:.3f}); {alike} sentences without a difference\n")


def overlap(a: Any, b: Any) -> bool:
    """Whether two half-open ranges share a character."""
    return max(a[0], b[0]) < min(a[1], b[1])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="*")
    parser.add_argument("--cases", type=Path)
    parser.add_argument("--peers", type=Path, metavar="PYTHON")
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    for path in options.gold or ([] if options.cases else [SAMPLES]):
        compare(path, options.peers)
    if options.cases:
        cases(options.cases, options.show)


if __name__ == "__main__":
    main()
