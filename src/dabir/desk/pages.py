"""The desk's pages: each asks the store and fills a template."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import jinja2
import msgspec
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from dabir.desk import asking, charts, guard, history, marking
from dabir.desk.language import LANGUAGES, Code, Language
from dabir.desk.tokens import held
from dabir.errors import InputError
from dabir.store import filters
from dabir.store.filters import Filter
from dabir.store.flat import flat, safe
from dabir.store.query import EventSort, count
from dabir.store.series import Bucket
from dabir.views import words

_PAGE = 25
_FOLDER = Path(__file__).parent / "templates"
_FILTERS = ("state", "dyad", "actor", "act", "plover", "status", "place", "outlet", "since", "until", "text")
_SORTS: Mapping[str, EventSort] = {"day": "day", "reported": "reported", "outlets": "outlets", "intensity": "intensity"}


class SignIn(Exception):  # noqa: N818 - a redirect, no error
    """Reading needs a token: the reader is led to the page that asks for one."""


def language(code: Code) -> Language:
    """The language of a page's address."""
    return Language(code)


def may_read(request: Request) -> None:
    """Raises SignIn where reading needs a token that the request lacks."""
    if guard.role(request) is None:
        raise SignIn


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.globals |= {"words": words, "link": _link, "anchor": asking.anchor}
    return environment


def _link(path: str, **query: object) -> str:
    """An address with a query, without what is empty."""
    kept = {k: v for k, v in query.items() if v not in (None, "", ())}
    return f"{path}?{urlencode(kept, doseq=True)}" if kept else path


def html(request: Request, say: Language, template: str, status: int = 200, **context: Any) -> Response:
    """A page from its template; 304 where the browser has it as it is."""
    query = f"?{request.url.query}" if request.url.query else ""
    rest = request.url.path.removeprefix(f"/{say.code}")
    body = _environment().get_template(template).render(
        say=say, t=say.say, base=f"/{say.code}", here=f"/{say.code}{rest}", switch=f"/{say.other}{rest}{query}", **context
    ).encode()  # fmt: skip
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"etag": tag, "cache-control": "no-cache", "content-language": say.code}
    if status == 200 and tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, status, headers, media_type="text/html; charset=utf-8")


def error(request: Request, status: int, message: str) -> Response:
    """The page that says what went wrong, in the language of the address."""
    code = request.url.path.strip("/").partition("/")[0]
    say = Language("en" if code == "en" else "fa")
    return html(request, say, "error.html", status, message=message, number=status)


router = APIRouter(include_in_schema=False)
pages = APIRouter(prefix="/{code}", include_in_schema=False, dependencies=[Depends(may_read)])


@router.get("/")
def start(request: Request) -> Response:
    """The desk in the browser's language: English where it is asked for before Persian."""
    wanted = [x.split(";")[0].strip()[:2].lower() for x in request.headers.get("accept-language", "").split(",")]
    return RedirectResponse(f"/{next((x for x in wanted if x in LANGUAGES), 'fa')}", 302, {"vary": "accept-language"})


@pages.get("")
def today(request: Request, code: Code) -> Response:
    """What is new, what is planned next, what outlets disagree on."""
    store, day = guard.desk(request).store, guard.desk(request).clock()[:10]
    latest = store.events(sort="reported", descending=True, limit=_PAGE).rows
    planned = store.events(Filter(status=("planned", "proposed"), since=day), limit=10).rows
    return html(
        request, language(code), "today.html", latest=latest, planned=planned, disputed=asking.disputed(store, 10), day=day
    )  # fmt: skip


def asked(request: Request) -> tuple[Filter, dict[str, Any]]:
    """The filter of a page's form, and the form's fields as they were filled in."""
    query = request.query_params
    form: dict[str, Any] = {k: [v for v in query.getlist(k) if v.strip()] for k in _FILTERS}
    one = {k: form[k][0].strip() if form[k] else None for k in ("actor", "place", "outlet", "since", "until", "text")}
    found = filters.asked(
        states=form["state"], dyad=form["dyad"], acts=form["act"], plover=form["plover"], status=form["status"], **one
    )
    return found, {k: v for k, v in form.items() if v}


@pages.get("/search")
def search(request: Request, code: Code) -> Response:
    """Events by every filter, with facets; a plain form."""
    store, say = guard.desk(request).store, language(code)
    f, form = asked(request)
    sort = _SORTS.get(request.query_params.get("sort", "day"), "day")
    page = store.events(f, sort=sort, descending=True, limit=_PAGE, cursor=request.query_params.get("cursor"))
    with store.reading() as connection:
        total = count(connection, f)
    return html(
        request, say, "search.html", page=page, total=total, form=form, facets=store.facets(f, limit=12), sort=sort,
        outlets=asking.outlets(store),
    )  # fmt: skip


@pages.get("/event/{event}")
def event(request: Request, code: Code, event: str) -> Response:
    """One act as all outlets report it."""
    store, say = guard.desk(request).store, language(code)
    found = asking.merged_event(store, event)
    if found is None:
        raise HTTPException(404, say.say("not_found"))
    return html(
        request, say, "event.html", event=found, witnesses=tuple(asking.witnesses(store, found, say)), reasons=store.reasons(found.id),
        **history.of_event(request, found, asking.fields(store, found), say),
    )  # fmt: skip


@pages.get("/article/{version}")
def article(request: Request, code: Code, version: str) -> Response:
    """An article's own words with what was read from them marked in place."""
    say = language(code)
    try:
        record = guard.desk(request).store.record(version)
    except InputError:
        raise HTTPException(404, say.say("not_found")) from None
    return _article(request, say, record, version)


def _article(request: Request, say: Language, record: Any, version: str | None) -> Response:
    """The page of a stored article, or of a text that is only read (no version)."""
    more = history.of_article(request, record, version, say) if version else history.NOTHING
    return html(
        request, say, "article.html", record=record, pieces=marking.marked(record, say), index=words.index(record),
        version=version, marking=marking, **more,
    )  # fmt: skip


@pages.get("/actor/{state}")
def actor(request: Request, code: Code, state: str) -> Response:
    """A state or organisation, or with `?person=` one of its people: offices, events, with whom, statements."""
    store, say = guard.desk(request).store, language(code)
    known, person = filters.code(state), request.query_params.get("person") or None
    f = Filter(states=(known,), actor=person)
    events = store.events(f, descending=True, limit=_PAGE, cursor=request.query_params.get("cursor"))
    said = store.statements(f, descending=True, limit=10).rows
    return html(
        request, say, "actor.html", state=known, person=person, events=events, facets=store.facets(f, ("state", "act"), limit=15),
        statements=said, fixed=history.of_statements(store, said),
        offices=asking.offices(person) if person else asking.holders(known),
    )  # fmt: skip


def _pair(request: Request) -> tuple[str, str] | None:
    given = [x.strip() for x in request.query_params.getlist("dyad") if x.strip()]
    return filters.asked(dyad=given).dyad if given else None


@pages.get("/dyad")
def dyad(request: Request, code: Code) -> Response:
    """Two sides over time: a chart of cooperation and conflict by month, acts by kind, events."""
    store, say, pair = guard.desk(request).store, language(code), _pair(request)
    if pair is None:
        return html(request, say, "dyad.html", pair=None, form=[])
    f = Filter(dyad=pair)
    calendar = "gregorian" if request.query_params.get("calendar", say.calendar) == "gregorian" else "jalali"
    series = store.dyad(f, "month", "gregorian" if calendar == "gregorian" else "jalali")
    events = store.events(f, descending=True, limit=_PAGE, cursor=request.query_params.get("cursor"))
    return html(
        request, say, "dyad.html", pair=pair, form=list(pair), series=series, chart=charts.bars(series, say.code == "fa"),
        calendar=calendar, events=events, facets=store.facets(f, ("act", "status"), limit=40),
    )  # fmt: skip


@pages.get("/dyad.csv")
def dyad_csv(request: Request, code: Code) -> Response:
    """The dyad's chart as CSV."""
    pair = _pair(request)
    if pair is None:
        raise HTTPException(400, language(code).say("dyad_hint"))
    calendar = request.query_params.get("calendar", language(code).calendar)
    series = guard.desk(request).store.dyad(Filter(dyad=pair), "month", "gregorian" if calendar == "gregorian" else "jalali")
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(Bucket.__struct_fields__)
    writer.writerows([safe(c) for c in flat(b).values()] for b in series.buckets)
    name = f"attachment; filename=dyad-{pair[0]}-{pair[1]}.csv"
    return Response(out.getvalue(), headers={"content-disposition": name}, media_type="text/csv; charset=utf-8")


@pages.get("/track")
def track(request: Request, code: Code) -> Response:
    """Negotiations and disputes of two or more states."""
    store, say = guard.desk(request).store, language(code)
    given = " ".join(request.query_params.getlist("state")).replace("،", " ").replace(",", " ").split()
    states = [filters.code(s) for s in given]
    found = store.track(states) if states else ()
    lines = [charts.line(t.timeline, say.code == "fa") for t in found]
    return html(request, say, "track.html", states=states, tracks=tuple(zip(found, lines, strict=True)))


@pages.get("/statements")
def statements(request: Request, code: Code) -> Response:
    """Who said what, by date of publication."""
    store, say = guard.desk(request).store, language(code)
    f, form = asked(request)
    page = store.statements(f, descending=True, limit=_PAGE, cursor=request.query_params.get("cursor"))
    fixed = history.of_statements(store, page.rows)
    return html(request, say, "statements.html", page=page, form=form, outlets=asking.outlets(store), fixed=fixed)


@pages.get("/read")
def paste(request: Request, code: Code) -> Response:
    """The form for a pasted text."""
    return html(request, language(code), "read.html")


async def fields_of(request: Request) -> dict[str, str]:
    """The fields of a posted form. Raises InputError where it is not UTF-8."""
    try:
        body = (await request.body()).decode()
        return {k: v[0] for k, v in parse_qs(body, errors="strict", max_num_fields=20).items()}
    except ValueError:
        raise InputError("the form cannot be read: it is not UTF-8, or has too many fields") from None


@pages.post("/read")
def read(request: Request, code: Code, form: dict[str, str] = Depends(fields_of)) -> Response:  # noqa: B008
    """A pasted text, read and shown, not kept."""
    record = guard.reader().read(form.get("text", "").replace("\r\n", "\n"), published=form.get("published") or None)
    return _article(request, language(code), record, None)


@router.get("/{code}/login")
def login(request: Request, code: Code) -> Response:
    """The form that asks for a token."""
    return html(request, language(code), "login.html", wrong=False)


@router.post("/{code}/login")
def signed_in(request: Request, code: Code, form: dict[str, str] = Depends(fields_of)) -> Response:  # noqa: B008
    """Keep a token that is known in a cookie which scripts and other sites do not get."""
    secret = form.get("token", "").strip()
    if held(guard.desk(request).tokens, secret) is None:
        return html(request, language(code), "login.html", 403, wrong=True)
    answer = RedirectResponse(f"/{code}", 303)
    answer.set_cookie(guard.COOKIE, secret, httponly=True, samesite="strict", secure=guard.desk(request).secure, path="/")
    return answer


@pages.get("/event/{event}/record.json")
def event_json(request: Request, code: Code, event: str) -> Response:
    """A merged event as JSON."""
    found = asking.merged_event(guard.desk(request).store, event)
    if found is None:
        raise HTTPException(404, language(code).say("not_found"))
    return Response(msgspec.json.encode(found), media_type="application/json")
