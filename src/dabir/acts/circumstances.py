"""Where a statement was made, and which of the article's events it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from msgspec.structs import replace

from dabir.acts.links import Told, pointed, referent, told
from dabir.acts.setting import Setting, key_range
from dabir.acts.words import any_of, pattern
from dabir.model import Event, Statement
from dabir.names.places import PlaceMention

_IN = re.compile(r"(?<!\w)در (?:شهر )?$")


def circumstances(s: Setting, statements: Sequence[Statement], events: Sequence[Event]) -> tuple[Statement, ...]:
    """The statements with `place` and `about`, each where the words say so: «در دوحه گفت», «درباره مذاکرات استانبول گفت»."""
    t = told(s, events)
    return tuple(replace(x, place=_place(s, x), about=_about(s, x, t)) for x in statements)


def _about(s: Setting, x: Statement, t: Told) -> tuple[str, ...]:
    """The events that are told or pointed at in what is said, and what the reporting clause says that it is about."""
    start, end = key_range(s.text, x.content.start, x.content.end)
    found = [(a, n) for a, _, n in t.within(start, end)]
    found += [(a, n) for a, _, n in pointed(t, start, end, lambda _: True)]
    low, high = _clause(s, x)
    for m in pattern("concerning").finditer(s.text.key, low, high):
        if not start <= m.start() < end and (hit := referent(t, m.end(), high, lambda _: True)):
            found.append((m.start(), hit[0]))
    return tuple(dict.fromkeys(t.events[n].id for _, n in sorted(found)))


def _clause(s: Setting, x: Statement) -> tuple[int, int]:
    """The sentence or sentences that the speaker and the cue stand in."""
    spans = [key_range(s.text, x.speaker.start, x.speaker.end)]
    if x.cue:
        cue = key_range(s.text, x.cue.start, x.cue.end)
        spans = [y for y in (*spans, cue) if s.sentence(y[0]) == s.sentence(cue[0])]
    first, last = min(spans), max(spans)
    return s.text.sentences[s.sentence(first[0])][0], max(last[1], s.text.sentences[s.sentence(first[0])][0])


def _place(s: Setting, x: Statement) -> str | None:
    """The place behind «در» in the reporting clause, where it is said of the speech and not of an office, a noun or an act:
    at the clause's beginning, behind an occasion («در نشست خبری در بروکسل») or behind the speaker («وزیر خارجه در دوحه گفت»).
    """
    start, end = key_range(s.text, x.content.start, x.content.end)
    low, high = _clause(s, x)
    found = [
        p for p in (s.places[k] for k in s.places_in[s.sentence(low)])
        if low <= p.start < high and not start <= p.start < end and _said_in(s, p, x)
    ]  # fmt: skip
    return found[0].place if len({p.place for p in found}) == 1 else None


@cache
def _occasion() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('occasions')}(?: (?:خود|خبری|مشترک|هفتگی|روزانه|مطبوعاتی|خبرنگاران)){{0,3}} ?$")


def _said_in(s: Setting, p: PlaceMention, x: Statement) -> bool:
    led = _IN.search(s.text.key, max(0, p.start - 12), p.start)
    sentence = s.sentence(p.start)
    mentions = [s.mentions[n] for n in s.mentions_in[sentence]]
    if not led or any(m.start < p.start and p.end < m.end for m in mentions):
        return False
    at = led.start()
    low = s.text.sentences[sentence][0]
    before = s.text.key[max(low, at - 60) : at]
    if pattern("posted", after=r"(?:\W+\w+){0,3}\W*$").search(before):
        return False
    if not before.strip(" \n") or _occasion().search(before):
        return True
    speaker = key_range(s.text, x.speaker.start, x.speaker.end)
    named = max([speaker[1], *(m.end for m in mentions if m.start < speaker[1] and speaker[0] < m.end)])
    between = s.text.key[named:at]
    for w in (s.whens[n] for n in s.whens_in[sentence]):
        between = between.replace(s.text.key[w.start : w.end], "") if named <= w.start and w.end <= at else between
    return named <= at and p.kind != "country" and not between.strip(" ،,)»\"")
