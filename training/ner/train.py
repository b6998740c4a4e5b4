"""Trains the tagger of names and titles.

    python training/ner/train.py first --encoder DIR --ours FILE --news NEWS.gz ... --parstwiner DIR --out first.pt
    python training/ner/train.py teacher --model first.pt ... --out teacher.pt
    python training/ner/train.py student --teacher teacher.pt [--model student.pt] ... --out student.pt
    python training/ner/train.py score --model student.pt ...

`first` fine-tunes the encoder's 12 layers on ParsTwiNER, `teacher` goes on with our own sentences; `student` takes layers
1, 3, 5, 7, 9 and 11 of the teacher and learns from its soft labels as well (on the same sentences and on unlabelled
ones, `--more`), from the start or going on with `--model`. `plain` trains six layers on both without a teacher. `score`
prints strict span F1 on our held-back sentences, by pieces (benchmarks/names.py: by words, as it ships).
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

import data
import model
import torch
from tokenizers import Tokenizer
from torch import Tensor

LONGEST = 160  # pieces
STUDENT = [1, 3, 5, 7, 9, 11]
HELD_BACK = 300  # of our sentences, the first in the file: measured on, never trained on
IGNORE = -100
Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]


class Coder:
    """Sentences to batches."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(LONGEST)

    def batch(self, sentences: list[data.Sentence]) -> tuple[Batch, list[list[tuple[int, int]]]]:
        coded = self.tokenizer.encode_batch([s.text for s in sentences])
        size = -(-max(len(c.ids) for c in coded) // 16) * 16
        ids, mask = torch.ones(len(coded), size, dtype=torch.long), torch.zeros(len(coded), size)
        names = torch.full((len(coded), size), IGNORE)
        titles, partial = names.clone(), torch.zeros(len(coded), dtype=torch.bool)
        for i, (c, s) in enumerate(zip(coded, sentences, strict=True)):
            n = len(c.ids)
            ids[i, :n], mask[i, :n] = torch.tensor(c.ids), 1.0
            inside = [j for j, (a, b) in enumerate(c.offsets) if a < b]
            label = torch.tensor(data.labels_of(c.offsets, s.names, data.NAMES))
            names[i, inside] = label[inside]
            if s.whole:
                titles[i, inside] = torch.tensor(data.labels_of(c.offsets, s.titles, data.TITLES))[inside]
            partial[i] = not s.whole
        return (ids, mask, names, titles, partial), [c.offsets for c in coded]


def loss_of(scores: Tensor, batch: Batch) -> Tensor:
    """Cross-entropy of both layers; where a sentence does not annotate a kind, leaving it out is no error."""
    _, _, names, titles, partial = batch
    width = model.WIDTHS[0]
    logp = scores[..., :width].float().log_softmax(-1)
    open_ = [0] + [x for k in data.UNKNOWN_THERE for x in (2 * data.NAMES.index(k) + 1, 2 * data.NAMES.index(k) + 2)]
    known = names != IGNORE
    own = logp.gather(-1, names.clamp(min=0).unsqueeze(-1)).squeeze(-1)
    loose = logp[..., open_].logsumexp(-1)
    own = torch.where(partial[:, None] & (names == 0), loose, own)
    total = -(own * known).sum() / known.sum()
    if (titles != IGNORE).any():
        total = total + torch.nn.functional.cross_entropy(
            scores[..., width:].float().flatten(0, 1), titles.flatten(), ignore_index=IGNORE
        )
    return total


def distilled(scores: Tensor, taught: Tensor, mask: Tensor) -> Tensor:
    """How far the student's labels are from the teacher's, at temperature 2."""
    total, at = torch.zeros(()), 0
    for width in model.WIDTHS:
        a = (scores[..., at : at + width].float() / 2).log_softmax(-1)
        b = (taught[..., at : at + width].float() / 2).softmax(-1)
        total = total + 4 * (torch.nn.functional.kl_div(a, b, reduction="none").sum(-1) * mask).sum() / mask.sum()
        at += width
    return total


def evaluate(tagger: model.Tagger, coder: Coder, sentences: list[data.Sentence]) -> dict[str, tuple[float, float, float, int]]:
    """Strict precision, recall, F1 and count, by kind and for both layers."""
    right, found, gold = Counter[str](), Counter[str](), Counter[str]()
    tagger.eval()
    with torch.inference_mode():
        for i in range(0, len(sentences), 32):
            part = sentences[i : i + 32]
            batch, offsets = coder.batch(part)
            scores = tagger(batch[0], batch[1])
            for s, row, places in zip(part, scores, offsets, strict=True):
                row = row[: len(places)]
                width = model.WIDTHS[0]
                layers = ((row[:, :width], data.NAMES, s.names), (row[:, width:], data.TITLES, s.titles))
                for logits, kinds, wanted in layers:
                    got = {trimmed(s.text, x) for x in data.spans_of(places, logits.argmax(-1).tolist(), kinds)}
                    for _, _, kind in got:
                        found[kind] += 1
                    for span in wanted:
                        gold[span[2]] += 1
                        right[span[2]] += trimmed(s.text, span) in got
    rows = {k: figures(right[k], found[k], gold[k]) for k in (*data.NAMES, *data.TITLES)}
    rows["names"] = figures(*(sum(c[k] for k in data.NAMES) for c in (right, found, gold)))
    return rows


def trimmed(text: str, span: data.Span) -> data.Span:
    """The span without blanks at its edges (a piece holds the blank before it)."""
    a, b, kind = span
    while a < b and text[a] in " \u200c\u200f":
        a += 1
    while a < b and text[b - 1] in " \u200c\u200f":
        b -= 1
    return a, b, kind


def figures(right: int, found: int, gold: int) -> tuple[float, float, float, int]:
    p, r = right / max(found, 1), right / max(gold, 1)
    return p, r, 2 * p * r / max(p + r, 1e-9), gold


def train(tagger: model.Tagger, coder: Coder, sentences: list[data.Sentence], options: argparse.Namespace,
          teacher: model.Tagger | None = None, more: list[data.Sentence] | None = None) -> None:  # fmt: skip
    """AdamW, one cycle with a warm-up, in bfloat16; longer sentences together."""
    dice = random.Random(options.seed)
    torch.manual_seed(options.seed)
    plain = [p for n, p in tagger.named_parameters() if p.ndim < 2]
    heavy = [p for n, p in tagger.named_parameters() if p.ndim >= 2]
    steps = options.epochs * -(-(len(sentences) + len(more or ())) // options.batch)
    optimizer = torch.optim.AdamW([{"params": heavy, "weight_decay": 0.01}, {"params": plain, "weight_decay": 0.0}])
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.rate, total_steps=steps + 1, pct_start=0.1, anneal_strategy="linear"
    )
    step, begun = 0, time.monotonic()
    for epoch in range(options.epochs):
        tagger.train()
        pool = [(data.damaged(s, dice), True) for s in sentences] + [(data.damaged(s, dice), False) for s in more or ()]
        dice.shuffle(pool)
        chunk = options.batch * 40
        rows = [x for i in range(0, len(pool), chunk) for x in sorted(pool[i : i + chunk], key=lambda x: len(x[0].text))]
        batches = [rows[i : i + options.batch] for i in range(0, len(rows), options.batch)]
        dice.shuffle(batches)
        total = 0.0
        for part in batches:
            batch, _ = coder.batch([s for s, _ in part])
            with torch.autocast("cpu", torch.bfloat16):
                scores = tagger(batch[0], batch[1])
                taught = None
                if teacher is not None:
                    with torch.inference_mode():
                        taught = teacher(batch[0], batch[1])
            labelled = torch.tensor([own for _, own in part])
            batch[2][~labelled], batch[3][~labelled] = IGNORE, IGNORE
            loss = loss_of(scores, batch) if labelled.any() else torch.zeros(())
            if taught is not None:
                loss = 0.5 * loss + distilled(scores, taught.clone(), batch[1])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            total += float(loss.detach())
        print(f"epoch {epoch + 1}: loss {total / len(batches):.4f}, {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def chosen_layers(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a student, taken from its teacher's."""
    kept = {k: v for k, v in state.items() if not k.startswith("layers.")}
    for n, old in enumerate(STUDENT):
        kept |= {k.replace(f"layers.{old}.", f"layers.{n}."): v for k, v in state.items() if k.startswith(f"layers.{old}.")}
    return kept


def show(rows: dict[str, tuple[float, float, float, int]]) -> None:
    print("| kind | precision | recall | F1 | gold |\n| --- | --- | --- | --- | --- |")
    for kind, (p, r, f, n) in rows.items():
        print(f"| {kind} | {p:.3f} | {r:.3f} | {f:.3f} | {n} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["first", "teacher", "student", "plain", "score"])
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--ours", type=Path, required=True)
    parser.add_argument("--news", type=Path, nargs="+", required=True)
    parser.add_argument("--parstwiner", type=Path, help="its folder: train.txt and dev.txt are learnt from")
    parser.add_argument("--more", type=int, default=0, help="unlabelled sentences of the news that the student sees")
    parser.add_argument("--teacher", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    coder = Coder(options.encoder)
    ours = data.annotated(options.ours, options.news)
    dice = random.Random(options.seed)
    held = [data.as_read(s) for s in ours[:HELD_BACK]]
    ours = [data.as_read(v) for s in ours[HELD_BACK:] for v in (s, data.damaged(s, dice))]
    every = list(range(12))
    if options.task == "score":
        state = torch.load(options.model, weights_only=True)
        tagger = model.load(options.encoder, every if "layers.11.qkv.weight" in state else STUDENT)
        tagger.load_state_dict(state)
        show(evaluate(tagger, coder, held))
        return
    others = [x for name in ("train.txt", "dev.txt") for x in data.conll(options.parstwiner / name, data.PARSTWINER)]
    if options.task in ("first", "plain"):
        tagger = model.load(options.encoder, every if options.task == "first" else STUDENT)
        train(tagger, coder, others + (ours if options.task == "plain" else []), options)
    elif options.task == "teacher":
        tagger = model.load(options.encoder, every)
        tagger.load_state_dict(torch.load(options.model, weights_only=True))
        train(tagger, coder, ours, options)
    else:
        state = torch.load(options.teacher, weights_only=True)
        teacher = model.load(options.encoder, every)
        teacher.load_state_dict(state)
        teacher.eval()
        tagger = model.load(options.encoder, STUDENT)
        tagger.load_state_dict(torch.load(options.model, weights_only=True) if options.model else chosen_layers(state))
        heard = [data.as_read(s) for s in data.unlabelled(options.news[0], options.more, options.seed)]
        train(tagger, coder, dice.sample(ours, len(ours) // 2) + dice.sample(others, len(others) // 6), options, teacher, heard)
    torch.save(tagger.state_dict(), options.out)
    show(evaluate(tagger, coder, held))


if __name__ == "__main__":
    main()
