"""The desk as an ASGI application: pages, API, static files, faults as one clear line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from dabir.desk import api, changes, pages
from dabir.desk.guard import Desk, Guard
from dabir.errors import DabirError, StoreError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def create(desk: Desk, hosts: Sequence[str] = LOOPBACK) -> FastAPI:
    """The application over an open store. `hosts` are the names that it answers to: a page elsewhere that points a name of its
    own at this machine gets nothing."""
    app = FastAPI(title="Dabir", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = desk
    app.state.answered = Counter()
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    app.add_middleware(Guard, desk=desk, answered=app.state.answered)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    app.include_router(api.router)
    app.include_router(pages.router)
    app.include_router(pages.pages)
    app.include_router(changes.router)
    app.add_exception_handler(DabirError, _dabir)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(pages.SignIn, _sign_in)
    return app


def _said(request: Request, status: int, message: str) -> Response:
    if request.url.path.startswith("/api/"):
        headers = {"www-authenticate": "Bearer"} if status == 401 else None
        return JSONResponse({"error": message}, status, headers)
    return pages.error(request, status, message)


def _dabir(request: Request, error: Exception) -> Response:
    if isinstance(error, StoreError):
        return _said(request, 503, error.message)
    return _said(request, 400, getattr(error, "message", str(error)))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException | HTTPException)
    return _said(request, error.status_code, str(error.detail))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    if not request.url.path.startswith("/api/"):  # a language or page that there is none of
        return _said(request, 404, "404")
    first = error.errors()[0]
    return _said(request, 422, f"{'.'.join(str(x) for x in first['loc'])}: {first['msg']}")


def _sign_in(request: Request, _: Exception) -> Response:
    code = request.url.path.strip("/").partition("/")[0]
    return RedirectResponse(f"/{code}/login", 303)
