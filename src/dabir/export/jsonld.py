"""JSON-LD in the words of schema.org: events as Event, direct speech as Quotation, reported speech as Claim."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from dabir.export.kinds import json_list, last_day, name_en, name_fa, state_codes, stated
from dabir.store.details import Detail, PartyDetail, PlaceDetail
from dabir.store.filters import Filter
from dabir.store.query import EventRow, StatementRow
from dabir.store.store import Store

_HEAD = '{"@context":{"@vocab":"https://schema.org/","url":{"@type":"@id"},"eventStatus":{"@type":"@id"}},"@graph":[\n'
_STATUS = (("planned", "EventScheduled"), ("cancelled", "EventCancelled"), ("postponed", "EventPostponed"))


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """A graph of the filter's events, then its statements. The context is inside, so that reading it needs no network."""
    items = chain(map(event, store.each_detail(f)), map(statement, store.each_statement(f)))
    yield from json_list(_HEAD, items, "\n]}\n")


def event(d: Detail) -> dict[str, object]:
    """An Event. schema.org knows no act, no PLOVER code and few statuses; these are properties by name."""
    e = d.event
    codes = {name: getattr(e, name) for name in ("act", "status", "plover", "mode", "quad", "intensity", "outlets")}
    status = dict(_STATUS).get(e.status)
    return stated(**{
        "@id": f"urn:dabir:event:{e.id}", "@type": "Event", "name": e.words, "startDate": e.since, "endDate": last_day(e),
        "eventStatus": f"https://schema.org/{status}" if status else None, "location": _place(d.place, e.country),
        "organizer": [_party(p) for p in d.parties if p.role in ("actor", "host")],
        "attendee": [_party(p) for p in d.parties if p.role not in ("actor", "host")],
        "subjectOf": _article(e),
        "additionalProperty": [{"@type": "PropertyValue", "name": k, "value": v} for k, v in codes.items() if v is not None],
    })  # fmt: skip


def _place(place: PlaceDetail | None, country: str | None) -> object:
    if place is None:
        return stated(**{"@type": "Country", "name": name_en(country), "identifier": country}) if country else None
    here = place.latitude is not None and place.longitude is not None
    geo = {"@type": "GeoCoordinates", "latitude": place.latitude, "longitude": place.longitude} if here else None
    return stated(**{
        "@type": "Country" if place.kind == "country" else "Place", "name": place.name_fa, "alternateName": place.name_en,
        "geo": geo, "containedInPlace": country and {"@type": "Country", "identifier": country},
    })  # fmt: skip


def _kind(code: str) -> str:
    return "GovernmentOrganization" if code in state_codes() else "Organization"


def _body(state: str) -> dict[str, object]:
    return {
        "@type": _kind(state), "@id": f"urn:dabir:party:{state}", "identifier": state, "name": name_fa(state),
        "alternateName": name_en(state),
    }  # fmt: skip


def _party(p: PartyDetail) -> dict[str, object]:
    if not p.state and not p.person:
        return {"@type": "Thing", "name": p.name}
    body = _body(p.state) if p.state else None
    if body and not p.person:
        return body
    same = f"http://www.wikidata.org/entity/{p.wikidata}" if p.wikidata else None
    return stated(**{
        "@type": "Person", "name": p.person, "alternateName": p.name_en, "jobTitle": p.title, "sameAs": same, "affiliation": body
    })  # fmt: skip


def _article(row: EventRow | StatementRow) -> dict[str, object]:
    publisher = {"@type": "NewsMediaOrganization", "name": row.outlet} if row.outlet else None
    return stated(**{
        "@type": "NewsArticle", "@id": f"urn:dabir:article:{row.version}", "headline": row.title, "url": row.url,
        "datePublished": row.published if isinstance(row, StatementRow) else None, "publisher": publisher,
    })  # fmt: skip


def statement(s: StatementRow) -> dict[str, object]:
    """A Quotation (direct speech, by `spokenByCharacter`) or a Claim (reported, by `author`); who speaks in the article's words
    where nobody is resolved."""
    body = {"@type": _kind(s.state), "identifier": s.state, "name": name_fa(s.state)} if s.state else None
    who = stated(**{"@type": "Person", "name": s.person, "affiliation": body}) if s.person else body
    speaker = who or {"@type": "Thing", "name": s.speaker}
    article = _article(s)
    kind = {"@type": "Quotation", "spokenByCharacter": speaker, "isPartOf": article}
    claim = {"@type": "Claim", "author": speaker, "appearance": article}
    return {"@id": f"urn:dabir:statement:{s.id}", **(kind if s.direct else claim), "text": s.content}
