"""Who said what: candidates judged, their speakers named, and Statements made of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from msgspec import Struct

from dabir.acts.candidates import Candidate, candidates
from dabir.acts.cues import find_cues
from dabir.acts.extent import View, view
from dabir.acts.speakers import name_speakers
from dabir.acts.voices import Voice
from dabir.acts.words import pattern
from dabir.model import Speaker, Statement, Time
from dabir.names.mentions import Mention
from dabir.text.types import Text

# First-person endings of verbs: می‌کنیم، رفتیم، دیدم، می‌روم.
_OWN_ENDING = re.compile(r"(?<!\w)(?:(?:ن?می ?\w{1,12}|\w{2,12})(?:یم|دم)|ن?می ?\w{2,10}م)(?!\w)")
_TO = re.compile(r"(?<!\w)به ?$")


class Found(Struct, frozen=True):
    """A candidate with the voice that speaks it."""

    candidate: Candidate
    voice: Voice


def find_statements(
    text: Text, mentions: Sequence[Mention], times: Sequence[Time], title_end: int
) -> tuple[Statement, ...]:
    """The statements of a text in order, with ids s1, s2, ...

    `mentions` are the names stage's, sorted; `times` the expressions of time, in source offsets; `title_end` is the key
    offset where the title ends, 0 where none stands apart. `source` is left to the later stage that knows the item's.
    """
    if not text.key:
        return ()
    v, found = propose(text, mentions, title_end)
    kept = _unique(text.key, [f for f in found if _holds(v, f)])
    return tuple(_statement(text, v, f, mentions, times, f"s{n}") for n, f in enumerate(kept, 1))


def propose(text: Text, mentions: Sequence[Mention], title_end: int) -> tuple[View, list[Found]]:
    """Every candidate with its voices, before any is dropped: joint speakers are one each."""
    v = view(text, find_cues(text.key), title_end)
    found = candidates(v)
    named = name_speakers(v, found, mentions)
    return v, [Found(c, voice) for c, voices in zip(found, named, strict=True) for voice in voices]


def _holds(v: View, f: Found) -> bool:
    """Whether the candidate is a statement as far as its words show."""
    c = f.candidate
    if c.rule == "heading":
        return f.voice.mention is not None
    if c.rule == "source" or c.name.startswith("به نقل"):  # an author, no carrier
        known = f.voice.mention is not None and f.voice.mention.kind != "outlet"
        return known and not pattern("medium", after="").search(v.key, *c.clause)
    return c.end - c.start >= 4


def _unique(key: str, found: list[Found]) -> list[Found]:
    """Drops what the same speaker says again in the same words, as where the body repeats its title."""
    out: list[Found] = []
    seen: set[tuple[str, str]] = set()
    for f in found:
        c = f.candidate
        words = re.sub(r"\W", "", key[c.start : c.end])
        voice = f.voice.person or f.voice.state or ""
        if (words, voice) in seen:
            continue
        seen.add((words, voice))
        out.append(f)
    return out


def _statement(
    text: Text, v: View, f: Found, mentions: Sequence[Mention], times: Sequence[Time], ident: str
) -> Statement:
    c, voice = f.candidate, f.voice
    where = text.span(voice.start, voice.end)
    content = text.span(c.start, c.end)
    own = bool(pattern("self").search(v.key, c.start, c.end) or _OWN_ENDING.search(v.key, c.start, c.end))
    direct = c.extent.quoted or (c.extent.colon and own)
    return Statement(
        id=ident,
        speaker=Speaker(where.start, where.end, where.text, voice.actor, voice.person, voice.state),
        cue=text.span(*c.cue),
        content=content,
        direct=direct,
        addressee=_addressee(v, c, voice, mentions),
        time=_time(text, c, times),
        rule=f"{c.rule}:{c.name}" if c.name and c.rule != c.name else c.rule,
    )


def _start(x: Mention | Time) -> int:
    return x.start


def _addressee(v: View, c: Candidate, voice: Voice, mentions: Sequence[Mention]) -> str | None:
    """The actor to whom it is said: «به X گفت», «خطاب به X», «در گفت‌وگو با X»."""
    for n in range(bisect_left(mentions, c.clause[0], key=_start), bisect_left(mentions, c.cue[0], key=_start)):
        m = mentions[n]
        if m.end <= c.cue[0] and m.actor and m.actor != voice.actor:
            before = v.key[max(0, m.start - 22) : m.start]
            if pattern("addressing", after=" ?$").search(before):
                return m.actor
            if _TO.search(before) and not v.key[m.end : c.cue[0]].strip():
                return m.actor
    return None


def _time(text: Text, c: Candidate, times: Sequence[Time]) -> str | None:
    """The first expression of time in the reporting clause, outside the content."""
    a, b = c.clause[0], max(c.clause[1], c.cue[1])
    if b <= a:
        return None
    for n in range(bisect_left(times, text.starts[a], key=_start), bisect_left(times, text.ends[b - 1], key=_start)):
        t = times[n]
        if t.end <= text.ends[b - 1]:
            inside = text.starts[c.start] <= t.start < text.ends[c.end - 1]
            if not inside and t.kind in ("date", "time"):
                return t.id
    return None
