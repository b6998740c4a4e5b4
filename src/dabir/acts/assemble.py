"""From joined reports to public Events: parties, date, place, format, attribution, evidence, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from dabir.acts import plover
from dabir.acts.attribution import passed_on
from dabir.acts.echoes import echoes
from dabir.acts.events import Models, Report, chosen, join, read_reports, status_of
from dabir.acts.formats import formats
from dabir.acts.frames import Trigger
from dabir.acts.lasting import stretch
from dabir.acts.links import linked
from dabir.acts.setting import Setting
from dabir.model import Attribution, Event, EventActor, Missing, Span, Statement, Time
from dabir.names.places import PlaceMention

RANKS = frozenset({"head", "minister", "deputy", "envoy", "expert", "spokesperson"})
PLACE_MARKS = frozenset({"در", "به", "از", "مقصد", "شهر", "پایتخت"})
VISIT_REACH = 6  # tokens between «سفر» and the town
PLACE_REACH = 14  # tokens between a trigger and the place it happened at


def find_events(
    s: Setting, m: Models, statements: Sequence[Statement], lead: Attribution, published: str | None = None
) -> tuple[Event, ...]:
    """The events of an article, in text order. `lead` is the attribution of the whole item (outlet, agency), `published` the
    day of publication (ISO), after which nothing has happened yet."""
    groups = join(s, read_reports(s, m))
    if not groups:
        return ()
    best = max(range(len(groups)), key=lambda g: (max(r.main for r in groups[g]), -g))
    reported = frozenset(s.triggers[r.trigger] for g in groups for r in g)
    numbered = enumerate(groups, 1)
    return linked(s, [_event(s, f"e{n}", g, reported, statements, lead, published, main=n == best + 1) for n, g in numbered])


def _event(
    s: Setting, number: str, group: Sequence[Report], reported: Collection[Trigger], statements: Sequence[Statement],
    lead: Attribution, published: str | None, *, main: bool,
) -> Event:  # fmt: skip
    r = chosen(group)
    t = s.triggers[r.trigger]
    sentence = s.text.sentences[s.sentence(t.start)]
    parties = (*(_actor(s, p.mention, p.role) for p in r.parts), *_hosts(s, group), *_visited(s, r))
    when = next((x.when for x in (r, *group) if x.when is not None), None)
    time = s.whens[when].time if when is not None else None
    beside = when is not None and s.sentence(s.whens[when].start) == s.sentence(t.start)
    status = _to_come(status_of(group), time if beside else None, published)
    place, venue = _places(s, t.start, t.end)
    told = [t, *(s.triggers[x.trigger] for x in group if x is not r)]
    triggers = [*told, *echoes(s, told, reported)]
    forms, span = formats(s, triggers), stretch(s, triggers, when)
    missing: dict[str, Missing] = {}
    if span.begin is None:
        missing["begin"] = "not-resolved" if time else "not-stated"
    if place is None and venue is None:
        missing["place"] = "not-stated"
    if not parties:
        missing["actors"] = "not-stated"
    elif any(p.state is None and p.person is None for p in parties):
        missing["actors"] = "not-resolved"
    speech = s.speech_at(t.start)
    source = statements[speech.number].source if speech is not None else passed_on(s.text, s.mentions, sentence, lead)
    return Event(
        id=number,
        act=r.act,
        plover=plover.code(r.act, status, forms, s.text.key[sentence[0] : sentence[1]], hosted=_third_party(parties)),
        status=status,  # type: ignore[arg-type]
        trigger=s.text.span(t.start, t.end),
        actors=parties,
        time=time.id if time else None,
        begin=span.begin,
        end=span.end,
        duration=span.duration,
        place=place,
        venue=venue,
        format=forms,
        topics=_topics(s, t.end, sentence),
        main=main,
        source=source,
        evidence=tuple(_sentence_spans(s, group)),
        missing=missing,
        score=round(r.p, 4),
    )


def _to_come(status: str, time: Time | None, published: str | None) -> str:
    """The status, mended by the date in its sentence: what begins after the day of publication is planned, however it is told."""
    future = time is not None and time.begin is not None and published is not None and time.begin[:10] > published[:10]
    return "planned" if future and status in ("held", "ongoing") else status


def _actor(s: Setting, mention: int, role: str) -> EventActor:
    m = s.mentions[mention]
    span = s.text.span(m.start, m.end)
    return EventActor(
        start=span.start, end=span.end, text=span.text, actor=m.actor, person=m.person, state=m.state,
        role=role,  # type: ignore[arg-type]
        rank=m.rank if m.rank in RANKS else None,  # type: ignore[arg-type]
    )  # fmt: skip


_HOST = re.compile(r"(?<!\w)میزبانی (?:[^\s،.]{1,20} ){0,2}$")
HOSTED = frozenset({"meet", "talks", "summit"})


def _hosts(s: Setting, group: Sequence[Report]) -> tuple[EventActor, ...]:
    """Who the words «به میزبانی ...» name in a sentence that reports the event, where the cast has not made them host already.

    A host may be a party as well, so this stands beside the cast.
    """
    if group[0].act not in HOSTED:
        return ()
    cast = {s.mentions[p.mention].state for r in group for p in r.parts if p.role == "host"}
    for r in group:
        for n in s.mentions_in[s.sentence(s.triggers[r.trigger].start)]:
            m = s.mentions[n]
            if m.state not in cast and _HOST.search(s.text.key, max(0, m.start - 60), m.start):
                return (_actor(s, n, "host"),)
    return ()


def _third_party(parties: Sequence[EventActor]) -> bool:
    """Whether a host is there who takes no other part, and two who do."""
    taking = {p.state for p in parties if p.role == "participant" and p.state}
    return len(taking) > 1 and any(p.role == "host" and p.state and p.state not in taking for p in parties)


VISIT_MARKS = frozenset({"به", "وارد", "عازم", "راهی", "مقصد", "در"})


def _visited(s: Setting, r: Report) -> tuple[EventActor, ...]:
    """The host of a visit to a town, which the cast does not have since a town is no party: «وارد ژنو شد»."""
    if r.act != "visit" or any(p.role in ("host", "recipient") for p in r.parts):
        return ()
    t = s.triggers[r.trigger]
    seen = {s.mentions[p.mention].state for p in r.parts}
    near = [p for p in (s.places[k] for k in s.places_in[s.sentence(t.start)]) if p.country and p.country not in seen]
    near = [p for p in near if s.token(p.start) and s.words[s.token(p.start) - 1] in VISIT_MARKS]
    near = [p for p in near if _gap(s, p, t.start, t.end) <= VISIT_REACH]
    if not near:
        return ()
    place = min(near, key=lambda p: (_gap(s, p, t.start, t.end), p.start))
    span = s.text.span(place.start, place.end)
    return (EventActor(span.start, span.end, span.text, state=place.country, role="host"),)


def _places(s: Setting, start: int, end: int) -> tuple[str | None, str | None]:
    """The nearest place, and the nearest venue, of the sentence that a preposition of place marks."""
    near = [p for p in (s.places[k] for k in s.places_in[s.sentence(start)]) if _marked(s, p)]
    near = [p for p in near if _gap(s, p, start, end) <= PLACE_REACH]
    near.sort(key=lambda p: (_gap(s, p, start, end), p.start))
    place = next((p.place for p in near if p.kind != "venue"), None)
    return place, next((p.place for p in near if p.kind == "venue"), None)


def _marked(s: Setting, p: PlaceMention) -> bool:
    at = s.token(p.start)
    return at > 0 and s.words[at - 1] in PLACE_MARKS and s.words[at - 1] != "از"


def _gap(s: Setting, p: PlaceMention, start: int, end: int) -> int:
    return s.token(start) - s.token(p.end) if p.end <= start else s.token(p.start) - s.token(end)


_TOPIC_END = "به|با|در|گفتوگو|گفتگو|رایزنی|بحث|دیدار|برگزار|انجام|مذاکره|تبادل"
_TOPIC = re.compile(
    r"(?:درباره|پیرامون|در خصوص|در مورد|در زمینه|با محوریت|با موضوع) ([^،.؛:»\n]{3,90}?)"
    rf"(?= (?:{_TOPIC_END})\b|[،.؛:»\n]|$)"
)


def _topics(s: Setting, end: int, sentence: tuple[int, int]) -> tuple[Span, ...]:
    """What the act was about: the words behind «درباره» after the trigger."""
    found = _TOPIC.search(s.text.key, end, sentence[1])
    return (s.text.span(found.start(1), found.end(1)),) if found else ()


def _sentence_spans(s: Setting, group: Sequence[Report]) -> list[Span]:
    numbers = sorted({s.sentence(s.triggers[r.trigger].start) for r in group})
    return [s.text.span(*s.text.sentences[n]) for n in numbers]
