"""Trains the heads of the learned reader over the encoder that ships.

    python training/reader/train.py --gold GOLD.jsonl ... --out src/dabir/data/models/heads.npz [--folds 5] [--score SCORE.py]

The encoder stays as training/ner made it: each article is read once with the int8 graph in src/dabir/data/models, and the heads
learn from the vectors that reading will have. With `--score` it cross-validates over the articles first (heads and linear
models both from the other folds) and prints the scorer's figures with the encoder and without. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent))

import examples  # noqa: E402
import gold as gold_files  # noqa: E402
import heads  # noqa: E402
import msgspec  # noqa: E402
import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

import events as linear_training  # noqa: E402
from dabir.acts import assemble, setting  # noqa: E402
from dabir.acts.attribution import attribute  # noqa: E402
from dabir.acts.events import Models  # noqa: E402
from dabir.acts.frames import frames  # noqa: E402
from dabir.acts.learned import Learned  # noqa: E402
from dabir.acts.statements import find_statements  # noqa: E402
from dabir.encoder import session  # noqa: E402
from dabir.encoder.heads import PAIRS, Heads  # noqa: E402
from dabir.encoder.pieces import Pieces  # noqa: E402

ARTICLES = 4  # a batch
SEEN = 4  # times that a feature must occur
WIDTH = 384
CUT = {"keep": 0.36, "main": 0.2, "when": 0.16}


@dataclass
class Prepared:
    """An article's labelled candidates, and what the encoder reads in it."""

    example: examples.Example
    pieces: Pieces
    vectors: Tensor


class Vocabulary:
    """Feature names to rows, 0 for those seen too rarely."""

    def __init__(self, rows: Any) -> None:
        count = Counter(f for features in rows for f in features)
        self.names = sorted(f for f, n in count.items() if n >= SEEN)
        self.index = {f: n + 1 for n, f in enumerate(self.names)}

    def __len__(self) -> int:
        return len(self.names) + 1

    def bags(self, rows: list[list[str]]) -> tuple[Tensor, Tensor]:
        flat = [self.index.get(f, 0) for row in rows for f in row]
        offsets, at = [], 0
        for row in rows:
            offsets.append(at)
            at += len(row)
        return torch.tensor(flat, dtype=torch.long), torch.tensor(offsets, dtype=torch.long)


@dataclass
class Words:
    """The vocabularies of the two kinds of pairs."""

    pair: Vocabulary
    speech: Vocabulary


def means(vectors: Tensor, p: Pieces, spans: list[tuple[int, int]]) -> Tensor:
    """The mean vector of each span's pieces."""
    rows, owner = [], []
    for n, (a, b) in enumerate(spans):
        found = p.of(a, b) or range(min(len(p.starts) - 1, max(0, p.of(a, a + 1).start - 1)), len(p.starts))[:1]
        rows += list(found)
        owner += [n] * len(found)
    total = torch.zeros(len(spans), vectors.shape[1])
    total = total.index_add(0, torch.tensor(owner), vectors[torch.tensor(rows)])
    count = torch.zeros(len(spans)).index_add(0, torch.tensor(owner), torch.ones(len(rows)))
    return total / count.clamp(min=1)[:, None]


def losses(h: heads.Heads, p: Prepared, words: Words) -> dict[str, Tensor]:
    """The article's losses by task, summed, with how many cases each has under `#task`."""
    e, vectors = p.example, p.vectors
    out: dict[str, Tensor] = {}
    f = nn.functional
    mentions = h.drop(means(vectors, p.pieces, e.mentions)) if e.mentions else None
    if e.triggers:
        span = means(vectors, p.pieces, [(t.start, t.end) for t in e.triggers])
        span = torch.cat([h.drop(span), h.act(torch.tensor([t.act for t in e.triggers]))], 1)
        hidden = h.drop(f.gelu(h.trigger(span), approximate="tanh"))
        judged, linear = h.judge(hidden), torch.tensor([t.linear for t in e.triggers])
        keep, told = torch.tensor([t.keep for t in e.triggers]), [n for n, t in enumerate(e.triggers) if t.keep]
        weight = torch.tensor([t.weight for t in e.triggers])
        out["keep"] = f.binary_cross_entropy_with_logits(judged[:, 0] + h.trust[0] * linear[:, 0], keep, weight, reduction="sum")
        out["#keep"] = weight.sum()
        if told:
            n = torch.tensor(told)
            main = torch.tensor([e.triggers[i].main for i in told])
            out["main"] = f.binary_cross_entropy_with_logits(judged[n, 1] + h.trust[1] * linear[n, 1], main, reduction="sum")
            out["#main"] = torch.tensor(float(len(told)))
            out |= _roles(h, span, mentions, e, told, words)
    out |= _speeches(h, mentions, p, words)
    return out


def _roles(h: heads.Heads, span: Tensor, mentions: Tensor | None, e: examples.Example, told: list[int], words: Words) -> Any:
    rows = [(n, party) for n in told for party in e.triggers[n].parties]
    if not rows or mentions is None:
        return {}
    flat = [(k, n, m, x) for k, (n, party) in enumerate(rows) for m, x in zip(party.mentions, party.features, strict=True)]
    owner = torch.tensor([k for k, *_ in flat])
    scores = h.role(
        span[torch.tensor([n for _, n, _, _ in flat])], mentions[torch.tensor([m for _, _, m, _ in flat])],
        *words.pair.bags([x for *_, x in flat]),
    )  # fmt: skip
    share = scores[:, -1].exp()
    total = torch.zeros(len(rows)).index_add(0, owner, share)
    logits = torch.zeros(len(rows), heads.ROLES).index_add(0, owner, scores[:, :-1] * (share / total[owner])[:, None])
    linear = torch.tensor([party.linear for _, party in rows])
    gold = torch.tensor([party.role for _, party in rows])
    return {
        "role": nn.functional.cross_entropy(logits + h.trust[2] * linear, gold, reduction="sum"),
        "#role": torch.tensor(float(len(rows))),
    }


def _speeches(h: heads.Heads, mentions: Tensor | None, p: Prepared, words: Words) -> Any:
    rows, vectors = p.example.speeches, p.vectors
    if not rows:
        return {}
    said = torch.cat([means(vectors, p.pieces, [(r.start, r.end) for r in rows]), means(vectors, p.pieces, [r.cue for r in rows])], 1)
    said = h.drop(said)
    keep = h.said(h.drop(nn.functional.gelu(h.speech(said), approximate="tanh")))[:, 0]
    gold = torch.tensor([r.keep for r in rows])
    out = {
        "said": nn.functional.binary_cross_entropy_with_logits(keep, gold, reduction="sum"),
        "#said": torch.tensor(float(len(rows))),
    }
    total, count = torch.zeros(()), 0
    for n, r in enumerate(rows):
        if not r.right or len(r.voices) < 2:
            continue
        extra = means(vectors, p.pieces, r.voices[len(p.example.mentions) :]) if len(r.voices) > len(p.example.mentions) else None
        spans = [x for x in (mentions, extra) if x is not None]
        scores = h.voice(said[n].expand(len(r.voices), -1), torch.cat(spans), *words.speech.bags(r.features))[:, 0]
        total = total - scores.log_softmax(0)[torch.tensor(r.right)].logsumexp(0)
        count += 1
    return out | ({"voice": total, "#voice": torch.tensor(float(count))} if count else {})


WEIGHTS = {"keep": 1.0, "main": 0.3, "role": 1.5, "said": 0.3, "voice": 0.7}


def fit(articles: list[list[Prepared]], options: argparse.Namespace) -> tuple[heads.Heads, Words]:
    """Heads learned from articles, each in its versions (as written, half-spaces deleted); AdamW, one cycle."""
    dice = random.Random(options.seed)
    torch.manual_seed(options.seed)
    seen = [v[0].example for v in articles]
    words = Words(
        Vocabulary(x for e in seen for t in e.triggers for p in t.parties for x in p.features),
        Vocabulary(x for e in seen for r in e.speeches for x in r.features),
    )
    h = heads.Heads(WIDTH, len(frames()), len(words.pair), len(words.speech))
    steps = options.epochs * -(-len(articles) // ARTICLES)
    optimizer = torch.optim.AdamW(h.parameters(), lr=options.rate, weight_decay=options.decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, options.rate, total_steps=steps + 1, pct_start=0.1)
    for _ in range(options.epochs):
        h.train()
        rows = [dice.choice(v) for v in articles]
        dice.shuffle(rows)
        for i in range(0, len(rows), ARTICLES):
            loss = joined(h, rows[i : i + ARTICLES], words, defaultdict(float))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(h.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    h.eval()
    return h, words


def joined(h: heads.Heads, batch: list[Prepared], words: Words, sums: dict[str, float]) -> Tensor:
    """The weighted mean loss of a batch; `sums` gathers each task's."""
    total: dict[str, Tensor] = defaultdict(lambda: torch.zeros(()))
    for p in batch:
        for name, value in losses(h, p, words).items():
            total[name] = total[name] + value
    out = torch.zeros((), requires_grad=True)
    for name, weight in WEIGHTS.items():
        if name in total:
            sums[name] += float(total[name].detach())
            sums[f"#{name}"] += float(total[f"#{name}"])
            out = out + weight * total[name] / total[f"#{name}"]
    return out


def report(h: heads.Heads, held: list[Prepared], words: Words) -> str:
    """The losses on articles held out."""
    sums: dict[str, float] = defaultdict(float)
    with torch.inference_mode():
        joined(h, held, words, sums)
    return " ".join(f"{k} {v / max(1.0, sums['#' + k]):.3f}" for k, v in sums.items() if k[0] != "#")


def arrays(h: heads.Heads, words: Words) -> dict[str, Any]:
    """What heads.npz holds."""
    weights = {k: v.detach().half().numpy() for k, v in h.state_dict().items()}
    return weights | {"words.role": np.array(words.pair.names), "words.voice": np.array(words.speech.names)}


def shipped(h: heads.Heads, words: Words) -> Heads:
    """The heads as reading has them."""
    found = arrays(h, words)
    weights = {k: v.astype(np.float32) for k, v in found.items() if not k.startswith("words.")}
    return Heads(weights, {n: {str(f): k for k, f in enumerate(found[f"words.{n}"], 1)} for n in PAIRS})


def read(item: linear_training.Item, m: Models, known: session.Read | None, h: Heads | None) -> dict[str, Any]:
    """The record of a held-out article, as much of it as is scored."""
    learned = Learned(item.s, known, h) if known and h else None
    judge = partial(learned.speeches, keep=m.said_threshold) if learned else None
    times = [w.time for w in item.s.whens]
    found = find_statements(item.s.text, item.s.mentions, times, item.s.title_end, judge)
    statements = tuple(attribute(x, item.lead, {}) for x in found)
    s = setting.with_speeches(item.s, statements)
    told = assemble.find_events(s, m, statements, item.lead, learned.over(s) if learned else None)
    return item.record | {"statements": msgspec.to_builtins(statements), "events": msgspec.to_builtins(told)}


def cross_validate(items: list[linear_training.Item], reads: list[session.Read], articles: list[list[Prepared]],
                   score: Any, options: argparse.Namespace) -> None:  # fmt: skip
    """Prints figures over held-out folds: rules and linear models alone, then with heads, by threshold."""
    golds, alone = [], []
    learned: dict[tuple[float, float, float], list[Any]] = defaultdict(list)
    for k in range(options.folds):
        rest = [n for n in range(len(items)) if n % options.folds != k]
        m = linear_training.train([items[n] for n in rest], CUT)
        h, words = fit([articles[n] for n in rest], options)
        held = range(k, len(items), options.folds)
        print(f"fold {k + 1}:", report(h, [articles[n][0] for n in held], words), flush=True)
        ready = shipped(h, words)
        for n in held:
            golds.append(items[n].gold)
            alone.append(read(items[n], m, None, None))
            for keep in options.keep:
                for main in options.main:
                    for said in options.said:
                        cut = msgspec.structs.replace(m, keep_threshold=keep, main_threshold=main, said_threshold=said)
                        learned[keep, main, said].append(read(items[n], cut, reads[n], ready))
    for name, records in (("alone", alone), *learned.items()):
        rows = score.score(golds, records)[0]
        shown = (f"{x} {r['f1']:.3f} ({r['precision']:.2f}/{r['recall']:.2f})" for x, r in rows.items() if x[:5] != "times")
        print(name, " · ".join(shown))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--score", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--keep", type=float, nargs="*", default=[0.36, 0.42])
    parser.add_argument("--main", type=float, nargs="*", default=[0.2])
    parser.add_argument("--said", type=float, nargs="*", default=[0.3])
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    torch.set_num_threads(1)
    encoder = session.load()
    assert encoder is not None
    golds = [json.loads(x) for path in options.gold for x in path.read_text("utf-8").splitlines() if x.strip()]
    versions, first = [], []
    for glue in (False, True):
        items, found = examples.build(golds, glue)
        reads = [encoder.read(e.text) for e in found]
        first = first or [items, reads]
        versions.append([Prepared(e, r.pieces, torch.tensor(r.vectors)) for e, r in zip(found, reads, strict=True)])
    articles = [list(v) for v in zip(*versions, strict=True)]
    if options.score:
        cross_validate(first[0], first[1], articles, gold_files.scorer(options.score), options)
    if options.out:
        h, words = fit(articles, options)
        np.savez_compressed(options.out, **arrays(h, words))
        print(f"written: {options.out}")


if __name__ == "__main__":
    main()
