"""How safely people are known by the sounds of their names: each spelling of the tables left out in turn.

    python benchmarks/variants.py

Persian letters: does a variant of the tables lead to its person where the tables had his first spelling alone, and does a name
lead to somebody else where the tables do not know its person at all? Other letters: the same second question with the English
names, and the first with the names of tests/cases/names/scripts.tsv, beside Metaphone (jellyfish) on the romanised words.
Prints Markdown.
"""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path

import jellyfish
from anyascii import anyascii

from dabir.names.variants import Variants, exact, index, latin, loose, people
from dabir.text.keys import fold_char, key

SCRIPTS = Path(__file__).parent.parent / "tests/cases/names/scripts.tsv"
LIKE = 0.8  # share of letters from which two names of a person are taken for spellings of one, not for two names
Row = tuple[str, str, str, list[str]]


def without(known: Variants, person: str, words: list[str]) -> Variants:
    """What of the index these words can hit, without one person."""
    keys = ("".join(map(loose, words)), "".join(map(exact, words)), latin(" ".join(words))[0])
    maps = (known.loose, known.exact, known.latin)
    return Variants(*({k: tuple(x for x in m.get(k, ()) if x.person != person)} for k, m in zip(keys, maps, strict=True)))


def spellings(rows: list[Row]) -> Counter[str]:
    """What the variants lead to where the tables have first spellings alone."""
    known, count = index((i, s, e, names[:1]) for i, s, e, names in rows), Counter[str]()
    for person, _, _, names in rows:
        first = names[0].replace(" ", "")
        for name in names[1:]:
            other = name.replace(" ", "")
            if " " in name and other != first and SequenceMatcher(None, other, first, autojunk=False).ratio() >= LIKE:
                count[verdict(known.find(name.split()), person)] += 1
    return count


def verdict(found: str, person: str) -> str:
    """In a word."""
    return "right" if found == person else "wrong" if found else "not known"


def metaphones(rows: list[Row]) -> dict[str, set[str]]:
    """People by the Metaphone of their English names."""
    found: dict[str, set[str]] = {}
    for person, _, en, _ in rows:
        found.setdefault(metaphone(en), set()).add(person)
    return found


def metaphone(name: str) -> str:
    """The Metaphone of the romanised words."""
    return " ".join(map(jellyfish.metaphone, re.findall("[a-z]+", anyascii(name).lower())))


def main() -> None:
    """Count and print."""
    rows = [(i, state, en, ["".join(map(fold_char, n)) for n in names]) for i, state, en, names in people()]
    known = index(rows)
    strangers, taken = Counter[str](), Counter[str]()
    for person, _, en, names in rows:
        for kind, words in [*(("Persian", n.split()) for n in names), ("English", key(en).split())]:
            if len(words) > 1:
                strangers[kind] += 1
                taken[kind] += bool(without(known, person, words).find(words))
    pairs = [line.split("\t") for line in SCRIPTS.read_text("utf-8").splitlines()[2:]]
    scripts = Counter(verdict(known.find(key(name).split()), person) for name, person in pairs)
    by_metaphone = metaphones(rows)
    heard = Counter(
        "right" if ids == {person} else "wrong" if ids else "not known"
        for name, person in pairs for ids in [by_metaphone.get(metaphone(key(name)), set())]
    )  # fmt: skip
    print("| names | right | wrong | not known |\n| --- | --- | --- | --- |")
    for label, count in (
        ("Persian spellings left out", spellings(rows)), ("names in other letters", scripts), ("the same by Metaphone", heard),
    ):  # fmt: skip
        print(f"| {label} | {count['right']} | {count['wrong']} | {count['not known']} |")
    print("\n| people left out | taken for another | of |\n| --- | --- | --- |")
    for kind, n in strangers.items():
        print(f"| {kind} names | {taken[kind]} | {n} |")


if __name__ == "__main__":
    main()
