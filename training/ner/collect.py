"""Annotators' files to the committed annotation: `python training/ner/collect.py SENTENCES.jsonl OUT.jsonl FILE ...`.

A FILE has {"n": line of SENTENCES, "e": [[label, words]], "t": [words]}; a sentence that two annotators have is taken from
the first file, and the agreement of the two (strict span F1) is printed. Nothing of the sentences' own words comes out.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any


def located(text: str, words: list[str]) -> list[tuple[int, int]]:
    at, out = 0, []
    for w in words:
        place = text.find(w, at)
        if place < 0:
            raise ValueError(f"{w!r} is not in {text!r} after {at}")
        out.append((place, place + len(w)))
        at = place + len(w)
    return out


def read(path: Path, sentences: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    out: dict[int, dict[str, Any]] = {}
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = sentences[row["n"]]["text"]
        try:
            names = located(text, [w for _, w in row["e"]])
            titles = located(text, row["t"])
        except ValueError as error:
            print(f"{path.name}: {row['n']}: {error}", file=sys.stderr)
            continue
        out[row["n"]] = {
            "names": [[a, b, k] for (a, b), (k, _) in zip(names, row["e"], strict=True)],
            "titles": [list(x) for x in titles],
        }
    return out


def main(source: Path, out: Path, *files: Path) -> None:
    sentences = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    chosen: dict[int, dict[str, Any]] = {}
    twice = Counter[str]()
    for path in files:
        for n, row in read(path, sentences).items():
            if n in chosen:
                for layer in ("names", "titles"):
                    a, b = ({tuple(x) for x in side[layer]} for side in (chosen[n], row))
                    twice[layer + " both"] += len(a & b)
                    twice[layer + " first"] += len(a)
                    twice[layer + " second"] += len(b)
                twice["sentences"] += 1
            else:
                chosen[n] = row
    for layer in ("names", "titles"):
        both, total = twice[layer + " both"], twice[layer + " first"] + twice[layer + " second"]
        print(f"{layer}: agreement F1 {2 * both / max(total, 1):.3f} on {twice['sentences']} sentences read twice")
    rows = [{k: sentences[n][k] for k in ("id", "start", "end")} | chosen[n] for n in sorted(chosen)]
    out.write_text("".join(json.dumps(r, separators=(",", ":")) + "\n" for r in rows), encoding="utf-8")
    print(f"{len(rows)} sentences")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
