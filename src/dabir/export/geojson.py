"""GeoJSON (RFC 7946): a feature an event, at its city or venue; a null geometry where no coordinates are known."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from dabir.export.kinds import headline, json_list
from dabir.store.details import Detail
from dabir.store.filters import Filter
from dabir.store.store import Store


def chunks(store: Store, f: Filter) -> Iterator[str]:
    """A FeatureCollection."""
    yield from json_list('{"type":"FeatureCollection","features":[\n', map(feature, store.each_detail(f)), "\n]}\n")


def feature(d: Detail) -> dict[str, object]:
    """An event as a feature; its properties are the fields of the event, `title` a line to show."""
    place = d.place
    here = place is not None and place.latitude is not None and place.longitude is not None
    properties = msgspec.to_builtins(d.event) | {"title": headline(d.event)}
    geometry = {"type": "Point", "coordinates": [place.longitude, place.latitude]} if place and here else None
    return {"type": "Feature", "id": d.event.id, "geometry": geometry, "properties": properties}
