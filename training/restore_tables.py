"""Builds the tables of restoration: `python training/restore_tables.py OUT NEWS.jsonl.gz [TOKENS.txt.gz ...]`.

Only counts and spellings of words leave the corpora, never a sentence. OUT is the `data/text` folder; the files are the
same byte for byte whenever the input is.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

HALF = "\u200c"
WORD = re.compile("[\u0621-\u063a\u0641-\u064a\u0671-\u06d3\u200c\u064b-\u0652\u0654\u0670]+")
MARKS = re.compile("[\u064b-\u0652\u0654\u0670ـ\u200e\u200f]")
LETTERS = str.maketrans("يىك\u00a0", "ییک ")
OPEN = set("اأآدذرزژوؤ")  # letters that never join to the left, after which a lost space goes unseen
CURATED = 4  # a treebank's spelling counts so many times: its half-spaces were put in by hand


def lines_of_news(path: Path) -> Iterator[str]:
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            item = json.loads(line)
            text = (item.get("title") or "") + "\n" + (item.get("text") or "")
            if text[:200] in seen:
                continue
            seen.add(text[:200])
            yield from text.split("\n")


def lines_of_tokens(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for sentence in file.read().split("\n\n"):
            yield sentence.replace("\n", " ")


def count(lines: Iterable[str], weight: int, words: Counter[str], pairs: Counter[tuple[str, str]]) -> None:
    for line in lines:
        line = MARKS.sub("", line.translate(LETTERS))
        before, end = "", -9
        for m in WORD.finditer(line):
            word = m[0].strip(HALF)
            if not word:
                continue
            words[word] += weight
            if before and m.start() == end + 1 and line[end] == " ":
                pairs[before, word] += weight
            before, end = word, m.end()


def write(path: Path, note: str, header: str, rows: Iterable[str]) -> None:
    text = "\n".join([f"# {note}", header, *rows, ""])
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as file:
        file.write(text.encode())


def main(out: Path, news: Path, *tokens: Path) -> None:
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    count(lines_of_news(news), 1, words, pairs)
    for path in tokens:
        count(lines_of_tokens(path), CURATED, words, pairs)
    note = "Made by training/restore_tables.py: counts of spellings in Persian news and UD Persian PerDT (train)."
    kept = sorted((w, c) for w, c in words.items() if c >= (3 if HALF in w else 5) and len(w) < 30)
    write(out / "lexicon.tsv.gz", note, "word\tcount", (f"{w}\t{c}" for w, c in kept))
    rows = []
    joined = {tuple(w.split(HALF)): c for w, c in words.items() if w.count(HALF) == 1 and c >= 3}
    for (a, b), c in sorted(joined.items()):
        rows.append(f"{a}\t{b}\t{c}\t{pairs[a, b]}")
    for (a, b), c in sorted(pairs.items()):
        if c >= 60 and (a, b) not in joined and a[-1] in OPEN and len(a) > 1 and len(b) > 1:
            rows.append(f"{a}\t{b}\t0\t{c}")
    write(out / "pairs.tsv.gz", note, "first\tsecond\tjoined\tspaced", rows)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
