"""The knowledge base: who and what the tables know, and who held what office on a date."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache

from msgspec import Struct

from dabir import resources
from dabir.prepared import Table
from dabir.resources import values
from dabir.text.keys import fold


def squeeze(words: str) -> str:
    """The letters of a name, folded as keys are, without its spaces, so that «محمد جواد», «محمدجواد» and «محمد‌جواد» are one.

    >>> squeeze("حزب‌الله") == squeeze("حزب الله")
    True
    """
    return fold(words).replace(" ", "")


class Entity(Struct, frozen=True):
    """A state, organisation, group, state body, outlet or person of the tables.

    `code` is the state or organisation that it acts for, `id` its own (a state's is its code).
    """

    id: str
    kind: str
    fa: str
    en: str | None
    code: str | None
    sector: str | None = None
    wikidata: str | None = None


class Holding(Struct, frozen=True):
    """An office held by `person` for `state`, from `begin` to `end` (ISO as precise as known, half open, '' unknown or open)."""

    person: str
    office: str
    title: str
    state: str
    begin: str
    end: str
    kinds: tuple[str, ...]


class Spot(Struct, frozen=True):
    """A place of the tables."""

    id: str
    fa: str
    en: str
    kind: str
    country: str
    latitude: float | None
    longitude: float | None


class Sense(Struct, frozen=True):
    """One reading of a name: what kind of word it is and whom it may stand for."""

    kind: str
    entity: str = ""
    state: str = ""
    rank: str = ""
    sector: str = ""
    office: str = ""


class Beginnings(Struct, frozen=True):
    """What names begin with: `x in beginnings` where a name begins with x. `names` are sorted."""

    names: tuple[str, ...]

    def __contains__(self, letters: str) -> bool:
        at = bisect_left(self.names, letters)
        return at < len(self.names) and self.names[at].startswith(letters)


class KnowledgeBase(Struct, frozen=True):
    """All tables, indexed. Shared between threads and processes as it never changes.

    `senses` maps a squeezed name to its readings; `given` holds squeezed given names, `name_words` every word
    that is part of personal names; `holdings` maps (state, office) to its holders; `prefixes` are the squeezed
    beginnings that some name has; `surnames` maps a squeezed surname to the ids of all people who bear it, `held_for` a code to all
    offices held for it.
    """

    entities: Mapping[str, Entity]
    senses: Mapping[str, tuple[Sense, ...]]
    prefixes: Beginnings
    given: frozenset[str]
    name_words: frozenset[str]
    holdings: Mapping[tuple[str, str], tuple[Holding, ...]]
    offices: Mapping[str, tuple[Holding, ...]]
    spots: Mapping[str, tuple[Spot, ...]]
    outlets: Mapping[str, str]
    surnames: Mapping[str, tuple[str, ...]]
    held_for: Mapping[str, tuple[Holding, ...]]

    def holder(self, state: str, office: str, date: str | None) -> Holding | None:
        """Who held `office` of `state` on `date` (ISO): the one holding that covers it, or None where none or several do."""
        if date is None:
            return None
        found = [h for h in self.holdings.get((state, office), ()) if covers(h, date)]
        return found[0] if len({h.person for h in found}) == 1 else None


def covers(holding: Holding, date: str) -> bool:
    """Whether a holding covers an ISO date; bounds known to the month or year cover it where they may."""
    begin, end = holding.begin, holding.end
    ended = bool(end) and (date >= end if len(end) >= len(date) else date[: len(end)] > end)
    return bool(begin) and begin[: len(date)] <= date[: len(begin)] and not ended


def _plural_forms(adjective: str) -> tuple[str, ...]:
    return (
        (adjective + "‌ها", adjective + "‌های", adjective + "ان")
        if adjective.endswith("ی")
        else (adjective + "‌ها", adjective + "‌های")
    )


def _state_senses() -> Iterable[tuple[str, Sense]]:
    rules = resources.toml("names/ambiguous.toml")
    blocked = {squeeze(w) for w in rules["never_alone"]}
    for row in resources.table("kb/states.tsv"):
        code = row["code"]
        for name in (row["fa"], *values(row["variants"]), *values(row["former"])):
            if squeeze(name) not in blocked:
                yield name, Sense("state", code, code)
            for lead in rules["state_leads"]:
                yield f"{lead} {name}", Sense("state", code, code)
        for name in values(row["capital"]):
            if squeeze(name) not in blocked:
                yield name, Sense("capital", code, code)
        for adjective in values(row["adjectives"]):
            if squeeze(adjective) in blocked:
                continue
            yield adjective, Sense("adjective", code, code)
            for form in _plural_forms(adjective):
                yield form, Sense("people", code, code)
        for people in values(row["people"]):
            yield people, Sense("people", code, code)
    for row in resources.table("kb/metonyms.tsv"):
        for name in (row["fa"], *values(row["variants"])):
            yield name, Sense("capital" if row["kind"] == "city" else "seat", row["code"], row["code"])


def public_code(code: str) -> str:
    """The code as the record may state it: a state's or one of the contract's organisations, '' for any other."""
    return code if code in _public_codes() else ""


@cache
def _public_codes() -> frozenset[str]:
    states = {row["code"] for row in resources.table("kb/states.tsv")}
    return frozenset(states | set(resources.toml("names/ambiguous.toml")["organisation_codes"]))


def _organisation_senses() -> Iterable[tuple[str, Sense]]:
    for row in resources.table("kb/organisations.tsv"):
        for name in (row["fa"], *values(row["variants"])):
            yield (
                name,
                Sense(
                    row["kind"], organisation_id(row), public_code(row["parent"] or row["code"]), sector=row["sector"]
                ),
            )
    for row in resources.table("kb/bodies.tsv"):
        for name in (row["fa"], *values(row["variants"])):
            yield name, Sense("organization", squeeze(row["fa"]), row["state"], sector=row["sector"])
    for row in resources.table("kb/outlets.tsv"):
        for name in (row["fa"], *values(row["variants"])):
            yield name, Sense("outlet", row["id"])


def _person_senses() -> Iterable[tuple[str, Sense]]:
    for row in resources.tables("kb/people"):
        sense = Sense("person", row["id"], public_code(row["state"]), sector=row["sector"])
        for name in (row["fa"], *values(row["variants"])):
            yield name, sense
        for name in values(row["short"]):
            yield name, Sense("surname", row["id"], public_code(row["state"]), sector=row["sector"])


def _head_senses() -> Iterable[tuple[str, Sense]]:
    for row in resources.table("names/heads.tsv"):
        sense = Sense(row["class"], rank=row["rank"], sector=row["sector"], office=row["office"])
        yield row["fa"], sense
        if row["class"] in ("title", "body", "collective") and row["fa"][-1] in "وا":
            yield row["fa"] + "ی", sense


def organisation_id(row: Mapping[str, str]) -> str:
    """An organ's own id is its squeezed Persian name, an organisation's its code."""
    return squeeze(row["fa"]) if row["parent"] else row["code"]


def _entities() -> dict[str, Entity]:
    found: dict[str, Entity] = {}
    for row in resources.table("kb/outlets.tsv"):
        found[row["id"]] = Entity(row["id"], "outlet", row["fa"], row["en"], None)
    for row in resources.table("kb/bodies.tsv"):
        found[squeeze(row["fa"])] = Entity(
            squeeze(row["fa"]), "organization", row["fa"], row["en"], row["state"], row["sector"] or None
        )
    for row in resources.table("kb/organisations.tsv"):
        found[organisation_id(row)] = Entity(
            organisation_id(row),
            row["kind"],
            row["fa"],
            row["en"] or None,
            public_code(row["parent"] or row["code"]) or None,
            row["sector"] or None,
        )
    for row in resources.tables("kb/people"):
        found[row["id"]] = Entity(
            row["id"],
            "person",
            row["fa"],
            row["en"] or None,
            public_code(row["state"]) or None,
            row["sector"] or None,
            row["wikidata"] or None,
        )
    for row in resources.table("kb/states.tsv"):
        found[row["code"]] = Entity(row["code"], "state", row["fa"], row["en"], row["code"], "GOV")
    return found


def _spots() -> dict[str, tuple[Spot, ...]]:
    found: dict[str, tuple[Spot, ...]] = {}
    for row in resources.table("kb/places.tsv"):
        spot = Spot(
            squeeze(row["fa"]), row["fa"], row["en"], row["kind"], row["country"],
            float(row["lat"]) if row["lat"] else None, float(row["lon"]) if row["lon"] else None,
        )  # fmt: skip
        for name in (row["fa"], *values(row["variants"])):
            found.setdefault(squeeze(name), ())
            found[squeeze(name)] += (spot,)
    for row in resources.table("kb/states.tsv"):
        spot = Spot(row["code"], row["fa"], row["en"], "country", row["code"], None, None)
        for name in (row["fa"], *values(row["variants"])):
            found.setdefault(squeeze(name), (spot,))
    return found


def _name_words() -> tuple[frozenset[str], frozenset[str]]:
    """Given names, and all words of personal names (given names and surnames with them), squeezed."""
    full = [row["fa"].split() for row in resources.tables("kb/people") if " " in row["fa"]]
    doubtful = {squeeze(r["fa"]) for r in resources.table("kb/given_names.tsv") if r["kind"] != "given"}
    given = {squeeze(r["fa"]) for r in resources.table("kb/given_names.tsv") if r["kind"] == "given"}
    given |= {w for words in full if len(w := squeeze(words[0])) > 2}
    surnames = {squeeze(r["fa"]) for r in resources.table("kb/surnames.tsv")} | {
        squeeze(w) for words in full for w in words[1:]
    }
    return frozenset(given - doubtful), frozenset(given | surnames | doubtful)


def _surnames() -> dict[str, tuple[str, ...]]:
    """Squeezed surnames (all that follows a given name, and the last word alone, without the article «ال») with their bearers."""
    found: dict[str, dict[str, None]] = {}
    for row in resources.tables("kb/people"):
        for name in (row["fa"], *values(row["variants"])):
            words = name.split()
            endings = {squeeze(" ".join(words[n:])) for n in (1, len(words) - 1) if n} if len(words) > 1 else ()
            for ending in sorted(endings):
                for form in sorted({ending, ending.removeprefix("ال")}):
                    found.setdefault(form, {})[row["id"]] = None
    return {form: tuple(ids) for form, ids in found.items()}


@cache
def load() -> KnowledgeBase:
    """The knowledge base of the package's tables, loaded once. Raises DataError where a table is malformed."""
    return TABLE.load()


def made() -> KnowledgeBase:
    """The knowledge base, made of its tables. Raises DataError where one is malformed."""
    senses: dict[str, list[Sense]] = {}
    for source in (_state_senses, _organisation_senses, _person_senses, _head_senses):
        for name, sense in source():
            bucket = senses.setdefault(squeeze(name), [])
            if sense not in bucket:
                bucket.append(sense)
    spots = _spots()
    holdings: dict[tuple[str, str], tuple[Holding, ...]] = {}
    offices: dict[str, tuple[Holding, ...]] = {}
    held_for: dict[str, list[Holding]] = {}
    for row in resources.tables("kb/offices"):
        held = Holding(
            row["person"], row["office"], row["title"], row["state"], row["begin"], row["end"], values(row["kinds"])
        )
        offices[held.person] = (*offices.get(held.person, ()), held)
        held_for.setdefault(held.state, []).append(held)
        for office in sorted({held.office, *held.kinds}):
            holdings[held.state, office] = (*holdings.get((held.state, office), ()), held)
    given, name_words = _name_words()
    return KnowledgeBase(
        entities=_entities(),
        senses={k: tuple(v) for k, v in senses.items()},
        prefixes=Beginnings(tuple(sorted({*senses, *spots}))),
        given=given,
        name_words=name_words,
        holdings=holdings,
        offices=offices,
        spots=spots,
        outlets={r["id"]: r["state"] for r in resources.table("kb/outlets.tsv")},
        surnames=_surnames(),
        held_for={code: tuple(held) for code, held in held_for.items()},
    )


TABLE = Table("kb", KnowledgeBase, made, ("data/kb", "data/names", "names/kb.py"))
