"""How well names are found: strict F1 of the shipped tagger on our held-back sentences, and on corpora it never saw.

    python benchmarks/names.py --ours training/ner/annotations.jsonl --news NEWS.gz ... [--conll NAME=FILE ...]

`--ours` reads the first 300 sentences of the annotation, which training leaves out. A `--conll` corpus (words and IOB labels,
as ARMAN and NSURL-2019 come) is joined with spaces, and its kinds mapped to person, organisation and place; facilities count
as places there; beside the tagger stand the tables alone. Nothing is trained on them. Spans are compared by their letters.
Prints Markdown.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from dabir.encoder import session
from dabir.names.find import find_phrases
from dabir.names.kb import load
from dabir.names.tagger import tags
from dabir.text.clean import clean

HELD_BACK = 300
KINDS = {
    "pers": "PER", "per": "PER", "person": "PER", "org": "ORG", "organization": "ORG", "loc": "LOC", "location": "LOC",
    "fac": "LOC", "facility": "LOC",
}  # fmt: skip
TABLES = {
    "state": "LOC", "capital": "LOC", "seat": "ORG", "home": "LOC", "organization": "ORG", "group": "ORG", "outlet": "ORG",
    "body": "ORG",
}  # fmt: skip
COARSE = {"PER": "PER", "ORG": "ORG", "LOC": "LOC", "FAC": "LOC"}
Span = tuple[int, int, str]


def ours(path: Path, news: list[Path]) -> Iterator[tuple[str, set[Span]]]:
    """The held-back sentences with their names and titles, in offsets of the sentence."""
    rows = [json.loads(x) for x in path.read_text("utf-8").splitlines()[:HELD_BACK]]
    wanted, texts = {r["id"] for r in rows}, dict[str, str]()
    for source in news:
        with gzip.open(source, "rt", encoding="utf-8") as file:
            texts |= {d["id"]: d["text"] for line in file if (d := json.loads(line))["id"] in wanted}
    for r in rows:
        spans = {(a, b, k) for a, b, k in r["names"]} | {(a, b, "TITLE") for a, b in r["titles"]}
        yield texts[r["id"]][r["start"] : r["end"]], spans


def conll(path: Path) -> Iterator[tuple[str, set[Span]]]:
    """The sentences of a file of words and IOB labels, or of all .txt files below a folder."""
    if path.is_dir():
        for file in sorted(path.rglob("*.txt")):
            yield from conll(file)
        return
    words: list[str] = []
    labels: list[str] = []
    for line in [*path.read_text("utf-8-sig").splitlines(), ""]:
        cells = line.replace("\t", " ").split(" ")
        if line.strip() and len(cells) >= 2:
            words.append(" ".join(cells[:-1]).strip())
            labels.append(cells[-1].strip().replace("_", "-"))
        elif words:
            yield " ".join(words), _spans(words, labels)
            words, labels = [], []


def _spans(words: list[str], labels: list[str]) -> set[Span]:
    spans: list[Span] = []
    at = 0
    for word, label in zip(words, labels, strict=True):
        end, kind = at + len(word), KINDS.get(label[2:].lower())
        if kind and label[0] == "I" and spans and spans[-1][1:] == (at - 1, kind):
            spans[-1] = (spans[-1][0], end, kind)
        elif kind:
            spans.append((at, end, kind))
        at = end + 1
    return set(spans)


def trimmed(text: str, span: Span) -> Span:
    """The span from its first letter or digit to its last."""
    a, b, kind = span
    while a < b and not text[a].isalnum():
        a += 1
    while a < b and not text[b - 1].isalnum():
        b -= 1
    return a, b, kind


def found(encoder: session.Encoder, source: str) -> set[Span]:
    """The tagger's spans in offsets of the source."""
    text = clean(source)
    if not text.sentences:
        return set()
    out = set()
    for t in tags(text, encoder.read(text)):
        span = text.span(text.tokens[t.start].start, text.tokens[t.end - 1].end)
        out.add((span.start, span.end, t.kind))
    return out


def in_tables(source: str) -> set[Span]:
    """What the tables and patterns find without the tagger, in offsets of the source."""
    text = clean(source)
    out = set()
    for p in find_phrases(text, load()):
        kind = "PER" if p.name else TABLES.get(p.kind)
        a, b = p.name or p.head
        if kind:
            span = text.span(text.tokens[a].start, text.tokens[b - 1].end)
            out.add((span.start, span.end, kind))
    return out


def measure(find: Callable[[str], set[Span]], rows: list[tuple[str, set[Span]]], coarse: bool) -> None:
    """Prints precision, recall and F1 by kind."""
    right, pred, gold = Counter[str](), Counter[str](), Counter[str]()
    begun, characters = time.process_time(), 0
    for source, wanted in rows:
        spans = {trimmed(source, x) for x in find(source)}
        if coarse:
            spans = {(a, b, COARSE[k]) for a, b, k in spans if k in COARSE}
        wanted = {trimmed(source, x) for x in wanted}
        for counter, some in ((right, spans & wanted), (pred, spans), (gold, wanted)):
            counter.update(k for *_, k in some)
        characters += len(source)
    spent = time.process_time() - begun
    print("| kind | precision | recall | F1 | gold |\n| --- | --- | --- | --- | --- |")
    names = [k for k in gold if k != "TITLE"]
    for kind in (*sorted(gold), "names"):
        r, f, g = (sum(c[k] for k in names) if kind == "names" else c[kind] for c in (right, pred, gold))
        p, q = r / max(f, 1), r / max(g, 1)
        print(f"| {kind} | {p:.3f} | {q:.3f} | {2 * p * q / max(p + q, 1e-9):.3f} | {g} |")
    print(f"\n{len(rows)} sentences, {characters / spent:,.0f} characters a second\n")


def main() -> None:
    """Read, tag, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ours", type=Path)
    parser.add_argument("--news", type=Path, nargs="*", default=[])
    parser.add_argument("--conll", nargs="*", default=[], metavar="NAME=FILE")
    options = parser.parse_args()
    encoder = session.load()
    if encoder is None:
        raise SystemExit("onnxruntime and tokenizers are not installed: there is no tagger to measure")
    if options.ours:
        print("## Our held-back sentences\n")
        measure(partial(found, encoder), list(ours(options.ours, options.news)), coarse=False)
    for item in options.conll:
        name, _, path = item.partition("=")
        rows = list(conll(Path(path)))
        print(f"## {name}, the tagger\n")
        measure(partial(found, encoder), rows, coarse=True)
        print(f"## {name}, tables and patterns alone\n")
        measure(in_tables, rows, coarse=True)


if __name__ == "__main__":
    main()
