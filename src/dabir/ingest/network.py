"""One request over the network, held to its limits; the one module that opens sockets and asks the clock.

httpcore2 (the `web` extra) speaks HTTP. Its network backend is replaced by one that resolves a host once, looks at every
number that it got, and connects to a number that it looked at: a name that resolves to something else a moment later
(DNS rebinding) gains nothing. Each read is cut at the deadline of the whole visit, so a server that sends a byte now and
then holds nobody. Proxies of the environment are not used: behind them, addresses could not be looked at.
"""

from __future__ import annotations

import socket
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import httpcore2
from msgspec import Struct

from dabir.errors import InputError
from dabir.ingest.addresses import Address, is_public

Resolve = Callable[[str, int], tuple[str, ...]]
_STEP = 10.0  # seconds that connecting or one read may take


class Limits(Struct, frozen=True):
    """What one visit may cost: bytes of the body (packed, and unpacked), seconds in all, redirects; which numbers are let."""

    size: int = 10_000_000
    seconds: float = 30.0
    redirects: int = 5
    allowed: Callable[[str], bool] = is_public


class Reply(Struct, frozen=True):
    """What a server answered: header names in lower case, the body unpacked."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def monotonic() -> float:
    """Seconds of a clock that only goes forward."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Wait."""
    time.sleep(seconds)


def utc_now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The numbers of a host, by the system's resolver. Raises InputError where there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise InputError(f"the host «{host}» is not found ({getattr(error, 'strerror', None) or error})") from None
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


# httpcore2 asks a backend and a stream for these methods and no more; inheriting would tie the types to an extra.
class _Stream:
    """A connection whose every step ends at the deadline."""

    def __init__(self, inner: Any, deadline: float) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._inner.read(max_bytes, _left(self._deadline, timeout))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend:
    """Connects to numbers that were looked at."""

    def __init__(self, allowed: Callable[[str], bool], deadline: float, resolver: Resolve) -> None:
        self._allowed = allowed
        self._deadline = deadline
        self._resolve = resolver

    def connect_tcp(
        self, host: str, port: int, timeout: float | None = None, local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> _Stream:  # fmt: skip
        numbers = self._resolve(host, port)
        for number in numbers:
            if not self._allowed(number):
                raise InputError(f"«{host}» is the private address {number}; --allow-private fetches from those, too")
        dial = httpcore2.SyncBackend().connect_tcp
        failed: Exception = InputError(f"the host «{host}» has no address")
        for number in numbers:
            try:
                inner = dial(number, port, _left(self._deadline, timeout), local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Stream(inner, self._deadline)
        raise failed

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the time is up")
    return min(left, timeout or _STEP)


def exchange(
    address: Address, headers: Mapping[str, str], limits: Limits, deadline: float, resolver: Resolve = resolve
) -> Reply:
    """Ask for one address and take its answer, redirects as they are. `deadline` is on the clock of `monotonic`.

    Raises InputError, with the address, where there is no answer, a number is not allowed, or a limit is passed.
    """
    timeouts = dict.fromkeys(("connect", "read", "write", "pool"), _STEP)
    sent = [("Host", address.origin.partition("://")[2]), ("Accept-Encoding", "gzip"), ("Connection", "close"), *headers.items()]
    try:
        with (
            httpcore2.ConnectionPool(network_backend=_Backend(limits.allowed, deadline, resolver)) as pool,
            pool.stream("GET", address.url, headers=sent, extensions={"timeout": timeouts}) as response,
        ):
            found = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in response.headers}
            body = _body(response.iter_stream(), found, limits.size)
            return Reply(address.url, response.status, found, body)
    except InputError as error:
        raise InputError(error.message, address.url) from None
    except httpcore2.TimeoutException:
        raise InputError(f"no whole answer within {limits.seconds:g} seconds, {_STEP:g} a step", address.url) from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.UnsupportedProtocol, OSError) as error:
        raise InputError(f"cannot be fetched ({' '.join(str(error).split())[:160] or type(error).__name__})", address.url) from None


def _body(chunks: Iterable[bytes], headers: Mapping[str, str], limit: int) -> bytes:
    """The body, unpacked, held to `limit` bytes on the wire and unpacked."""
    packing = headers.get("content-encoding", "identity").strip().lower()
    if packing not in ("", "identity", "gzip", "x-gzip"):
        raise InputError(f"the server packs its answer as «{packing[:20]}», which was not asked for")
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limit:
        raise InputError(f"{int(length[:20]):,} bytes announced; {limit:,} are the limit")
    unpack = zlib.decompressobj(31) if packing in ("gzip", "x-gzip") else None
    taken, wire = bytearray(), 0
    for chunk in chunks:
        wire += len(chunk)
        try:
            taken += unpack.decompress(chunk, limit + 1 - len(taken)) if unpack else chunk
        except zlib.error as error:
            raise InputError(f"broken gzip ({error})") from None
        if wire > limit or len(taken) > limit:
            raise InputError(f"more than {limit:,} bytes; that is the limit")
    if unpack and wire and not unpack.eof:
        raise InputError("the packed answer breaks off")
    return bytes(taken)
