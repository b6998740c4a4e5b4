"""Places that an article names, with what the tables know of them."""

from __future__ import annotations

from msgspec import Struct

from dabir.model import Name, Place
from dabir.names.kb import KnowledgeBase, Spot
from dabir.text.types import Text

MAX_NAME_TOKENS = 6


class PlaceMention(Struct, frozen=True):
    """Words of the key that name a place: `text.key[start:end]`, the id of its Place, and its country."""

    start: int
    end: int
    place: str
    kind: str
    country: str | None
    fa: str


def find_places(text: Text, kb: KnowledgeBase) -> tuple[tuple[Place, ...], tuple[PlaceMention, ...]]:
    """The places of a text in order of first mention, and every mention. The longest name wins; a name of several places
    is taken as the first of the table, which lists the most newsworthy first."""
    found: dict[str, tuple[str, Spot]] = {}
    mentions: list[PlaceMention] = []
    i, tokens = 0, text.tokens
    while i < len(tokens):
        joined, best = "", None
        for j in range(i, min(i + MAX_NAME_TOKENS, len(tokens))):
            joined += tokens[j].text
            if joined not in kb.prefixes:
                break
            if joined in kb.spots:
                best = (j + 1, kb.spots[joined][0])
        if best is None:
            i += 1
            continue
        end, spot = best
        number = found.setdefault(spot.id, (f"p{len(found) + 1}", spot))[0]
        mentions.append(
            PlaceMention(tokens[i].start, tokens[end - 1].end, number, spot.kind, spot.country or None, spot.fa)
        )
        i = end
    places = tuple(
        Place(
            id=number, name=Name(spot.fa, spot.en or None), kind=spot.kind,  # type: ignore[arg-type]
            country=spot.country or None, latitude=spot.latitude, longitude=spot.longitude,
            mentions=tuple(text.span(m.start, m.end) for m in mentions if m.place == number),
        )
        for number, spot in found.values()
    )  # fmt: skip
    return places, tuple(mentions)
