"""Who speaks: the subject noun phrase of the reporting clause, or the speaker before it where the clause names none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from dabir.acts.candidates import Candidate
from dabir.acts.extent import View, trim
from dabir.names.mentions import Mention

# A mention behind one of these is no subject.
_GOVERNED = re.compile(
    r"(?<!\w)(?:به|با|از|در|بر|برای|درباره|دربارهی|علیه|توسط|میان|بین|نزد|تا|بدون|ضد|مقابل|برابر|طرف|سوی|خصوص|مورد|زمینه|"
    r"پیرامون|مقر|پایتخت|نقل از|رغم|همراه|جز|مانند|چون|همچون|بیانیه|توییتر|ایکس|اظهارات|سخنان|ادعای|ادعاهای|گزارش|گفته|نوشته)"
    r"(?: (?:خود|این|آن|روز|شهر|کشور|دولت))?[\s«\"(]*$"
)
_ADVERB = re.compile(
    r"\W*(?:همچنین|در ادامه|در پایان|در این|در همین|با |به |از |در |بر |ضمن|سپس|نیز|و |پس |پیش|برای|طی|بعد|همزمان|اما|ولی|البته|روز |امروز|دیروز|اکنون|همان|بار دیگر|چنان|که |علاوه|درباره|طبق|بنا|تا |هم )"
)
_HEAD_END = re.compile(
    r"(?<!\w)(?:در|با|به|از|بر|طی|برای|ضمن|درباره|روز|امروز|دیروز|پس|پیش|نیز|هم|همچنین|که|تا|را|علیه|دوشنبه|سهشنبه|چهارشنبه|پنجشنبه|جمعه|شنبه|یکشنبه)(?!\w)|[،,:«(\"]"
)
_AND = re.compile(r" ?(?:و|،|,) ?$")
_MAX_NAME = 90


class Voice(Struct, frozen=True):
    """The words of the key that name a speaker, and what the names stage made of them (`mention` null: nobody it knows)."""

    start: int
    end: int
    mention: Mention | None = None
    person: str | None = None
    state: str | None = None
    actor: str | None = None
    how: str = ""


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
    if c.first:
        outer = [i for i in range(len(done)) if found[i].start <= c.cue[0] < found[i].end and done[i]]
        return done[outer[-1]] if outer else ()
    if c.form == "after":
        return _named(v, c, mentions, c.clause, governed=True)
    if c.form == "head":
        return _named(v, c, mentions, c.clause, governed=False)
    if c.within >= 0 and done[c.within]:
        own = _subject(v, c, found, mentions, max(c.clause[0], found[c.within].end))
        return own if own and own[0].mention else done[c.within]
    if c.rule == "claim":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1]]
        return (_voice(inside[0], "claim"),) if inside else ()
    if c.rule == "document":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1] and m.kind != "outlet"]
        if inside:
            return (_voice(inside[-1], "document"),)
        return tuple(_again(x) for x in last) or _phrase(v, c.clause)
    own = _subject(v, c, found, mentions, c.clause[0])
    return own or tuple(_again(x) for x in last)


def _again(x: Voice) -> Voice:
    return Voice(x.start, x.end, x.mention, x.person, x.state, x.actor, "again")


def _voice(m: Mention, how: str) -> Voice:
    return Voice(m.start, m.end, m, m.person, m.state, m.actor, how)


def _named(
    v: View, c: Candidate, mentions: Sequence[Mention], where: tuple[int, int], *, governed: bool
) -> tuple[Voice, ...]:
    """The mention in a short name phrase (after «به گفته», before a headline's colon)."""
    inside = [m for m in mentions if where[0] <= m.start and m.end <= where[1]]
    free = inside if governed else [m for m in inside if not _GOVERNED.search(v.key, where[0], m.start)]
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
    """The subject in [start, the cue): the first mention that no preposition governs and that is neither object nor said by another."""
    end = min(c.cue[0], c.start) if c.start < c.cue[0] and c.rule != "quote-before" else c.cue[0]
    limit = c.cue[0]
    contents = [(x.start, x.end) for x in found if x is not c and x.cue[1] <= x.start and x.cue[0] >= start - 5]
    sources = [(x.cue[0], x.clause[1]) for x in found if x.form == "after"]
    free = []
    for m in mentions:
        if m.start < start or m.end > limit:
            continue
        if any(a <= m.start < b and b <= limit for a, b in contents) or any(a <= m.start < b for a, b in sources):
            continue
        if c.rule in ("on", "of", "to", "want", "call") and c.start <= m.start < c.end:
            continue
        if _GOVERNED.search(v.key, start, m.start) or v.key[m.end : m.end + 4].strip().startswith("را"):
            continue
        free.append(m)
    if free:
        opening = v.key[start : free[0].start]
        if c.rule in ("judge", "announce") and free[0].start > c.start + 2:
            return ()
        if len(opening.split()) <= 25:
            return _joint(v, free, "subject")
    words = v.key[start:end]
    if not words.strip(" \n،,.:«»\"") or _ADVERB.match(words):
        return ()
    cut = _HEAD_END.search(words, 1)
    return _phrase(v, (start, start + (cut.start() if cut else len(words))))
