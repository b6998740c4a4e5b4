"""Counts of spellings in a corpus, by fold: the first half of `restore_tables.py`."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HALF = "\u200c"
FOLDS = 5
WORD = re.compile("[\u0621-\u063a\u0641-\u064a\u0671-\u06d3\u200c]+")
MARKS = re.compile("[\u064b-\u0652\u0654\u0670ـ\u200e\u200f]")
LETTERS = str.maketrans("يىكۀ\u00a0", "ییکه ")

# Where a half-space belongs by every style book: after «می» of a verb, before the plural's «ها».
KEPT = re.compile(r"(?<![\w\u200c])ن?می\u200c\w|\w\u200cها(?:ی|یی)?(?![\w\u200c])")
SPACED = re.compile(r"(?<![\w\u200c])ن?می [\u0621-\u06d3]{2}|\w ها(?:ی|یی)?(?![\w\u200c])")
GLUED = re.compile(r"(?<![\w\u200c])\w{2,}[بپتثجچحخسشصضطظعغفقکگلمنهی]ها(?:ی|یی)?(?![\w\u200c])")
# Ends in the same letters and is no plural, or one that good usage writes in one.
NO_PLURAL = frozenset(["آنها", "اینها", "تنها", "انتها", "انتهای", "آنهایی", "تنهایی", "انتهایی"])
AMBIGUOUS = re.compile(f"ه{HALF}?ای$")
CAREFUL = 9  # so many half-spaces kept for each one lost make an item carefully edited


class Counts:
    """Spellings and neighbours, fold by fold, so that a model can be trained on counts that have not seen its examples."""

    def __init__(self) -> None:
        self.words: list[Counter[str]] = [Counter() for _ in range(FOLDS)]
        self.pairs: list[Counter[tuple[str, str]]] = [Counter() for _ in range(FOLDS)]
        self.near: list[Counter[tuple[str, str, str]]] = [Counter() for _ in range(FOLDS)]

    def add(self, line: str, fold: int, weight: int) -> None:
        words, pairs = self.words[fold], self.pairs[fold]
        found = [(m.start(), m.end(), word) for m in WORD.finditer(line) if (word := m[0].strip(HALF))]
        before, end = "", -9
        for i, (start, stop, word) in enumerate(found):
            words[word] += weight
            if start != end + 1 or line[end] != " ":
                before = ""
            if before:
                pairs[before, word] += weight
            if AMBIGUOUS.search(word):
                after = found[i + 1][2] if i + 1 < len(found) and line[stop : found[i + 1][0]] == " " else ""
                self.near[fold][before, word, after] += 1
            before, end = word, stop


def edited(text: str) -> bool:
    """True for a text that keeps its half-spaces, or has no place for one."""
    kept = len(KEPT.findall(text))
    lost = len(SPACED.findall(text)) + sum(w not in NO_PLURAL for w in GLUED.findall(text))
    return kept >= CAREFUL * lost


def normal(text: str) -> str:
    return MARKS.sub("", text.translate(LETTERS))


def news(path: Path) -> Iterator[tuple[int, str]]:
    """(fold, text) of the carefully edited items, each once."""
    seen: set[str] = set()
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            item = json.loads(line)
            text = (item.get("title") or "") + "\n" + (item.get("text") or "")
            if text[:200] in seen:
                continue
            seen.add(text[:200])
            text = normal(text)
            if edited(text):
                yield zlib.crc32(text.encode()) % FOLDS, text


def treebank(path: Path) -> Iterator[tuple[int, str]]:
    """(fold, sentence) of a file of tokens (one a line, an empty line between sentences) or a CoNLL-U file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    if ".conllu" in path.name:
        lines = [line[9:] for line in text.split("\n") if line.startswith("# text = ")]
    else:
        lines = [sentence.replace("\n", " ") for sentence in text.split("\n\n")]
    for number, line in enumerate(lines):
        yield number % FOLDS, normal(line.strip().replace("\ufeff", ""))
