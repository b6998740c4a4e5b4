"""Trains the learned reader: six layers that tag names as the twelve of the teacher do, and read events and speech.

    python training/reader/train.py --encoder DIR --teacher teacher.pt --names FILE --news NEWS.gz ... --parstwiner DIR
        --gold GOLD.jsonl ... --out reader.pt [--hold 0.12]

Batches of sentences (names and titles, the teacher's soft labels beside our own) and of gold articles (triggers, parties,
dates, speakers) alternate, through one encoder. `--hold` keeps that share of the gold articles out and prints the loss on
them. Seeds are fixed.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import zlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parent.parent / "ner"))

import data as ner_data  # noqa: E402
import examples  # noqa: E402
import heads  # noqa: E402
import model as ner_model  # noqa: E402
import torch  # noqa: E402
import train as ner_train  # noqa: E402
from tokenizers import Tokenizer  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from dabir.acts.frames import frames  # noqa: E402
from dabir.encoder.pieces import Pieces, pieces  # noqa: E402

ARTICLES = 4  # a batch
SENTENCES = 16
SEEN = 4  # times that a feature must occur


@dataclass
class Prepared:
    example: examples.Example
    pieces: Pieces


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
    """The vocabularies of the three kinds of pairs."""

    pair: Vocabulary
    when: Vocabulary
    speech: Vocabulary


def encoded(tagger: ner_model.Tagger, batch: list[Prepared]) -> list[Tensor]:
    """A vector for each piece of each article."""
    ids = [x for p in batch for x in p.pieces.ids]
    size = -(-max(map(len, ids)) // 16) * 16
    table, mask = torch.ones(len(ids), size, dtype=torch.long), torch.zeros(len(ids), size)
    for n, x in enumerate(ids):
        table[n, : len(x)] = torch.tensor(x)
        mask[n, : len(x)] = 1
    vectors = tagger.vectors(table, mask).float()
    out, first = [], 0
    for p in batch:
        flat = torch.tensor([(first + w) * size + i for w, i in p.pieces.places], dtype=torch.long)
        out.append(vectors.flatten(0, 1)[flat])
        first += len(p.pieces.ids)
    return out


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


def losses(h: heads.Heads, vectors: Tensor, p: Prepared, words: Words) -> dict[str, Tensor]:
    """The article's losses by task, summed, with how many cases each has under `#task`."""
    e, out = p.example, {}
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
            status = torch.tensor([e.triggers[i].status for i in told])
            out["status"] = f.cross_entropy(judged[n, 2:] + h.trust[2] * linear[n, 2:], status, reduction="sum")
            out["#main"] = out["#status"] = torch.tensor(float(len(told)))
            out |= _roles(h, span, mentions, e, told, words)
            out |= _whens(h, span, hidden, vectors, p, told, words)
    out |= _speeches(h, vectors, mentions, p, words)
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
        "role": nn.functional.cross_entropy(logits + h.trust[3] * linear, gold, reduction="sum"),
        "#role": torch.tensor(float(len(rows))),
    }


def _whens(h: heads.Heads, span: Tensor, hidden: Tensor, vectors: Tensor, p: Prepared, told: list[int], words: Words) -> Any:
    total, count = torch.zeros(()), 0
    for n in told:
        t = p.example.triggers[n]
        if not t.whens:
            continue
        at = means(vectors, p.pieces, [p.example.times[w] for w, _, _ in t.whens])
        scores = h.when(span[n].expand(len(t.whens), -1), h.drop(at), *words.when.bags([x for _, x, _ in t.whens]))[:, 0]
        scores = scores + h.trust[4] * torch.tensor([x for _, _, x in t.whens])
        logp = torch.cat([h.undated(hidden[n]), scores]).log_softmax(0)
        total = total - (logp[torch.tensor(t.when) + 1].logsumexp(0) if t.when else logp[0])
        count += 1
    return {"when": total, "#when": torch.tensor(float(count))} if count else {}


def _speeches(h: heads.Heads, vectors: Tensor, mentions: Tensor | None, p: Prepared, words: Words) -> Any:
    rows = p.example.speeches
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


WEIGHTS = {"keep": 1.0, "main": 0.3, "status": 0.5, "role": 1.5, "when": 0.3, "said": 0.3, "voice": 0.7}


def joined(h: heads.Heads, tagger: ner_model.Tagger, batch: list[Prepared], words: Words, sums: dict[str, float]) -> Tensor:
    total = defaultdict(lambda: torch.zeros(()))
    for vectors, p in zip(encoded(tagger, batch), batch, strict=True):
        for name, value in losses(h, vectors, p, words).items():
            total[name] = total[name] + value
    out = torch.zeros(())
    for name, weight in WEIGHTS.items():
        if name in total:
            mean = total[name] / total[f"#{name}"]
            sums[name] += float(total[name].detach())
            sums[f"#{name}"] += float(total[f"#{name}"])
            out = out + weight * mean
    return out


def held_out(identity: str, share: float) -> bool:
    return zlib.crc32(identity.encode()) % 1000 < 1000 * share


def sentences(options: argparse.Namespace) -> tuple[list[list[ner_data.Sentence]], list[list[ner_data.Sentence]]]:
    """Our own sentences and ParsTwiNER's, each as it is and damaged, as the encoder reads them."""
    ours = ner_data.annotated(options.names, options.news)[ner_train.HELD_BACK :]
    others = [x for name in ("train.txt", "dev.txt") for x in ner_data.conll(options.parstwiner / name, ner_data.PARSTWINER)]
    dice = random.Random(options.seed)

    def variants(s: ner_data.Sentence) -> list[ner_data.Sentence]:
        return [ner_data.as_read(s), ner_data.as_read(ner_data.damaged(s, dice))]

    return [variants(s) for s in ours], [variants(s) for s in others]


def train(reader: heads.Reader, teacher: ner_model.Tagger, coder: ner_train.Coder, own: Any, others: Any, gold: list[list[Prepared]],
          held: list[Prepared], words: Words, options: argparse.Namespace) -> None:  # fmt: skip
    dice = random.Random(options.seed)
    torch.manual_seed(options.seed)
    a_third = len(others) // 3
    epoch_steps = -(-(len(own) + a_third) // SENTENCES) + -(-len(gold) // ARTICLES)
    h = list(reader.heads.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": list(reader.tagger.parameters()), "lr": options.rate}, {"params": h, "lr": 8 * options.rate}], weight_decay=0.01
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, [options.rate, 8 * options.rate], total_steps=options.epochs * epoch_steps + 1, pct_start=0.1,
        anneal_strategy="linear",
    )
    begun = time.monotonic()
    for epoch in range(options.epochs):
        reader.train()
        pool = [dice.choice(v) for v in own] + [dice.choice(v) for v in dice.sample(others, a_third)]
        dice.shuffle(pool)
        chunk = SENTENCES * 40
        rows = [x for i in range(0, len(pool), chunk) for x in sorted(pool[i : i + chunk], key=lambda s: len(s.text))]
        batches: list[tuple[str, Any]] = [("names", rows[i : i + SENTENCES]) for i in range(0, len(rows), SENTENCES)]
        articles = [dice.choice(v) for v in gold]
        dice.shuffle(articles)
        batches += [("events", articles[i : i + ARTICLES]) for i in range(0, len(articles), ARTICLES)]
        dice.shuffle(batches)
        sums: dict[str, float] = defaultdict(float)
        for kind, part in batches:
            with torch.autocast("cpu", torch.bfloat16):
                if kind == "names":
                    batch, _ = coder.batch(part)
                    scores = reader.tagger(batch[0], batch[1])
                    with torch.inference_mode():
                        taught = teacher(batch[0], batch[1])
                    loss = 0.5 * ner_train.loss_of(scores, batch) + ner_train.distilled(scores, taught.clone(), batch[1])
                    sums["names"] += float(loss.detach()) * len(part)
                    sums["#names"] += len(part)
                else:
                    loss = joined(reader.heads, reader.tagger, part, words, sums)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        _report(f"epoch {epoch + 1}, {time.monotonic() - begun:.0f} s", sums)
        if held:
            reader.eval()
            sums = defaultdict(float)
            with torch.inference_mode():
                for i in range(0, len(held), ARTICLES):
                    joined(reader.heads, reader.tagger, held[i : i + ARTICLES], words, sums)
            _report("  held out", sums)
        if options.out and options.keep:
            save(reader, words, options.out.with_suffix(f".{epoch + 1}.pt"))


def _report(what: str, sums: dict[str, float]) -> None:
    figures = " ".join(f"{k} {v / max(1.0, sums['#' + k]):.3f}" for k, v in sums.items() if k[0] != "#")
    print(what, figures, file=sys.stderr, flush=True)


def save(reader: heads.Reader, words: Words, out: Path) -> None:
    vocabularies = {"pair": words.pair.names, "when": words.when.names, "speech": words.speech.names}
    torch.save({"state": reader.state_dict(), "words": vocabularies}, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--names", type=Path, required=True)
    parser.add_argument("--news", type=Path, nargs="+", required=True)
    parser.add_argument("--parstwiner", type=Path, required=True)
    parser.add_argument("--gold", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--hold", type=float, default=0.0)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.2e-4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="a file after every epoch")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()

    def code(texts: Any) -> Any:
        return [(x.ids, x.offsets) for x in tokenizer.encode_batch(list(texts))]

    golds = [json.loads(x) for path in options.gold for x in path.read_text("utf-8").splitlines() if x.strip()]
    versions = [[Prepared(e, pieces(e.text, code)) for e in examples.build(golds, glue)] for glue in (False, True)]
    both = [list(v) for v in zip(*versions, strict=True)]
    held = [v[0] for v in both if held_out(v[0].example.id, options.hold)]
    gold = [v for v in both if not held_out(v[0].example.id, options.hold)]
    seen = [v[0].example for v in gold]
    words = Words(
        Vocabulary(x for e in seen for t in e.triggers for p in t.parties for x in p.features),
        Vocabulary(x for e in seen for t in e.triggers for _, x, _ in t.whens),
        Vocabulary(x for e in seen for r in e.speeches for x in r.features),
    )
    sizes = [len(x) for x in (words.pair, words.when, words.speech)]
    print(f"{len(gold)} articles, {len(held)} held out; features {sizes}", file=sys.stderr)
    state = torch.load(options.teacher, weights_only=True)
    teacher = ner_model.load(options.encoder, list(range(12)))
    teacher.load_state_dict(state)
    teacher.eval()
    tagger = ner_model.load(options.encoder, ner_train.STUDENT)
    tagger.load_state_dict(ner_train.chosen_layers(state))
    h = heads.Heads(384, len(frames()), len(words.pair), len(words.when), len(words.speech))
    reader = heads.Reader(tagger, h)
    own, others = sentences(options)
    coder = ner_train.Coder(options.encoder)
    train(reader, teacher, coder, own, others, gold, held, words, options)
    save(reader, words, options.out)
    back = [ner_data.as_read(s) for s in ner_data.annotated(options.names, options.news)[: ner_train.HELD_BACK]]
    ner_train.show(ner_train.evaluate(reader.tagger, coder, back))


if __name__ == "__main__":
    main()
