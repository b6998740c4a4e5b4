"""The quality gate: F1 on the annotated articles that ship with the tests, and the floors that tests/test_quality.py holds it to.

    python benchmarks/quality.py                        # figures by kind of article, as Markdown
    python benchmarks/quality.py --write                # measures anew and raises the floors
    python benchmarks/quality.py --write --reason "..." # the same where a floor falls or the cases have changed

tests/cases/quality holds one file a kind of article. floors.toml is a chain: each entry has the SHA-256 digest of the cases that it
was measured on, its floors (the figures less a margin for other processors), why it was written, and a seal over all this and the
entry before it. An entry that was edited by hand, or a floor that fell without a reason, breaks the chain, and the test says so.
"""

from __future__ import annotations

import argparse
import hashlib
import math
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from dabir import Reader
from dabir.evaluate import evaluate
from dabir.gold import GoldArticle
from dabir.scoring import scored

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "cases" / "quality"
FLOORS = FOLDER / "floors.toml"
MARGIN = 0.02  # below the measured F1: int8 sums differ a little between processors
GLUED = "glued "  # rows of the same articles with every half-space deleted
HALF_SPACE = "\u200c"


def case_files(folder: Path = FOLDER) -> list[Path]:
    """The files of cases, sorted by name."""
    return sorted(folder.glob("*.jsonl"))


def digest(files: Iterable[Path]) -> str:
    """The SHA-256 of the cases: names and contents, in order."""
    found = hashlib.sha256()
    for path in files:
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def measure(files: Iterable[Path], reader: Reader) -> dict[str, float]:
    """F1 by row over all cases, and by `glued` row with the half-spaces deleted."""
    lines = [line for path in files for line in path.read_bytes().splitlines() if line.strip()]
    gold = [msgspec.json.decode(line, type=GoldArticle) for line in lines]
    rows: list[dict[str, Any]] = [msgspec.json.decode(line) for line in lines]
    out = {}
    for prefix, gone in (("", ""), (GLUED, HALF_SPACE)):
        records = []
        for r in rows:
            text, title = (r[k].replace(gone, "") if gone and r[k] else r[k] for k in ("text", "title"))
            record = reader.read(text, title=title, published=r["published"], outlet=r["outlet"], ref=r["id"])
            records.append(scored(record))
        out |= {prefix + name: row.f1 for name, row in evaluate(gold, records).figures.items()}
    return out


def seal(before: str, entry: Mapping[str, Any]) -> str:
    """What ties an entry to the one before it: the SHA-256 of that one's seal and of all that the entry says."""
    floors = ";".join(f"{k}={v:.2f}" for k, v in sorted(entry["floors"].items()))
    return hashlib.sha256("\n".join((before, entry["digest"], floors, entry["reason"])).encode()).hexdigest()


def load(path: Path = FLOORS) -> list[dict[str, Any]]:
    """The entries of the floors file, oldest first."""
    return list(tomllib.loads(path.read_text(encoding="utf-8"))["entry"]) if path.exists() else []


def faults(entries: Sequence[Mapping[str, Any]], cases: str) -> list[str]:
    """What is wrong with the chain for cases of digest `cases`: one line each, none where it holds."""
    if not entries:
        return ["there are no floors: run benchmarks/quality.py --write"]
    out = []
    before: Mapping[str, Any] = {"seal": "", "floors": {}, "digest": ""}
    for n, entry in enumerate(entries, 1):
        if entry["seal"] != seal(before["seal"], entry):
            out.append(f"entry {n} was changed by hand: its seal does not fit; undo it, and run benchmarks/quality.py --write")
        if lowered(before["floors"], entry["floors"]) and not entry["reason"].strip():
            out.append(f"entry {n} lowers {', '.join(lowered(before['floors'], entry['floors']))} without a reason")
        before = entry
    if before["digest"] != cases:
        out.append("the cases have changed since the floors were measured: run benchmarks/quality.py --write --reason '...'")
    return out


def lowered(before: Mapping[str, float], after: Mapping[str, float]) -> list[str]:
    """The rows whose floor fell, or is gone."""
    return [k for k, v in before.items() if after.get(k, -1.0) < v]


def below(entry: Mapping[str, Any], found: Mapping[str, float]) -> list[str]:
    """The rows whose F1 is under the floor, as lines."""
    return [f"{k}: {found.get(k, 0.0):.3f}, floor {v:.2f}" for k, v in entry["floors"].items() if found.get(k, 0.0) < v]


def extended(
    entries: Sequence[Mapping[str, Any]], cases: str, found: Mapping[str, float], reason: str
) -> list[Mapping[str, Any]] | str:
    """The chain with an entry for these figures, or why there can be none: a floor that falls, and cases that have changed, want
    a reason. Floors only rise where the cases are the same and no reason is given."""
    last = entries[-1] if entries else None
    floors = {k: max(0.0, math.floor((v - MARGIN) * 100) / 100) for k, v in found.items()}
    if last is not None and not reason:
        if last["digest"] != cases:
            return "the cases have changed: say why with --reason"
        fallen = below(last, found)
        if fallen:
            return "floors would fall, say why with --reason: " + "; ".join(fallen)
        floors = {k: max(v, last["floors"].get(k, 0.0)) for k, v in floors.items()}
    entry = {"digest": cases, "reason": reason or "first measured" if last is None else reason or "floors rise", "floors": floors}
    return [*entries, {**entry, "seal": seal(last["seal"] if last else "", entry)}]


def write(entries: Sequence[Mapping[str, Any]], path: Path = FLOORS) -> None:
    """The chain as TOML."""
    out = ["# Written by benchmarks/quality.py --write; not by hand. The newest entry holds."]
    for e in entries:
        out += ["", "[[entry]]", f'digest = "{e["digest"]}"', f"reason = {msgspec.json.encode(e['reason']).decode()}"]
        out += [f'seal = "{e["seal"]}"', "[entry.floors]"]
        out += [f'"{k}" = {v:.2f}' for k, v in e["floors"].items()]
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def show(files: Sequence[Path], reader: Reader) -> None:
    """Figures by file and together, as Markdown."""
    tables = {path.stem: measure([path], reader) for path in files} | {"all": measure(files, reader)}
    print("| F1 | " + " | ".join(tables) + " |")
    print("| --- |" + " --- |" * len(tables))
    for row in tables["all"]:
        print(f"| {row} | " + " | ".join(f"{t[row]:.3f}" if row in t else "" for t in tables.values()) + " |")


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="append an entry to floors.toml")
    parser.add_argument("--reason", default="", help="why a floor falls or the cases have changed")
    options = parser.parse_args()
    files, reader = case_files(), Reader()
    if not options.write:
        show(files, reader)
        return
    entries = extended(load(), digest(files), measure(files, reader), options.reason.strip())
    if isinstance(entries, str):
        sys.exit(f"quality: {entries}")
    write(entries)
    print(f"{FLOORS.name}: entry {len(entries)}")


if __name__ == "__main__":
    main()
