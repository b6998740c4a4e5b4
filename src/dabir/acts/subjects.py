"""The subject of a reporting clause: the noun phrase that is neither governed, nor an object, nor said by somebody else."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from dabir.acts.candidates import Candidate
from dabir.acts.extent import View
from dabir.acts.verbforms import finite
from dabir.acts.voices import Voice, joint, of_mention, of_words
from dabir.acts.words import any_of, pattern
from dabir.names.mentions import Mention

_AND = re.compile(r" ?و ")
_WORD = re.compile(r"\w+")
_MAX_WORDS = 9  # longer: a clause, not a name
_MAX_OPENING = 25  # words before a subject

# Where a clause of its own begins behind a verb: «X حمله کرد و Y گفت ...».
_CLAUSE = re.compile(r"(?:[،؛]|(?<!\w)و(?!\w))\W*(?:(?:(?:بعد|پس) از آن|در پی آن|در مقابل|سپس)[، ]+)?$")

# A clause with a subject of its own begins behind these: «ترکیب هیئت فاش نشد، اما سخنگو گفت ...».
_CONTRAST = re.compile(r"(?<!\w)(?:اما|ولی|لیکن|هرچند|در ?حالی ?که|حال آنکه)(?!\w)|؛")

# Where an item was written: «تهران (پانا) - وزیر گفت».
_DATELINE = re.compile(r" ?(?:\(\w{2,12}\)|[-–ـ،] ?\w{2,12})? ?[-–ـ]")

# What is judged, right behind who judges it: «توافقی که ظریف آن را مهم خواند».
_OBJECT = re.compile(r"(?<!\w)(?:آن|این) ?(?:ها)? را(?!\w)")


def below(v: View, start: int, at: int) -> bool:
    """Whether what begins at `at` stands below a preposition or a noun: no subject. «پیش از این ظریف گفت» governs nobody."""
    return _governed().search(v.key, start, at) is not None and not _set_apart(v, start, at)


@cache
def _governed() -> re.Pattern[str]:
    return pattern("governed", after=rf"(?: {any_of('governed_filler')})?[\s«\"(]*$")


def _set_apart(v: View, start: int, at: int) -> bool:
    return pattern("set_apart", after=r"(?: نیز| هم)?[\s«\"(،]*$").search(v.key, start, at) is not None


@cache
def _loosely() -> re.Pattern[str]:
    return pattern("loosely", after=r"(?: \w+){1,3} [«\"(]?$")


@cache
def _aside() -> re.Pattern[str]:
    return pattern("aside", after=r"(?!\w)[^،؛,:«»\n]*")


@cache
def _subject_end() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('subject_end')}(?!\w)|[،,:«(\"]")


def subject(
    v: View, c: Candidate, found: Sequence[Candidate], mentions: Sequence[Mention], start: int
) -> tuple[Voice, ...]:
    """The subject in [start, the cue), with who is joined to it; none where the clause names none. `found` are the candidates
    around `c`. A voice below a preposition alone is given with how=`loose`: a speaker before it is the better guess."""
    contrasts = [m.end() for m in _CONTRAST.finditer(v.key, start, c.cue[0]) if not v.quoted(m.start())]
    if contrasts:  # the subject may also stand before it: «وزیر، اما، گفت»
        later = _subject_from(v, c, found, mentions, contrasts[-1])
        if later and (later[0].mention or later[0].how == "unnamed"):
            return later
    return _subject_from(v, c, found, mentions, start)


def _subject_from(
    v: View, c: Candidate, found: Sequence[Candidate], mentions: Sequence[Mention], start: int
) -> tuple[Voice, ...]:
    free, loose = _open(v, c, found, mentions, start)
    object_ = _OBJECT.search(v.key, start, c.cue[0]) if c.rule == "judge" else None
    beside = [m for m in free if object_ and m.end <= object_.start() and not v.key[m.end : object_.start()].strip()]
    if beside:
        return (of_mention(beside[-1], "subject"),)
    if free and c.rule == "judge" and free[0].start > c.start + 2:  # it belongs to what is judged
        return _unnamed(v, start, c.cue[0]) if _unnamed_at(v, start, c.start + 2) else ()
    if free and len(v.key[start : free[0].start].split()) <= _MAX_OPENING:
        return joint(v, free if c.rule == "judge" else _of_last_clause(v, free), "subject")
    return _in_words(v, c, start) or (joint(v, loose, "loose") if loose else ())


def _open(
    v: View, c: Candidate, found: Sequence[Candidate], mentions: Sequence[Mention], start: int
) -> tuple[list[Mention], list[Mention]]:
    """The mentions of the clause that may be its subject: those that nothing governs, and those loosely below a preposition."""
    limit = c.cue[0]
    contents = [(x.start, x.end) for x in found if x is not c and x.cue[1] <= x.start and x.cue[0] >= start - 5]
    sources = [(x.cue[0], x.clause[1]) for x in found if x.form == "after"]
    aside = _asides(v, start, limit)
    free: list[Mention] = []
    loose: list[Mention] = []
    under: Mention | None = None  # the last mention below a preposition: what is joined to it is below it too
    first = bisect_left(mentions, start, key=_start)
    for m in mentions[first : bisect_left(mentions, limit, lo=first, key=_start)] if first < len(mentions) else ():
        if m.end > limit or (m.start - start <= 2 and _DATELINE.match(v.key, m.end)):
            continue
        if any(a <= m.start < b and b <= limit for a, b in contents) or any(a <= m.start < b for a, b in sources):
            continue
        if c.rule in ("on", "of", "to", "want", "call") and c.start <= m.start < c.end:
            continue
        joined = under is not None and bool(_AND.fullmatch(v.key, under.end, m.start))
        if joined or below(v, start, m.start) or v.key[m.end : m.end + 4].strip().startswith("را"):
            under = m
            continue
        loosely = _loosely().search(v.key, start, m.start) or any(a <= m.start < b for a, b in aside)
        if loosely and not _set_apart(v, start, m.start):
            under = m
            loose.append(m)
            continue
        free.append(m)
    return free, loose


def _start(m: Mention) -> int:
    return m.start


def _asides(v: View, start: int, end: int) -> list[tuple[int, int]]:
    """The adverbial phrases of a clause, each up to its comma or a verb."""
    out = []
    for m in _aside().finditer(v.key, start, end):
        verb = next((w.start() for w in _WORD.finditer(v.key, *m.span()) if _verb(w.group())), m.end())
        out.append((m.start(), verb))
    return out


def _verb(word: str) -> bool:
    """Whether a word is a finite verb; a second person's forms («نشستی») are nouns in news."""
    return not word.endswith("ی") and finite(word) is not None


def _of_last_clause(v: View, free: Sequence[Mention]) -> Sequence[Mention]:
    """The free mentions of the reporting verb's own clause, where a verb before ends another: «X حمله کرد و Y گفت»."""
    for n in range(len(free) - 1, 0, -1):
        before = v.key[free[n - 1].end : free[n].start]
        if _CLAUSE.search(before) and any(map(_verb, _WORD.findall(before))):
            return free[n:]
    return free


def _in_words(v: View, c: Candidate, start: int) -> tuple[Voice, ...]:
    """The subject's words where no mention names it: what opens the clause, unless that is an adverb or a clause itself."""
    end = min(c.cue[0], c.start) if c.start < c.cue[0] and c.rule != "quote-before" else c.cue[0]
    if unnamed := _unnamed(v, start, end):
        return unnamed
    words = v.key[start:end]
    if not words.strip(' \n،,.:«»"') or pattern("adverbial", r"\W{0,20}").match(words):
        return ()
    cut = _subject_end().search(words, 1)
    if len((words[: cut.start()] if cut else words).split()) > _MAX_WORDS:
        return ()
    return of_words(v, (start, start + (cut.start() if cut else len(words))))


def _unnamed_at(v: View, start: int, end: int) -> bool:
    found = pattern("unnamed").search(v.key, start)
    return found is not None and found.start() <= end


def _unnamed(v: View, start: int, end: int) -> tuple[Voice, ...]:
    """The last noun phrase of the clause that says of its speaker only what he is: «یکی از نمایندگان»، «کارشناسان»."""
    heads = [m for m in pattern("unnamed").finditer(v.key, start, end) if not below(v, start, m.start())]
    if not heads:
        return ()
    at = heads[-1].start()
    cut = _subject_end().search(v.key, heads[-1].end(), end)
    found = of_words(v, (at, cut.start() if cut else end))
    return tuple(Voice(x.start, x.end, how="unnamed") for x in found)
