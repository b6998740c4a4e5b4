"""Builds the tables of restoration: `python training/restore_tables.py OUT NEWS.jsonl.gz [TREEBANK.gz ...]`.

OUT is the `data/text` folder, which holds the tables of affixes and stems already. NEWS are items with `title` and
`text`; only items that keep their half-spaces are counted. A treebank is a CoNLL-U file or a list of tokens. Written are
`lexicon.tsv.gz` and `pairs.tsv.gz` (counts of words, of neighbours) and `weights.bin.gz` (three log-linear models, hashed). Only
counts and weights leave the corpora, never a sentence; the same input gives the same files byte for byte.
"""

from __future__ import annotations

import gzip
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from dabir.text.features import OPEN
from dabir.text.lexicon import affixes, endings, stems
from dabir.text.spellings import Spellings, spellings, well_formed
from restore_counts import FOLDS, HALF, Counts, news, treebank
from restore_weights import Example, glue_examples, lean_examples, learn, near_examples

CURATED = 4  # a treebank's spelling counts so many times: its half-spaces were put in by hand
MODELS = (("glue", glue_examples), ("lean", lean_examples), ("near", near_examples))
Pair = tuple[str, str]


class Knowledge:
    """The tables that some folds of the corpora give, pruned as they are shipped."""

    def __init__(self, counts: Counts, folds: Iterable[int]) -> None:
        words: Counter[str] = Counter()
        pairs: Counter[Pair] = Counter()
        for fold in folds:
            words.update(counts.words[fold])
            pairs.update(counts.pairs[fold])
        self.words = {w: c for w, c in sorted(words.items()) if c >= (3 if HALF in w else 5) and len(w) < 30}
        self.pairs = _pairs(words, pairs)
        self.endings = endings()
        self.known: Spellings = spellings(self.words, affixes()["present"], self.endings, stems())


def joined(words: Counter[str]) -> Counter[Pair]:
    """How often two parts stand together with a half-space between them."""
    out: Counter[Pair] = Counter()
    for word, count in words.items():
        if HALF in word and well_formed(pieces := word.split(HALF)):
            for pair in zip(pieces, pieces[1:], strict=False):
                out[pair] += count
    return out


def spaced(pairs: Counter[Pair]) -> Counter[Pair]:
    """How often the last part of one word and the first of the next stand together with a space between them."""
    out: Counter[Pair] = Counter()
    for (a, b), count in pairs.items():
        out[a.rpartition(HALF)[2], b.partition(HALF)[0]] += count
    return out


def _pairs(words: Counter[str], pairs: Counter[Pair]) -> dict[Pair, tuple[int, int]]:
    together, apart = joined(words), spaced(pairs)
    out = {pair: (c, apart[pair]) for pair, c in together.items() if c >= 3}
    for (a, b), c in apart.items():
        if (a, b) in out or len(a) < 2 or len(b) < 2:
            continue
        if c >= 60 and a[-1] in OPEN or c >= 100 and (together[a, b] or a + b in words):
            out[a, b] = (0, c)
    return dict(sorted(out.items()))


def write(path: Path, note: str, header: str, rows: Iterable[str]) -> None:
    pack(path, "\n".join([f"# {note}", header, *rows, ""]).encode())


def pack(path: Path, content: bytes) -> None:
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(content)


def main(out: Path, news_path: Path, *treebanks: Path) -> None:
    counts = Counts()
    for fold, text in news(news_path):
        for line in text.split("\n"):
            counts.add(line, fold, 1)
    for path in treebanks:
        for fold, line in treebank(path):
            counts.add(line, fold, CURATED)
    note = "Made by training/restore_tables.py from carefully edited Persian news and UD Persian treebanks: "
    whole = Knowledge(counts, range(FOLDS))
    write(out / "lexicon.tsv.gz", note + "spellings.", "word\tcount", (f"{w}\t{c}" for w, c in whole.words.items()))
    rows = (f"{a}\t{b}\t{c}\t{d}" for (a, b), (c, d) in whole.pairs.items())
    write(out / "pairs.tsv.gz", note + "neighbours.", "first\tsecond\tjoined\tspaced", rows)
    models = [(name, *learn(_with(counts, examples))) for name, examples in MODELS]
    first = "# " + note + "hashed weights, models with their number: " + " ".join(f"{name} {n}" for name, n, _ in models)
    pack(out / "weights.bin.gz", first.encode() + b"\n" + b"".join(packed for *_, packed in models))


def _with(counts: Counts, examples: Callable[[Knowledge, Counts, int], Iterator[Example]]) -> Callable[[int], Iterator[Example]]:
    return lambda fold: examples(_without(counts, fold), counts, fold)


def _without(counts: Counts, fold: int) -> Knowledge:
    print(f"{time.process_time():.0f} s: fold {fold}", file=sys.stderr)
    return Knowledge(counts, [f for f in range(FOLDS) if f != fold])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
