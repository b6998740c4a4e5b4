"""Reports: what one article says of one act, as far as comparing needs it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import combinations
from types import MappingProxyType

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.names.kb import squeeze
from dabir.resources import table, toml
from dabir.store import schema
from dabir.store.words import term, terms
from dabir.text.keys import fold_char, key
from dabir.text.lexicon import lexicon

DATA = "store/merge.toml"
CHUNK = 400  # ids in one question
_AROUND = 160  # characters before and after a trigger that tell what the act is about
_LEAD = 400  # characters at the beginning of an article, title included
_BODY = 1200  # characters of it that tell its story; what comes after is background more often than not
_PRECISE = 3  # days; a longer stretch does not date an act
_LATE = 20  # days after which an act is told as background, where months are all that is often said
_DOMAIN = re.compile(r"(?:https?://)?(?:www\.)?([\w.-]{1,253}\.\w{1,63})")


class Party(Struct, frozen=True):
    """A party to an act: whom it stands for, in which role, and who in person; `name` is what a report calls a party of no state
    and no known person («رئیس فیفا»)."""

    state: str | None
    person: str | None
    role: str
    name: str | None = None

    @property
    def who(self) -> str | None:
        """What tells a party from others: its state, else the person, else the name; null for one that has none."""
        return self.state or self.person or self.name


class Report(Struct, frozen=True):
    """One event of one article's record. Days are half open; `origin` is shared by copies, `house` the outlet as one name;
    `place` is a city, region or venue, a country alone is `country`."""

    id: str
    version: str
    origin: str
    outlet: str | None
    house: str
    published: str | None
    act: str
    status: str
    parties: tuple[Party, ...]
    begin: str | None
    finish: str | None
    days: tuple[date, date] | None
    place: str | None
    country: str | None
    venue: str | None
    duration: str | None
    main: bool
    words: frozenset[str]
    lead: frozenset[str]
    body: frozenset[str]
    plover: str | None
    mode: str | None
    quad: int | None
    intensity: float | None

    @property
    def states(self) -> frozenset[str]:
        """All states and organisations that take part."""
        return frozenset(p.state for p in self.parties if p.state)

    @property
    def day(self) -> date | None:
        """The day of publication."""
        return date.fromisoformat(self.published[:10]) if self.published else None


@cache
def families() -> Mapping[str, str]:
    """The family of each act that may be told under another name."""
    return MappingProxyType({act: name for name, acts in toml(DATA)["families"].items() for act in acts})


@cache
def _stopwords() -> frozenset[str]:
    return frozenset(map(key, toml(DATA)["stopwords"]["words"]))


@cache
def _houses() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in table("kb/outlets.tsv"):
        for name in (row["fa"], row["domain"], *row["variants"].split("|")):
            if name:
                found.setdefault(squeeze(name), row["id"])
    return MappingProxyType(found)


def house(outlet: str | None) -> str | None:
    """One name for an outlet, however it is written («ایسنا», «خبرگزاری ایسنا», isna.ir); null for none."""
    if not outlet or not outlet.strip():
        return None
    domain = _DOMAIN.fullmatch(outlet.strip())
    name = squeeze(domain[1] if domain else outlet)
    return _houses().get(name, name)


@cache
def _rarities() -> Mapping[str, float]:
    """How rare each word of the lexicon is: its information content, 1 for a word met once."""
    counts: dict[str, int] = {}
    for word, count in lexicon().words.items():
        folded = term("".join(map(fold_char, word)))
        counts[folded] = counts.get(folded, 0) + count
    total = math.log(sum(counts.values()))
    return MappingProxyType({word: (total - math.log(count)) / total for word, count in counts.items() if count})


@lru_cache(1 << 16)
def rarity(word: str) -> float:
    """From 0 for the commonest words to 1 for a word that the lexicon does not have; squared, so that rare words count."""
    return _rarities().get(word, 1.0) ** 2


@lru_cache(1 << 14)
def content(text: str) -> frozenset[str]:
    """The words of a stretch of text, as the index has them, without the commonest and what is in Latin (channels' names)."""
    folded = "".join(map(fold_char, text))
    return frozenset(w for w in terms(folded) if len(w) > 1 and w not in _stopwords() and not w.isascii())


def gist(text: str, start: int, stop: int) -> frozenset[str]:
    """The words around a trigger: of its own line, at most 160 characters to each side."""
    low = max(text.rfind("\n", 0, start) + 1, start - _AROUND)
    line = text.find("\n", stop)
    return content(text[low : min(line if line >= 0 else len(text), stop + _AROUND)])


def blocks(report: Report) -> frozenset[str]:
    """Where to look for other reports of the act: its family, its parties (one and two of them), its days.

    A stated day counts with the next one, so that reports a day apart meet; without one, the days around publication.
    Acts that items are about are also looked for under other acts and by the days of publication, since readers may name one
    occasion differently, and one of them may miss its day.
    """
    family = families().get(report.act, report.act)
    states = sorted(report.states)[:6]
    who = [*states, *("+".join(pair) for pair in combinations(states, 2))]
    if not states:
        who = sorted({squeeze(p.who) for p in report.parties if p.who})[:3]
    found = {f"{family} {name} {when}" for name in who for when in _buckets(report)}
    if report.main:
        found |= {f"main {name} {when}" for name in who for when in (*_buckets(report), *_around(report.day))}
    return frozenset(found)


def _around(day: date | None) -> Iterator[str]:
    return ((day + timedelta(n)).isoformat() for n in (-1, 0, 1)) if day else iter(())


def _buckets(report: Report) -> Iterator[str]:
    day, days = report.day, report.days
    if days is None:
        yield from _around(day)
        return
    if (days[1] - days[0]).days <= _PRECISE:
        yield from ((days[0] + timedelta(n)).isoformat() for n in range((days[1] - days[0]).days + 1))
        if day is None or (day - days[0]).days > _LATE:
            yield f"{days[0]:%Y-%m}"
    elif (days[1] - days[0]).days <= 93:
        yield from sorted({f"{days[0]:%Y-%m}", f"{days[1] - timedelta(1):%Y-%m}"})
    else:
        yield f"{days[0]:%Y}"


def load(connection: Connection, wanted: Iterable[str]) -> dict[str, Report]:
    """Reports by event id, in one question for a few hundred; those of versions that are no longer current are left out."""
    ids = list(dict.fromkeys(wanted))
    found: dict[str, Report] = {}
    for at in range(0, len(ids), CHUNK):
        found |= _load(connection, ids[at : at + CHUNK])
    return found


class _Text(Struct, frozen=True):
    """What a version says of itself, with the words it begins with."""

    outlet: str | None
    published: str | None
    text: str
    origin: str
    lead: frozenset[str]
    body: frozenset[str]


def _load(connection: Connection, ids: Sequence[str]) -> dict[str, Report]:
    e, p, pl = (t.c for t in (schema.events, schema.participants, schema.places))
    venue = schema.places.alias("venue")
    parties: dict[str, list[Party]] = {}
    chosen = sa.select(p.event, p.state, p.person, p.role, p.words).where(p.event.in_(ids)).order_by(p.event, p.position)
    for event, state, person, role, words in connection.execute(chosen):
        name = None if state or person else " ".join(words.split())
        parties.setdefault(event, []).append(Party(state, person, role, name))
    query = (
        sa.select(schema.events, pl.name_fa.label("city"), pl.kind.label("area"), pl.country, venue.c.name_fa.label("hall"))
        .outerjoin(schema.places, pl.id == e.place)
        .outerjoin(venue, venue.c.id == e.venue)
        .where(e.id.in_(ids))
    )
    rows = connection.execute(query).all()
    texts = _texts(connection, {row.version for row in rows})
    return {r.id: _report(r, texts[r.version], tuple(parties.get(r.id, ()))) for r in rows if r.version in texts}


def _texts(connection: Connection, versions: Iterable[str]) -> dict[str, _Text]:
    v, c = schema.versions.c, schema.copies.c
    query = (
        sa.select(v.id, v.outlet, v.published, v.text, sa.func.coalesce(c.origin, v.id))
        .outerjoin(schema.copies, c.version == v.id)
        .where(v.id.in_(sorted(versions)), v.current)
    )
    return {row[0]: _Text(*row[1:], content(row[3][:_LEAD]), content(row[3][:_BODY])) for row in connection.execute(query)}


def _report(row: sa.Row[tuple[object, ...]], text: _Text, parties: tuple[Party, ...]) -> Report:
    r = row._mapping
    days = (date.fromisoformat(r["since"]), date.fromisoformat(r["until"])) if r["since"] else None
    place = None if r["area"] == "country" else r["city"]
    return Report(
        id=r["id"], version=r["version"], origin=text.origin, outlet=text.outlet,
        house=_source_house(r["source"]) or house(text.outlet) or r["version"], published=text.published, act=r["act"],
        status=r["status"], parties=parties, begin=r["begin"], finish=r["finish"], days=days, place=place,
        country=r["country"], venue=r["hall"], duration=r["duration"], main=r["main"],
        words=gist(text.text, r["start"], r["stop"]), lead=text.lead, body=text.body, plover=r["plover"], mode=r["mode"],
        quad=r["quad"], intensity=r["intensity"],
    )  # fmt: skip


def _source_house(source: str) -> str | None:
    """The agency that a report says it has its news from: what it then says is that agency's, not the outlet's own."""
    chain = msgspec.json.decode(source)
    return next((house(link["words"]) for link in chain if link["kind"] in ("agency", "outlet")), None)
