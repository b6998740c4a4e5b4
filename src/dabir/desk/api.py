"""`/api/v1`: the store's answers as JSON, by the same filters as the command line. The schemas come from the types."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.openapi.utils import get_openapi
from msgspec import Struct
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from dabir import __version__
from dabir.desk import asking, guard
from dabir.errors import InputError
from dabir.model import Record
from dabir.store import filters, ids
from dabir.store.correcting import Change
from dabir.store.corrections import Correction
from dabir.store.filters import Filter
from dabir.store.merged import MergedEvent
from dabir.store.paging import Page
from dabir.store.query import ActorRow, Count, EventRow, EventSort, StatementRow, TextRow
from dabir.store.series import Reckoning, Series, Unit
from dabir.store.tracks import Track
from dabir.store.writing import Added

T = TypeVar("T")
_LINES = "application/x-ndjson"
_REF = "#/components/schemas/{name}"
Text = Annotated[str | None, Query(max_length=500)]
Many = Annotated[list[str], Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=1000)]
Cursor = Annotated[str | None, Query(max_length=2000, description="The `next` of the page before.")]


class Submission(Struct, frozen=True, forbid_unknown_fields=True):
    """An article to be read: its text, and what is known of it."""

    text: str
    title: str | None = None
    published: str | None = None
    outlet: str | None = None
    url: str | None = None
    ref: str | None = None


class Stored(Struct, frozen=True):
    """What became of an article: `new`, `version`, `known`; and the id of its version."""

    added: Added
    version: str


class Fault(Struct, frozen=True):
    """What went wrong, in one line."""

    error: str


class Facets(Struct, frozen=True):
    """Values of each facet with how many events."""

    facets: Mapping[str, tuple[Count, ...]]


_TYPES: tuple[Any, ...] = (
    Page[EventRow], Page[StatementRow], Page[ActorRow], Page[TextRow], MergedEvent, Record, Series, tuple[Track, ...], Submission,
    Stored, Fault, Facets, Change, Correction, Page[Correction],
)  # fmt: skip


def _schemas() -> tuple[list[dict[str, Any]], dict[str, Any]]:
    schemas, components = msgspec.json.schema_components(_TYPES, ref_template=_REF)
    return list(schemas), dict(components)


def _gives(kind: Any, media: str = "application/json", *, status: int = 200, extra: Iterable[int] = (404,)) -> dict[int | str, Any]:
    """The responses of an operation, by status, for OpenAPI."""
    schemas, _ = _schemas()
    fault = {"content": {"application/json": {"schema": schemas[_TYPES.index(Fault)]}}}
    words = {400: "wrong usage", 401: "a token is needed", 403: "not allowed", 404: "not there", 422: "wrong usage",
             413: "too large", 429: "too many requests", 503: "the store cannot be used"}  # fmt: skip
    body = {"schema": schemas[_TYPES.index(kind)] if kind is not str else {"type": "string"}}
    found: dict[int | str, Any] = {status: {"description": "the answer", "content": {media: body}}}
    return found | {s: {"description": words[s], **fault} for s in (400, 401, 422, 503, *extra)}


def may_read(request: Request) -> None:
    """Raises 401 where reading needs a token."""
    if guard.role(request) is None:
        raise HTTPException(401, "reading needs a token: send Authorization: Bearer TOKEN")


def may_write(request: Request) -> str:
    """The name of the analyst whose token the request has. Raises 401 or 403 where it has none."""
    held = guard.holder(request)
    if held is None:
        raise HTTPException(401, "writing needs an analyst's token: send Authorization: Bearer TOKEN")
    if held.role != "analyst":
        raise HTTPException(403, "this token may only read")
    return held.name


def filtered(
    state: Many = [], dyad: Many = [], actor: Text = None, office: Text = None, act: Many = [], plover: Many = [],  # noqa: B006
    status: Many = [], place: Text = None, outlet: Text = None, since: Text = None, until: Text = None, when: Text = None,  # noqa: B006
    text: Text = None,
) -> Filter:  # fmt: skip
    """The filter of a request's query; `dyad` is given twice, dates are Jalali or Gregorian."""
    return filters.asked(
        states=state, dyad=dyad, actor=actor, office=office, acts=act, plover=plover, status=status, place=place, outlet=outlet,
        since=since, until=until, when=when, text=text,
    )  # fmt: skip


Asked = Annotated[Filter, Depends(filtered)]
router = APIRouter(prefix="/api/v1", default_response_class=Response)
reading = APIRouter(default_response_class=Response, dependencies=[Depends(may_read)])


def _json(request: Request, value: object, status: int = 200) -> Response:
    """A value as JSON with its ETag; 304 where the program has it as it is."""
    body = msgspec.json.encode(value)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"etag": tag})
    return Response(body, status, {"etag": tag, "cache-control": "no-cache"}, media_type="application/json")


def _stream(rows: Iterable[Struct]) -> Response:
    """Rows as JSON Lines. The first row is fetched before the answer begins, so that a fault has its status."""
    found = iter(rows)
    first = next(found, None)

    def lines() -> Iterable[bytes]:
        if first is not None:
            yield msgspec.json.encode(first) + b"\n"
        for row in found:
            yield msgspec.json.encode(row) + b"\n"

    return StreamingResponse(lines(), media_type=_LINES)


@router.get("/health", responses=_gives(str, "text/plain", extra=()))
def health(request: Request) -> Response:
    """`ok` where the store answers."""
    with guard.desk(request).store.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return PlainTextResponse("ok\n")


@reading.get("/metrics", responses=_gives(str, "text/plain", extra=()))
def metrics(request: Request) -> Response:
    """Requests answered, by status, and rows of the store, in Prometheus' text format."""
    lines = ["# TYPE dabir_requests_total counter"]
    lines += [f'dabir_requests_total{{status="{s}"}} {n}' for s, n in sorted(request.app.state.answered.items())]
    lines += ["# TYPE dabir_rows gauge"]
    lines += [f'dabir_rows{{table="{t}"}} {n}' for t, n in guard.desk(request).store.counts().items()]
    return PlainTextResponse("\n".join([*lines, ""]))


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    """This API's description."""
    found = get_openapi(title="Dabir", version=__version__, routes=request.app.routes)
    components = found.setdefault("components", {}).setdefault("schemas", {})
    components |= _schemas()[1]
    found["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    found["security"] = [{"token": []}, {}]
    return _json(request, found)


@reading.get("/events", responses=_gives(Page[EventRow], extra=()))
def events(
    request: Request, f: Asked, sort: EventSort = "day", reverse: bool = False, limit: Limit = 50, cursor: Cursor = None
) -> Response:  # fmt: skip
    """A page of merged events."""
    return _json(request, guard.desk(request).store.events(f, sort=sort, descending=reverse, limit=limit, cursor=cursor))


@reading.get("/events.jsonl", responses=_gives(str, _LINES, extra=()))
def events_lines(request: Request, f: Asked) -> Response:
    """All merged events of a filter by day, one a line."""
    return _stream(guard.desk(request).store.each_event(f))


@reading.get("/events/{event}", responses=_gives(MergedEvent))
def event(request: Request, event: str) -> Response:
    """A merged event by its id or that of any of its reports: each field's values by outlets, the reports."""
    found = asking.merged_event(guard.desk(request).store, event)
    if found is None:
        raise HTTPException(404, f"no merged event has the id {event}")
    return _json(request, found)


@reading.get("/statements", responses=_gives(Page[StatementRow], extra=()))
def statements(request: Request, f: Asked, reverse: bool = False, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """A page of statements by date of publication."""
    return _json(request, guard.desk(request).store.statements(f, descending=reverse, limit=limit, cursor=cursor))


@reading.get("/statements.jsonl", responses=_gives(str, _LINES, extra=()))
def statements_lines(request: Request, f: Asked) -> Response:
    """All statements of a filter by date, one a line."""
    return _stream(guard.desk(request).store.each_statement(f))


@reading.get("/actors", responses=_gives(Page[ActorRow], extra=()))
def actors(request: Request, f: Asked, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """A page of who takes part in the events of a filter."""
    return _json(request, guard.desk(request).store.actors(f, limit=limit, cursor=cursor))


@reading.get("/search", responses=_gives(Page[TextRow], extra=()))
def search(request: Request, f: Asked, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """A page of the articles and statements that have the words of `text`."""
    return _json(request, guard.desk(request).store.texts(f, limit=limit, cursor=cursor))


@reading.get("/facets", responses=_gives(Facets, extra=()))
def facets(request: Request, f: Asked, limit: Annotated[int, Query(ge=1, le=200)] = 20) -> Response:
    """The values that a filter's events have, with how many events."""
    return _json(request, Facets({str(k): v for k, v in guard.desk(request).store.facets(f, limit=limit).items()}))


@reading.get("/dyad", responses=_gives(Series, extra=()))
def dyad(request: Request, f: Asked, by: Unit = "month", calendar: Reckoning = "gregorian") -> Response:
    """Two sides over time."""
    return _json(request, guard.desk(request).store.dyad(f, by, calendar))


@reading.get("/tracks", responses=_gives(tuple[Track, ...], extra=()))
def tracks(request: Request, f: Asked) -> Response:
    """Negotiations and disputes of two or more states (`state`, given again), between `since` and `until`."""
    return _json(request, guard.desk(request).store.track(f.states, since=f.since, until=f.until))


@reading.get("/articles/{version}", responses=_gives(Record))
def article(request: Request, version: str) -> Response:
    """The record of an article's version."""
    try:
        return _json(request, guard.desk(request).store.record(version))
    except InputError:
        raise HTTPException(404, f"no article has the id {version}") from None


async def _body(request: Request, kind: type[T], what: str) -> T:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.MsgspecError as error:
        raise InputError(f"the body is no {what} ({error})") from None
    except UnicodeDecodeError:
        raise InputError("the body is not UTF-8") from None


async def submitted(request: Request) -> Submission:
    """The article in a request's body. Raises InputError where it is none."""
    return await _body(request, Submission, "article")


async def asked_change(request: Request) -> Change:
    """The change in a request's body. Raises InputError where it is none."""
    return await _body(request, Change, "change")


def _of(name: str) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": {"$ref": _REF.format(name=name)}}}}}


Article = Annotated[Submission, Depends(submitted)]
Asks = Annotated[Change, Depends(asked_change)]
Analyst = Annotated[str, Depends(may_write)]
_BODY = _of("Submission")


def _read(given: Submission) -> Record:
    return guard.reader().read(
        given.text, published=given.published, outlet=given.outlet, url=given.url, title=given.title, ref=given.ref
    )


@reading.post("/read", responses=_gives(Record, extra=(413,)), openapi_extra=_BODY)
def read(request: Request, given: Article) -> Response:
    """Read an article; nothing is kept."""
    return _json(request, _read(given))


@reading.post("/articles", responses=_gives(Stored, extra=(403, 413)), openapi_extra=_BODY, dependencies=[Depends(may_write)])
def add(request: Request, given: Article) -> Response:
    """Read an article, store it and merge what it reports. Needs an analyst's token."""
    desk, record = guard.desk(request), _read(given)
    added = desk.store.add(record, at=desk.clock(), reader=__version__)
    desk.store.merge()
    return _json(request, Stored(added, ids.version_id(record.article)))


@reading.get("/corrections", responses=_gives(Page[Correction], extra=()))
def corrections(request: Request, target: Text = None, by: Text = None, limit: Limit = 50, cursor: Cursor = None) -> Response:
    """A page of what analysts changed, the newest first, undone changes too; of one event, statement or article by id."""
    return _json(request, guard.desk(request).store.corrections(target, by=by, limit=limit, cursor=cursor))


@reading.post("/corrections", responses=_gives(Correction, extra=(403, 413)), openapi_extra=_of("Change"))
def correct(request: Request, by: Analyst, asked: Asks) -> Response:
    """Set a field, join, split, mark or note. Kept with the name of the token and the time; what was read stays."""
    desk = guard.desk(request)
    return _json(request, desk.store.change(asked, by=by, at=desk.clock()))


@reading.post("/corrections/{number}/undo", responses=_gives(Correction, extra=(403,)))
def undo(request: Request, number: int, by: Analyst) -> Response:
    """Take a correction back; it stays in the history."""
    desk = guard.desk(request)
    return _json(request, desk.store.undo(number, by=by, at=desk.clock()))


router.include_router(reading)
