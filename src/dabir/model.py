"""Every public type. Frozen; JSON and the JSON Schema are made from them (`dabir schema`).

Field names, codes and value formats are the public contract: add, never rename.
Offsets are Unicode code points of `Article.text`, half open, and every span slices to its text.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["date", "time", "duration", "set"]
Calendar = Literal["jalali", "gregorian", "hijri"]
ActorKind = Literal["person", "state", "organization", "group"]
Resolution = Literal["kb", "article", "unresolved"]
PlaceKind = Literal["venue", "city", "region", "country"]
Status = Literal["held", "ongoing", "planned", "proposed", "cancelled", "postponed", "denied", "alleged"]
Role = Literal["participant", "actor", "recipient", "host", "mediator"]
Rank = Literal["head", "minister", "deputy", "envoy", "expert", "spokesperson"]
Missing = Literal["not-stated", "not-resolved"]
NoDate = Literal["not-given", "not-stated", "not-readable", "ambiguous"]


class Span(Struct, frozen=True):
    """A stretch of the source: `source[start:end] == text`."""

    start: int
    end: int
    text: str


class Edit(Struct, frozen=True):
    """One change that `clean` made: the source's span, what stands there now, and the rule that did it."""

    start: int
    end: int
    text: str
    replacement: str
    rule: str


class Name(Struct, frozen=True):
    """A name in Persian and in English (null where unknown)."""

    fa: str | None = None
    en: str | None = None


class Article(Struct, frozen=True):
    """What was read, as it came, with its restored text and the edits between the two.

    `published_reason` says why a null `published` is null: nobody gave one, the page or feed states none, what it states
    is no date, or it shows several without saying which is its own.
    """

    id: str
    text: str
    clean: str
    edits: tuple[Edit, ...] = ()
    boilerplate: tuple[Span, ...] = ()
    ref: str | None = None
    url: str | None = None
    outlet: str | None = None
    title: str | None = None
    published: str | None = None
    published_basis: Literal["given", "page", "feed", "dateline"] | None = None
    published_reason: NoDate | None = None
    language: str = "fa"
    variety: Literal["iranian", "dari"] | None = None


class Time(Struct, frozen=True):
    """An expression of time and its ISO 8601 value on the Gregorian calendar, as precise as the words.

    `start` and `end` are the span's offsets; the ISO bounds of the value are `begin` and `until` (half open),
    since the span already owns the name `end`. `reason` says why a null `value` is null.
    """

    id: str
    start: int
    end: int
    text: str
    kind: Kind
    value: str | None
    begin: str | None = None
    until: str | None = None
    calendar: Calendar | None = None
    zone: str | None = None
    approximate: bool = False
    anchor: str | None = None
    rule: str = ""
    reason: str | None = None


class Office(Struct, frozen=True):
    """An office: its title, the body it belongs to and the state or organisation code."""

    title: str | None = None
    body: str | None = None
    state: str | None = None


class Actor(Struct, frozen=True):
    """Somebody who acts or speaks: a person, state, organisation or group, with every mention in the article."""

    id: str
    kind: ActorKind
    name: Name
    person: str | None = None
    state: str | None = None
    sector: str | None = None
    office: Office | None = None
    wikidata: str | None = None
    resolution: Resolution = "unresolved"
    candidates: tuple[str, ...] = ()
    mentions: tuple[Span, ...] = ()


class Place(Struct, frozen=True):
    """A place that the article names, with what the tables know of it."""

    id: str
    name: Name
    kind: PlaceKind
    within: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geonames: str | None = None
    mentions: tuple[Span, ...] = ()


class Source(Struct, frozen=True):
    """One link of an attribution chain: the words and who they name."""

    start: int
    end: int
    text: str
    kind: Literal["outlet", "agency", "official", "anonymous"]
    actor: str | None = None


Attribution = tuple[Source, ...]


class Speaker(Struct, frozen=True):
    """The words that name a speaker, and who that is."""

    start: int
    end: int
    text: str
    actor: str | None = None
    person: str | None = None
    state: str | None = None


class Statement(Struct, frozen=True):
    """A stretch of speech or writing attributed to a speaker. `rule` names the pattern that found it."""

    id: str
    speaker: Speaker
    cue: Span | None
    content: Span
    direct: bool
    addressee: str | None = None
    time: str | None = None
    place: str | None = None
    about: tuple[str, ...] = ()
    source: Attribution = ()
    rule: str = ""


class Plover(Struct, frozen=True):
    """The PLOVER code of an event (manual v0.8): type, mode, contexts, quad class 1-4 and intensity -10..10."""

    event: str | None = None
    mode: str | None = None
    contexts: tuple[str, ...] = ()
    quad: int | None = None
    intensity: float | None = None


class EventActor(Struct, frozen=True):
    """An actor's part in an event, tied to the words that name the actor."""

    start: int
    end: int
    text: str
    actor: str | None = None
    person: str | None = None
    state: str | None = None
    role: Role = "participant"
    rank: Rank | None = None


class Link(Struct, frozen=True):
    """A relation from one event to another of the same record."""

    kind: Literal["follows", "part-of", "agreed-at", "about"]
    event: str


class Event(Struct, frozen=True):
    """A diplomatic act that the article reports. `begin` and `end` are ISO, as precise as known.

    `score` is the probability, by the model that keeps or drops candidates, that the words report the act.
    """

    id: str
    act: str
    plover: Plover
    status: Status
    trigger: Span
    actors: tuple[EventActor, ...] = ()
    time: str | None = None
    begin: str | None = None
    end: str | None = None
    duration: str | None = None
    place: str | None = None
    venue: str | None = None
    format: tuple[str, ...] = ()
    topics: tuple[Span, ...] = ()
    main: bool = False
    source: Attribution = ()
    evidence: tuple[Span, ...] = ()
    missing: dict[str, Missing] = {}
    links: tuple[Link, ...] = ()
    score: float | None = None


class Message(Struct, frozen=True):
    """A message in both languages."""

    fa: str
    en: str


class Check(Struct, frozen=True):
    """Where the article contradicts itself or the calendar."""

    kind: str
    message: Message
    spans: tuple[Span, ...] = ()
    values: tuple[str, ...] = ()


class Record(Struct, frozen=True):
    """Everything that was read from one article."""

    article: Article
    times: tuple[Time, ...] = ()
    actors: tuple[Actor, ...] = ()
    places: tuple[Place, ...] = ()
    statements: tuple[Statement, ...] = ()
    events: tuple[Event, ...] = ()
    checks: tuple[Check, ...] = ()
    schema: Literal["dabir/1"] = "dabir/1"
