"""What the words of a time expression say, before anything is resolved."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dabir.model import Calendar

When = Literal["past", "next", "this"]
Edge = Literal["early", "middle", "late", "start", "end", "first-half", "second-half"]
Tense = Literal["past", "future"]
LOCAL = "local"  # the zone of «به وقت محلی» until a place is found for it


class Meaning(Struct, frozen=True, kw_only=True):
    """Fields that words state; None where they don't. `form` names what resolves them.

    Forms: `day` (any of weekday, day and month, named day, shift from publication; part, clock and zone may join),
    `part`, `clock`, `zone` (joined to a day, or a clock alone), `month`, `season`, `year`, `decade`, `century`,
    `relative` (this, last or next unit), `ago` (a number of units from publication or another time), `anchor`
    (that day, the day after), `fixed` (a ready value), `none` (no time; keeps other rules off).

    `anchored` says that the words count from a time said before («همان سال», «دو روز پس از آن»); `loose` that they do
    so where there is one («سال بعد»); `event` holds the word for what they count from («یک روز پس از امضا»).
    """

    form: str
    value: str | None = None
    kind: Literal["date", "time", "duration", "set"] = "date"
    year: int | None = None
    year2: int | None = None
    month: int | None = None
    month2: int | None = None
    day: int | None = None
    day2: int | None = None
    calendar: Calendar | None = None
    weekday: int | None = None
    weekday2: int | None = None
    shift: int | None = None
    part: str | None = None
    hour: int | None = None
    minute: int | None = None
    zone: str | None = None
    when: When | None = None
    when_unit: str | None = None
    edge: Edge | None = None
    count: int | None = None
    unit: str | None = None
    season: int | None = None
    eve: bool = False
    approximate: bool = False
    anchored: bool = False
    loose: bool = False
    event: str | None = None


class Part(Struct, frozen=True):
    """A stretch of the key that a rule matched, and what it says."""

    start: int
    end: int
    rule: str
    meaning: Meaning
