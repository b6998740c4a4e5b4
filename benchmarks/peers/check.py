"""How the peers put half-spaces back: `python benchmarks/peers/check.py FILE.conllu.gz ... [--python PATH]`.

For each file and for all of them together: F1 of the half-spaces put back when all are deleted (glued) and when each is a
space (split). A place is the number of letters and digits before it. F1 counts every half-space of the peer that the
reference lacks as wrong; "free" lets those pass that stand where the reference has a space, as benchmarks/restore.py
does. Harm is the share of words, in letters and half-spaces, that change when the text is given as it is.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import re
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import client

HALF = "\u200c"
SPACE = " "
LETTERS = str.maketrans("يىكۀة٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "ییکهه01234567890123456789")


def sentences(path: Path) -> list[str]:
    """The sentences of a CoNLL-U file, with Persian letters."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        texts = [line[9:].strip() for line in file if line.startswith("# text = ")]
    return [t.replace("ي", "ی").replace("ك", "ک").replace("\ufeff", "") for t in texts]


def places(text: str, mark: str) -> set[int]:
    """Where `mark` stands, in letters and digits before it."""
    found, at = set(), 0
    for char in text:
        if char == mark:
            found.add(at)
        else:
            at += char.isalnum()
    return found


def words(text: str) -> list[str]:
    """The words of `text` in folded letters, digits and half-spaces, without vowel marks and punctuation."""
    plain = "".join(c for c in text.translate(LETTERS) if c != "ـ" and not unicodedata.combining(c))
    return [word for word in (part.strip(HALF) for part in re.findall(rf"[\w{HALF}]+", plain)) if word]


def tally(references: list[str], python: Path, name: str) -> Counter[str]:
    """The counts of a peer on `references`; `s` are its seconds on the glued text."""
    counts: Counter[str] = Counter()
    for mode, instead in (("glued", ""), ("split", SPACE)):
        given = [text.replace(HALF, instead) for text in references]
        outcome = client.run(python, "restore", name, [{"text": text} for text in given])
        for text, damaged, result in zip(references, given, outcome.results, strict=True):
            gold, found = places(text, HALF), places(result.get("text", damaged), HALF)
            counts[f"{mode} gold"] += len(gold)
            counts[f"{mode} hit"] += len(gold & found)
            counts[f"{mode} found"] += len(found)
            counts[f"{mode} free"] += len(found - places(text, SPACE))
        counts["errors"] += outcome.errors
        if mode == "glued":
            counts["us"] += round(outcome.total_s * 1e6)
    outcome = client.run(python, "restore", name, [{"text": text} for text in references])
    for text, result in zip(references, outcome.results, strict=True):
        before, after = words(text), words(result.get("text", text))
        same = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        counts["words"] += len(before)
        counts["changed"] += len(before) - sum(block.size for block in same)
    counts["sentences"] += len(references)
    return counts


def row(name: str, counts: Counter[str]) -> str:
    """A line of the table."""

    def f1(mode: str, found: str) -> float:
        return 2 * counts[f"{mode} hit"] / max(counts[f"{mode} {found}"] + counts[f"{mode} gold"], 1)

    figures = [f1(mode, found) for mode in ("glued", "split") for found in ("found", "free")]
    harm = counts["changed"] / max(counts["words"], 1)
    ms = counts["us"] / 1e3 / max(counts["sentences"], 1)
    return f"{name:22}" + "".join(f"{x:10.3f}" for x in figures) + f"{harm:9.4f}{ms:9.3f}{counts['errors']:8d}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--python", type=Path, default=Path(".venv-peers/bin/python"), help="the peers' interpreter")
    options = parser.parse_args()
    names = client.peers(options.python, "restore")
    if not names:
        sys.stderr.write(f"no peers at {options.python}: run `make peers` first\n")
        return 1
    totals: dict[str, Counter[str]] = {name: Counter() for name in names}
    heads = ("glued", "free", "split", "free")
    head = f"{'':22}" + "".join(f"{x:>10}" for x in heads) + f"{'harm':>9}{'ms/sent':>9}{'errors':>8}"
    for path in options.files:
        print(f"{path.name}\n{head}")
        references = sentences(path)
        for name in names:
            try:
                counts = tally(references, options.python, name)
            except client.PeerError as error:
                sys.stderr.write(f"{error}\n")
                continue
            totals[name].update(counts)
            print(row(name, counts), flush=True)
    if len(options.files) > 1:
        print(f"together\n{head}")
        for name in names:
            print(row(name, totals[name]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
