"""Half-space restoration measured, Dabir and its peers in one run.

    python benchmarks/restore.py TEST.conllu.gz ... [--vary MORE.gz ...] [--article article.txt] [--peers PYTHON] [-v]

Glued: every half-space of the treebank's sentences is deleted. Split: every one becomes a space. A restorer then gets
the sentences, and its half-spaces are compared with the treebank's, by the number of letters before them. Every
half-space put in counts, also one where the treebank has a space. Sentences are given one by one.

Varied: the same, where a site at which the treebanks themselves vary is no error either way. The parts a and b vary
where the treebanks (the files measured and those of `--vary`, taken together) write them with a half-space and otherwise
(«ab», «a b»), and the rarer way makes at least a fifth of all. This is counted, never listed by hand; the share of the
sites that vary is printed.

Harm: what changes in the sentences as they are, in words of a hundred, by kind: `parted` (a half-space put into a word),
`joined` (a space that becomes a half-space, or goes), `apart` (a space put into a word or in a half-space's stead),
`other` (any other letter changed). Spaces beside signs of punctuation do not count, nor signs and vowel marks.

The article (`--article`) has the places of `SITES`; each is found by its words, and right where they come out as listed.
Keys alike: the share of sentences whose `Text.key` is the same for the sentence as it is and glued, or split (Dabir only).
Speed is in characters a second over the glued sentences, without loading. Peers (`make peers`) run in their own process
through `benchmarks/peers/client.py`; without `--peers` only Dabir is measured.
"""

from __future__ import annotations

import argparse
import gzip
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

HALF = "\u200c"
FIFTH = 0.2
# Words of the article as its web copy has them (| at the lost half-space where letters ran together), and as they belong.
SITES = (
    "مذاکره|کنندگان", "گفت|وگوی", "سفارتخانه|های", "هسته ای", "رسانه|های", "دیپلمات|های", "فعالیت|های", "می کنم", "می|توانیم",
    "گفت|وگوها", "بهمن|ماه", "هیأت|های", "رئیس|جمهور", "تماس ها", "می دهد", "رئیس جمهوری", "گفت|وگو",
)  # fmt: skip
Restorer = Callable[[list[str]], tuple[list[str], float, str]]
"""Texts in; restored texts, seconds, and a remark out."""


def sentences(path: Path) -> list[str]:
    """The sentences of a CoNLL-U file, or of a list of tokens with empty lines between sentences."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        text = file.read()
    if ".conllu" in path.name:
        lines = [line[9:].strip() for line in text.split("\n") if line.startswith("# text = ")]
    else:
        lines = [sentence.replace("\n", " ").strip() for sentence in text.split("\n\n")]
    return [t.replace("ي", "ی").replace("ك", "ک").replace("\ufeff", "") for t in lines]


def letters_of(text: str) -> str:
    """Letters and digits: what every restorer keeps, whatever it does to signs, blanks and vowel marks."""
    return "".join(c for c in text if c.isalnum())


def gaps(text: str) -> dict[int, str]:
    """Number of letters before it → half-space or space, where one stands between two letters; a sign is a space."""
    found: dict[int, str] = {}
    at = 0
    for char in text:
        if char.isalnum():
            at += 1
        elif char == HALF:
            found.setdefault(at, HALF)
        elif not unicodedata.category(char).startswith(("M", "Cf")):
            found[at] = " "
    return found


def parts(text: str, sites: set[int]) -> dict[int, tuple[str, str]]:
    """For each site, the parts before and after it: letters up to the next gap of the text or other site."""
    letters = letters_of(text)
    edges = sorted({0, len(letters), *gaps(text), *sites})
    place = {edge: k for k, edge in enumerate(edges)}
    out = {}
    for site in sites:
        k = place[site]
        if 0 < k < len(edges) - 1:
            out[site] = (letters[edges[k - 1] : site], letters[site : edges[k + 1]])
    return out


class Varying:
    """How the treebanks write two parts: with a half-space, in one, with a space."""

    def __init__(self, texts: list[str]) -> None:
        self.half: Counter[tuple[str, str]] = Counter()
        self.words: Counter[str] = Counter()
        self.space: Counter[tuple[str, str]] = Counter()
        for text in texts:
            words = ["".join(c for c in w if c.isalpha() or c == HALF) for w in text.split()]
            for word in words:
                pieces = word.split(HALF)
                self.words.update(pieces)
                self.half.update(zip(pieces, pieces[1:], strict=False))
            for a, b in zip(words, words[1:], strict=False):
                self.space[a.rpartition(HALF)[2], b.partition(HALF)[0]] += 1

    def __call__(self, a: str, b: str) -> bool:
        with_half = self.half[a, b]
        without = self.words[a + b] + self.space[a, b]
        return min(with_half, without) >= FIFTH * (with_half + without) > 0


class Score:
    """Hits and errors, bare and with varying sites out of the errors."""

    def __init__(self) -> None:
        self.n: Counter[str] = Counter()
        self.wrong: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, right: str, done: str, varying: Varying) -> None:
        gold = {i for i, gap in gaps(right).items() if gap == HALF}
        found = {i for i, gap in gaps(done).items() if gap == HALF}
        self.n["hit"] += len(gold & found)
        for kind, sites in (("missed", gold - found), ("put in", found - gold)):
            self.n[kind] += len(sites)
            for a, b in parts(right, sites).values():
                varies = varying(a, b)
                self.n[kind + " varied"] += varies
                self.wrong[kind][f"{a}~{b}" + "*" * varies] += 1

    def figures(self, varied: bool) -> tuple[float, float, float]:
        hit, missed, put = self.n["hit"], self.n["missed"], self.n["put in"]
        if varied:
            missed, put = missed - self.n["missed varied"], put - self.n["put in varied"]
        p, r = hit / max(hit + put, 1), hit / max(hit + missed, 1)
        return p, r, 2 * p * r / max(p + r, 1e-9)


def harm(text: str, done: str) -> Counter[str]:
    """What changed in a text that was right, by kind."""
    found: Counter[str] = Counter()
    before, after = gaps(text), gaps(done)
    for i in before.keys() | after.keys():
        was, now = before.get(i, ""), after.get(i, "")
        if was != now and i > 0:
            found["parted" if not was and now == HALF else "joined" if was == " " else "apart"] += 1
    one, two = letters_of(text), letters_of(done)
    if one != two:
        found["other"] += sum(a != b for a, b in zip(one, two, strict=False)) or 1
    return found


def dabir(texts: list[str]) -> tuple[list[str], float, str]:
    import dabir as library

    restored = getattr(library, "restore", None)
    if restored is None:
        from dabir.text.clean import clean as restored
    restored(texts[0])
    begun = time.perf_counter()
    out = [restored(t).clean for t in texts]
    return out, time.perf_counter() - begun, ""


def peers(python: Path) -> Iterator[tuple[str, Restorer]]:
    """The peers that are installed there, by name and version."""
    sys.path.insert(0, str(Path(__file__).parent / "peers"))
    import client

    for name, version in client.versions(python, "restore").items():

        def restorer(texts: list[str], name: str = name) -> tuple[list[str], float, str]:
            done = client.run(python, "restore", name, [{"text": t} for t in texts])
            results = [r.get("text", t) for r, t in zip(done.results, texts, strict=True)]
            return results, done.total_s, f"failed on {done.errors}" if done.errors else ""

        yield f"{name} ({version.split()[-1]})", restorer


def measure(restorer: Restorer, files: dict[str, list[str]], varying: Varying, verbose: bool) -> Iterator[list[str]]:
    """The rows of one restorer: each file, then all together."""
    total = {"glued": Score(), "split": Score()}
    harmed: Counter[str] = Counter()
    words = chars = 0
    seconds = 0.0
    for name, texts in files.items():
        scores = {"glued": Score(), "split": Score()}
        for kind, gap in (("glued", ""), ("split", " ")):
            done, spent, remark = restorer([t.replace(HALF, gap) for t in texts])
            for right, out in zip(texts, done, strict=True):
                for score in (scores[kind], total[kind]):
                    score.add(right, out, varying)
            if kind == "glued":
                seconds += spent
                chars += sum(len(t.replace(HALF, "")) for t in texts)
        here: Counter[str] = Counter()
        for text, out in zip(texts, restorer(texts)[0], strict=True):
            here += harm(text, out)
        size = sum(len(t.split()) for t in texts)
        harmed += here
        words += size
        yield row(name + (f" ({remark})" if remark else ""), scores, here, size)
        if verbose:
            for kind, score in scores.items():
                for what, counted in score.wrong.items():
                    print(f"  {kind} {what}:", " ".join(f"{w}:{c}" for w, c in counted.most_common(80)))
    yield [*row("together", total, harmed, words)[:-1], f"{chars / max(seconds, 1e-9):,.0f}"]


def row(name: str, scores: dict[str, Score], harmed: Counter[str], words: int) -> list[str]:
    cells = [name]
    for kind in ("glued", "split"):
        p, r, f = scores[kind].figures(False)
        cells += [f"{p:.3f}", f"{r:.3f}", f"{f:.3f}", f"{scores[kind].figures(True)[2]:.3f}"]
    return [*cells, *(f"{100 * harmed[k] / words:.2f}" for k in ("parted", "joined", "apart", "other")), ""]


def article_sites(restorer: Restorer, path: Path) -> str:
    """How many of the article's sites come out right."""
    text = path.read_text(encoding="utf-8")
    done = restorer([text])[0][0]
    right = places = 0
    for site in SITES:
        lost = site.replace("|", "")
        edge = len(lost)
        for start in range(len(text)):
            alone = text[start - 1 : start].isalpha() or text[start + edge : start + edge + 1].isalpha()
            if text.startswith(lost, start) and not alone:
                places += 1
                skipped = len(letters_of(text[:start]))
                wanted = skipped + site.replace("|", " ").index(" ")
                right += gaps(done).get(wanted) == HALF
    return f"{right} of {places}"


def keys_alike(texts: list[str]) -> str:
    """How often the key is the same however the half-spaces came in."""
    from dabir.text.clean import clean

    keys = [clean(t).key for t in texts]
    shares = [
        sum(clean(t.replace(HALF, gap)).key == key for t, key in zip(texts, keys, strict=True)) / len(texts)
        for gap in ("", " ")
    ]
    return f"glued {shares[0]:.3f}, split {shares[1]:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="TEST.conllu.gz")
    parser.add_argument("--vary", nargs="*", type=Path, default=[], metavar="MORE.gz")
    parser.add_argument("--article", type=Path, metavar="article.txt")
    parser.add_argument("--peers", type=Path, metavar="PYTHON")
    parser.add_argument("-v", action="store_true", help="list the errors; * marks parts that vary")
    asked = parser.parse_args()
    files = {path.name.removesuffix(".conllu.gz"): sentences(path) for path in asked.files}
    varying = Varying([t for texts in files.values() for t in texts] + [t for p in asked.vary for t in sentences(p)])
    sites = [ab for ts in files.values() for t in ts for ab in parts(t, {i for i, g in gaps(t).items() if g == HALF}).values()]
    print(f"{len(sites)} half-spaces; the treebanks vary at {sum(varying(a, b) for a, b in sites) / len(sites):.1%} of them\n")
    print("| | glued P | R | F1 | varied | split P | R | F1 | varied | parted % | joined % | apart % | other % | characters/s |")
    print("| --- |" + " --- |" * 13)
    restorers: list[tuple[str, Restorer]] = [("dabir", dabir)]
    if asked.peers:
        restorers += peers(asked.peers)
    for name, restorer in restorers:
        rows = list(measure(restorer, files, varying, asked.v))
        tail = f"; article {article_sites(restorer, asked.article)}" if asked.article else ""
        for cells in rows:
            print("|", " | ".join([f"{name}: {cells[0]}" + (tail if cells is rows[-1] else ""), *cells[1:]]), "|", flush=True)
    print()
    for name, texts in files.items():
        print(f"keys alike, {name}: {keys_alike(texts)}")


if __name__ == "__main__":
    main()
