"""What an analyst may set, and to what: the fields of the record and their values, checked one by one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import get_args

from dabir.acts.plover import plover_table
from dabir.errors import InputError
from dabir.model import Role, Status
from dabir.store import filters
from dabir.store.corrections import Subject
from dabir.store.opinions import LONGEST
from dabir.times.values import interval

ROLES: tuple[str, ...] = get_args(Role)
PERSON = "person:"
MARKS = ("right", "wrong", "notable")
PERSON_FIELD = re.compile(f"{PERSON}[A-Z0-9+]{{2,12}}")
TRUTHS = ("main", "direct")
NAME = 200  # characters of an analyst's name
WORDS = 4000  # characters of a reason, a note, the words of a statement
_EVENT = ("act", "status", "begin", "end", "duration", "place", "country", "venue", "main", *ROLES)
FIELDS: Mapping[Subject, tuple[str, ...]] = MappingProxyType({
    "act": _EVENT, "report": _EVENT, "statement": ("speaker", "person", "state", "content", "direct"),
    "article": ("title", "outlet", "published"),
})  # fmt: skip
_STATED = frozenset({"act", "status", "main", "speaker", "content", "direct"})  # never null in a record
_QUOTED = frozenset({("report", "place"), ("statement", "speaker"), ("statement", "content")})
_CLOCK = re.compile(r"(\d{4}-\d\d-\d\d)T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?:Z|[+-][01]\d:[0-5]\d)?|MO|NO|AF|EV|NI)")
_DURATION = re.compile(r"P[<>]?(?=[\dXT])(?:(?:\d{1,6}|X)[YMWD]){0,4}(?:T(?:(?:\d{1,6}|X)[HMS]){1,3})?")
_LAST_JALALI_YEAR = 1599


def words(text: str, what: str, longest: int = WORDS) -> str:
    """Words of an analyst, with the space around them gone. Raises InputError for none, too many, and what no database keeps."""
    found = text.strip()
    if not found:
        raise InputError(f"{what} is missing")
    if len(found) > longest:
        raise InputError(f"{what} has {len(found):,} characters; at most {longest:,} are kept")
    if "\0" in found:
        raise InputError(f"{what} holds the character NUL, which databases do not keep; take it out")
    if any(unicodedata.category(c) == "Cs" for c in found):
        raise InputError(f"{what} holds half a character; it cannot be stored")
    return found


def line(text: str, what: str, longest: int = NAME) -> str:
    """As `words`, on one line."""
    return " ".join(words(text, what, longest).split())


def checked(subject: Subject, field: str, value: str | None, text: str = "") -> tuple[str, str | None]:
    """A field and its new value as they are kept: codes as the contract has them, dates ISO; null where the value is empty, that
    is, not stated. `text` is the article's, for words that have to stand in it.

    Raises InputError for a field that the subject does not have, or a value that the field cannot have.
    """
    name = _field(subject, field.strip())
    given = value.strip() if value else ""
    if not given:
        if name in _STATED:
            raise InputError(f"`{name}` cannot be left empty")
        return name, None
    longest = WORDS if (subject, name) == ("statement", "content") else LONGEST
    given = words(given, f"the value of `{name}`", longest)
    if (subject, name) in _QUOTED:
        if given not in text:
            raise InputError(f"`{name}` has to be words of the article, as they stand there")
        return name, given
    return name, _CHECKS.get(name.partition(":")[0], _plain)(given)


def codes(field: str) -> tuple[str, ...]:
    """The values that a field is chosen from; none where it is written."""
    if field in TRUTHS:
        return ("true", "false")
    return {"act": tuple(plover_table().acts), "status": get_args(Status)}.get(field, ())


def _field(subject: Subject, name: str) -> str:
    if name in FIELDS[subject]:
        return name
    if name.startswith(PERSON) and subject in ("act", "report"):
        return PERSON + filters.code(name.removeprefix(PERSON))
    known = ", ".join((*FIELDS[subject], *(("person:CODE",) if subject in ("act", "report") else ())))
    raise InputError(f"«{name[:60]}» is no field that can be set here; there are {known}")


def _one_of(what: str, value: str, known: tuple[str, ...]) -> str:
    if value.lower() not in known:
        raise InputError(f"«{value}» is no {what}; there are {', '.join(known)}")
    return value.lower()


def _plain(value: str) -> str:
    return " ".join(value.split())


def _date(value: str) -> str:
    clock = _CLOCK.fullmatch(value)
    plain = interval(clock[1] if clock else value)
    if plain and plain[0].year > _LAST_JALALI_YEAR and plain[0] < plain[1]:
        return value
    begin, end = filters.between(value)
    if begin is None or end is None:
        raise InputError(f"«{value}» names no day, month or year")
    days = interval(f"{begin}/{end}")
    if days is None or days[0] >= days[1]:
        raise InputError(f"«{value}» ends before it begins")
    return begin if (days[1] - days[0]).days == 1 else f"{begin}/{end}"


def _day(value: str) -> str:
    found = _date(value)
    if not re.match(r"\d{4}-\d\d-\d\d(T|$)", found):
        raise InputError(f"«{value}» is more than a day")
    return found


def _duration(value: str) -> str:
    if not _DURATION.fullmatch(value):
        raise InputError(f"«{value}» is no length of time; write PT6H30M, P3D, P2Y")
    return value


def _truth(value: str) -> str:
    if value.lower() not in ("true", "false"):
        raise InputError(f"«{value}» is neither true nor false")
    return value.lower()


def _states(value: str) -> str:
    """Codes, or names in Persian or English; those of several words are parted by commas."""
    found: set[str] = set()
    for part in filter(str.strip, re.split("[,،]", value)):
        plain = part.strip()
        found |= {filters.code(x) for x in (plain.split() if plain.isupper() else [plain])}
    return " ".join(sorted(found))


_CHECKS: Mapping[str, Callable[[str], str]] = MappingProxyType({
    "act": lambda v: _one_of("act", v, codes("act")), "status": lambda v: _one_of("status", v, codes("status")),
    **dict.fromkeys(TRUTHS, _truth), "country": filters.code, "state": filters.code, "begin": _date, "end": _date,
    "published": _day, "duration": _duration,
    **dict.fromkeys(ROLES, _states),
})  # fmt: skip
