"""Times of a text: parts that rules match are joined into expressions and resolved in text order."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from datetime import date, datetime
from functools import cache

from msgspec.structs import replace

from dabir import resources
from dabir.errors import InputError
from dabir.model import Calendar, Kind, Span, Time
from dabir.text.keys import key
from dabir.text.types import Text
from dabir.times import calendars, grammar, lexicon, resolve
from dabir.times.meaning import Meaning, Part
from dabir.times.resolve import Context, Value

# What may stand between two parts of one expression: «امروز (شنبه)», «پنجشنبه، نهم اسفند», «جمعه مورخ ۶ تیر».
_GAP = re.compile(
    r' {0,2}[،,:]? {0,2}([(«"] ?)?(?:(?:مورخ|مورخه|به تاریخ|مصادف با|برابر با|مطابق با|معادل|یعنی) )?(?:روز )?'
)
_CLOSE = re.compile(r' ?[)»"]')
_SENTENCE = re.compile(r"[.!؟?\n؛]")
_LETTERS = re.compile(r"[\W_]+")
_REPEATED = 20  # letters of a sentence that count as a repetition
_MATES = {
    "day": frozenset({"day", "part", "clock", "zone"}),
    "part": frozenset({"day", "part", "clock", "zone"}),
    "clock": frozenset({"day", "part", "zone"}),
    "zone": frozenset(),
    "anchor": frozenset({"day", "part", "clock"}),
}
_FIELDS = ("weekday", "shift", "part", "hour", "minute", "zone", "day", "month")


def find_times(
    text: Text, published: date | datetime | None, country: str | None = None, variety: str | None = None
) -> tuple[Time, ...]:
    """Every expression of time in `text`, in order, with ids t1, t2 ...

    `published` resolves relative expressions (None leaves them without a value, with the reason); `country` is the
    country of the place that the article is about and `variety` its Persian (both only break ties).
    """
    day = published.date() if isinstance(published, datetime) else published
    groups = _groups(text.key, _visible(text, grammar.match(text.key)))
    source = _source(groups, country, variety)
    hint = None if day else _hint(groups)
    values = _resolve(text, groups, Context(day, source, year_hint=hint))
    return tuple(_time(text, i, g, v) for i, (g, v) in enumerate(zip(groups, values, strict=True)))


def _resolve(text: Text, groups: list[Part], base: Context) -> list[Value]:
    """The groups' values, in order. Days come first: a clock takes the day of its sentence, said before it or after."""
    bounds = [s for s, _ in text.sentences]
    stated: dict[int, list[tuple[int, date, str]]] = {}
    values: dict[int, Value] = {}
    lasts: list[tuple[date, str] | None] = []
    last: tuple[date, str] | None = None
    for i, group in enumerate(groups):
        lasts.append(last)
        if group.meaning.form == "clock":
            continue
        context = replace(base, ahead=_ahead(text.key, group.start, group.end), last=last)
        values[i] = value = resolve.resolve(group.meaning, context)
        if value.day:
            last = value.day, f"t{i + 1}"
            stated.setdefault(bisect_right(bounds, group.start), []).append((group.start, *last))
    for i, group in enumerate(groups):
        if i not in values:
            near = _near(stated.get(bisect_right(bounds, group.start), []), group.start)
            context = replace(base, last=None if base.published else lasts[i], sentence=near)
            values[i] = resolve.resolve(group.meaning, context)
    return [values[i] for i in range(len(groups))]


def _near(days: list[tuple[int, date, str]], at: int) -> tuple[date, str] | None:
    """Of the days of a sentence (in text order), the one nearest to the key offset `at`, with its time's id."""
    i = bisect_right(days, at, key=lambda d: d[0])
    around = days[max(0, i - 1) : i + 1]
    return min(around, key=lambda d: abs(d[0] - at))[1:] if around else None


def _visible(text: Text, parts: list[Part]) -> list[Part]:
    """Parts outside boilerplate and outside sentences that repeat an earlier one (a headline that opens the body)."""
    seen: set[str] = set()
    repeats: list[tuple[int, int]] = []
    for start, end in text.sentences:
        words = _LETTERS.sub("", text.key[start:end])
        if len(words) >= _REPEATED and words in seen:
            repeats.append((start, end))
        seen.add(words)
    hidden = sorted((b.start, b.end) for b in text.boilerplate)
    return [p for p in parts if not _inside_any(hidden, text.starts[p.start]) and not _inside_any(repeats, p.start)]


def _inside_any(ranges: list[tuple[int, int]], at: int) -> bool:
    """Whether `at` lies in one of the ranges (sorted, apart from each other)."""
    i = bisect_right(ranges, at, key=lambda r: r[0])
    return i > 0 and at < ranges[i - 1][1]


def _time(text: Text, index: int, group: Part, value: Value) -> Time:
    span, m = _whole(text, group.start, group.end), group.meaning
    kind: Kind = "time" if m.part or m.hour is not None else m.kind
    return Time(
        id=f"t{index + 1}", start=span.start, end=span.end, text=span.text, kind=kind, value=value.value,
        begin=value.begin, until=value.until, calendar=value.calendar, zone=value.zone or m.zone,
        approximate=m.approximate, anchor=value.anchor, rule=group.rule, reason=value.reason,
    )  # fmt: skip


def _whole(text: Text, start: int, end: int) -> Span:
    """The span of a key range, with the vowel signs that follow its last letter («اخیراً»)."""
    span, stop = text.span(start, end), text.ends[end - 1]
    while stop < len(text.original) and unicodedata.category(text.original[stop]) == "Mn":
        stop += 1
    return span if stop == span.end else Span(span.start, stop, text.original[span.start : stop])


def _groups(text: str, parts: list[Part]) -> list[Part]:
    """Parts joined into expressions; a part of a day, a zone or an empty part alone is none."""
    out: list[Part] = []
    i = 0
    while i < len(parts):
        group, i = _join(text, parts, i)
        if group.meaning.form not in ("part", "zone", "none"):
            out.append(group)
    return out


def _join(text: str, parts: list[Part], i: int) -> tuple[Part, int]:
    group = parts[i]
    i += 1
    while i < len(parts):
        follower = parts[i]
        gap = _GAP.match(text, group.end)
        if gap is None or gap.end() < follower.start or gap.start() > follower.start:
            break
        opened = gap[1] is not None
        merged = _merge(group.meaning, follower.meaning, opened)
        if merged is None:
            break
        end = follower.end
        i += 1
        if opened:
            inner, j = _inside(text, follower, merged, parts, i)
            merged, end, i = inner
            close = _CLOSE.match(text, end)
            end = close.end() if close else end
            group = Part(group.start, end, f"{group.rule}+{follower.rule}", merged)
            break
        group = Part(group.start, end, f"{group.rule}+{follower.rule}", merged)
    return group, i


def _inside(text: str, first: Part, merged: Meaning, parts: list[Part], i: int) -> tuple[tuple[Meaning, int, int], int]:
    """Further parts inside the same brackets."""
    end = first.end
    while i < len(parts):
        gap = _GAP.match(text, end)
        if gap is None or gap[1] or gap.end() < parts[i].start:
            break
        more = _merge(merged, parts[i].meaning, True)
        if more is None:
            break
        merged, end = more, parts[i].end
        i += 1
    return (merged, end, i), i


def _merge(a: Meaning, b: Meaning, bracket: bool) -> Meaning | None:
    """Two neighbouring parts as one meaning, or None where they contradict or repeat each other."""
    if b.form not in _MATES.get(a.form, ()):
        return None
    if a.form == "anchor":
        if b.weekday is None and b.month is None and b.part is None and b.hour is None:
            return None
        a = replace(a, form="day")
    if bracket and a.month and b.month and a.form == b.form == "day" and a.calendar != b.calendar and b.day2 is None:
        return replace(a, year=a.year if a.year is not None or a.calendar == b.calendar else None)
    if bracket and b.form == "clock" and a.hour is not None:
        return None
    if a.day2 or b.day2 or a.weekday2 is not None or b.weekday2 is not None:
        allowed = (a.weekday2 is not None and b.day2) or (a.form == "part")
        if not allowed:
            return None
    update: dict[str, object] = {}
    for name in _FIELDS:
        mine, other = getattr(a, name), getattr(b, name)
        if other is None:
            continue
        if mine is not None:
            if name == "minute" or mine == other:
                continue
            return None
        update[name] = other
    for name in ("year", "calendar", "when", "when_unit", "day2", "count", "weekday2"):
        if getattr(a, name) is None and getattr(b, name) is not None:
            update[name] = getattr(b, name)
    form = "day" if "day" in (a.form, b.form) else "clock" if "clock" in (a.form, b.form) else a.form
    both = replace(a, form=form, **update)
    if a.eve and b.weekday is not None:  # «شب جمعه» is the night before Friday, «جمعه شب» that of Friday
        both = replace(both, eve=True)
    if form in ("clock", "day") and both.hour is not None and both.part and (a.form == "part" or b.form == "part"):
        both = replace(both, hour=_afternoon(both.hour, both.part))
    return both


def _afternoon(hour: int, part: str) -> int:
    return hour + 12 if part in ("TAF", "TEV") and 1 <= hour < 12 else hour


def _source(groups: list[Part], country: str | None, variety: str | None) -> Calendar | None:
    """The calendar that «ماه جاری» means: that of most dated expressions of the article; None where they tie."""
    counts = {"gregorian": 0, "jalali": 0}
    for group in groups:
        if group.meaning.calendar in counts:
            counts[group.meaning.calendar] += 1
    if counts["gregorian"] == counts["jalali"]:
        return "gregorian" if country not in (None, "IRN") or variety == "dari" else None
    return "gregorian" if counts["gregorian"] > counts["jalali"] else "jalali"


def _hint(groups: list[Part]) -> tuple[date, str] | None:
    """The first day that the article states with its year: it lends the year where no publication date is known."""
    for i, group in enumerate(groups):
        m = group.meaning
        if m.form == "day" and m.year is not None and m.month is not None and m.day is not None:
            value = resolve.resolve(m, Context(None, "jalali"))
            if value.begin:
                return date.fromisoformat(value.begin[:10]), f"t{i + 1}"
    return None


@cache
def _tenses(where: str, tense: str | None = None) -> re.Pattern[str]:
    rows = [r for r in resources.table("times/tenses.tsv") if r["where"] == where and tense in (None, r["tense"])]
    forms = "|".join(f"(?P<{r['tense']}{i}>{lexicon.spell(r['pattern'])})" for i, r in enumerate(rows))
    return re.compile(rf"(?<![^\W\d_])(?:{forms})(?![^\W\d_])")


def _ahead(text: str, start: int, end: int) -> bool:
    """Whether the clause of an expression speaks of the future: by the first verb that follows it in its sentence (at
    most 120 characters on), or by a cue close before it."""
    stop = _SENTENCE.search(text, end, end + 120)
    verb = _tenses("after").search(text, end, stop.start() if stop else min(len(text), end + 120))
    if verb and verb.lastgroup:
        return verb.lastgroup.startswith("future")
    before = text[max(0, start - 60) : start]
    cut = max(before.rfind(mark) for mark in ".!؟\n")
    return _tenses("before").search(before, cut + 1) is not None


def parse_date(words: str) -> date:
    """The day that `words` name.

    ISO `2025-02-28` (a time may follow) or Jalali `1403-12-10`, `۱۴۰۳/۱۲/۱۰`, `۱۰ اسفند ۱۴۰۳`.

    Raises InputError where the words name no day, or one that does not exist.
    """
    plain = key(words).strip()
    if m := re.match(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[t ]\d|$)", plain):
        year, month, day = map(int, m.groups())
        calendar: Calendar = "jalali" if 1200 <= year < 1600 else "gregorian"
    else:
        parts = [p.meaning for p in grammar.match(plain) if p.meaning.form == "day" and p.meaning.month]
        if len(parts) != 1 or parts[0].year is None or parts[0].day2 or parts[0].day is None:
            raise InputError(f"{words!r} is no date; write 2025-02-28, 1403-12-10 or ۱۰ اسفند ۱۴۰۳")
        year, month, day = parts[0].year, parts[0].month or 1, parts[0].day
        calendar = parts[0].calendar or "gregorian"
    try:
        return calendars.to_date(calendar, year, month, day)
    except ValueError:
        raise InputError(f"{words!r} is a date that does not exist in the {calendar} calendar") from None
