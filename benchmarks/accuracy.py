"""The accuracy table of the README: F1 by layer on a gold file, as written and with every half-space deleted.

    python benchmarks/accuracy.py GOLD.jsonl [--no-tagger]

The gold spans are words, compared without half-spaces, so the same gold serves both columns. Prints Markdown.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path

import msgspec

from dabir import Reader
from dabir.evaluate import evaluate
from dabir.gold import Figures, GoldArticle
from dabir.scoring import load_gold, scored

HALF_SPACE = "\u200c"


def figures(gold: list[GoldArticle], rows: list[dict[str, str | None]], reader: Reader) -> Mapping[str, Figures]:
    """The figures of reading `rows` (id, title, text, published, outlet) against `gold`."""
    records = [
        scored(reader.read(r["text"] or "", title=r["title"], published=r["published"], outlet=r["outlet"], ref=r["id"]))
        for r in rows
    ]
    return evaluate(gold, records).figures


def glued(row: dict[str, str | None]) -> dict[str, str | None]:
    """The article as web copies have it that lost their half-spaces."""
    return {k: v.replace(HALF_SPACE, "") if v and k in ("title", "text") else v for k, v in row.items()}


def main() -> None:
    """Read, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--no-tagger", action="store_true", help="tables and patterns alone find names")
    options = parser.parse_args()
    path, reader = options.gold, Reader(tagger=not options.no_tagger)
    gold = load_gold(path)
    decoded = [msgspec.json.decode(line) for line in path.read_bytes().splitlines() if line.strip()]
    rows = [{k: d.get(k) for k in ("id", "title", "text", "published", "outlet")} for d in decoded]
    plain, bare = figures(gold, rows, reader), figures(gold, [glued(r) for r in rows], reader)
    print("| layer | precision | recall | F1 | F1, half-spaces deleted | gold |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, row in plain.items():
        print(f"| {name} | {row.precision:.3f} | {row.recall:.3f} | {row.f1:.3f} | {bare[name].f1:.3f} | {row.gold} |")


if __name__ == "__main__":
    main()
