"""POLECAT's table: PLOVER events, tab-separated, 40 columns (data/export/polecat.toml). Statements are not coded in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dabir import __version__
from dabir.export.kinds import groups, name_en, state_codes
from dabir.resources import toml
from dabir.store.details import Detail, Names, PartyDetail, names
from dabir.store.filters import Filter
from dabir.store.store import Store

DATA = "export/polecat.toml"
_BATCH = 400
_NOTHING = Names()
_LANGUAGE = "Persian"


def columns() -> tuple[str, ...]:
    """The names of the 40 columns, in order."""
    return tuple(toml(DATA)["columns"])


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """The table with its header. Events without a PLOVER type are not coded, nor are those that are denied; an act without a
    stated day has an empty date."""
    header = columns()
    yield "\t".join(header) + "\n"
    for rows in groups(store.each_detail(f), _BATCH):
        coded = [d for d in rows if d.event.plover and d.event.status not in toml(DATA)["not_coded"]]
        with store.reading() as connection:
            named = names(connection, list(dict.fromkeys(d.event.version for d in coded)))
        for d in coded:
            found = row(d, named.get(d.event.version, _NOTHING))
            yield "\t".join(found[c] for c in header) + "\n"


def row(d: Detail, named: Names) -> Mapping[str, str]:
    """One event as cells by column. What has no counterpart in the store (Wikipedia's ids, districts) is empty."""
    e, place = d.event, d.place
    actors, recipients = sides(d)
    kind = place.kind if place else None
    cells: dict[str, object] = {
        "Event ID": e.id, "Event Date": e.since, "Event Type": e.plover, "Event Mode": e.mode, "Intensity": e.intensity,
        "Quad Code": e.quad, "Contexts": _many(d.contexts), **_side("Actor", actors), **_side("Recipient", recipients),
        "Placename": place and (place.name_en or place.name_fa), "City": place and kind == "city" and place.name_en,
        "Province": place and kind == "region" and place.name_en, "Country": e.country, "Latitude": place and place.latitude,
        "Longitude": place and place.longitude, "GeoNames ID": place and place.geonames, "Raw Placename": place and place.name_fa,
        "Source": e.outlet, "Publication Date": (e.first_report or "")[:10], "Story People": _many(named.people),
        "Story Organizations": _many(named.organisations), "Story Locations": _many(named.places), "Language": _LANGUAGE,
        "Version": f"dabir {__version__}",
    }  # fmt: skip
    return {c: _cell(cells.get(c)) for c in columns()}


def sides(d: Detail) -> tuple[tuple[PartyDetail, ...], tuple[PartyDetail, ...]]:
    """Who is Actor and who Recipient, by PLOVER's rules."""
    data = toml(DATA)
    roles = data["visit"] if d.event.mode in data["visit"]["modes"] else data["roles"]
    actors = tuple(p for p in d.parties if p.role in roles["actor"])
    recipients = tuple(p for p in d.parties if p.role in roles["recipient"])
    equals = tuple(p for p in d.parties if p.role == "participant" and p not in actors)
    return (*actors, *equals), recipients


def _side(side: str, parties: Sequence[PartyDetail]) -> Mapping[str, object]:
    sectors = [p.sector for p in parties if p.sector]
    cow = [state_codes()[p.state].cow or "" for p in parties if p.state and p.state in state_codes()]
    return {
        f"{side} Name": _many(p.name_en or p.person or (name_en(p.state) if p.state else p.name) for p in parties),
        f"{side} Country": _many(p.state for p in parties), f"{side} COW": _many(cow),
        f"Primary {side} Sector": sectors[0] if sectors else None, f"{side} Sectors": _many(sectors),
        f"{side} Title": _many(p.title for p in parties), f"{side} Name Raw": _many(p.words for p in parties),
    }  # fmt: skip


def _many(values: object) -> str:
    found = [_cell(v).replace(";", ",") for v in values if v]  # type: ignore[attr-defined]
    return ";".join(dict.fromkeys(found))


def _cell(value: object) -> str:
    return "" if value is None or value is False else " ".join(str(value).split())
