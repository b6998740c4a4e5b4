"""The peers that find times. Each factory imports its peer and gives a function from text and date to a list of times.

A time is `{"start", "end", "text", "value", "kind"}`: offsets count code points of the text as it was given and
`text[start:end]` is the `text`; `value` is ISO 8601, or None where the peer gives none.
"""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

Time = dict[str, Any]
Timer = Callable[[str, "date | None"], list[Time]]
Found = tuple[int, int, "str | None", str]  # start, end, value, kind

HALF = "\u200c"
DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")


def _time(text: str, found: Found) -> Time:
    """The time that was found in `text`, without blanks and marks at its ends."""
    start, end, value, kind = found
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum():
        end -= 1
    return {"start": start, "end": end, "text": text[start:end], "value": value, "kind": kind}


def parstdex() -> Timer:
    """Spans of `extract_span` where dates and times that meet are one; it gives no values.

    It folds letters and digits one by one before it looks, so its offsets are those of the text as given. It imports
    textspan, which has no wheels for Python 3.12 on, for `extract_ner` alone: an empty module stands in.
    """
    sys.modules.setdefault("textspan", types.ModuleType("textspan"))
    from parstdex import Parstdex

    model = Parstdex()

    def find(text: str, _: date | None) -> list[Time]:
        if len(model.normalizer.normalize_cumulative(text)) != len(text):
            raise ValueError("the peer's normaliser changed the length of the text")
        spans = model.extract_span(text)
        kinds = {(a, b): kind for kind in ("time", "date") for a, b in spans[kind]}
        return [_time(text, (a, b, None, kinds.get((a, b), "datetime"))) for a, b in spans["datetime"]]

    return find


def dateparser_search() -> Timer:
    """`search_dates` for Persian on the text as given; it reads Gregorian and relative dates."""
    search = _search()
    return lambda text, published: [_time(text, found) for found in search(text, published)]


def _search() -> Callable[[str, date | None], list[Found]]:
    """`search_dates` relative to noon of the publication date; without one no values, to not read the clock.

    It gives words without their places; these are looked up in their order.
    """
    from dateparser.search import search_dates

    def search(text: str, published: date | None) -> list[Found]:
        base = datetime.combine(published or date(2000, 1, 1), time(12))
        settings = {"RELATIVE_BASE": base, "RETURN_TIME_AS_PERIOD": True}
        found = search_dates(text, languages=["fa"], settings=settings, strategy="ngram", add_period=True)
        times, at = [], 0
        for words, moment, period in found or []:
            start = _locate(text, words, at)
            if start >= 0:
                at = start + len(words)
                times.append((start, at, _value(words, moment, period) if published else None, period))
        return times

    return search


def _locate(text: str, words: str, at: int) -> int:
    """Where `words` stand in `text` from `at` on, as whole words if they do so anywhere; -1 if nowhere."""
    whole = re.compile(rf"(?<!\w){re.escape(words)}(?!\w)").search(text, at)
    return whole.start() if whole else text.find(words, at)


def _value(words: str, moment: datetime, period: str) -> str:
    """`moment` in ISO 8601, as precise as `period` says; with a clock only where one was written."""
    if period == "time" and re.search(r"\d:\d|ساعت", words):
        return moment.strftime("%Y-%m-%dT%H:%M")
    if period == "week":
        return "{:04d}-W{:02d}".format(*moment.isocalendar()[:2])
    day = moment.date().isoformat()
    return {"year": day[:4], "month": day[:7]}.get(period, day)


MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
_UNITS = "یکم?|اول|دوم?|سوم?|سه|چهارم?|پنجم?|ششم?|هفتم?|هشتم?|نهم?"
_TEENS = "(?:یاز|دواز|سیز|چهار|پانز|شانز|هف|هج)دهم?|دهم?|بیستم?|سی ?ام|سی"
_DAY = rf"(?:[0-3]?\d|(?:(?:بیست|سی) و )?(?:{_UNITS})|{_TEENS})"
_WEEKDAY = "(?:(?:(?:یک|دو|سه|چهار|پنج) ?)?شنبه|جمعه)"
# These look at the text without half-spaces and with ASCII digits. A named month needs its day or its year.
_NUMERIC = re.compile(r"(?<![\w/.-])1[34]\d\d([/.-])[01]?\d\1[0-3]?\d(?![\w/-])")
_NAMED = re.compile(
    rf"(?<!\w)(?:(?:{_WEEKDAY}[ ،]+)?(?P<day>{_DAY}) )?(?P<month>{'|'.join(MONTHS)})(?: ?ماه)?"
    rf"(?: (?:سال )?(?P<year>1[34]\d\d))?(?!\w)"
)
_YEAR = re.compile(r"(?<!\w)سال (?P<year>1[34]\d\d)(?!\w)")


def dateparser() -> Timer:
    """`search_dates` together with dateparser's `JalaliCalendar`, which only parses and finds nothing by itself.

    Patterns of this module find what may be a Jalali date: `۱۴۰۳/۰۷/۱۲`, a named month with a day or a year, a year
    after «سال». `JalaliCalendar` reads these, and `search_dates` the rest of the text. A date without a year gets
    that of the publication, since the calendar would take the machine's clock. A month or a year is an interval
    that is open at its end, from two calls of the calendar.

    Half-spaces are taken out first and what is found is mapped back: dateparser knows «پنجشنبه», not «پنج‌شنبه».
    """
    from convertdate import persian
    from dateparser.calendars.jalali import JalaliCalendar

    search = _search()

    def day_of(words: str) -> str | None:
        read = JalaliCalendar(words).get_date()
        return read.date_obj.date().isoformat() if read and read.date_obj else None

    def value_of(match: re.Match[str], year: str | None) -> str | None:
        groups = match.groupdict()
        if match.re is _NUMERIC:
            return day_of(match.group())
        if not year:
            return None
        if groups.get("day"):
            return day_of(f"{groups['day']} {groups['month']} {year}")
        first = MONTHS.index(groups["month"]) if "month" in groups else 0
        later, last = divmod(first + 1 if "month" in groups else 12, 12)
        begin, until = day_of(f"1 {MONTHS[first]} {year}"), day_of(f"1 {MONTHS[last]} {int(year) + later}")
        return f"{begin}/{until}" if begin and until else None

    def both(text: str, published: date | None) -> list[Found]:
        this_year = published and str(persian.from_gregorian(published.year, published.month, published.day)[0])
        times: list[Found] = []
        done = 0
        for match in [*_candidates(text.translate(DIGITS)), None]:
            value = match and value_of(match, match.groupdict().get("year") or this_year)
            if match and not value:
                continue
            between = text[done : match.start() if match else len(text)]
            times += [(done + a, done + b, *more) for a, b, *more in search(between, published)]
            if match:
                times.append((*match.span(), value, "interval" if "/" in value else "day"))
                done = match.end()
        return times

    def find(text: str, published: date | None) -> list[Time]:
        at = [index for index, char in enumerate(text) if char != HALF]
        found = both("".join(text[index] for index in at), published)
        return [_time(text, (at[a], at[b - 1] + 1, value, kind)) for a, b, value, kind in found if a < b]

    return find


def _candidates(text: str) -> list[re.Match[str]]:
    """What may be a Jalali date in `text`, in order; no two overlap."""
    found: list[re.Match[str]] = []
    for pattern in (_NUMERIC, _NAMED, _YEAR):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            bare = "month" in groups and not (groups["day"] or groups["year"])
            if not bare and all(match.end() <= other.start() or other.end() <= match.start() for other in found):
                found.append(match)
    return sorted(found, key=lambda match: match.start())


# Name: (package on PyPI, factory).
TIMERS: dict[str, tuple[str, Callable[[], Timer]]] = {
    "parstdex": ("parstdex", parstdex),
    "dateparser": ("dateparser", dateparser),
    "dateparser-search": ("dateparser", dateparser_search),
}
