"""What stands before every request: size and rate limits, foreign origins refused, security headers; and who may do what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dabir.desk.jobs import Jobs
from dabir.desk.language import Language
from dabir.desk.tokens import Role, Token, held
from dabir.ingest.files import Fetch
from dabir.reading import Reader
from dabir.store.store import Store

COOKIE = "dabir"
# Nothing but the desk's own style sheet, font and pictures is loaded; nothing runs; nobody frames it.
POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


class Desk(Struct, frozen=True):
    """What the desk works with. `clock` gives now (ISO, UTC); without `tokens` reading is open and writing is off; a request's
    body has at most `largest` bytes, a client may make `rate` requests a minute. `fetch` gets articles by address; without it the
    desk opens none."""

    store: Store
    clock: Callable[[], str]
    tokens: tuple[Token, ...] = ()
    largest: int = 1_000_000
    rate: int = 600
    secure: bool = False
    fetch: Fetch | None = None


@cache
def reader() -> Reader:
    """What reads pasted texts; its tables are loaded when the first one comes."""
    return Reader()


def desk(request: Request) -> Desk:
    """The desk that a request came to."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found


def jobs(request: Request) -> Jobs:
    """The readings that are under way."""
    found = request.app.state.jobs
    assert isinstance(found, Jobs)
    return found


def holder(request: Request) -> Token | None:
    """Who sends a request, by the token in its header or cookie; null for nobody known."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    secret = bearer.strip() if scheme.lower() == "bearer" else request.cookies.get(COOKIE, "")
    return held(desk(request).tokens, secret) if secret else None


def role(request: Request) -> Role | None:
    """What a request may do: by its token; without tokens everybody reads, nobody writes."""
    token = holder(request)
    if token:
        return token.role
    return None if desk(request).tokens else "reader"


def analyst(request: Request) -> str | None:
    """The name of the analyst who sends a request, null where it may not write."""
    token = holder(request)
    return token.name if token and token.role == "analyst" else None


class _TooLarge(Exception):  # noqa: N818 - the guard's own signal, seen by nobody else
    """A body has grown past the limit."""


class Guard:
    """The middleware. It counts requests, for the rate limit and the metrics; these counts are all that changes in it."""

    def __init__(self, app: ASGIApp, desk: Desk, answered: Counter[int]) -> None:
        self._app, self._desk, self._answered = app, desk, answered
        self._minute = ""
        self._asked: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is too much or comes from elsewhere; let the rest through with headers on its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, begun = 0, False

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._desk.largest:  # a body that states no length, or a wrong one
                raise _TooLarge
            return message

        async def with_headers(message: Message) -> None:
            nonlocal begun
            begun = True
            if message["type"] == "http.response.start":
                self._answered[message["status"]] += 1
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope)
        try:
            await (refused or self._app)(scope, limited, with_headers)
        except _TooLarge:
            if begun:  # the answer is on its way already: the connection is all that is left to end
                raise
            await _refusal(scope, "too_large", 413, {"connection": "close"})(scope, receive, with_headers)

    def _refused(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        minute = self._desk.clock()[:16]
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        client = scope["client"][0] if scope.get("client") else ""
        self._asked[client] += 1
        if self._asked[client] > self._desk.rate:
            return _refusal(scope, "too_many", 429, {"retry-after": "60"})
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._desk.largest:
            return _refusal(scope, "too_large", 413)
        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            return _refusal(scope, "has_nul", 400)
        if scope["method"] not in ("GET", "HEAD") and _foreign(headers):
            return _refusal(scope, "foreign", 403)
        return None


def _refusal(scope: Scope, key: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """One line: JSON for the API, else text in the language of the address; nothing more is made for what is refused."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": Language("en").say(key)}, status, headers)
    say = Language("fa" if scope["path"] == "/fa" or scope["path"].startswith("/fa/") else "en")
    return PlainTextResponse(f"{say.say(key)}\n", status, headers)


def _foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another origin sent this; programs send neither header."""
    site = headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
