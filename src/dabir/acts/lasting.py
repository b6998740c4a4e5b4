"""How long an act lasts: its last day, and the length of time that the words give it.

«از ۵ تا ۸ اسفند» is first day and last day; «سفری سه‌روزه» begun on a known day ends two days later. A length belongs to an act
where the words tie the two: an adjective beside the trigger, «پس از سه ساعت گفت‌وگو», «سه ساعت به طول انجامید»
(data/acts/lasting.toml). Elsewhere there is none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from msgspec import Struct

from dabir.acts.frames import Trigger
from dabir.acts.setting import Setting, When, day_of
from dabir.model import Time
from dabir.resources import toml
from dabir.text.keys import key

DATA = "acts/lasting.toml"
BESIDE = 3  # words between a trigger and the adjective of length: «سفر رسمی و سه‌روزه»
_DAYS = re.compile(r"P(?:(?P<days>\d{1,3})D|(?P<weeks>\d{1,2})W)")
_EXACT = re.compile(r"P(?:T?\d+(?:\.\d+)?[YMWDHS])+(?:T?\d+[HMS])*|PT(?:\d+[HMS])+")
_RANGE = re.compile(r"(\d{4}-\d\d-\d\d)/(\d{4}-\d\d-\d\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FROM = re.compile(r"(?<!\w)از (?:روز )?$")
_TO = re.compile(r" ?تا (?:روز )?")
_OVER = re.compile(r"(?<!\w)(?:پس|بعد) از [^.،]{0,20}$")
_FROM_NOW = re.compile("گذشته|اخیر|آینده|آتی|پیش|قبل")
LONGEST = timedelta(days=62)  # two dates farther apart are no bounds of one visit or session


class Stretch(Struct, frozen=True):
    """First day (or month or year), last day where it lasts beyond the first, and length (ISO 8601)."""

    begin: str | None = None
    end: str | None = None
    duration: str | None = None


@cache
def _words(name: str) -> tuple[str, ...]:
    return tuple(key(w) for w in toml(DATA)[name])


@cache
def _led() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(_words('before'))})$")


def stretch(s: Setting, triggers: Sequence[Trigger], when: int | None) -> Stretch:
    """When an act that is told at `triggers` began, when it ended and how long it took. `when` is the expression that dates it
    (an index of `s.whens`), or None."""
    lasts = triggers[0].act in toml(DATA)["acts"]
    duration = next((d for t in triggers if lasts and (d := _length(s, t))), None)
    if when is None:
        return Stretch(duration=duration)
    time = s.whens[when].time
    begin = day_of(time)
    days = _RANGE.fullmatch(time.value or "")
    if days and time.rule in toml(DATA)["day_ranges"] and " یا " not in time.text:
        last = date.fromisoformat(days[2]) - timedelta(days=1)
        return Stretch(days[1], last.isoformat() if last.isoformat() > days[1] else None, duration)
    if not lasts or begin is None or not _DAY.fullmatch(begin):
        return Stretch(begin, None, duration)
    return Stretch(begin, _until(s, s.whens[when], begin) or _after(begin, duration, s, triggers), duration)


def _after(begin: str, duration: str | None, s: Setting, triggers: Sequence[Trigger]) -> str | None:
    """The last day of what takes some days or weeks from `begin` on; none where the length is over by then («پس از سه روز»)."""
    m = _DAYS.fullmatch(duration or "")
    if not m or any(_OVER.search(s.text.key, max(0, t.start - 24), t.start) for t in triggers):
        return None
    days = int(m["days"] or 0) + 7 * int(m["weeks"] or 0)
    return (date.fromisoformat(begin) + timedelta(days=days - 1)).isoformat() if days > 1 else None


def _until(s: Setting, first: When, begin: str) -> str | None:
    """The day behind «تا» in «از یکشنبه تا سه‌شنبه», where it is after the first."""
    if not _FROM.search(s.text.key, max(0, first.start - 12), first.start):
        return None
    for k in s.whens_in[s.sentence(first.start)]:
        w = s.whens[k]
        value = (w.time.value or "").split("T")[0]
        if w.start > first.end and _DAY.fullmatch(value) and _TO.fullmatch(s.text.key, first.end, w.start):
            apart = date.fromisoformat(value) - date.fromisoformat(begin)
            return value if timedelta(0) < apart <= LONGEST else None
    return None


def _length(s: Setting, t: Trigger) -> str | None:
    """The one exact length that the words tie to a trigger, or None."""
    found = {
        w.time.value for k in s.whens_in[s.sentence(t.start)]
        if _exact((w := s.whens[k]).time) and _nearest(s, w, t) and _tied(s, w, t)
    }  # fmt: skip
    return found.pop() if len(found) == 1 else None


def _exact(time: Time) -> bool:
    """Whether a time is a length that is not itself counted from a day («دو روز گذشته»)."""
    counted = time.begin is not None or _FROM_NOW.search(time.text)
    return time.kind == "duration" and not counted and bool(_EXACT.fullmatch(time.value or ""))


def _gap(s: Setting, w: When, t: Trigger) -> int:
    if w.start < t.end and t.start < w.end:
        return 0
    return s.token(t.start) - s.token(w.end) if w.end <= t.start else s.token(w.start) - s.token(t.end)


def _nearest(s: Setting, w: When, t: Trigger) -> bool:
    """Whether no other act that lasts is told nearer to the length."""
    acts = toml(DATA)["acts"]
    rivals = (o for o in s.triggers_between(*s.text.sentences[s.sentence(w.start)]) if o.act in acts and o.act != t.act)
    return all(_gap(s, w, t) <= _gap(s, w, o) for o in rivals)


def _tied(s: Setting, w: When, t: Trigger) -> bool:
    before, behind = s.text.key[:w.start][-16:].rstrip(), s.text.key[w.end : w.end + 30].lstrip()
    gap = _gap(s, w, t)
    if any(behind.startswith(p) for p in _words("predicate")):
        return t.start < w.start
    if w.time.rule == "duration-adjective":  # behind its noun, or inside the trigger's words
        return w.end > t.start and gap <= BESIDE
    if s.text.key[w.start : w.end].startswith("مدت"):
        return True
    led = _led().search(before) is not None
    return gap == 0 and w.end <= t.start + 1 and (led or not before or before[-1] in "،.:؛\n")
