"""Who speaks: the subject noun phrase of the reporting clause, or the speaker before it where the clause names none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from dabir.acts.candidates import Candidate
from dabir.acts.extent import View, trim
from dabir.acts.words import any_of, pattern
from dabir.names.mentions import Mention

_AND = re.compile(r" ?و ")
_DOCUMENT = re.compile(r"(?<!\w)در (?P<text>(?:این|آن|بخشی از این)? ?\w+)")
_RELATIVE = re.compile(r"(?<![، ])[، ]+که (?:\w{2,9} )?$")
_MAX_NAME = 90
_MAX_WORDS = 9  # longer: a clause, not a name

# A clause with a subject of its own begins behind these: «ترکیب هیئت فاش نشد، اما سخنگو گفت ...».
_CONTRAST = re.compile(r"[،؛,] ?(?:اما|ولی|لیکن|هرچند|در ?حالی ?که|حال آنکه)(?!\w)")

# Candidates on either side whose content may hold a subject.
NEIGHBOURS = 40


class Voice(Struct, frozen=True):
    """The words that name a speaker, and what the names stage made of them (`mention` null: nobody it knows)."""

    start: int
    end: int
    mention: Mention | None = None
    person: str | None = None
    state: str | None = None
    actor: str | None = None
    how: str = ""


@cache
def _governed() -> re.Pattern[str]:
    return pattern("governed", after=rf"(?: {any_of('governed_filler')})?[\s«\"(]*$")


@cache
def _loosely() -> re.Pattern[str]:
    return pattern("loosely", after=r"(?: \w+){1,3} [«\"(]?$")


@cache
def _subject_end() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('subject_end')}(?!\w)|[،,:«(\"]")


def name_speakers(v: View, found: Sequence[Candidate], mentions: Sequence[Mention]) -> list[tuple[Voice, ...]]:
    """For each candidate in order its voices: one, several for joint speakers, or none where nobody can be named."""
    out: list[tuple[Voice, ...]] = []
    last: tuple[Voice, ...] = ()
    for c in found:
        voices = _voices(v, c, found, out, mentions, last)
        out.append(voices)
        if voices and not v.quoted(c.cue[0]) and c.rule != "claim":
            last = voices
    return out


def _voices(
    v: View, c: Candidate, found: Sequence[Candidate], done: list[tuple[Voice, ...]], mentions: Sequence[Mention],
    last: tuple[Voice, ...],
) -> tuple[Voice, ...]:  # fmt: skip
    near = found[max(0, len(done) - NEIGHBOURS) : len(done) + NEIGHBOURS]
    if c.first:
        outer = [i for i in range(len(done)) if found[i].start <= c.cue[0] < found[i].end and done[i]]
        return done[outer[-1]] if outer else ()
    if c.form == "after":
        return _named(v, c, mentions, c.clause, governed=True)
    if c.form == "head":
        return _named(v, c, mentions, c.clause, governed=False)
    if c.within >= 0 and done[c.within]:
        own = _subject(v, c, near, mentions, max(c.clause[0], found[c.within].end))
        return own if own and own[0].mention else done[c.within]
    if c.rule == "claim":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1]]
        return (_voice(inside[0], "claim"),) if inside else ()
    if c.rule == "document":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1] and m.kind != "outlet"]
        if inside:
            return (_voice(inside[-1], "document"),)
        named = _DOCUMENT.search(v.key, c.clause[0], c.clause[1])
        return tuple(_again(x) for x in last) or _phrase(v, named.span("text") if named else c.clause)
    relative = _RELATIVE.search(v.key, c.clause[0], c.cue[0])
    if relative and c.rule == "say":  # «X که می‌گوید …»
        owner = [m for m in mentions if c.clause[0] <= m.start and m.end <= relative.start()]
        if owner:
            return (_voice(owner[-1], "relative"),)
    own = _subject(v, c, near, mentions, c.clause[0])
    return own or tuple(_again(x) for x in last) or _phrase(v, c.clause)


def _again(x: Voice) -> Voice:
    return Voice(x.start, x.end, x.mention, x.person, x.state, x.actor, "again")


def _voice(m: Mention, how: str) -> Voice:
    return Voice(m.start, m.end, m, m.person, m.state, m.actor, how)


def _named(
    v: View, c: Candidate, mentions: Sequence[Mention], where: tuple[int, int], *, governed: bool
) -> tuple[Voice, ...]:
    """The mention in a short name phrase (after «به گفته», before a headline's colon)."""
    inside = [m for m in mentions if where[0] <= m.start and m.end <= where[1]]
    free = inside if governed else [m for m in inside if not _governed().search(v.key, where[0], m.start)]
    if free:
        return _joint(v, free, "after" if governed else "head")
    return () if c.rule == "heading" and inside else _phrase(v, where)


def _joint(v: View, free: Sequence[Mention], how: str) -> tuple[Voice, ...]:
    """The first mention, with those joined to it by و or a comma and و."""
    out = [_voice(free[0], how)]
    for a, b in zip(free, free[1:], strict=False):
        if v.key[a.end : b.start].strip() == "و":
            out.append(_voice(b, "joint"))
        else:
            break
    return tuple(out)


def _phrase(v: View, where: tuple[int, int]) -> tuple[Voice, ...]:
    """The words themselves where no mention names the speaker."""
    end = min(where[1], where[0] + _MAX_NAME)
    span = trim(v.key, where[0], end)
    return (Voice(*span, how="words"),) if span else ()


def _subject(
    v: View, c: Candidate, found: Sequence[Candidate], mentions: Sequence[Mention], start: int
) -> tuple[Voice, ...]:
    """The subject in [start, the cue): the first mention that is neither governed, nor an object, nor said."""
    contrasts = [m.end() for m in _CONTRAST.finditer(v.key, start, c.cue[0]) if not v.quoted(m.start())]
    start = contrasts[-1] if contrasts else start
    end = min(c.cue[0], c.start) if c.start < c.cue[0] and c.rule != "quote-before" else c.cue[0]
    limit = c.cue[0]
    contents = [(x.start, x.end) for x in found if x is not c and x.cue[1] <= x.start and x.cue[0] >= start - 5]
    sources = [(x.cue[0], x.clause[1]) for x in found if x.form == "after"]
    free: list[Mention] = []
    loose: list[Mention] = []
    under: Mention | None = None  # the last mention below a preposition: what is joined to it is below it too
    first = bisect_left(mentions, start, key=lambda m: m.start)
    for m in (
        mentions[first : bisect_left(mentions, limit, lo=first, key=lambda m: m.start)] if first < len(mentions) else ()
    ):
        if m.end > limit:
            continue
        if any(a <= m.start < b and b <= limit for a, b in contents) or any(a <= m.start < b for a, b in sources):
            continue
        if c.rule in ("on", "of", "to", "want", "call") and c.start <= m.start < c.end:
            continue
        joined = under is not None and bool(_AND.fullmatch(v.key, under.end, m.start))
        if joined or _governed().search(v.key, start, m.start) or v.key[m.end : m.end + 4].strip().startswith("را"):
            under = m
            continue
        if _loosely().search(v.key, start, m.start):
            under = m
            loose.append(m)
            continue
        free.append(m)
    free = free or loose
    if free:
        opening = v.key[start : free[0].start]
        if c.rule == "judge" and free[0].start > c.start + 2:
            return ()
        if len(opening.split()) <= 25:
            return _joint(v, free, "subject")
    words = v.key[start:end]
    if not words.strip(' \n،,.:«»"') or pattern("adverbial", r"\W{0,20}").match(words):
        return ()
    cut = _subject_end().search(words, 1)
    if len((words[: cut.start()] if cut else words).split()) > _MAX_WORDS:
        return ()
    return _phrase(v, (start, start + (cut.start() if cut else len(words))))
