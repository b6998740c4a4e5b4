"""Draws sentences to annotate: `python training/ner/draw.py NEWS.jsonl.gz DIPLOMACY.jsonl.gz COUNT SEED OUT.jsonl`.

Two thirds come from items about diplomacy, a sentence or two an item; the same inputs and seed give the same lines:
{"id": item, "start": offset, "end": offset, "text": sentence}. The texts are the outlets'; OUT is not committed.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
from pathlib import Path
from typing import Any

from dabir.text.clean import clean

SHORT, LONG = 40, 420  # characters of a sentence that is worth the reading
AN_ITEM = 2


def items(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def sentences(item: dict[str, Any]) -> list[dict[str, Any]]:
    text = clean(item["text"])
    spans = (text.span(a, b) for a, b in text.sentences)
    return [
        {"id": item["id"], "start": s.start, "end": s.end, "text": s.text}
        for s in spans
        if SHORT <= len(s.text) <= LONG and "\n" not in s.text
    ]


def draw(pool: list[dict[str, Any]], count: int, taken: set[str], dice: random.Random, most: int = AN_ITEM) -> list[dict[str, Any]]:
    pool = sorted(pool, key=lambda item: item["id"])
    dice.shuffle(pool)
    out: list[dict[str, Any]] = []
    for item in pool:
        if len(out) >= count:
            break
        found = [s for s in sentences(item) if s["text"] not in taken]
        chosen = dice.sample(found, min(most, len(found)))
        taken.update(s["text"] for s in chosen)
        out += chosen
    return out[:count]


def main(news: Path, diplomacy: Path, count: int, seed: int, out: Path) -> None:
    dice, taken = random.Random(seed), set[str]()
    chosen = draw(items(diplomacy), 2 * count // 3, taken, dice)
    chosen += draw(items(news), count - len(chosen), taken, dice)
    dice.shuffle(chosen)
    out.write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in chosen), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
