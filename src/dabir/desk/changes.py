"""What an analyst sends from the pages' forms: checked by the store, kept under the name of the token, then back to the page.
And the page of one statement, which such forms stand on."""

from __future__ import annotations

from typing import get_args

from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import RedirectResponse, Response

from dabir.desk import api, guard, history, pages
from dabir.desk.language import Code
from dabir.errors import InputError
from dabir.store import corrections
from dabir.store.correcting import Change

_KINDS: tuple[corrections.Kind, ...] = get_args(corrections.Kind)
_SUBJECTS: tuple[corrections.Subject, ...] = get_args(corrections.Subject)
_PAGES = ("event", "article", "statement")
router = APIRouter(prefix="/{code}", include_in_schema=False, dependencies=[Depends(pages.may_read)])


def _change(form: dict[str, str]) -> Change:
    """The change that a form asks for; `on` is `subject:id`, where a form offers several things. Raises InputError."""
    form = {k: v.replace("\r\n", "\n") for k, v in form.items()}  # browsers send lines so
    kind = next((k for k in _KINDS if k == form.get("kind")), None)
    subject, colon, target = form.get("on", "").partition(":")
    found = next((s for s in _SUBJECTS if s == (subject if colon else form.get("subject"))), None)
    if kind is None:
        raise InputError("the form does not say what is to be changed")
    value = form.get("value", "").strip() or form.get("near") or None
    return Change(kind, target if colon else form.get("target", ""), form.get("why", ""), found, form.get("field"), value)


def _back(code: Code, form: dict[str, str]) -> Response:
    """To the page that the form stood on: one of this desk's, whatever the form says."""
    kind, _, ident = form.get("page", "").partition("/")
    there = f"/{code}/{kind}/{ident}#history" if kind in _PAGES and ident.isalnum() and ident.isascii() else f"/{code}"
    return RedirectResponse(there, 303)


@router.post("/corrections")
def change(
    request: Request, code: Code, by: api.Analyst, form: dict[str, str] = Depends(pages.fields_of),  # noqa: B008
) -> Response:  # fmt: skip
    """Make the change that a form asks for."""
    desk = guard.desk(request)
    desk.store.change(_change(form), by=by, at=desk.clock())
    return _back(code, form)


@router.post("/corrections/{number}/undo")
def undo(
    request: Request, code: Code, number: int, by: api.Analyst, form: dict[str, str] = Depends(pages.fields_of),  # noqa: B008
) -> Response:  # fmt: skip
    """Take a correction back."""
    desk = guard.desk(request)
    desk.store.undo(number, by=by, at=desk.clock())
    return _back(code, form)


@router.get("/statement/{ident}")
def statement(request: Request, code: Code, ident: str) -> Response:
    """One statement: who says what where, what analysts set and marked."""
    say = pages.language(code)
    found = history.statement(guard.desk(request).store, ident)
    if found is None:
        raise HTTPException(404, say.say("not_found"))
    record, own, version = found
    return pages.html(
        request, say, "statement.html", record=record, own=own, version=version, place=record.statements.index(own),
        **history.of_statement(request, own, ident, say),
    )  # fmt: skip
