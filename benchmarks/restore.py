"""Half-space restoration measured: `python benchmarks/restore.py FILE.conllu.gz ...`.

Glued: every half-space is deleted, and those put back are scored (F1). Split: every half-space becomes a space.
Harm: the share of words that change when the text is given as it is. Key: the share of sentences whose key is the
same for the text as it is and with its half-spaces deleted.
"""

from __future__ import annotations

import gzip
import sys
from collections import Counter
from pathlib import Path

from dabir.text.clean import clean

HALF = "\u200c"


def sentences(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [line[9:].strip() for line in file if line.startswith("# text = ")]
    return [t.replace("ي", "ی").replace("ك", "ک").replace("\ufeff", "") for t in texts]


def halves(text: str) -> set[int]:
    """Where half-spaces stand, counted in letters that are neither blank nor half-space."""
    found, at = set(), 0
    for char in text:
        if char == HALF:
            found.add(at)
        elif char != " ":
            at += 1
    return found


def spaces(text: str) -> set[int]:
    """Where spaces stand, counted as in `halves`."""
    found, at = set(), 0
    for char in text:
        if char == " ":
            found.add(at)
        elif char != HALF:
            at += 1
    return found


def measure(path: Path) -> None:
    tally: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for text in sentences(path):
        right = clean(text)
        gold = halves(text)
        for name, damaged in (("glued", text.replace(HALF, "")), ("split", text.replace(HALF, " "))):
            done = clean(damaged)
            # Where the reference has a space, a half-space is the other repair (`join`): counted below, not here.
            found = halves(done.clean) - spaces(text)
            tally[name + " hit"] += len(found & gold)
            tally[name + " found"] += len(found)
            tally[name + " gold"] += len(gold)
            tally[name + " key"] += done.key == right.key
            if name == "glued":
                for word in done.clean.split():
                    if HALF in word and word not in text:
                        wrong[word] += 1
        words = text.split(" ")
        tally["words"] += len(words)
        for edit in right.edits:
            tally[edit.rule] += 1
        tally["sentences"] += 1
    print(path.name)
    for name in ("glued", "split"):
        p = tally[name + " hit"] / max(tally[name + " found"], 1)
        r = tally[name + " hit"] / max(tally[name + " gold"], 1)
        alike = tally[name + " key"] / tally["sentences"]
        print(f"  {name}: P {p:.3f} R {r:.3f} F1 {2 * p * r / max(p + r, 1e-9):.3f}; keys alike {alike:.3f}")
    kinds = (("half-space", "right words parted"), ("part", "right words split"), ("join", "spaced words joined"))
    for rule, what in kinds:
        print(f"  {what}: {tally[rule] / tally['words']:.4f} of {tally['words']}")
    if "-v" in sys.argv:
        print("  put in:", " ".join(f"{w.replace(HALF, '~')}:{c}" for w, c in wrong.most_common(60)))


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        if argument != "-v":
            measure(Path(argument))
