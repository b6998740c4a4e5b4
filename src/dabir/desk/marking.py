"""An article's words marked with what was read from them: the spans, each with its value and why, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from dabir.desk.language import Language
from dabir.model import Actor, Event, Record, Span, Statement, Time
from dabir.views import words
from dabir.views.page import Mark, Piece, pieces

_CONTEXT = 160  # characters of an event's surroundings, where it has no evidence of its own


def _why(*parts: str | None) -> str:
    return " · ".join(p for p in parts if p)


def time_tip(t: Time, say: Language) -> str:
    """A time's value, and the rule that found it or the reason why there is none."""
    value = t.value or f"{say.say('unknown')}: {t.reason or ''}"
    return _why(f"{say.say('time')}: {value}", t.calendar and say.say(t.calendar) if t.calendar != "hijri" else t.calendar,
                f"{say.say('rule')}: {t.rule}" if t.rule else None)  # fmt: skip


def actor_tip(a: Actor, say: Language) -> str:
    """Whom an actor's words name, for which state, in which office, and how that is known."""
    name = (a.name.en if say.code == "en" else None) or words.actor_name(a)
    office = a.office.title if a.office else None
    return _why(name, say.state(a.state) if a.state else None, office, f"{say.say('resolution')}: {a.resolution}")


def event_tip(e: Event, say: Language) -> str:
    """An event's act, status and date, and what is not known of it."""
    missing = ", ".join(f"{k}: {v}" for k, v in e.missing.items())
    return _why(f"{say.say('event')}: {say.label('act', e.act)}", say.label("status", e.status), e.begin and say.day(e.begin),
                f"{say.say('missing')}: {missing}" if missing else None)  # fmt: skip


def statement_tip(s: Statement, say: Language) -> str:
    """Who speaks, whether directly, and the pattern that found it."""
    return _why(f"{say.say('statement')} ({say.say('direct' if s.direct else 'indirect')}): {words.speaker_label(s)}",
                f"{say.say('rule')}: {s.rule}" if s.rule else None)  # fmt: skip


def marks(record: Record, say: Language) -> Iterator[Mark]:
    """Every span of a record that the article's page marks; the anchors are the page's deep links."""
    for n, s in enumerate(record.statements):
        yield Mark(s.content.start, s.content.end, "said", statement_tip(s, say), f"s{n}")
        yield Mark(s.speaker.start, s.speaker.end, "speaker", f"{say.say('speaker')}: {words.speaker_label(s)}", "")
    for n, a in enumerate(record.actors):
        for k, m in enumerate(a.mentions):
            yield Mark(m.start, m.end, "actor", actor_tip(a, say), "" if k else f"a{n}")
    for n, p in enumerate(record.places):
        for k, m in enumerate(p.mentions):
            yield Mark(m.start, m.end, "place", f"{say.say('place')}: {words.place_label(p)}", "" if k else f"p{n}")
    for n, t in enumerate(record.times):
        yield Mark(t.start, t.end, "time", time_tip(t, say), f"t{n}")
    for n, e in enumerate(words.ordered_events(record)):
        yield Mark(e.trigger.start, e.trigger.end, "event main" if e.main else "event", event_tip(e, say), f"e{n}")


def marked(record: Record, say: Language) -> tuple[Piece, ...]:
    """The article's own text in pieces; their texts joined are the text."""
    return tuple(pieces(record.article.text, [m for m in marks(record, say) if m.end > m.start]))


def quoted(record: Record, event: Event, say: Language) -> tuple[tuple[Piece, ...], ...]:
    """An event's evidence, sentence by sentence in pieces, with the words that name its act, parties and time marked."""
    text = record.article.text
    times = [t for t in record.times if t.id == event.time]
    spans = [Mark(event.trigger.start, event.trigger.end, "event main", event_tip(event, say), "")]
    spans += [Mark(a.start, a.end, "actor", _why(say.label("role", a.role), a.person, say.state(a.state)), "") for a in event.actors]
    spans += [Mark(t.start, t.end, "time", time_tip(t, say), "") for t in times]
    found = []
    for s in event.evidence or (_around(text, event.trigger),):
        inside = [
            replace(m, start=max(m.start, s.start) - s.start, end=min(m.end, s.end) - s.start)
            for m in spans
            if m.start < s.end and m.end > s.start
        ]
        found.append(tuple(pieces(text[s.start : s.end], inside)))
    return tuple(found)


def _around(text: str, span: Span) -> Span:
    begin, end = max(0, span.start - _CONTEXT), min(len(text), span.end + _CONTEXT)
    return Span(begin, end, text[begin:end])
