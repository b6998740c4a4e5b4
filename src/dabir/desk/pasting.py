"""The pages that read an article which the reader brings, as text or address, and the choice of a time zone."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from dabir.desk import guard
from dabir.desk.jobs import Jobs
from dabir.desk.language import Code, zones
from dabir.desk.pages import ZONE, article_page, fields_of, html, language, may_read
from dabir.errors import InputError
from dabir.ingest.addresses import parse_address
from dabir.ingest.files import Fetch
from dabir.ingest.raw import NO_DEFAULTS, Failure
from dabir.model import Record
from dabir.parallel import read_raw

pages = APIRouter(prefix="/{code}", include_in_schema=False, dependencies=[Depends(may_read)])
_AT_ONCE = 2.0  # seconds that a page waits before it says that reading goes on
_YEAR = 365 * 86_400  # seconds


@pages.get("/read")
def paste(request: Request, code: Code) -> Response:
    """The form for a text, and for an address where the desk may fetch."""
    return html(request, language(code), "read.html", fetches=guard.desk(request).fetch is not None)


def _read(text: str, published: str | None) -> Record:
    return guard.reader().read(text, published=published)


def _visit(jobs: Jobs, fetch: Fetch, url: str) -> Record:
    """The article at an address, read. Raises InputError where there is none."""
    with jobs.visiting:
        page = fetch(url, NO_DEFAULTS)
    found = page if isinstance(page, Failure) else read_raw(guard.reader(), page)
    if isinstance(found, Failure):
        raise InputError(found.message, found.where)
    return found


@pages.post("/read")
def read(request: Request, code: Code, form: dict[str, str] = Depends(fields_of)) -> Response:  # noqa: B008
    """A text or address, read and shown, not stored; where that takes long, the page that waits for it."""
    jobs = guard.jobs(request)
    text, url = form.get("text", "").replace("\r\n", "\n"), form.get("url", "").strip()
    if url and not text.strip():
        fetch = guard.desk(request).fetch
        if fetch is None:
            raise InputError("this desk was started without --fetch: it opens no addresses, paste the text")
        work = partial(_visit, jobs, fetch, parse_address(url).url)
    else:
        work = partial(_read, text, form.get("published", "").strip() or None)
    name = jobs.begin(work)
    record = jobs.result(name, _AT_ONCE)
    if record is None:
        return RedirectResponse(f"/{code}/read/{name}", 303)
    return article_page(request, language(code), record, None)


@pages.get("/read/{name}")
def reading(request: Request, code: Code, name: str) -> Response:
    """What a reading found; until then, that it goes on. The browser asks again by itself."""
    record = guard.jobs(request).result(name, 0)
    if record is not None:
        return article_page(request, language(code), record, None)
    answer = html(request, language(code), "waiting.html", 202)
    answer.headers["refresh"] = "3"
    return answer


@pages.get("/zone")
def zone(request: Request, code: Code) -> Response:
    """The form that asks whose clock times are to be shown by."""
    return html(request, language(code), "zone.html", zones=zones(), back=_back(request.query_params.get("back", ""), code))


@pages.post("/zone")
def choose(code: Code, form: dict[str, str] = Depends(fields_of)) -> Response:  # noqa: B008
    """Keep the reader's zone in a cookie; none shows times as the articles give them."""
    chosen = form.get("zone", "")
    if chosen and chosen not in zones():
        raise InputError(f"«{chosen}» is no time zone")
    answer = RedirectResponse(_back(form.get("back", ""), code), 303)
    answer.set_cookie(ZONE, chosen, max_age=_YEAR if chosen else 0, httponly=True, samesite="lax", path="/")
    return answer


def _back(given: str, code: Code) -> str:
    """The page of this desk to go back to, whatever else is asked for."""
    return given if given.startswith((f"/{code}/", f"/{code}?")) and "\\" not in given else f"/{code}"
