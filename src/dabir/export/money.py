"""FollowTheMoney entities (https://followthemoney.tech), a JSON line each: Event, and the Person and PublicBody that take part."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dabir.export.kinds import last_day, name_en, name_fa, state_codes
from dabir.store.details import Detail, PartyDetail
from dabir.store.filters import Filter
from dabir.store.ids import digest
from dabir.store.store import Store


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """Entities; whoever takes part comes before the first event that names them, once."""
    known: set[str] = set()  # as many as there are people, however many events
    for d in store.each_detail(f):
        for entity in (e for p in d.parties for e in parties(p)):
            if str(entity["id"]) not in known:
                known.add(str(entity["id"]))
                yield _line(entity)
        yield _line(event(d))


def _line(entity: dict[str, object]) -> str:
    return msgspec.json.encode(entity).decode() + "\n"


def _entity(schema: str, id: str, **properties: object) -> dict[str, object]:
    listed = {k: list(v) if isinstance(v, tuple) else [v] for k, v in properties.items() if v not in (None, (), "")}
    return {"id": id, "schema": schema, "properties": listed}


def _body_id(state: str) -> str:
    return f"dabir-body-{state.lower()}"


def _person_id(p: PartyDetail) -> str:
    return f"dabir-person-{digest(p.state, p.person)}"


def _name_id(name: str) -> str:
    return f"dabir-named-{digest(name)}"


def _country(state: str | None) -> str | None:
    found = state_codes().get(state or "")
    return found.iso2.lower() if found and found.iso2 else None


def parties(p: PartyDetail) -> Iterator[dict[str, object]]:
    """The entities of a party: the state or organisation, and the person where there is one; of no state and no known person, what
    it is called."""
    country = _country(p.state)
    if p.state:
        names = tuple(dict.fromkeys((name_fa(p.state), name_en(p.state))))
        yield _entity("PublicBody" if country else "Organization", _body_id(p.state), name=names, country=country)
    elif p.name:
        yield _entity("LegalEntity", _name_id(p.name), name=p.name)
    if p.person:
        names = tuple(n for n in (p.person, p.name_en) if n)
        yield _entity("Person", _person_id(p), name=names, country=country, position=p.title, wikidataId=p.wikidata)


def event(d: Detail) -> dict[str, object]:
    """An Event; its notes have act, status and PLOVER code, for which there are no properties."""
    e = d.event
    people = tuple(dict.fromkeys(_person_id(p) for p in d.parties if p.person))
    bodies = tuple(dict.fromkeys(_body_id(p.state) for p in d.parties if p.state))
    named = tuple(dict.fromkeys(_name_id(p.name) for p in d.parties if p.name))
    code = " ".join(x for x in (e.act, e.status, e.plover, e.mode) if x)
    last = last_day(e)
    return _entity(
        "Event", f"dabir-event-{e.id}", name=e.words, date=e.since if last is None else None,
        startDate=e.since if last else None, endDate=last, location=e.place, country=_country(e.country),
        involved=(*bodies, *people, *named), sourceUrl=e.url, publisher=e.outlet, notes=f"{code}; {e.outlets} independent outlets",
    )  # fmt: skip
