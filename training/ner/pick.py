"""Active selection: the sentences that a tagger is unsure of, for annotators to read next.

    python training/ner/pick.py --model plain.pt --encoder DIR --ours FILE --news NEWS.gz --diplomacy DIPLOMACY.gz
        --keep-out dev.jsonl --count 2500 --out OUT.jsonl

A sentence counts the labels that the model would expect to get wrong (one less the likeliest label's share, over its
pieces), by the root of its length so that long ones do not win alone. Half of the sentences are the most unsure, half the
most unsure of those where a rare kind (facility, product, event) is thinkable. OUT is as `draw.py` writes it.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import model
import torch
from data import NAMES, Sentence
from draw import draw, items
from train import STUDENT, Coder

RARE = ("FAC", "PROD", "EVENT")
POOL = (8000, 6000)  # sentences of diplomacy and of all news that are looked at
AN_ITEM = 3


def measured(tagger: model.Tagger, coder: Coder, rows: list[dict[str, Any]]) -> list[tuple[float, bool]]:
    """How unsure each row is, and whether a rare kind is thinkable in it."""
    width = model.WIDTHS[0]
    rare = [x for k in RARE for x in (2 * NAMES.index(k) + 1, 2 * NAMES.index(k) + 2)]
    order = sorted(range(len(rows)), key=lambda i: len(rows[i]["text"]))
    out: list[tuple[float, bool]] = [(0.0, False)] * len(rows)
    tagger.eval()
    with torch.inference_mode():
        for at in range(0, len(order), 32):
            part = order[at : at + 32]
            sentences = [Sentence(rows[i]["text"], ()) for i in part]
            (ids, mask, *_), _ = coder.batch(sentences)
            scores = tagger(ids, mask)
            names, titles = scores[..., :width].softmax(-1), scores[..., width:].softmax(-1)
            doubt = ((1 - names.amax(-1)) + (1 - titles.amax(-1))) * mask
            thinkable = (names[..., rare].sum(-1) * mask).amax(-1) > 0.2
            for i, d, n, t in zip(part, doubt.sum(-1).tolist(), mask.sum(-1).tolist(), thinkable.tolist(), strict=True):
                out[i] = (d / n**0.5, t)
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "encoder", "ours", "news", "diplomacy", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--keep-out", type=Path, nargs="*", default=[], help="files of items that are measured on elsewhere")
    parser.add_argument("--count", type=int, default=2500)
    parser.add_argument("--seed", type=int, default=21)
    options = parser.parse_args()
    out_of = {json.loads(x)["id"] for f in [*options.keep_out, options.ours] for x in f.read_text("utf-8").splitlines()}
    dice, taken = random.Random(options.seed), set[str]()
    rows = []
    for source, size in zip((options.diplomacy, options.news), POOL, strict=True):
        rows += draw([x for x in items(source) if x["id"] not in out_of], size, taken, dice, AN_ITEM)
    tagger = model.load(options.encoder, STUDENT)
    tagger.load_state_dict(torch.load(options.model, weights_only=True))
    doubts = measured(tagger, Coder(options.encoder), rows)
    order = sorted(range(len(rows)), key=lambda i: -doubts[i][0])
    rare = [i for i in order if doubts[i][1]][: options.count // 2]
    chosen = {*rare}
    for i in order:
        if len(chosen) >= options.count:
            break
        chosen.add(i)
    out = [rows[i] for i in sorted(chosen)]
    dice.shuffle(out)
    options.out.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in out), encoding="utf-8")
    print(f"{len(out)} of {len(rows)} sentences, {sum(doubts[i][1] for i in chosen)} with a rare kind thinkable")


if __name__ == "__main__":
    main()
