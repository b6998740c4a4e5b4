"""Trains the event stage's linear models from a gold file and writes them below src/dabir/data/acts/models.

    python training/events.py GOLD.jsonl ... [--apart MEASURED.jsonl ...] [--folds 5] [--score SCORE.py] [--write]

With --score it cross-validates over articles and prints the scorer's figures for the held-out folds; with --write it trains
on all of GOLD and writes the models (thresholds stand in thresholds.toml, set by hand after such grids). Items of GOLD that
repeat the words of an item of --apart, as outlets copy each other, are left out: what is measured on is not trained on. Seeds
are fixed: the same gold gives the same files.
Only weights of features leave this script, no sentence of an outlet.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from dabir import reading
from dabir.acts import assemble, casting
from dabir.acts.attribution import chains, item_source
from dabir.acts.events import Models, chances
from dabir.acts.features import Cues, mutual, trigger_features, when_features
from dabir.acts.linear import Linear
from dabir.acts.parties import identity, parties, prepositions, role_features
from dabir.acts.setting import Setting, build, day_of, key_range
from dabir.acts.statements import find_statements
from dabir.encoder import session
from dabir.names.kb import load, squeeze
from dabir.names.places import find_places
from dabir.names.resolve import resolve_mentions
from dabir.names.tagger import tags
from dabir.text.clean import clean
from dabir.times.find import find_times, parse_date

OUT = Path(__file__).parent.parent / "src/dabir/data/acts/models"
SEED = 7
RUN = 50  # letters; so long a stretch in two items is a copy
HALF_SPACE = "\u200c"


@dataclass
class Item:
    """A gold article with its setting, and the labelled features of its candidates."""

    gold: dict[str, Any]
    source: str
    s: Setting
    statements: Any
    lead: Any
    record: dict[str, Any]
    keep: list[tuple[list[str], int, float]] = field(default_factory=list)
    role: list[tuple[list[str], str]] = field(default_factory=list)
    told: dict[int, dict[str, str]] = field(default_factory=dict)
    status: list[tuple[list[str], str]] = field(default_factory=list)
    when: list[tuple[list[str], int]] = field(default_factory=list)
    main: list[tuple[list[str], int]] = field(default_factory=list)


def prepare(gold: dict[str, Any], glue: bool = False) -> Item:
    drop = (lambda x: x.replace(HALF_SPACE, "")) if glue else (lambda x: x)
    source, title_at = reading.whole_text(drop(gold["title"] or "") or None, drop(gold["text"]))
    text, kb = clean(source), load()
    title_end = key_range(text, title_at, title_at)[0] if title_at else 0
    day = parse_date(gold["published"]) if gold["published"] else None
    home = reading.home_state(kb, text, gold["outlet"])
    times = find_times(text, day, repeats=False)
    clocks = [key_range(text, t.start, t.end) for t in times]
    encoder = session.load()
    marked = tags(text, encoder.read(text)) if encoder and text.sentences else ()
    names = resolve_mentions(text, kb, date=gold["published"], home=home, outside=clocks, tags=marked)
    _, spots = find_places(text, kb)
    lead = item_source(text, names.mentions)
    statements = chains(text, names.mentions, find_statements(text, names.mentions, times, title_end), lead)
    s = build(text, title_end, home, names.mentions, spots, times, statements)
    record = {
        "article": {"ref": gold["id"], "text": source},
        "times": msgspec.to_builtins(times),
        "statements": msgspec.to_builtins(statements),
    }
    return Item(gold, source, s, statements, lead, record)


def gold_places(item: Item) -> list[tuple[int, int] | None]:
    """Key ranges of the gold triggers, equal words taking one place after another."""
    squeezed, at = [], []
    for i, c in enumerate(item.s.text.key):
        if c.isalnum():
            squeezed.append(c)
            at.append(i)
    line, taken, out = "".join(squeezed), Counter(), []
    for e in item.gold["events"]:
        words = "".join(c for c in squeeze(e["trigger"]) if c.isalnum())
        where = -1
        for _ in range(taken[words] + 1):
            nxt = line.find(words, where + 1)
            where = nxt if nxt >= 0 else where
        taken[words] += 1
        out.append((at[where], at[where + len(words) - 1] + 1) if words and where >= 0 else None)
    return out


def label(item: Item) -> None:
    """Fills the item's labelled candidates."""
    s, events, places = item.s, item.gold["events"], gold_places(item)
    cues, marks = Cues(s), prepositions(s)
    counts = Counter(m.state for m in s.mentions if m.state)
    told: dict[int, int] = {}
    for g, (e, span) in enumerate(zip(events, places, strict=True)):
        if span is None:
            continue
        hits = [n for n, t in enumerate(s.triggers) if t.act == e["act"] and t.start < span[1] and t.end > span[0]]
        if not hits:
            here = s.sentence(span[0])
            hits = [
                n
                for n, t in enumerate(s.triggers)
                if t.act == e["act"] and s.sentence(t.start) == here and n not in told
            ][:1]
        for n in hits[:1]:
            told.setdefault(n, g)
    for n, t in enumerate(s.triggers):
        features = trigger_features(s, n, cues)
        if n in told:
            e = events[told[n]]
            item.keep.append((features, 1, 1.0))
            item.status.append((features, e["status"]))
            item.main.append((features, int(e["main"])))
            _label_roles(item, n, e, marks, counts)
            _label_when(item, n, e)
        else:
            same = [e for e in events if e["act"] == t.act]
            states = {s.mentions[m].state for m in s.mentions_in[s.sentence(t.start)]}
            retold = any(states & {a["state"] for a in e["actors"] if a["state"]} for e in same)
            item.keep.append((features, 0, 0.3 if retold else 1.0))


def _label_roles(item: Item, n: int, e: dict[str, Any], marks: list[str], counts: Counter[str]) -> None:
    s = item.s
    roles = {}
    for a in e["actors"]:
        roles.setdefault(a["state"] or squeeze(a["person"] or a["name"]), a["role"])
    item.told[n] = {who: casting.fit(e["act"], role) for who, role in roles.items()}
    for party in parties(s, n):
        mention = s.mentions[party.mentions[0]]
        who = mention.state or squeeze(mention.person or s.text.key[mention.head[0] : mention.head[1]])
        role = roles.get(who, "none")
        if role != "none" and mutual(e["act"]) and role in ("actor", "recipient"):
            role = "participant"
        item.role.append((role_features(s, n, party, marks, counts), role))


def _label_when(item: Item, n: int, e: dict[str, Any]) -> None:
    for w, when in enumerate(item.s.whens):
        features = when_features(item.s, n, w)
        if features:
            item.when.append((features, int(e["begin"] is not None and day_of(when.time) == e["begin"])))


def fit(rows: list[tuple[list[str], Any]], weights: list[float] | None, c: float, least: int, binary: bool) -> Linear:
    """An L2 logistic regression over the features that occur `least` times, as named weights."""
    if not rows:
        return Linear(("yes",), (-9.0,), {})
    seen = Counter(f for features, _ in rows for f in set(features))
    index = {f: n for n, f in enumerate(sorted(f for f, k in seen.items() if k >= least))}
    x = _matrix([r[0] for r in rows], index)
    y = np.array([r[1] for r in rows])
    model = LogisticRegression(C=c, max_iter=400, random_state=SEED)
    model.fit(x, y, sample_weight=weights)
    if binary:
        columns, classes, bias = model.coef_, ("yes",), model.intercept_
    else:
        columns, classes, bias = model.coef_, tuple(str(k) for k in model.classes_), model.intercept_
    table = {f: tuple(round(float(v), 3) for v in columns[:, n]) for f, n in index.items()}
    table = {f: v for f, v in table.items() if max(map(abs, v)) >= 0.02}
    return Linear(classes, tuple(round(float(b), 4) for b in bias), table)


def _matrix(rows: Iterable[list[str]], index: dict[str, int]) -> csr_matrix:
    ptr, cols = [0], []
    for features in rows:
        cols += sorted({index[f] for f in features if f in index})
        ptr.append(len(cols))
    return csr_matrix((np.ones(len(cols)), cols, ptr), shape=(len(ptr) - 1, len(index)))


def train(items: list[Item], cut: dict[str, float]) -> Models:
    keep = [r for i in items for r in i.keep]
    return Models(
        keep=fit([(f, y) for f, y, _ in keep], [w for *_, w in keep], 0.12, 3, True),
        role=fit_roles(items),
        cast=fit_cast(items),
        status=fit([r for i in items for r in i.status], None, 0.3, 3, False),
        when=fit([r for i in items for r in i.when], None, 0.3, 3, True),
        main=fit([r for i in items for r in i.main], None, 0.1, 3, True),
        keep_threshold=cut["keep"], main_threshold=cut["main"], when_threshold=cut["when"],
    )  # fmt: skip


def fit_roles(items: list[Item]) -> Linear:
    return fit([r for i in items for r in i.role], None, 0.1, 3, False)


def fit_cast(items: list[Item], inner: int = 4, l2: float = 0.3) -> Linear:
    """Weights of whole casts by softmax over the casts of each event, on roles predicted by models that have not seen it."""
    groups: list[tuple[list[list[str]], list[float], int]] = []
    for k in range(inner):
        role = fit_roles([i for n, i in enumerate(items) if n % inner != k])
        for item in items[k::inner]:
            groups += _cast_groups(item, role)
    index = {f: n for n, f in enumerate(sorted({f for rows, *_ in groups for row in rows for f in row}))}
    x = _matrix([row for rows, *_ in groups for row in rows], index)
    b = np.array([v for _, bases, _ in groups for v in bases])
    sizes = np.array([len(rows) for rows, *_ in groups])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    gold = starts + np.array([g for *_, g in groups])
    owner = np.repeat(np.arange(len(groups)), sizes)

    def loss(w: Any) -> Any:
        score = x @ w[1:] + w[0] * b
        top = np.maximum.reduceat(score, starts)
        e = np.exp(score - top[owner])
        total = np.add.reduceat(e, starts)
        p = e / total[owner]
        value = -(score[gold] - top - np.log(total)).sum() + l2 * (w[1:] ** 2).sum()
        grad = np.concatenate(
            [[(p * b).sum() - b[gold].sum()], x.T @ p - np.asarray(x[gold].sum(axis=0)).ravel() + 2 * l2 * w[1:]]
        )
        return value, grad

    w = minimize(
        loss, np.concatenate([[1.0], np.zeros(len(index))]), jac=True, method="L-BFGS-B", options={"maxiter": 200}
    ).x
    table = {f: (round(float(w[n + 1]), 3),) for f, n in index.items() if abs(w[n + 1]) >= 0.01}
    return Linear(("yes",), (0.0,), {**table, "base": (round(float(w[0]), 4),)})


def _cast_groups(item: Item, role: Linear) -> list[tuple[list[list[str]], list[float], int]]:
    s, out = item.s, []
    marks, counts = prepositions(s), Counter(m.state for m in s.mentions if m.state)
    for n, roles in item.told.items():
        short = casting.shortlist(chances(s, n, role, marks, counts))
        every = list(casting.casts(short))
        want = tuple(roles.get(identity(s.mentions[c.party.mentions[0]]), "none") for c in short)
        if want not in every:
            want = max(every, key=lambda c: (sum(a == b for a, b in zip(c, want, strict=True)), c))
        out.append(
            (
                [casting.cast_features(s, n, short, marks, c) for c in every],
                [casting.base(short, c) for c in every],
                every.index(want),
            )
        )
    return [g for g in out if len(g[0]) > 1]


def predict(items: list[Item], models: Models) -> list[dict[str, Any]]:
    return [
        {
            **i.record,
            "events": msgspec.to_builtins(assemble.find_events(i.s, models, i.statements, i.lead, i.gold["published"])),
        }
        for i in items
    ]


def scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("score", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cross_validate(
    items: list[Item], folds: int, score: Any, grid: list[dict[str, float]], other: list[Item] | None = None
) -> dict[str, float]:
    """Figures over held-out folds for each setting of the thresholds; the best by detected + who."""
    order = np.random.default_rng(SEED).permutation(len(items))
    parts = [set(order[k::folds].tolist()) for k in range(folds)]
    models = [train([i for n, i in enumerate(items) if n not in part], grid[0]) for part in parts]
    best: tuple[float, dict[str, float]] = (-1.0, grid[0])
    for cut in grid:
        shown = defaultdict(list)
        for name, source in (("", items), ("glued ", other or [])):
            if not source:
                continue
            golds, records = [], []
            for part, m in zip(parts, models, strict=True):
                m = msgspec.structs.replace(
                    m, keep_threshold=cut["keep"], main_threshold=cut["main"], when_threshold=cut["when"]
                )
                held = [source[n] for n in sorted(part)]
                golds += [i.gold for i in held]
                records += predict(held, m)
            rows, _ = score.score(golds, records)
            for k, r in rows.items():
                shown[name].append(f"{k} {r['f1']:.3f} ({r['precision']:.2f}/{r['recall']:.2f})")
            if not name:
                value = (
                    rows["events.detected"]["f1"]
                    + rows["events.who"]["f1"]
                    + rows["events.full"]["f1"]
                    + rows["events.main"]["f1"] / 2
                )
        print(cut, flush=True)
        for name, rows_ in shown.items():
            print("   ", name, " · ".join(rows_), flush=True)
        if value > best[0]:
            best = (value, cut)
    return best[1]


def by_act(items: list[Item], folds: int, score: Any, cut: dict[str, float]) -> None:
    """Prints for each act of the held-out folds how many events are found, have the right parties and are complete."""
    order = np.random.default_rng(SEED).permutation(len(items))
    tally: Counter[tuple[str, str]] = Counter()
    for k in range(folds):
        part = set(order[k::folds].tolist())
        models = train([i for n, i in enumerate(items) if n not in part], cut)
        held = [items[n] for n in sorted(part)]
        for item, record in zip(held, predict(held, models), strict=True):
            for act in {e["act"] for e in item.gold["events"]} | {e["act"] for e in record["events"]}:
                g = {
                    **item.gold,
                    "times": [],
                    "statements": [],
                    "events": [e for e in item.gold["events"] if e["act"] == act],
                }
                r = {
                    **record,
                    "times": [],
                    "statements": [],
                    "events": [e for e in record["events"] if e["act"] == act],
                }
                rows, _ = score.score([g], [r])
                for name in ("detected", "who", "full"):
                    row = rows[f"events.{name}"]
                    tally[act, name] += round(row["recall"] * row["gold"])
                tally[act, "gold"] += len(g["events"])
                tally[act, "pred"] += len(r["events"])
    for act in sorted({a for a, _ in tally}, key=lambda a: -tally[a, "gold"]):
        print(
            f"{act:18}"
            + "".join(f"{name} {tally[act, name]:4}  " for name in ("gold", "pred", "detected", "who", "full"))
        )


def write(models: Models) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    for name in ("keep", "role", "cast", "status", "when", "main"):
        m: Linear = getattr(models, name)
        raw = json.dumps(
            {"classes": m.classes, "bias": m.bias, "weights": dict(sorted(m.weights.items()))},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        (OUT / f"{name}.json.gz").write_bytes(gzip.compress(raw.encode(), mtime=0))


def apart(golds: list[dict[str, Any]], measured: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The items that share no more than a tenth of their stretches of RUN letters with a measured one."""

    def runs(g: dict[str, Any], step: int) -> list[str]:
        letters = "".join(c for c in (g["title"] or "") + g["text"] if c.isalnum())
        return [letters[n : n + RUN] for n in range(0, max(1, len(letters) - RUN), step)]

    known = {run for g in measured for run in runs(g, 1)}
    shares = [sum(r in known for r in found) / len(found) for found in (runs(g, RUN) for g in golds)]
    return [g for g, share in zip(golds, shares, strict=True) if share <= 0.1]


def read_gold(paths: list[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("gold", type=Path, nargs="+")
    ap.add_argument("--apart", type=Path, nargs="*", default=[], help="gold files that are measured on, whose copies stay out")
    ap.add_argument("--folds", type=int, default=5)
    ap.add_argument("--score", type=Path)
    ap.add_argument("--glued", action="store_true", help="also measure with every half-space deleted")
    ap.add_argument("--keep", type=float, nargs="*", default=[0.36])
    ap.add_argument("--main", type=float, nargs="*", default=[0.2])
    ap.add_argument("--when", type=float, nargs="*", default=[0.16])
    ap.add_argument("--acts", action="store_true", help="figures by act")
    ap.add_argument("--write", action="store_true")
    a = ap.parse_args()
    every = read_gold(a.gold)
    golds = apart(every, read_gold(a.apart))
    print(f"{len(every) - len(golds)} items left out that copy a measured one", file=sys.stderr)
    items = [prepare(g) for g in golds]
    for i in items:
        label(i)
    found = sum(y for i in items for _, y, _ in i.keep)
    print(
        f"{len(items)} items, {sum(len(g['events']) for g in golds)} gold events, {found} with a trigger,",
        f"{sum(len(i.keep) for i in items)} triggers",
        file=sys.stderr,
    )
    grid = [{"keep": k, "main": r, "when": w} for k in a.keep for r in a.main for w in a.when]
    cut = grid[0]
    if a.score:
        cut = cross_validate(
            items, a.folds, scorer(a.score), grid, [prepare(g, glue=True) for g in golds] if a.glued else None
        )
        if a.acts:
            by_act(items, a.folds, scorer(a.score), cut)
    if a.write:
        write(train(items, cut))
        print(f"written; trained with {cut}")


if __name__ == "__main__":
    main()
