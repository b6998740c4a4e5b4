"""Addresses of pages as text and numbers: which may be asked for. Nothing is opened here."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from msgspec import Struct

from dabir.errors import InputError

_LONGEST = 4000
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")  # after IDNA; a blank or control sign in it could reach a header
_SAFE = "%/:=&?~#+!$,;'@()*[]-._"


class Address(Struct, frozen=True):
    """An http or https address, in ASCII: `url` whole, `origin` its scheme, host and port."""

    url: str
    origin: str
    host: str


def is_address(text: str) -> bool:
    """Whether an argument is an address to fetch and no path."""
    return text.lower().startswith(("http://", "https://"))


def parse_address(text: str) -> Address:
    """The address, its Persian letters encoded (IDNA in the host, percent signs after it), without its fragment.

    Raises InputError where it is none, is not http or https, or holds a user name.
    """
    if len(text) > _LONGEST:
        raise InputError(f"an address of {len(text):,} characters; {_LONGEST:,} are the limit", text[:60] + "...")
    try:
        parts = urlsplit(text.strip())
        port, name = parts.port, parts.hostname or ""
        host = name if name.isascii() else name.encode("idna").decode("ascii")
    except ValueError as error:
        raise InputError(f"not an address ({' '.join(str(error).split())[:120]})", text) from None
    if parts.scheme not in ("http", "https"):
        raise InputError(f"«{parts.scheme}:» is not fetched; http and https are", text)
    if not host:
        raise InputError("the address names no host", text)
    if not _HOST.fullmatch(host):
        raise InputError("not an address (signs in its host that no host has)", text)
    if parts.username is not None or parts.password is not None:
        raise InputError("an address with a user name or password is not fetched", text)
    place = f"[{host}]" if ":" in host else host
    origin = f"{parts.scheme}://{place}" + (f":{port}" if port is not None else "")
    path = quote(parts.path or "/", safe=_SAFE)
    url = urlunsplit((parts.scheme, origin.partition("://")[2], path, quote(parts.query, safe=_SAFE), ""))
    return Address(url, origin, host)


def joined(base: Address, location: str) -> Address:
    """Where a redirect from `base` leads. Raises InputError as `parse_address`."""
    try:
        target = urljoin(base.url, location.strip())
    except ValueError as error:
        raise InputError(f"redirects to what is no address ({' '.join(str(error).split())[:120]})", base.url) from None
    return parse_address(target)


def is_public(number: str) -> bool:
    """Whether an IP address (4 or 6) is one of the open Internet: not private, loopback, link-local, multicast or reserved,
    nor an IPv6 form that carries such an IPv4 address."""
    try:
        ip = ipaddress.ip_address(number)
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip.is_site_local:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved
