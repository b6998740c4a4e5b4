"""Whom a speaker's words take up: the speaker before («وی»), one named further on («یک نماینده»), the issuer of «این بیانیه»."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from dabir.acts.candidates import Candidate
from dabir.acts.extent import View
from dabir.acts.subjects import below
from dabir.acts.voices import Voice, again
from dabir.acts.words import pattern
from dabir.names.mentions import Mention

INTRODUCED = 2  # sentences after a lead's in which its speaker may be named
_OPENING = 12  # letters before a name that opens a sentence: marks, a title
_FAR = 600  # letters between a paper's naming and its being taken up
_SERVING = 4  # words between an official and his state

_PLURAL = re.compile(r"(?:ها|های|هایی|ان|ین)(?!\w)")
_SINGULAR = re.compile(r"(?:وی|او|ایشان|نامبرده)(?!\w)")


def lead_end(v: View) -> int:
    """Where the lead ends: the first sentence below the title."""
    return v.sentence(_next(v, v.title_end))[1]


def _next(v: View, at: int) -> int:
    """The first letter, digit or opening mark at or after `at`."""
    while at < len(v.key) and not (v.key[at].isalnum() or v.key[at] in "«\"("):
        at += 1
    return at


def introduced(
    v: View, c: Candidate, voice: Voice, mentions: Sequence[Mention], title: Voice | None
) -> Voice | None:
    """Who a lead's «یک نماینده مجلس گفت» is: news names him in the title («موسویان: ...», `title`) or at the head of a sentence
    right after. None where it is said already, or nobody fits."""
    m = voice.mention
    if voice.person or c.form == "after" or c.rule in ("claim", "document"):
        return None
    if m.kind not in ("office", "people", "pronoun") if m is not None else c.form == "head":
        return None
    if m is not None and m.kind == "people" and _PLURAL.search(v.key, m.start, m.end):
        return None
    if title is not None and title.person and c.cue[0] >= v.title_end and _compatible(voice.state, title.state):
        return again(title, voice, "title")
    named = {x.person for x in mentions if x.person and x.start < voice.start}
    at = max(c.cue[1], v.title_end)
    for _ in range(INTRODUCED):
        at = _next(v, v.sentence(at)[1])
        opening = _carried().match(v.key, at)
        first = _first_from(mentions, opening.end() if opening else at)
        if first is None or first.start >= v.sentence(at)[1] or first.kind != "person" or first.person in named:
            continue
        if first.rank and first.rank != (m.rank if m else None):
            continue  # a minister is not brought in as «یک دیپلمات»
        if _compatible(voice.state, first.state):
            state = first.state or voice.state
            return Voice(voice.start, voice.end, first, first.person, state, first.actor, "introduced")
    return None


def _compatible(a: str | None, b: str | None) -> bool:
    return a is None or b is None or a == b


@cache
def _carried() -> re.Pattern[str]:
    return pattern("carried", after=r"[^،:\n]{0,60}[،: ]")


def _first_from(mentions: Sequence[Mention], at: int) -> Mention | None:
    n = bisect_left(mentions, at, key=_start)
    return mentions[n] if n < len(mentions) and mentions[n].start - at <= _OPENING else None


def _start(m: Mention) -> int:
    return m.start


def goes_on(
    v: View, c: Candidate, near: Sequence[Candidate], mentions: Sequence[Mention], own: Voice, last: Voice
) -> bool:
    """Whether a pronoun («وی افزود») means the speaker before: nobody else has come to the fore in the writer's own words since.

    The names stage, which knows no speech, may have taken it for somebody of whom that speaker spoke.
    """
    m = own.mention
    if m is None or m.kind != "pronoun" or last.person is None or own.how != "subject" or not _SINGULAR.match(v.key, m.start):
        return False
    said = [(x.start, x.end) for x in near if x is not c]
    for x in mentions[bisect_left(mentions, last.end, key=_start) : bisect_left(mentions, m.start, key=_start)]:
        if x.kind not in ("person", "office") or any(a <= x.start < b for a, b in said) or v.quoted(x.start):
            continue
        if not below(v, max(0, x.start - 40), x.start):
            return False
    return True


@cache
def _source() -> re.Pattern[str]:
    return pattern("taken_up", before=r"(?:این|آن) ?(?P<noun>", after=r")(?!\w)")


@cache
def _paper() -> re.Pattern[str]:
    return pattern("paper", before=r"(?<!\w)(?P<noun>", after=")")


@cache
def _told() -> re.Pattern[str]:
    """A paper told of for the first time: «بیانیه‌ای»، «پیامی»."""
    return pattern("paper", before=r"(?<!\w)(?P<noun>", after=r") ?[یا]?ی(?!\w)")


def same_source(v: View, own: Voice, done: Sequence[tuple[Voice, ...]]) -> Voice | None:
    """The speaker whom «این مقام» takes up: the last one called by that noun."""
    named = _source().match(v.key, own.start)
    if named is None:
        return None
    for voices in reversed(done):
        if voices and named["noun"] in v.key[voices[0].start : voices[0].end].split():
            return again(voices[0], own)
    return None


def issuer(v: View, text: tuple[int, int], mentions: Sequence[Mention], last: Sequence[Voice]) -> Voice | None:
    """Who issued «این بیانیه»: the subject of the sentence that told of it («با انتشار بیانیه‌ای»), unless somebody has spoken
    since."""
    noun = _paper().search(v.key, *text)
    if noun is None:
        return None
    near = _told().finditer(v.key, max(0, text[0] - 2 * _FAR), text[0])
    told = [m.start() for m in near if m["noun"] == noun["noun"]]
    if not told:
        return None
    start, end = v.sentence(told[-1])
    if any(x.start >= start for x in last) or text[0] - end > _FAR:
        return None
    inside = [m for m in mentions if start <= m.start < end and m.kind != "outlet" and not below(v, start, m.start)]
    return Voice(*text, inside[0], inside[0].person, inside[0].state, inside[0].actor, "issuer") if inside else None


def serving(v: View, c: Candidate, voice: Voice, mentions: Sequence[Mention]) -> Voice:
    """The voice with the state whose words follow it: «منابعی در وزارت خارجه اردن»، «یک مقام ارشد و آگاه افغان»."""
    m = voice.mention
    if voice.state or voice.person or (m is not None and m.kind not in ("people", "office")) or voice.how == "again":
        return voice
    limit = c.clause[1] if c.form in ("after", "head") else c.cue[0]
    official = pattern("official", after="").search(v.key, voice.start, voice.end)
    for x in mentions[bisect_left(mentions, voice.start, key=_start) : bisect_left(mentions, limit, key=_start)]:
        between = v.key[voice.end : x.start].split() if x.start > voice.end else []
        if len(between) > _SERVING or not all(w.isalpha() and not pattern("parting").fullmatch(w) for w in between):
            break
        if between[:1] == ["در"] and x.kind != "organization" and not official:
            break
        if x.state and x.kind not in ("person", "pronoun"):
            return Voice(voice.start, max(voice.end, x.end), m, None, x.state, voice.actor, voice.how)
    return voice
