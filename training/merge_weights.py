"""Fit the weights of data/store/merge.toml to pairs of items that were read and marked.

    python training/merge_weights.py STORE [--pairs training/merge/pairs.tsv] [--folds 8]

STORE is a store that the items of the pairs were added to, their ids as `id`. For each pair of items the pair of reports that
scores best stands for it (multiple-instance logistic regression); the weights that stand in the file are the centre of a Gaussian
prior, so that features which the pairs say little about stay as they were, and none changes its sign: few pairs, most of them hard
to tell apart, are no reason to take another person in the same office for evidence of one act. Prints how well pairs are told apart
as weights stand, in folds whose weights were fitted to the others, and on the pairs marked `test`; then the weights.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa

import dabir
from dabir.store import reports, schema
from dabir.store.compare import features, weights
from dabir.store.reports import Report, blocks
from dabir.store.store import Store

FIXED = {"main", "apart", "copy", "roles", "persons"}  # the pairs, which were drawn to be alike in these, say nothing about them
SPREAD, ROUNDS, STEPS = 1.0, 5, 400
Pair = tuple[np.ndarray, bool]
"""The features of every pair of reports of two items, and whether the items report one act."""


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


def instances(a: list[Report], b: list[Report], names: Sequence[str]) -> np.ndarray:
    """Features of every pair of reports that the store would compare, those that share a block."""
    found = [{"bias": 1.0, **dict(features(x, y))} for x in a for y in b if blocks(x) & blocks(y)]
    return np.array([[row.get(n, 0.0) for n in names] for row in found]).reshape(-1, len(names))


def fitted(data: Sequence[Pair], prior: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The weights that tell the pairs best apart, near the prior and of its signs; pairs without reports to compare do not count."""
    usable = [(rows, same) for rows, same in data if len(rows)]
    y = np.array([same for _, same in usable], dtype=float)
    w = prior.copy()
    for _ in range(ROUNDS):
        x = np.array([rows[int(np.argmax(rows @ w))] for rows, _ in usable])
        step = 1 / (np.linalg.norm(x, 2) ** 2 / 4 + 1 / SPREAD**2)  # one over the loss's steepest curvature
        for _ in range(STEPS):
            gradient = x.T @ (1 / (1 + np.exp(-x @ w)) - y) + (w - prior) / SPREAD**2
            moved = w - step * gradient
            w = np.where(free, np.where(prior < 0, np.minimum(moved, 0), np.maximum(moved, 0)), prior)
    return w


def scores(data: Sequence[Pair], w: np.ndarray) -> list[float]:
    """For each pair the best score of its reports, 0 without any."""
    return [float(1 / (1 + np.exp(-np.max(rows @ w)))) if len(rows) else 0.0 for rows, _ in data]


def told(name: str, data: Sequence[Pair], found: Sequence[float]) -> None:
    """Print precision, recall and F1 of scores that say same."""
    joined = [s >= weights().same for s in found]
    right = sum(j and same for j, (_, same) in zip(joined, data, strict=True))
    wanted = sum(same for _, same in data)
    compared = sum(same and len(rows) > 0 for rows, same in data)
    p, r = right / max(1, sum(joined)), right / max(1, wanted)
    f = 2 * p * r / (p + r) if right else 0.0
    print(f"| {name} | {len(data)} | {wanted} | {compared} | {p:.3f} | {r:.3f} | {f:.3f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store")
    parser.add_argument("--pairs", type=Path, default=Path(__file__).parent / "merge" / "pairs.tsv")
    parser.add_argument("--folds", type=int, default=8)
    args = parser.parse_args()
    items = by_item(dabir.open_store(args.store))
    names = list(weights().of)
    prior = np.array([weights().of[n] for n in names])
    free = np.array([n not in FIXED for n in names])
    fit, test = (
        [(instances(items.get(a, []), items.get(b, []), names), same) for a, b, same in pairs(args.pairs, part)]
        for part in ("fit", "test")
    )
    random.Random(1403).shuffle(fit)
    held_out = [0.0] * len(fit)
    for k in range(args.folds):
        w = fitted([pair for n, pair in enumerate(fit) if n % args.folds != k], prior, free)
        held_out[k :: args.folds] = scores(fit[k :: args.folds], w)
    w = fitted(fit, prior, free)
    print("| pairs | number | same | of these compared | precision | recall | F1 |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    told("fit, as weights stand", fit, scores(fit, prior))
    told(f"fit, held out in {args.folds} folds", fit, held_out)
    told("test, as weights stand", test, scores(test, prior))
    told("test, weights fitted", test, scores(test, w))
    for n, before, after in zip(names, prior, w, strict=True):
        print(f"{n} = {after:.2f}    # was {before:.2f}")


if __name__ == "__main__":
    main()
