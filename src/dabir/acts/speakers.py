"""Who speaks: the subject noun phrase of the reporting clause, or the speaker before it where the clause names none."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dabir.acts.candidates import Candidate
from dabir.acts.extent import View
from dabir.acts.subjects import below, subject
from dabir.acts.takeup import goes_on, introduced, issuer, lead_end, same_source, serving
from dabir.acts.voices import Voice, again, joint, of_mention, of_words
from dabir.names.mentions import Mention

_DOCUMENT = re.compile(r"(?<!\w)در (?P<text>(?:این|آن|بخشی از این)? ?\w+)")
_QUOTING = re.compile(r"(?<!\w)(?:به نقل از|از قول|از زبان)(?!\w)")
_RELATIVE = re.compile(r"(?<![، ])[، ]+که (?:\w{2,9} )?$")

# Candidates on either side whose content may hold a subject.
NEIGHBOURS = 40


def name_speakers(v: View, found: Sequence[Candidate], mentions: Sequence[Mention]) -> list[tuple[Voice, ...]]:
    """For each candidate in order its voices: one, several for joint speakers, or none where nobody can be named."""
    out: list[tuple[Voice, ...]] = []
    last: tuple[Voice, ...] = ()
    title: Voice | None = None
    known: dict[str, Voice] = {}  # offices whose holder the article names further on
    lead = lead_end(v)
    for c in found:
        voices = tuple(serving(v, c, x, mentions) for x in _voices(v, c, found, out, mentions, last))
        outer = c.cue[0] < lead and not any(x.start <= c.cue[0] < x.end for x in found[: len(out)])
        words = v.key[voices[0].start : voices[0].end] if len(voices) == 1 else ""
        if outer and words and (who := introduced(v, c, voices[0], mentions, title)):
            voices, known[words] = (who,), who
        elif words in known and voices[0].person is None:
            voices = (again(known[words], voices[0]),)
        if c.rule == "heading" and c.cue[0] < v.title_end and len(voices) == 1:
            title = voices[0]
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
        quoting = _QUOTING.search(v.key, *c.clause)  # «X به نقل از Y: ...»
        where = (quoting.end(), c.clause[1]) if quoting else c.clause
        return _named(v, c, mentions, where, governed=quoting is not None)
    if c.within >= 0 and done[c.within]:
        own = subject(v, c, near, mentions, max(c.clause[0], found[c.within].end))
        return own if own and own[0].mention and own[0].how != "loose" else done[c.within]
    if c.rule == "claim":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1]]
        return (of_mention(inside[0], "claim"),) if inside else ()
    if c.rule == "document":
        return _paper(v, c, mentions, last)
    relative = _RELATIVE.search(v.key, c.clause[0], c.cue[0])
    if relative and c.rule == "say" and not any(relative.start() < m.start < c.cue[0] for m in mentions):  # «X که می‌گوید …»
        owner = [m for m in mentions if c.clause[0] <= m.start and m.end <= relative.start()]
        if owner:
            return (of_mention(owner[-1], "relative"),)
    own = subject(v, c, near, mentions, c.clause[0])
    if own and (same := same_source(v, own[0], done)):
        return (same,)
    if own and last and goes_on(v, c, near, mentions, own[0], last[0]):
        return (again(last[0], own[0]),)
    before = tuple(again(x) for x in last)
    return (before or own) if own and own[0].how == "loose" else own or before or of_words(v, c.clause)


def _paper(v: View, c: Candidate, mentions: Sequence[Mention], last: tuple[Voice, ...]) -> tuple[Voice, ...]:
    """Who speaks in a text («در بیانیه وزارت خارجه آمده است»)."""
    inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1] and m.kind != "outlet"]
    if inside:
        return (of_mention(inside[-1], "document"),)
    named = _DOCUMENT.search(v.key, *c.clause)
    if named and (who := issuer(v, named.span("text"), mentions, last)):
        return (who,)
    return tuple(again(x) for x in last) or of_words(v, named.span("text") if named else c.clause)


def _named(
    v: View, c: Candidate, mentions: Sequence[Mention], where: tuple[int, int], *, governed: bool
) -> tuple[Voice, ...]:
    """The mention in a short name phrase (after «به گفته», before a headline's colon)."""
    inside = [m for m in mentions if where[0] <= m.start and m.end <= where[1]]
    free = inside if governed else [m for m in inside if not below(v, where[0], m.start)]
    if free:
        return joint(v, free, "after" if governed else "head")
    return () if c.rule == "heading" and inside else of_words(v, where)
