"""The pages that show many events at once: the network of who meets whom, and the map."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter, Depends, Request
from msgspec import Struct
from starlette.responses import Response

from dabir.desk import asking, forms, graphs, guard, maps
from dabir.desk.language import Code
from dabir.desk.pages import form_of, html, language, may_read
from dabir.store import meetings
from dabir.store.flat import safe
from dabir.store.meetings import Between

pages = APIRouter(prefix="/{code}", include_in_schema=False, dependencies=[Depends(may_read)])
_ROWS = 200  # of a page's table; the CSV has all


def sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Response:
    """Rows as a CSV file to be kept under a name."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([safe(c) for c in row] for row in rows)
    return Response(
        out.getvalue(), headers={"content-disposition": f"attachment; filename={name}"}, media_type="text/csv; charset=utf-8"
    )


def _ties(request: Request, form: forms.Form) -> meetings.Ties:
    between: Between = "persons" if request.query_params.get("between") == "persons" else "states"
    with guard.desk(request).store.reading() as connection:
        return meetings.ties(connection, form.filter, between)


@pages.get("/network")
def network(request: Request, code: Code) -> Response:
    """Who meets whom, as a drawing, a table and CSV."""
    say = language(code)
    form = form_of(request, say)
    found = _ties(request, form)
    return html(
        request, say, "network.html", form=form, found=found, rows=found.ties[:_ROWS], chart=graphs.network(found.ties),
        acts=meetings.MEETING, statuses=meetings.BROUGHT, outlets=asking.outlets(guard.desk(request).store),
    )  # fmt: skip


@pages.get("/network.csv")
def network_csv(request: Request, code: Code) -> Response:
    """The ties as CSV."""
    found = _ties(request, form_of(request, language(code)))
    header = ("state", "person", "other_state", "other_person", "events", "first", "last")
    rows = ((t.one.state, t.one.person, t.other.state, t.other.person, t.events, t.first, t.last) for t in found.ties)
    return sheet("network.csv", header, rows)


class Here(Struct, frozen=True):
    """How many events took place in a country."""

    country: str
    events: int


def _countries(request: Request, form: forms.Form) -> tuple[Here, ...]:
    found = guard.desk(request).store.facets(form.filter, ("country",), limit=300)["country"]
    return tuple(Here(c.value, c.events) for c in found)


@pages.get("/map")
def world(request: Request, code: Code) -> Response:
    """Where events took place, as a map, a table and CSV."""
    say = language(code)
    form = form_of(request, say)
    found = _countries(request, form)
    view = request.query_params.get("view", "")
    view = view if view in maps.VIEWS else "world"
    return html(
        request, say, "map.html", form=form, found=found, view=view, views=tuple(maps.VIEWS),
        chart=maps.drawn({c.country: c.events for c in found}, view), outlets=asking.outlets(guard.desk(request).store),
        elsewhere=asking.unplaced(guard.desk(request).store, form.filter),
    )  # fmt: skip


@pages.get("/map.csv")
def world_csv(request: Request, code: Code) -> Response:
    """The counts by country as CSV."""
    say = language(code)
    found = _countries(request, form_of(request, say))
    return sheet("map.csv", ("country", "name", "events"), ((c.country, say.state(c.country), c.events) for c in found))
