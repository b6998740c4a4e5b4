"""Fit the weights of data/store/merge.toml to pairs of items that were read and marked.

    python training/merge_weights.py STORE [--pairs training/merge/pairs.tsv] [--part fit]

STORE is a store that the items of the pairs were added to, their ids as `id`. For each pair of items the pair of main events
that scores best stands for it (multiple-instance logistic regression); the weights that stand in the file are the centre of a
Gaussian prior, so that features which the pairs say little about stay as they were. Prints the weights and how well they fit.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import sqlalchemy as sa

import dabir
from dabir.store import reports, schema
from dabir.store.compare import features, weights
from dabir.store.reports import Report, blocks
from dabir.store.store import Store

FIXED = {"main", "apart", "copy"}  # the pairs say nothing about these
SPREAD, STEPS, RATE, ROUNDS = 1.0, 3000, 0.05, 5


def pairs(path: Path, part: str) -> list[tuple[str, str, bool]]:
    """The marked pairs of one part of the file."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(a, b, verdict == "same") for a, b, verdict, of in rows[1:] if of.strip() == part]


def by_item(store: Store) -> Mapping[str, list[Report]]:
    """The main reports of each item, all reports of an item without a main one."""
    with store.reading() as connection:
        e, v = schema.events.c, schema.versions.c
        rows = connection.execute(sa.select(v.ref, e.id, e.main).join(schema.versions, v.id == e.version).where(v.current)).all()
        found = reports.load(connection, [row[1] for row in rows])
    items: dict[str, list[Report]] = {}
    for ref, event, _ in rows:
        items.setdefault(ref, []).append(found[event])
    return {ref: [r for r in all_ if r.main] or all_ for ref, all_ in items.items()}


def instances(a: list[Report], b: list[Report], names: list[str]) -> np.ndarray:
    """Features of every pair of reports that the store would compare, those that share a block."""
    rows = [
        [1.0 if n == "bias" else dict(features(x, y)).get(n, 0.0) for n in names]
        for x in a for y in b
        if blocks(x) & blocks(y)
    ]  # fmt: skip
    return np.array(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store")
    parser.add_argument("--pairs", type=Path, default=Path(__file__).parent / "merge" / "pairs.tsv")
    parser.add_argument("--part", default="fit")
    args = parser.parse_args()
    items = by_item(dabir.open_store(args.store))
    names = list(weights().of)
    prior = np.array([weights().of[n] for n in names])
    free = np.array([n not in FIXED for n in names])
    data = [(instances(items.get(a, []), items.get(b, []), names), same) for a, b, same in pairs(args.pairs, args.part)]
    usable = [(x, y) for x, y in data if len(x)]
    print(f"{len(data)} pairs, {len(usable)} with reports to compare, {sum(y for _, y in usable)} of these the same")
    w = prior.copy()
    for _ in range(ROUNDS):
        x = np.array([rows[int(np.argmax(rows @ w))] for rows, _ in usable])
        y = np.array([same for _, same in usable], dtype=float)
        for _ in range(STEPS):
            p = 1 / (1 + np.exp(-x @ w))
            gradient = x.T @ (p - y) + (w - prior) / SPREAD**2
            w = np.where(free, w - RATE / len(y) * gradient * 5, w)
    scores = [max(1 / (1 + math.exp(-float(v))) for v in rows @ w) for rows, _ in usable]
    right = sum((s >= weights().same) == y for s, (_, y) in zip(scores, usable, strict=True))
    print(f"right at {weights().same}: {right} of {len(usable)}")
    for n, before, after in zip(names, prior, w, strict=True):
        print(f"{n} = {after:.2f}    # was {before:.2f}")


if __name__ == "__main__":
    main()
