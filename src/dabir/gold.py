"""What scoring compares: gold as the annotation guidelines write it, and as much of a record as is scored."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Layer = Literal["times", "statements", "events"]


class GoldTime(Struct, frozen=True):
    """An expression of time in gold: its words and value."""

    text: str
    value: str | None = None
    kind: str | None = None


class GoldStatement(Struct, frozen=True):
    """A statement in gold: who speaks, and the first and last words of what is said."""

    speaker: str
    content_start: str
    content_end: str
    person: str | None = None
    state: str | None = None
    direct: bool | None = None


class ScoredActor(Struct, frozen=True):
    """An actor of an event, in gold (`name`) or in a record (`text`)."""

    role: str
    person: str | None = None
    state: str | None = None
    name: str | None = None
    text: str | None = None


class GoldEvent(Struct, frozen=True):
    """An event in gold."""

    act: str
    trigger: str
    status: str
    actors: tuple[ScoredActor, ...] = ()
    begin: str | None = None
    main: bool = False
    end: str | None = None
    place: str | None = None


class GoldCorrection(Struct, frozen=True):
    """A value of the article that an analyst set or marked: of what (`event`, `statement`, `article`), the words that it is found
    by there (trigger, beginning of what is said), the field, what was read, what it is, who says so, when (ISO) and why."""

    of: str
    words: str | None
    field: str
    before: str | None
    after: str | None
    by: str
    at: str
    why: str


class GoldArticle(Struct, frozen=True):
    """An article with its gold; where records are made from it, it is also the input. `corrected` lists what an analyst looked at,
    where gold was made from a store; the rest of such an article is as it was read."""

    id: str
    text: str
    times: tuple[GoldTime, ...] = ()
    statements: tuple[GoldStatement, ...] = ()
    events: tuple[GoldEvent, ...] = ()
    url: str | None = None
    outlet: str | None = None
    title: str | None = None
    published: str | None = None
    corrected: tuple[GoldCorrection, ...] = ()


class ScoredSpan(Struct, frozen=True):
    """A span of a record."""

    start: int
    end: int
    text: str = ""


class ScoredTime(Struct, frozen=True):
    """A time of a record."""

    start: int
    end: int
    text: str
    value: str | None = None


class ScoredSpeaker(Struct, frozen=True):
    """A speaker of a record."""

    text: str = ""
    person: str | None = None
    state: str | None = None


class ScoredStatement(Struct, frozen=True):
    """A statement of a record."""

    speaker: ScoredSpeaker
    content: ScoredSpan


class ScoredEvent(Struct, frozen=True):
    """An event of a record."""

    act: str
    trigger: ScoredSpan
    status: str
    actors: tuple[ScoredActor, ...] = ()
    begin: str | None = None


class ScoredArticle(Struct, frozen=True):
    """The article of a record."""

    text: str
    ref: str | None = None


class ScoredRecord(Struct, frozen=True):
    """As much of a record as is scored; records of other programs that keep the contract can be scored too."""

    article: ScoredArticle
    times: tuple[ScoredTime, ...] = ()
    statements: tuple[ScoredStatement, ...] = ()
    events: tuple[ScoredEvent, ...] = ()


class Figures(Struct, frozen=True):
    """One row of the result."""

    precision: float
    recall: float
    f1: float
    gold: int
    pred: int


class Difference(Struct, frozen=True):
    """Where a record differs from gold: the article, what is wrong, the gold side and the record's."""

    ref: str
    fault: str
    gold: str
    found: str


class Evaluation(Struct, frozen=True):
    """The figures by layer, and the differences of the layer that was asked for."""

    figures: dict[str, Figures]
    differences: tuple[Difference, ...] = ()
