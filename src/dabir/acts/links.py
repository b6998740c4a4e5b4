"""Links between the events of one article: part-of, agreed-at, follows, about.

A link needs words that say it (data/acts/links.toml): «در این سفر» makes what is done there part of the trip, «پس از نشست»
lets the act of its clause follow the session, «حمله ... را محکوم کرد» is about the attack. Where the words do not say which
event is meant, or parties, status or dates speak against it, there is no link.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dabir.acts.features import PREPOSITIONS
from dabir.acts.patterns import Index, index, matches, parse
from dabir.acts.rounds import LAST, NEXT, round_of, round_table
from dabir.acts.setting import Setting, key_range
from dabir.acts.verbforms import finite
from dabir.errors import DataError
from dabir.model import Event, Link
from dabir.resources import toml
from dabir.text.keys import key

DATA = "acts/links.toml"
HAPPENED = frozenset({"held", "ongoing"})
NOUN_REACH = 3  # words between «پس از» and the noun that it governs: «پس از سه ساعت مذاکره»
OBJECT_REACH = 4  # words between a noun of saying and its object: «محکومیت شدید این حمله»
_CLAUSE_ENDS = frozenset({"که", "؛", "اما", "ولی", ".", "/"})
_LIGHT_VERBS = frozenset({"کردن", "شدن", "داشتن", "دادن", "گرفتن", "یافتن", "رفتن", "رسیدن", "نمودن", "گردیدن"})
_LIGHT_NOUNS = frozenset({"برگزار", "انجام", "اغاز", "آغاز", "صادر", "منعقد", "اعلام"})
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Noun(Struct, frozen=True, forbid_unknown_fields=True):
    """Nouns that stand for an event told before, and the acts that they may stand for."""

    words: tuple[str, ...]
    acts: tuple[str, ...]


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of acts/links.toml."""

    within: tuple[str, ...]
    after: tuple[str, ...]
    after_clause: tuple[str, ...]
    demonstrative: tuple[str, ...]
    wholes: tuple[str, ...]
    parts: tuple[str, ...]
    agreements: tuple[str, ...]
    about: Mapping[str, tuple[str, ...]]
    noun: tuple[Noun, ...]


@cache
def link_table() -> Table:
    """The table of cues. Raises DataError where it is malformed."""
    try:
        return msgspec.convert(dict(toml(DATA)), Table)
    except msgspec.ValidationError as error:
        raise DataError(str(error), DATA) from None


@cache
def _cues() -> Index:
    t = link_table()
    named = {"within": t.within, "after": t.after, "after_clause": t.after_clause}
    return index((name, parse(p, DATA)) for name, patterns in named.items() for p in patterns)


@cache
def _pointing() -> Index:
    """«این سفر»: the label is the number of the noun's row."""
    t = link_table()
    these = "|".join(t.demonstrative)
    return index((str(n), parse(f"({these}) {w}", DATA)) for n, row in enumerate(t.noun) for w in row.words)


@cache
def _these() -> frozenset[str]:
    return frozenset(map(key, link_table().demonstrative))


class Told(Struct, frozen=True):
    """The events of an article with where they are told: `spots` are (key offset, end, event number) in text order."""

    s: Setting
    events: tuple[Event, ...]
    spots: tuple[tuple[int, int, int], ...]
    predicates: frozenset[int]  # the offsets at which a finite verb tells the act

    def within(self, start: int, end: int) -> list[tuple[int, int, int]]:
        """The spots that begin in a stretch of the key."""
        first = bisect_left(self.spots, (start,))
        return list(self.spots[first : bisect_left(self.spots, (end,), lo=first)])

    def before(self, offset: int, fits: Callable[[Event], bool], skip: int = -1) -> int | None:
        """The last event told before an offset that fits; `skip` is the number of one that does not count."""
        for k in range(bisect_left(self.spots, (offset,)) - 1, -1, -1):
            n = self.spots[k][2]
            if n != skip and fits(self.events[n]):
                return n
        return None


def told(s: Setting, events: Sequence[Event]) -> Told:
    """Where each event is told: at its trigger, and at triggers of its act in the sentences that are its evidence."""
    own = {key_range(s.text, e.trigger.start, e.trigger.end): n for n, e in enumerate(events)}
    where: dict[tuple[str, int], list[int]] = {}
    for n, e in enumerate(events):
        for x in e.evidence:
            where.setdefault((e.act, s.sentence(key_range(s.text, x.start, x.end)[0])), []).append(n)
    spots = []
    for t in s.triggers:
        mine = own.get((t.start, t.end))
        if mine is None or events[mine].act != t.act:
            here = where.get((t.act, s.sentence(t.start)), [])
            mine = here[0] if len(here) == 1 else None
        if mine is not None:
            spots.append((t.start, t.end, mine))
    return Told(s, tuple(events), tuple(sorted(set(spots))), frozenset(a for a, b, _ in spots if _finite(s, a, b)))


def _finite(s: Setting, start: int, end: int) -> bool:
    """Whether a finite verb is in the trigger or closes it as a light verb does: «امضا شد», «نشست برگزار شد»."""
    a, b = s.token(start), s.token(end)
    inside = any(finite(w) for w in s.words[a:b])
    light = b + 1 if s.words[b : b + 1] and s.words[b] in _LIGHT_NOUNS else b
    verb = finite(s.words[light]) if light < len(s.words) else None
    return inside or bool(verb and verb.lemma in _LIGHT_VERBS)


def linked(s: Setting, events: Sequence[Event]) -> tuple[Event, ...]:
    """The events with their links, each link once, none to itself and no pair of a kind in both directions."""
    t = told(s, events)
    found: dict[tuple[int, str, int], None] = {}
    for finder in (_parts, _followers, _rounds, _objects):
        for x, kind, y in finder(t):
            if x != y and (y, kind, x) not in found:
                found[x, kind, y] = None
    numbers = range(len(events))
    return tuple(
        replace(events[n], links=tuple(Link(kind, events[y].id) for x, kind, y in found if x == n))  # type: ignore[arg-type]
        for n in numbers
    )


Found = Iterator[tuple[int, str, int]]


def _cued(t: Told, *names: str) -> Iterator[tuple[str, int, int, tuple[int, int]]]:
    """Every cue of these names with its range and sentence; of cues that begin together the longest."""
    for start, end in t.s.text.sentences:
        best: dict[tuple[str, int], int] = {}
        for name, a, b in matches(_cues(), t.s.text.key, start, end):
            if name in names:
                best[name, a] = max(b, best.get((name, a), 0))
        for (name, a), b in sorted(best.items(), key=lambda x: x[0][1]):
            yield name, a, b, (start, end)


def pointed(t: Told, start: int, end: int, fits: Callable[[Event], bool]) -> Iterator[tuple[int, int, int]]:
    """What «این سفر» and the like in key[start:end] stand for: (start, end, event) of each that has an event before it."""
    for label, a, b in matches(_pointing(), t.s.text.key, start, end):
        acts = link_table().noun[int(label)].acts
        last = t.before(a, lambda e, acts=acts: e.act in acts and fits(e))  # type: ignore[misc]
        if last is not None:
            yield a, b, last


def referent(t: Told, at: int, end: int, fits: Callable[[Event], bool]) -> tuple[int, int] | None:
    """The event that the noun behind a cue at `at` names, and where its words end."""
    for a, b, n in pointed(t, at, end, fits):
        if not t.s.text.key[at:a].strip():
            return n, b
    first = t.s.token(at)
    for word in range(first, min(first + NOUN_REACH + 1, len(t.s.words))):
        offset = t.s.text.tokens[word].start
        if offset >= end or t.s.words[word] in _CLAUSE_ENDS or t.s.words[word] in ("،", "این", "آن"):
            return None
        for _, b, n in t.within(offset, offset + 1):
            if fits(t.events[n]):
                return n, b
    return None


def _together(t: Told, a: int, b: int) -> bool:
    """Whether two offsets stand in the same person's words, and not in different headlines of one line."""
    x, y = t.s.speech_at(a), t.s.speech_at(b)
    apart = "/" in t.s.words[t.s.token(min(a, b)) : t.s.token(max(a, b))]
    return not apart and (x.number if x else None) == (y.number if y else None)


def _share(x: Event, y: Event) -> bool:
    """Whether two events have a party in common, or one names none."""
    p, q = ({a.state or a.person or a.text for a in e.actors} for e in (x, y))
    return not p or not q or bool(p & q)


def _order(x: Event, y: Event) -> bool:
    """Whether x may come after y as far as their days tell."""
    if not (x.begin and y.begin and _DAY.fullmatch(x.begin) and _DAY.fullmatch(y.begin)):
        return True
    return x.begin >= y.begin


def _parts(t: Told) -> Found:
    """«در این سفر»، «در دیدار با ...»: what is done behind these words in the sentence is part of it, or agreed at it."""
    table = link_table()
    nearest: dict[int, int] = {}  # of the acts around it, the one named last: «در این سفر ... در دیدار با ... امضا شد»
    for _, a, b, sentence in _cued(t, "within"):
        whole = referent(t, b, sentence[1], lambda e: e.act in table.wholes)
        if whole is None:
            continue
        y, end = whole
        for start, _, x in t.within(end, sentence[1]):
            part, all_ = t.events[x], t.events[y]
            if part.act not in table.parts or not _together(t, a, start) or not _share(part, all_) or not _order(part, all_):
                continue
            said = part.act not in (*table.wholes, *table.agreements)  # a noun is enough: «ضمن تقدیر از»
            if (said or start in t.predicates) and (part.status == all_.status or (all_.status in HAPPENED and _real(part))):
                nearest[x] = y
    yield from ((x, "agreed-at" if t.events[x].act in table.agreements else "part-of", y) for x, y in nearest.items())


def _real(e: Event) -> bool:
    return e.status in HAPPENED or e.status == "planned"


def _followers(t: Told) -> Found:
    """«پس از دیدار ... سفر کرد»: the first act that the clause behind tells follows the one that the words name."""
    for name, a, b, (low, high) in _cued(t, "after", "after_clause"):
        if name == "after":
            first = referent(t, b, high, lambda e: e.status in HAPPENED)
            if first is None:
                continue
            y, end = first
            verb = next((f for w in t.s.words[t.s.token(end) : t.s.token(high)] if (f := finite(w))), None)
            if verb is None or verb.lemma == "بودن":  # «به دنبال میانجی‌گری است»: an aim
                continue
            later = t.within(end, high)
        else:
            here = t.within(b, high)
            if not here or t.events[here[0][2]].status not in HAPPENED:
                continue
            y, end = here[0][2], here[0][1]
            later = t.within(low, a)[-1:] or here[1:]
        later = [x for x in later if x[2] != y and _together(t, a, x[0]) and _real(t.events[x[2]])]
        verbs = [x for x in later if x[0] in t.predicates]
        for _, _, x in verbs[:1]:
            if _order(t.events[x], t.events[y]):
                yield x, "follows", y


def _rounds(t: Told) -> Found:
    """«دور بعدی مذاکرات»: follows the round told before; «دور پیشین»: that round follows this one; the third the second."""
    rounds = [(a, n, r) for a, n, r in _numbered(t) if r is not None]
    for a, x, r in rounds:
        this = t.events[x]
        happened = this.status in HAPPENED
        other = t.before(a, lambda e, this=this: _one_series(e, this), skip=x)  # type: ignore[misc]
        if r == LAST and happened and other is not None:
            yield other, "follows", x
        elif r == NEXT and not happened and other is not None and t.events[other].status in HAPPENED:
            yield x, "follows", other
        elif r > 0:
            yield from ((x, "follows", y) for _, y, q in rounds if q == r - 1 and _one_series(t.events[y], t.events[x]))


def _numbered(t: Told) -> Iterator[tuple[int, int, int | None]]:
    """Where each event of a series is told, the event, and its round."""
    at = {(a, b): n for a, b, n in t.spots}
    for trigger in t.s.triggers:
        n = at.get((trigger.start, trigger.end))
        if n is not None and t.events[n].act == trigger.act:
            yield trigger.start, n, round_of(t.s, trigger)


def _one_series(a: Event, b: Event) -> bool:
    return {a.act, b.act} <= set(round_table().acts) and _share(a, b)


def _objects(t: Told) -> Found:
    """«حمله ... را محکوم کرد»، «از این توافق استقبال کرد»، «خواستار آتش‌بس شد»: a verbal act is about what its object names."""
    table = link_table()
    for start, end, x in t.spots:
        if t.events[x].act not in table.about:
            continue
        low, high = t.s.text.sentences[t.s.sentence(start)]
        marks = table.about[t.events[x].act]
        named = [*t.within(low, high), *pointed(t, low, high, lambda _: True)]
        for a, b, y in named:
            verbal = start in t.predicates and _before(t, a, b, start, marks)
            if y != x and (_together(t, a, start) or _says(t, start, end, a)) and (verbal or _behind(t, end, a, marks)):
                yield x, "about", y


def _says(t: Told, start: int, end: int, a: int) -> bool:
    """Whether the trigger key[start:end] is the reporting verb of what holds the offset a: «خواستار آتش‌بس شد»."""
    speech = t.s.speech_at(a)
    return speech is not None and speech.cue is not None and speech.cue[0] < end and start < speech.cue[1]


def _before(t: Told, a: int, b: int, verb: int, marks: Sequence[str]) -> bool:
    """Whether key[a:b] is marked as the object of the verb at `verb`, with no other clause between."""
    if b > verb:
        return False
    between = t.s.words[t.s.token(b) : t.s.token(verb)]
    if any(w in _CLAUSE_ENDS or finite(w) for w in between):
        return False
    at = t.s.token(a)
    at -= at > 0 and t.s.words[at - 1] in _these()
    led = t.s.words[at - 1] if at else ""
    if "را" in between and led not in PREPOSITIONS:
        return True
    phrase = " ".join(t.s.words[max(0, at - 2) : at])
    return "،" not in between and any(m != "-" and re.search(rf"(?<!\w){key(m)}$", phrase) for m in marks)


def _behind(t: Told, end: int, a: int, marks: Sequence[str]) -> bool:
    """Whether the words at `a` are governed by a noun that ends at `end`: «خواستار آتش‌بس», «استقبال از این توافق»."""
    if a < end:
        return False
    between = t.s.words[t.s.token(end) : t.s.token(a)]
    if len(between) > OBJECT_REACH or any(w in _CLAUSE_ENDS or w in ("،", "و") or finite(w) for w in between):
        return False
    prepositions = [w for w in between if w in PREPOSITIONS]
    return prepositions[-1] in {key(m) for m in marks} if prepositions else "-" in marks
