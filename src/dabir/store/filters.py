"""What a question to the store is about: a `Filter`, made from what people write, and as conditions of SQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any, get_args

import sqlalchemy as sa
from msgspec import Struct

from dabir.acts.plover import plover_table
from dabir.errors import InputError
from dabir.model import Status
from dabir.names.kb import load, squeeze
from dabir.resources import table
from dabir.store import schema, search
from dabir.store.reports import house
from dabir.text.keys import key
from dabir.times.values import interval
from dabir.timing import find_times

_FORMS = "write 2025-02-28, 1403-12-10, 2025-02, «۱۰ اسفند ۱۴۰۳», «اسفند ۱۴۰۳»"
_BETWEEN = re.compile(r"از|تا|از تا|[-–]|")
_LAST_JALALI_YEAR = 1599
_ESCAPE = "\\"


class Filter(Struct, frozen=True, kw_only=True):
    """What is asked for; what is empty does not narrow. Several values of one field are alternatives, the fields add up.

    `states` are codes of states and organisations; `dyad` two of them that both take part, other than as hosts; `actor` a
    person's name; `office` words of a title; `place` a place's name or a country's code; `since` and `until` ISO days, half
    open; `text` a full-text query. `asked` makes one from what people write.
    """

    states: tuple[str, ...] = ()
    dyad: tuple[str, str] | None = None
    actor: str | None = None
    office: str | None = None
    acts: tuple[str, ...] = ()
    plover: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    place: str | None = None
    outlet: str | None = None
    since: str | None = None
    until: str | None = None
    text: str | None = None


EVERYTHING = Filter()


def asked(
    *,
    states: Iterable[str] = (),
    dyad: Iterable[str] = (),
    actor: str | None = None,
    office: str | None = None,
    acts: Iterable[str] = (),
    plover: Iterable[str] = (),
    status: Iterable[str] = (),
    place: str | None = None,
    outlet: str | None = None,
    since: str | None = None,
    until: str | None = None,
    when: str | None = None,
    text: str | None = None,
) -> Filter:
    """The filter of what people write: states by code or name («روسیه», `Russia`, `RUS`), dates in any calendar, or `when` as
    «از ۱ اسفند ۱۴۰۳ تا ۱۵ اسفند ۱۴۰۳» (both included), «اسفند ۱۴۰۳», `2025-03`. `since` counts from the first day of what it
    names, `until` up to its first day, that day not included.

    Raises InputError for a state, act, type, status or date that is none.
    """
    pair = tuple(dict.fromkeys(code(s) for s in dyad))
    if pair and len(pair) != 2:
        raise InputError("a dyad is two different states or organisations, such as RUS and USA")
    if when and (since or until):
        raise InputError("give since and until, or both in one expression, not both ways")
    begin, end = between(when) if when else (since and _first(since), until and _first(until))
    data = plover_table()
    return Filter(
        states=tuple(dict.fromkeys(code(s) for s in states)), dyad=(pair[0], pair[1]) if pair else None, actor=actor or None,
        office=office or None, acts=_known("act", [a.lower() for a in acts], data.acts),
        plover=_known("PLOVER type", [p.upper() for p in plover], data.types),
        status=_known("status", [s.lower() for s in status], get_args(Status)), place=place or None, outlet=outlet or None,
        since=begin or None, until=end or None, text=text or None,
    )  # fmt: skip


def _known(what: str, given: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(given))
    for value in found:
        if value not in known:
            raise InputError(f"«{value}» is no {what}; there are {', '.join(sorted(known))}")
    return found


@cache
def _english() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for e in load().entities.values():
        if e.en:
            found[e.en.casefold()] = (*found.get(e.en.casefold(), ()), e.id)
    return found


def _entities(name: str) -> list[str]:
    """Ids of what a name stands for, in Persian by its letters, in English as a whole or by a person's last name."""
    if not name.isascii():
        return list(dict.fromkeys(s.entity for s in load().senses.get(squeeze(name), ()) if s.entity in load().entities))
    asked_for = " ".join(name.casefold().split())
    whole = _english().get(asked_for, ())
    return list(whole) or [i for en, ids in _english().items() if en.endswith(f" {asked_for}") for i in ids]


@cache
def _codes() -> frozenset[str]:
    base = load()
    return frozenset(e.code for e in base.entities.values() if e.code) | frozenset(s for s, _ in base.holdings)


def code(name: str) -> str:
    """The code of a state or organisation: given as such, or by a name in Persian or English. Raises InputError for none.

    >>> code("روسیه"), code("Oman"), code("usa")
    ('RUS', 'OMN', 'USA')
    """
    if name.upper() in _codes():
        return name.upper()
    base = load()
    kinds = ("state", "organization", "group")
    found = dict.fromkeys(e.code for i in _entities(name) if (e := base.entities[i]).kind in kinds and e.code)
    if len(found) == 1:
        return str(next(iter(found)))
    raise InputError(f"«{name}» is no state or organisation of the tables; give its code, such as IRN or UNO")


def between(words: str) -> tuple[str | None, str | None]:
    """The half-open ISO days that words name: «از … تا …» with both stretches whole, «از …», «تا …», or one date, month or year.

    Raises InputError where they name none, or say more than that.

    >>> between("از ۱ اسفند ۱۴۰۳ تا ۱۵ اسفند ۱۴۰۳")
    ('2025-02-19', '2025-03-06')
    """
    plain = interval(words.strip()) if words.isascii() else None
    if plain and plain[0].year > _LAST_JALALI_YEAR:
        return plain[0].isoformat(), plain[1].isoformat()
    times = find_times(words)
    rest = words
    for t in reversed(times):
        rest = rest[: t.start] + " " + rest[t.end :]
    frame = " ".join(key(rest).split())
    stretches = [(t.begin[:10], t.until[:10]) for t in times if t.begin and t.until]
    if not 1 <= len(stretches) <= 2 or len(stretches) != len(times) or not _BETWEEN.fullmatch(frame):
        raise InputError(f"«{words}» names no days; {_FORMS} or «از ۱ اسفند ۱۴۰۳ تا ۱۵ اسفند ۱۴۰۳»")
    (begin, _), (_, end) = stretches[0], stretches[-1]
    if begin >= end:
        raise InputError(f"«{words}» ends before it begins")
    if len(stretches) == 1 and frame in ("از", "تا"):
        return (begin, None) if frame == "از" else (None, end)
    return begin, end


def _first(words: str) -> str:
    return between(words)[0] or ""


def like(words: str) -> str:
    """A pattern of SQL that finds words inside a value, whatever stands between them (a space, a half-space, nothing).

    >>> like("محمد جواد")
    '%محمد%جواد%'
    """
    plain = "".join(f"{_ESCAPE}{c}" if c in "%_\\" else c for c in words)
    return "%" + "%".join(re.split(r"[\s\u200c]+", plain.strip())) + "%"


def known_people(name: str) -> list[str]:
    """The names that the tables have for whom a name names; none for a name that they do not know."""
    base = load()
    return [base.entities[i].fa for i in _entities(name) if base.entities[i].kind == "person"]


def people(dialect: str, name: str) -> Any:
    """The condition that an actor of the store is the person that a name names: by the tables, else by the words themselves, which
    SQLite looks for in each different name once."""
    a, b = schema.actors.c, schema.actors.alias().c
    if known := known_people(name):
        return a.person.in_(known)
    if dialect != "sqlite":
        return sa.or_(*(c.ilike(like(name), escape=_ESCAPE) for c in (a.name_fa, a.name_en, a.person)))
    each = sa.select(a.name_fa, a.name_en, a.person).distinct().cte("each_name").prefix_with("MATERIALIZED")
    here = (getattr(b, c.name).is_not_distinct_from(c) for c in each.c)
    found = sa.or_(*(c.ilike(like(name), escape=_ESCAPE) for c in each.c))
    return a.id.in_(sa.select(b.id).select_from(sa.join(each, b.id.table, sa.and_(*here))).where(found))


def nameless(name: str) -> Any:
    """The condition that a participant stands for no state and nobody known, and is called by these words."""
    p = schema.participants.c
    return sa.and_(p.state.is_(None), p.person.is_(None), p.words.ilike(like(name), escape=_ESCAPE))


def holders(office: str) -> Any:
    """The condition that an actor of the store has an office whose title has these words."""
    return schema.actors.c.office_title.ilike(like(office), escape=_ESCAPE)


def outlets(name: str) -> Any:
    """The condition that an article's version is of an outlet, by any name that the tables have for it."""
    own = house(name)
    names = {name, f"خبرگزاری {name}"}
    for row in table("kb/outlets.tsv"):
        if row["id"] == own:
            names |= {x for x in (row["fa"], row["domain"], *row["variants"].split("|")) if x}
            names |= {f"خبرگزاری {row['fa']}"}
    return schema.versions.c.outlet.in_(sorted(names))


def placed(place: Any, country: Any, name: str) -> Any:
    """The condition that a place's name has these words, or its country is the one that they name."""
    here = place.ilike(like(name), escape=_ESCAPE)
    try:
        return sa.or_(here, country == code(name))
    except InputError:  # a city or a hall: no country is meant
        return here


def texts(dialect: str, query: str) -> sa.Select[Any]:
    """The versions of articles whose words, or whose statements' words, match a query."""
    d = schema.documents.c
    return sa.select(d.version).where(search.matches(dialect, query))
