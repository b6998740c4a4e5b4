"""What the article around an expression says: the tense of its clause, the day of its sentence, what was dated before."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from dabir import resources
from dabir.model import Calendar
from dabir.times import lexicon, resolve
from dabir.times.calendars import DAY, Interval
from dabir.times.context import Anchor, Context, Value
from dabir.times.meaning import LOCAL, Meaning, Part, Tense

_SENTENCE = re.compile(r"[.!؟?\n؛]")
_CLAUSE = 120  # characters after an expression in which its verb is looked for
_NEAR = 400  # characters back to what «سال بعد» and «دو روز بعد» may count from
_EVENT = 4000  # characters back to the event that «یک روز پس از امضا» counts from
_SAME_WEEK = 40  # characters from a week to the weekdays in it
_MENTIONS = 8  # of that event before, whose sentences are asked for a day
_PLACE = 600  # characters back to the place whose «وقت محلی» it is


@cache
def _tenses(where: str) -> re.Pattern[str]:
    rows = [r for r in resources.table("times/tenses.tsv") if r["where"] == where]
    forms = "|".join(f"(?P<{r['tense']}{i}>{lexicon.spell(r['pattern'])})" for i, r in enumerate(rows))
    return re.compile(rf"(?<![^\W\d_])(?:{forms})(?![^\W\d_])")


@cache
def _places() -> re.Pattern[str]:
    zone = lexicon.macros()["zone"]
    return re.compile(rf"(?<![^\W\d_])(?:در|به|وارد|شهر|کشور|پایتخت) (?P<zone>{zone})(?![^\W\d_])")


def tense(key: str, start: int, end: int) -> Tense | None:
    """The tense of an expression's clause: of the first verb that follows it in its sentence (at most 120 characters
    on), or of a cue close before it; None where neither is there, as in headlines."""
    stop = _SENTENCE.search(key, end, end + _CLAUSE)
    verb = _tenses("after").search(key, end, stop.start() if stop else min(len(key), end + _CLAUSE))
    if verb and verb.lastgroup:
        return "future" if verb.lastgroup.startswith("future") else "past"
    before = key[max(0, start - 60) : start]
    cut = max(before.rfind(mark) for mark in ".!؟\n")
    return "future" if _tenses("before").search(before, cut + 1) else None


class _Stated(Struct, frozen=True):
    """A stretch that an expression states: where it stands, its sentence, and what it is."""

    at: int
    sentence: int
    anchor: Anchor


def resolve_all(key: str, bounds: list[int], groups: list[Part], base: Context) -> list[Value]:
    """The groups' values, in order; `bounds` are the starts of the key's sentences.

    Days come first: a clock takes the day of its sentence, said before it or after.
    """
    groups = _same_week(bounds, groups)
    tenses = _agreed([tense(key, g.start, g.end) for g in groups], groups)
    dated = _dated_weekdays(groups, base)
    stated: list[_Stated] = []
    values: dict[int, Value] = {}
    before: list[int] = []  # how many of `stated` stand before each group
    for i, group in enumerate(groups):
        before.append(len(stated))
        if group.meaning.form == "clock":
            continue
        context = _context(key, bounds, group, stated, replace(base, tense=tenses[i]))
        meaning = _local(key, bounds, group)
        if base.published and (day := dated.get(_bare_weekday(meaning))):
            meaning = replace(meaning, shift=(day[0] - base.published).days)
        values[i] = value = resolve.resolve(meaning, context)
        if value.days:
            anchor = Anchor(*value.days, f"t{i + 1}", value.calendar)
            stated.append(_Stated(group.start, bisect_right(bounds, group.start), anchor))
    for i, group in enumerate(groups):
        if i not in values:
            last = None if base.published else _last_day(stated[: before[i]])
            near = _in_sentence(stated, bisect_right(bounds, group.start), group.start)
            meaning = _local(key, bounds, group)
            values[i] = resolve.resolve(meaning, replace(base, day=last, sentence=near))
    return [values[i] for i in range(len(groups))]


def _agreed(tenses: list[Tense | None], groups: list[Part]) -> list[Tense | None]:
    """Tenses, where a weekday of a headline without a verb takes that of the same weekday elsewhere in the article."""
    known: dict[int | None, Tense] = {}
    for said, group in zip(tenses, groups, strict=True):
        if said and group.meaning.weekday is not None:
            known.setdefault(group.meaning.weekday, said)
    return [t or known.get(g.meaning.weekday) for t, g in zip(tenses, groups, strict=True)]


def _bare_weekday(meaning: Meaning) -> int | None:
    """The weekday of «روز دوشنبه» with nothing else to date it; None for all others."""
    bare = meaning.month is None and meaning.shift is None and meaning.when is None and meaning.weekday2 is None
    return meaning.weekday if bare and meaning.count is None else None


def _dated_weekdays(groups: list[Part], base: Context) -> dict[int | None, Interval]:
    """The weekdays that the article dates, each once: «دوشنبه ۱۳ آبان … روز دوشنبه» are one day."""
    found: dict[int, set[Interval]] = {}
    for group in groups:
        meaning = group.meaning
        if base.published and meaning.form == "day" and meaning.weekday is not None and _bare_weekday(meaning) is None:
            if (days := resolve.resolve(meaning, base).days) is None:
                continue
            for n in range((days[1] - days[0]).days):
                day = days[0] + n * DAY
                found.setdefault(day.weekday(), set()).add((day, day + DAY))
    return {weekday: min(days) for weekday, days in found.items() if len(days) == 1}


def _same_week(bounds: list[int], groups: list[Part]) -> list[Part]:
    """The groups, where a bare weekday is in the week that its sentence has just named («هفته آینده در روز دوشنبه»)."""
    out: list[Part] = []
    for group in groups:
        last = out[-1] if out else None
        if (
            last is not None
            and last.meaning.form == "relative"
            and last.meaning.unit == "week"
            and _bare_weekday(replace(group.meaning, weekday2=None)) is not None
            and group.start - last.end <= _SAME_WEEK
            and bisect_right(bounds, last.start) == bisect_right(bounds, group.start)
        ):
            group = replace(group, meaning=replace(group.meaning, when=last.meaning.when, when_unit="week"))
        out.append(group)
    return out


def _context(key: str, bounds: list[int], group: Part, stated: list[_Stated], base: Context) -> Context:
    """The context of one group, given what was stated before it."""
    if not stated:
        return base
    meaning = group.meaning
    if meaning.event is not None:
        found = _day_of_event(key, bounds, meaning.event, group.start, stated) if meaning.event else None
        return replace(base, day=found, last=found)
    near = stated[-1].at >= group.start - _NEAR
    last = stated[-1].anchor if near or meaning.anchored else None
    day = _last_day(stated)
    if meaning.loose and day and not near:
        day = None
    return replace(base, day=day, last=last)


def _last_day(stated: list[_Stated]) -> Anchor | None:
    """The last of the stretches that is a single day (among the latest 50)."""
    return next((s.anchor for s in reversed(stated[-50:]) if s.anchor.day), None)


def _in_sentence(stated: list[_Stated], sentence: int, at: int) -> Anchor | None:
    """Of the days that a sentence states, the one nearest to the key offset `at`."""
    low = bisect_left(stated, sentence, key=lambda s: s.sentence)
    high = bisect_right(stated, sentence, key=lambda s: s.sentence)
    middle = bisect_right(stated, at, low, high, key=lambda s: s.at)
    before = next((s for s in reversed(stated[max(low, middle - 20) : middle]) if s.anchor.day), None)
    after = next((s for s in stated[middle : min(high, middle + 20)] if s.anchor.day), None)
    found = [s for s in (before, after) if s]
    return min(found, key=lambda s: abs(s.at - at)).anchor if found else None


def _day_of_event(key: str, bounds: list[int], word: str, at: int, stated: list[_Stated]) -> Anchor | None:
    """The day of the latest earlier sentence that both tells the event that `word` names and states a day."""
    low = max(0, at - _EVENT)
    place = at
    for _ in range(_MENTIONS):
        place = key.rfind(word, low, place)
        if place < 0:
            break
        if found := _in_sentence(stated, bisect_right(bounds, place), place):
            return found
    return None


def _local(key: str, bounds: list[int], group: Part) -> Meaning:
    """The meaning with the zone of the place that «وقت محلی» speaks of: named in the sentence, or last before it."""
    meaning = group.meaning
    if meaning.zone != LOCAL:
        return meaning
    i = bisect_right(bounds, group.start)
    stop = bounds[i] if i < len(bounds) else len(key)
    after = _places().search(key, group.end, min(stop, group.end + _PLACE))
    before = list(_places().finditer(key, max(0, group.start - _PLACE), group.start))
    begin = bounds[i - 1] if i else 0
    chosen = next((m for m in reversed(before) if m.start() >= begin), None) or after or (before[-1] if before else None)
    return replace(meaning, zone=lexicon.look(lexicon.zones(), chosen["zone"])) if chosen else meaning


def source_calendar(groups: list[Part]) -> Calendar | None:
    """The calendar that «ماه جاری» means: that of most dated expressions of the article; None where they tie."""
    gregorian = sum(g.meaning.calendar == "gregorian" for g in groups)
    jalali = sum(g.meaning.calendar == "jalali" for g in groups)
    return None if gregorian == jalali else "gregorian" if gregorian > jalali else "jalali"


def dated_once(groups: list[Part]) -> list[Part]:
    """The groups, where a day without a year takes the year that the article gives the same day elsewhere.

    «انتخابات دوم خرداد ۷۶ … پس از دوم خرداد»: unless it gives two.
    """
    years: dict[tuple[object, ...] | None, set[int]] = {}
    for group in groups:
        if group.meaning.year is not None and (day := _day_of(group.meaning)):
            years.setdefault(day, set()).add(group.meaning.year)
    return [
        replace(g, meaning=replace(g.meaning, year=min(known)))
        if g.meaning.year is None and not g.meaning.when and len(known := years.get(_day_of(g.meaning), set())) == 1
        else g
        for g in groups
    ]


def _day_of(meaning: Meaning) -> tuple[object, ...] | None:
    """What makes two dates the same day of the year; None for what is no such day."""
    if meaning.form == "day" and meaning.month is not None and meaning.day is not None and not meaning.anchored:
        return meaning.calendar, meaning.month, meaning.day, meaning.day2
    return None


def first_dated(groups: list[Part]) -> Anchor | None:
    """The first day that the article states with its year: it lends the year where no publication date is known."""
    for i, group in enumerate(groups):
        m = group.meaning
        if m.form == "day" and m.year is not None and m.month is not None and m.day is not None:
            value = resolve.resolve(m, Context(None, "jalali"))
            if value.days:
                return Anchor(*value.days, f"t{i + 1}", value.calendar)
    return None
