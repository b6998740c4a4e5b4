"""What a record's codes and ids say to a person: lookups that the terminal and the page share."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from dabir.model import Actor, Attribution, Event, EventActor, Place, Record, Statement, Time


class Index(Struct, frozen=True):
    """A record's parts by id."""

    times: Mapping[str, Time]
    actors: Mapping[str, Actor]
    places: Mapping[str, Place]


def index(record: Record) -> Index:
    """The parts of `record` by id."""
    return Index({x.id: x for x in record.times}, {x.id: x for x in record.actors}, {x.id: x for x in record.places})


# An article could recolour the terminal, retitle it or write over other lines by control characters, and turn the order of
# what stands beside it by directional ones; its JSON keeps them all.
_SHOWN = {
    **dict.fromkeys((*range(32), *range(0x7F, 0xA0)), "\ufffd"), **dict.fromkeys(map(ord, "\t\n\r\v\f\x85\u2028\u2029"), " "),
    **dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
}  # fmt: skip


def shown(text: str) -> str:
    """`text` as one line that is safe to print: control characters as U+FFFD, directional overrides and isolates left out."""
    return text.translate(_SHOWN)


def flat(text: str) -> str:
    """`text` on one line, safe to print, with single spaces."""
    return " ".join(shown(text).split())


def short(text: str, length: int = 160) -> str:
    """`text` on one line, cut at a space after at most `length` characters."""
    line = flat(text)
    return line if len(line) <= length else line[:length].rsplit(" ", 1)[0] + " …"


def actor_label(part: EventActor) -> str:
    """An event's actor: the person's name where known, else the article's words, and the code it acts for."""
    name = part.person or flat(part.text)
    return f"{name} ({part.state})" if part.state else name


def roles(event: Event) -> list[tuple[str, str]]:
    """An event's actors by role, in a fixed order: (role, names)."""
    order = ("participant", "actor", "recipient", "host", "mediator")
    found = [(role, dict.fromkeys(actor_label(a) for a in event.actors if a.role == role)) for role in order]
    return [(role, "، ".join(names)) for role, names in found if names]


def when(event: Event, parts: Index) -> str:
    """When an event takes place: its ISO date and the article's words."""
    time = parts.times.get(event.time or "")
    words = f"«{flat(time.text)}»" if time else ""
    dates = event.begin or (time.value if time else None) or ""
    if event.end:
        dates = f"{dates} … {event.end}"
    return "  ".join(x for x in (dates, words, event.duration or "") if x)


def where(event: Event, parts: Index) -> str:
    """Where an event takes place: venue, then place."""
    found = (parts.places.get(i or "") for i in (event.venue, event.place))
    return "، ".join(dict.fromkeys(place_label(p) for p in found if p))


def place_label(place: Place) -> str:
    """A place's name with its country code."""
    name = place.name.fa or place.name.en or (place.mentions[0].text if place.mentions else place.id)
    return f"{flat(name)} ({place.country})" if place.country else flat(name)


def source_label(chain: Attribution) -> str:
    """Who reports it: the chain's words, outermost first."""
    return " › ".join(dict.fromkeys(flat(s.text) for s in chain if s.text))


def speaker_label(statement: Statement) -> str:
    """Who speaks, and for which state."""
    speaker = statement.speaker
    name = speaker.person or flat(speaker.text)
    return f"{name} ({speaker.state})" if speaker.state else name


def actor_name(actor: Actor) -> str:
    """An actor's name in Persian, else in English, else as first mentioned."""
    mention = actor.mentions[0].text if actor.mentions else actor.id
    return flat(actor.person or actor.name.fa or actor.name.en or mention)


def time_label(time: Time) -> str:
    """A time's value, or why it has none."""
    return time.value or f"unresolved: {time.reason or 'no reason given'}"


def ordered_events(record: Record) -> tuple[Event, ...]:
    """Main events first, then in the order of the article."""
    return tuple(sorted(record.events, key=lambda e: (not e.main, e.trigger.start)))


def code(event: Event) -> str:
    """An event's PLOVER code in a line."""
    plover = event.plover
    if not plover.event:
        return ""
    parts = [plover.event if not plover.mode else f"{plover.event}/{plover.mode}"]
    if plover.quad is not None:
        parts.append(f"quad {plover.quad}")
    if plover.intensity is not None:
        parts.append(f"intensity {plover.intensity:+g}")
    return ", ".join(parts + list(plover.contexts))
