"""What stands before every request: size and rate limits, foreign origins refused, security headers; and who may do what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from msgspec import Struct
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dabir.desk.tokens import Role, Token, held
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
    body has at most `largest` bytes, a client may make `rate` requests a minute."""

    store: Store
    clock: Callable[[], str]
    tokens: tuple[Token, ...] = ()
    largest: int = 1_000_000
    rate: int = 600
    secure: bool = False


@cache
def reader() -> Reader:
    """What reads pasted texts; its tables are loaded when the first one comes."""
    return Reader()


def desk(request: Request) -> Desk:
    """The desk that a request came to."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
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
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            # A body without a stated length that grows too long is cut off as if the client had hung up.
            return message if seen <= self._desk.largest else {"type": "http.disconnect"}

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._answered[message["status"]] += 1
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    headers.setdefault(name, value)
            await send(message)

        refused = self._refused(scope)
        await (refused or self._app)(scope, limited, with_headers)

    def _refused(self, scope: Scope) -> PlainTextResponse | None:
        headers = Headers(scope=scope)
        minute = self._desk.clock()[:16]
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        client = scope["client"][0] if scope.get("client") else ""
        self._asked[client] += 1
        if self._asked[client] > self._desk.rate:
            return PlainTextResponse("too many requests; wait a minute\n", 429, {"retry-after": "60"})
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > self._desk.largest:
            return PlainTextResponse(f"a request has at most {self._desk.largest:,} bytes\n", 413)
        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            return PlainTextResponse("a NUL character is in no name\n", 400)
        if scope["method"] not in ("GET", "HEAD") and _foreign(headers):
            return PlainTextResponse("this request comes from another site\n", 403)
        return None


def _foreign(headers: Headers) -> bool:
    """Whether a browser says that a page of another origin sent this; programs send neither header."""
    site = headers.get("sec-fetch-site")
    if site:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host")
