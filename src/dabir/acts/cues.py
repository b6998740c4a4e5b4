"""Reporting verbs and phrases: the lexicon of `data/acts/speech/` made into patterns, and where they occur in a key."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from dabir.acts.patterns import compiled
from dabir.errors import DataError
from dabir.resources import table, values
from dabir.text.keys import key

_VERBS = "acts/speech/verbs.tsv"
_FORMS = "acts/speech/conjugation.tsv"
_PHRASES = "acts/speech/phrases.tsv"
_CONTEXT = "acts/speech/contexts.tsv"

# A perfect participle before a passive auxiliary reports nothing of its subject (گفته شد، نوشته می‌شود).
_PASSIVE = r"(?! ?(?:شد|می ?شو|می ?شد|نشد|خواهد|گردید|نمی ?شو))"

# «با اشاره به تأکید X»، «در پاسخ به ادعای X»: X's words are what is spoken of.
_MENTIONED = "".join(f"(?<!{word} )" for word in ("اشاره", "پاسخ", "واکنش", "توجه", "استناد", "نسبت"))


class Cue(Struct, frozen=True):
    """A reporting verb or phrase at `key[start:end]`.

    `frames` are the ways in which its content may stand around it (verbs.tsv); `first` says that the verb is in the
    first person, `participle` that it is a bare participle.
    """

    start: int
    end: int
    name: str
    frames: tuple[str, ...]
    first: bool = False
    participle: bool = False


class _Pattern(Struct, frozen=True):
    name: str
    frames: tuple[str, ...]
    regex: str
    needle: str


@cache
def _forms() -> dict[str, tuple[str, str]]:
    """For each infinitive, its simple and present forms, and its perfect ones, as alternations."""
    out = {}
    for row in table(_FORMS):
        past, present = key(row["past"]), key(row["present"])
        may = "(?:می ?)?" if present else ""
        simple = [f"{may}{past}(?:ند|یم|م)?"] + [key(x) for x in values(row["extra"])]
        if present:
            simple.insert(0, f"می ?{present}(?:ند|د|یم|م)")
        perfect = f"{may}{past}ه(?: ?(?:اند|است|ایم|ام|بودند|بودم|بود|باشد))?"
        out[key(row["verb"])] = (f"(?:{'|'.join(sorted(simple, key=len, reverse=True))})", perfect)
    return out


@cache
def _patterns() -> tuple[_Pattern, ...]:
    """The verbs' patterns, one an entry."""
    forms = _forms()
    out = []
    for row in table(_VERBS):
        verbs = [key(v) for v in values(row["verb"])]
        if unknown := [v for v in verbs if v not in forms]:
            raise DataError(f"{row['cue']}: no conjugation for {', '.join(unknown)}", _VERBS)
        nouns = [key(n).replace(" ", " ?") for n in values(row["noun"])]
        finite = "|".join(forms[v][0] for v in verbs)
        perfect = "|".join(forms[v][1] for v in verbs)
        verb = f"(?:(?P<participle>(?:{perfect})){_PASSIVE}|(?:{finite}))"
        # A second light-verb noun may share the verb (تأکید و ابراز امیدواری کرد).
        gap = " ?" if verbs == ["بودن"] or "بودن" in verbs else r"(?: (?:نیز |هم )?| و \w{2,20}(?: \w{2,20}){0,2} )"
        pattern = f"(?:{'|'.join(sorted(nouns, key=len, reverse=True))}){gap}{verb}" if nouns else verb
        if "want" in values(row["frames"]):  # what is wanted stands between the noun and the verb
            pattern = f"(?:{'|'.join(nouns)})(?P<participle>(?!))?"
        needle = "" if len(nouns) != 1 or "?" in nouns[0] else nouns[0]
        out.append(_Pattern(row["cue"], values(row["frames"]), rf"(?<!\w)(?P<all>{pattern})(?!\w)", needle))
    return tuple(out)


@cache
def _contexts() -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    """For each cue (or *), what may not stand directly before it and directly after it."""
    never = re.compile(r"(?!)")

    def side(cell: str, shape: str) -> re.Pattern[str]:
        words = sorted((key(v) for v in values(cell)), key=len, reverse=True)
        return re.compile(shape % "|".join(map(re.escape, words))) if words else never

    return tuple(
        (row["cue"], side(row["not_after"], r"(?<!\w)(?:%s) ?$"), side(row["not_before"], r" ?(?:%s)(?!\w)"))
        for row in table(_CONTEXT)
    )


def _refused(text_key: str, name: str, start: int, end: int, participle: bool) -> bool:
    kinds = {name, "*", "participle" if participle else name}
    before = text_key[max(0, start - 25) : start]
    return any(cue in kinds and (left.search(before) or right.match(text_key, end)) for cue, left, right in _contexts())


def find_cues(text_key: str) -> tuple[Cue, ...]:
    """The reporting verbs in `text_key`, sorted; two that end at the same place are one, the longer."""
    found: dict[int, Cue] = {}
    for entry in _patterns():
        if entry.needle and entry.needle not in text_key:
            continue
        for m in compiled(entry.regex).finditer(text_key):
            start, end = m.span("all")
            words = m.group("all")
            bare = m.group("participle")
            participle = bool(bare) and bare.endswith("ه")
            if _refused(text_key, entry.name, start, end, participle):
                continue
            cue = Cue(start, end, entry.name, entry.frames, words.endswith("م"), participle)
            old = found.get(end)
            if " و " in words:  # shared verb: the nearer noun owns the place, this one stands beside it
                found.setdefault(-start - 1, Cue(start, end, entry.name, entry.frames, cue.first, participle))
            elif old is None or old.start > start:
                found[end] = cue
    return tuple(sorted(found.values(), key=lambda c: (c.start, c.end)))


@cache
def phrases(kind: str) -> re.Pattern[str]:
    """The pattern of the phrases of `kind` in phrases.tsv."""
    words = sorted(
        {key(w) for row in table(_PHRASES) if row["kind"] == kind for w in values(row["words"])}, key=len, reverse=True
    )
    body = "|".join(w.replace(" ", " ?") for w in words)
    that = r"(?:این|آن)(?: (?:مطلب|نکته|موضوع|مساله|مسیله|ادعا|واقعیت|خبر))? ?که"
    shapes = {
        "that": rf"(?<!\w)(?:(?:با|ضمن) (?:{body})ی? {that}|با این (?:ادعا|توضیح|استدلال|بیان) که)(?!\w)",
        "claim": rf"(?<!\w)(?:{body}) (?:[^.\n]{{0,80}} )?مبنی بر {that}(?!\w)",
        "according": rf"(?<!\w){_MENTIONED}(?:{body})(?!\w)(?! می ?رس)(?! می ?آی)",
        "source": rf"(?<!\w)(?:{body})(?!\w)(?! ای)(?! می ?رس)(?! می ?آی)",
        "document": rf"(?<!\w)(?:{body})(?!\w)",
    }
    return re.compile(shapes[kind])
