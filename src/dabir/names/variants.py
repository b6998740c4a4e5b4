"""Names spelt otherwise: foreign names in other Persian letters, and names in Latin or Cyrillic letters.

A Persian paper may write «پمپئو», «پامپئو» or «پومپئو»: what stays is the consonants. A name in Latin or Cyrillic letters is
compared by its sound: Cyrillic is romanised by anyascii, and the words compared by Lawrence Philips' Metaphone (jellyfish).
Both find a person only where given name and surname agree and the tables know one alone who fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache

import jellyfish
from anyascii import anyascii

from dabir import resources
from dabir.names.find import Phrase
from dabir.names.kb import Sense, squeeze
from dabir.resources import values
from dabir.text.types import Text

# Letters that transliteration of one foreign sound varies between; the first of a row stands for all.
CLASSES = ("تط", "سصث", "زذضظ", "فپ", "جژ", "غگق", "هح")
SILENT = frozenset("اآویئأؤءع")
NATIVE = frozenset({"IRN", "AFG", "TJK"})  # whose names have one spelling in Persian: «حسنی» is not «حسینی»
SHORTEST = 4  # consonants of a name that may vary
LIKE = 0.75  # share of letters that two spellings must have in common
LONGEST = 4  # words of a name in foreign letters

_CLASS = {letter: row[0] for row in CLASSES for letter in row}


def skeleton(name: str) -> str:
    """The consonants of a squeezed name, its first letter kept, doubled letters once.

    >>> skeleton(squeeze("مایک پمپئو")) == skeleton(squeeze("مایک پامپئو"))
    True
    >>> skeleton(squeeze("سرگئی لاوروف")) == skeleton(squeeze("سرگی لاورف"))
    True
    """
    out: list[str] = []
    for n, letter in enumerate(name):
        if n and letter in SILENT:
            continue
        folded = _CLASS.get(letter, letter)
        if not out or out[-1] != folded:
            out.append(folded)
    return "".join(out)


def sound(name: str) -> str:
    """How a name in Latin or Cyrillic letters sounds.

    >>> sound("Сергей Лавров") == sound("Sergey Lavrov")
    True
    """
    return " ".join(jellyfish.metaphone(word) for word in anyascii(name).replace("-", " ").replace("'", "").split())


@cache
def _by_skeleton() -> dict[str, tuple[tuple[str, str], ...]]:
    """(squeezed name, id) of the foreign people with two names or more, by skeleton."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in resources.tables("kb/people"):
        if row["state"] in NATIVE:
            continue
        for name in (row["fa"], *values(row["variants"])):
            if len(name.replace("\u200c", " ").split()) > 1 and len(skeleton(squeeze(name))) >= SHORTEST:
                key = skeleton(squeeze(name))
                found[key] = (*found.get(key, ()), (squeeze(name), row["id"]))
    return found


@cache
def _by_sound() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for row in resources.tables("kb/people"):
        if len(row["en"].split()) > 1:
            found[sound(row["en"])] = found.get(sound(row["en"]), frozenset()) | {row["id"]}
    return found


def spelt_otherwise(name: str) -> tuple[str, ...]:
    """The id of the one foreign person whose name is a variant of a squeezed Persian name; nothing where none or several."""
    near = _by_skeleton().get(skeleton(name), ())
    ids = {i for known, i in near if SequenceMatcher(None, known, name, autojunk=False).ratio() >= LIKE}
    return tuple(ids) if len(ids) == 1 else ()


def with_variants(phrases: Iterable[Phrase], words: Sequence[str]) -> list[Phrase]:
    """The phrases, those whose full name no table has in these letters with the person of the variant. `words`: the tokens."""
    out = []
    for p in phrases:
        if p.name and not p.person and p.kind == "person" and p.name[1] - p.name[0] > 1:
            ids = spelt_otherwise("".join(words[p.name[0] : p.name[1]]))
            p = Phrase(p.start, p.end, p.kind, p.head, p.sense, p.owner, p.via, ids, p.name) if ids else p
        out.append(p)
    return out


def in_foreign_letters(text: Text, taken: Iterable[Phrase]) -> list[Phrase]:
    """People whom the text names in Latin or Cyrillic letters, where no phrase stands and the tables know one who sounds so."""
    covered = {n for p in taken for n in range(p.start, p.end)}
    foreign = [n for n, t in enumerate(text.tokens) if n not in covered and t.text.isalpha() and not "\u0600" <= t.text[0] <= "\u06ff"]
    out: list[Phrase] = []
    done = -1
    for k, n in enumerate(foreign):
        if n < done:
            continue
        for size in range(LONGEST, 1, -1):
            run = foreign[k : k + size]
            if len(run) < size or run[-1] - n != size - 1:
                continue
            ids = _by_sound().get(sound(" ".join(text.tokens[i].text for i in run)), frozenset())
            if len(ids) == 1:
                out.append(Phrase(n, n + size, "person", (n, n + size), Sense("person"), person=tuple(ids), name=(n, n + size)))
                done = n + size
                break
    return out
