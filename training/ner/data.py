"""What the tagger learns from: sentences with character spans, from our own annotation and from ParsTwiNER (MIT)."""

from __future__ import annotations

import gzip
import json
import random
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dabir.encoder.windows import window
from dabir.text.clean import clean

NAMES = ("PER", "ORG", "LOC", "FAC", "PROD", "EVENT", "NAT")
TITLES = ("TITLE",)
HALF = "\u200c"
# ParsTwiNER knows fewer kinds. A word that it leaves out may still be one of these for us: no loss is counted for that.
PARSTWINER = {"PER": "PER", "ORG": "ORG", "POG": "ORG", "LOC": "LOC", "NAT": "NAT", "EVE": "EVENT"}
UNKNOWN_THERE = ("FAC", "PROD")
Span = tuple[int, int, str]


@dataclass(frozen=True)
class Sentence:
    """A text with its names and titles; `whole` is false where some kinds are not annotated, and titles are not at all."""

    text: str
    names: tuple[Span, ...]
    titles: tuple[Span, ...] = ()
    whole: bool = True


def annotated(path: Path, news: Iterable[Path]) -> list[Sentence]:
    """Our own annotation: `path` holds {"id", "start", "end", "names", "titles", "part"}, spans within the sentence."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    wanted = {row["id"] for row in rows}
    texts: dict[str, str] = {}
    for source in news:
        with gzip.open(source, "rt", encoding="utf-8") as file:
            texts |= {d["id"]: d["text"] for line in file if (d := json.loads(line))["id"] in wanted}
    return [
        Sentence(
            texts[row["id"]][row["start"] : row["end"]],
            tuple((a, b, k) for a, b, k in row["names"]),
            tuple((a, b, "TITLE") for a, b in row["titles"]),
        )
        for row in rows
    ]


def conll(path: Path, kinds: dict[str, str], whole: bool = False) -> list[Sentence]:
    """A file of words and IOB labels, tab or space between them, a blank line between sentences."""
    out, words, labels = [], list[str](), list[str]()
    for line in [*path.read_text("utf-8").splitlines(), ""]:
        cells = line.replace("\t", " ").split(" ")
        if line.strip() and len(cells) >= 2:
            words.append(" ".join(cells[:-1]).strip())
            labels.append(cells[-1].strip().replace("_", "-"))
        elif words:
            out.append(_joined(words, labels, kinds, whole))
            words, labels = [], []
    return out


def _joined(words: list[str], labels: list[str], kinds: dict[str, str], whole: bool) -> Sentence:
    spans: list[Span] = []
    at = 0
    for word, label in zip(words, labels, strict=True):
        end = at + len(word)
        kind = kinds.get(label[2:].upper())
        if kind and label.startswith("I-") and spans and spans[-1][2] == kind and spans[-1][1] == at - 1:
            spans[-1] = (spans[-1][0], end, kind)
        elif kind:
            spans.append((at, end, kind))
        at = end + 1
    return Sentence(" ".join(words), tuple(spans), (), whole)


def damaged(sentence: Sentence, dice: random.Random) -> Sentence:
    """The sentence as web copies have it: half-spaces kept, deleted, or made spaces; some punctuation glued."""
    choice = dice.random()
    if choice < 0.55 or HALF not in sentence.text:
        return sentence
    new = "" if choice < 0.85 else " "
    places: list[int] = []
    text: list[str] = []
    for char in sentence.text:
        places.append(len(text))
        if char == HALF:
            text += new
        else:
            text.append(char)
    places.append(len(text))

    def moved(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        return tuple((places[a], places[b], k) for a, b, k in spans)

    return replace(sentence, text="".join(text), names=moved(sentence.names), titles=moved(sentence.titles))


def as_read(sentence: Sentence) -> Sentence:
    """The sentence as the encoder reads it: restored and folded, its spans moved along."""
    text = clean(sentence.text)
    seen = window(text, 0, len(text.key))

    def moved(spans: tuple[Span, ...]) -> tuple[Span, ...]:
        keyed = [(bisect_left(text.starts, a), bisect_left(text.starts, b), k) for a, b, k in spans]
        return tuple((*seen.place(a, b), k) for a, b, k in keyed if a < b)

    return replace(sentence, text=seen.text, names=moved(sentence.names), titles=moved(sentence.titles))


def labels_of(offsets: list[tuple[int, int]], spans: tuple[Span, ...], kinds: tuple[str, ...]) -> list[int]:
    """A label for each piece: 0 outside, 2k+1 where the k-th kind begins, 2k+2 where it goes on."""
    out = [0] * len(offsets)
    for start, end, kind in spans:
        first = True
        for i, (a, b) in enumerate(offsets):
            if a < end and b > start and a < b:
                out[i] = 2 * kinds.index(kind) + (1 if first else 2)
                first = False
    return out


def spans_of(offsets: list[tuple[int, int]], labels: Iterable[int], kinds: tuple[str, ...]) -> Iterator[Span]:
    """The spans that labels spell; a kind that goes on without a beginning begins."""
    start = end = kind = -1
    for (a, b), label in zip(offsets, labels, strict=True):
        here = (label - 1) // 2
        if label and (label % 2 == 0 and here == kind) and start >= 0:
            end = b
            continue
        if start >= 0:
            yield start, end, kinds[kind]
            start = -1
        if label:
            start, end, kind = a, b, here
    if start >= 0:
        yield start, end, kinds[kind]


def unlabelled(news: Path, count: int, seed: int) -> list[Sentence]:
    """`count` lines of the news (40 to 400 characters), for a student to hear its teacher on."""
    with gzip.open(news, "rt", encoding="utf-8") as file:
        lines = [x for line in file for x in json.loads(line)["text"].split("\n") if 40 <= len(x) <= 400]
    return [Sentence(x, (), (), False) for x in random.Random(seed).sample(sorted(set(lines)), count)]
