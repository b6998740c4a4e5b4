"""Visits to the web: robots.txt, redirects and politeness around single requests. Only where an address was asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from dabir.errors import InputError
from dabir.ingest.addresses import Address, joined, parse_address
from dabir.ingest.files import Fetch
from dabir.ingest.html import from_page
from dabir.ingest.raw import NO_DEFAULTS, Defaults, Failure, RawArticle

if TYPE_CHECKING:
    from protego import Protego

    from dabir.ingest.network import Limits, Reply

AGENT = "dabir"
_MISSING = "fetching from the web needs httpcore2, protego and feedparser: pip install 'dabir[web]'"
_PAGES = frozenset({"text/html", "application/xhtml+xml", "text/plain"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROBOTS_SIZE = 500_000  # bytes of robots.txt that RFC 9309 asks to read
_RULES_FOR, _FAILED_FOR = 86_400.0, 600.0  # seconds that rules, and the lack of them, are remembered
_LONGEST_DELAY = 60.0  # seconds; a robots.txt that asks for more is not waited for, the page is refused
_MOST_ORIGINS = 10_000

Send = Callable[[Address, Mapping[str, str], "Limits", float], "Reply"]


class Visitor:
    """Visits addresses one after another: asks each origin's robots.txt once, keeps `delay` seconds between requests to one
    host (or what robots.txt asks for), follows redirects and checks each hop as if it had been asked for.

    Not to be shared between threads.
    """

    def __init__(
        self, limits: Limits, *, delay: float = 1.0, contact: str | None = None, send: Send, clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:  # fmt: skip
        """`contact` (an address or mail) is told to servers, so that they can complain; `send`, `clock` and `sleep` are the
        machine's, see `visitor`."""
        self._limits, self._delay, self._send, self._clock, self._sleep = limits, delay, send, clock, sleep
        self._agent = f"{AGENT} ({contact})" if contact else AGENT
        self._robots: dict[str, tuple[float, Protego | str]] = {}
        self._last: dict[str, float] = {}

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Reply:
        """The answer at the end of the redirects, any status. Raises InputError, with the address, where there is none, a
        limit is passed, or robots.txt forbids a hop."""
        return self._follow(parse_address(url), {**(headers or {}), "User-Agent": self._agent}, self._limits, robots=True)

    def _follow(self, address: Address, headers: Mapping[str, str], limits: Limits, *, robots: bool) -> Reply:
        seen: list[str] = []
        spent = 0.0  # waiting for politeness is ours, and not counted against the server
        while True:
            self._wait(address.host, self._ask_robots(address) if robots else self._delay)
            begun = self._clock()
            reply = self._send(address, headers, limits, begun + limits.seconds - spent)
            spent += self._clock() - begun
            if reply.status not in _REDIRECTS or not reply.headers.get("location"):
                return reply
            seen.append(address.url)
            address = joined(address, reply.headers["location"])
            if address.url in seen:
                raise InputError("redirects in a circle", seen[0])
            if len(seen) > limits.redirects:
                raise InputError(f"more than {limits.redirects} redirects", seen[0])

    def _wait(self, host: str, gap: float) -> None:
        """Let `gap` seconds pass since the last request to `host`."""
        now = self._clock()
        if (until := self._last.get(host, now - gap) + gap) > now:
            self._sleep(until - now)
        if len(self._last) > _MOST_ORIGINS:
            self._last.clear()
        self._last[host] = max(now, until)

    def _ask_robots(self, address: Address) -> float:
        """Seconds to keep between requests. Raises InputError where the site's rules forbid the address."""
        until, rules = self._robots.get(address.origin, (0.0, ""))
        if address.origin not in self._robots or self._clock() > until:
            if len(self._robots) > _MOST_ORIGINS:
                self._robots.clear()
            rules = self._load_robots(address)
            until = self._clock() + (_FAILED_FOR if isinstance(rules, str) else _RULES_FOR)
            self._robots[address.origin] = (until, rules)
        if isinstance(rules, str):
            raise InputError(rules, address.url)
        if not rules.can_fetch(address.url, AGENT):
            raise InputError("the site's robots.txt asks not to fetch this page", address.url)
        wanted = rules.crawl_delay(AGENT) or 0.0
        if wanted > _LONGEST_DELAY:
            raise InputError(f"the site's robots.txt asks for {wanted:g} seconds between pages", address.url)
        return max(self._delay, wanted)

    def _load_robots(self, address: Address) -> Protego | str:
        """The rules of an origin, or why nothing of it may be fetched. As RFC 9309: none there (4xx) allows all, a server
        that fails (5xx, or no answer) allows nothing."""
        from protego import Protego

        limits = msgspec.structs.replace(self._limits, size=max(self._limits.size, _ROBOTS_SIZE))
        try:
            reply = self._follow(parse_address(address.origin + "/robots.txt"), {"User-Agent": self._agent}, limits, robots=False)
        except InputError as error:
            return f"{error.message} (asking for its robots.txt)"
        if reply.status >= 500:
            return f"its robots.txt answers {reply.status}: nothing of the site is fetched"
        text = reply.body[:_ROBOTS_SIZE].decode("utf-8", "replace") if reply.status < 300 else ""
        return Protego.parse(text)


def visitor(*, private: bool = False, delay: float = 1.0, contact: str | None = None, limits: Limits | None = None) -> Visitor:
    """A Visitor on this machine's network. Private, loopback and link-local numbers are refused unless `private`.

    Raises InputError where the `web` extra is not installed.
    """
    try:
        import feedparser  # noqa: F401
        import protego  # noqa: F401

        from dabir.ingest import network
    except ImportError:
        raise InputError(_MISSING) from None
    limits = limits or network.Limits()
    if private:
        limits = msgspec.structs.replace(limits, allowed=_anything)
    return Visitor(
        limits, delay=delay, contact=contact, send=network.exchange, clock=network.monotonic, sleep=network.sleep
    )


def _anything(number: str) -> bool:
    return bool(number)


def article_at(visit: Callable[[], Visitor], url: str, defaults: Defaults = NO_DEFAULTS) -> RawArticle | Failure:
    """The article at an address, or why there is none. `visit` gives the visitor, made when it is first needed."""
    try:
        reply = visit().get(url)
        kind = media_type(reply)
        if reply.status != 200:
            raise InputError(f"the server answers {reply.status}")
        if kind and kind not in _PAGES:
            raise InputError(f"not a web page but {kind[:60]}")
        return from_page(reply.body, url, defaults, reply.url, charset(reply))
    except InputError as error:
        at = f" ({error.where})" if error.where not in ("", url) else ""
        return Failure(url, error.message + at)


def fetcher(*, private: bool = False) -> Fetch:
    """What `articles` needs to fetch addresses; opens nothing before the first."""
    visit = cache(lambda: visitor(private=private))
    return lambda url, defaults: article_at(visit, url, defaults)


def media_type(reply: Reply) -> str:
    """The media type of an answer, without its parameters; empty where it names none."""
    return reply.headers.get("content-type", "").partition(";")[0].strip().lower()


def charset(reply: Reply) -> str | None:
    """The encoding that the server named."""
    for part in reply.headers.get("content-type", "").split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'") or None
    return None
