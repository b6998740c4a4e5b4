"""Access tokens: made once, shown once, kept as SHA-256 in a file of JSON Lines that only its owner reads."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from dabir.errors import InputError

Role = Literal["reader", "analyst"]


class Token(Struct, frozen=True):
    """A token without its secret: who holds it, what it allows, its digest (hex), when it was made (ISO)."""

    name: str
    role: Role
    sha256: str
    made: str


def load(path: Path) -> tuple[Token, ...]:
    """The tokens of a file; none where there is no file yet. Raises InputError at the line that is none."""
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise InputError(f"tokens cannot be read ({error.strerror or error})", str(path)) from None
    found = []
    for number, row in enumerate(lines, 1):
        try:
            found.append(msgspec.json.decode(row, type=Token))
        except msgspec.MsgspecError as error:
            raise InputError(f"this is no token ({error})", f"{path}:{number}") from None
    return tuple(found)


def make(path: Path, name: str, role: Role, at: str) -> str:
    """Add a token to the file and return its secret, which is kept nowhere. Raises InputError for a name that is there."""
    there = load(path)
    if any(t.name == name for t in there):
        raise InputError(f"«{name}» has a token already; take it back first (--remove)", str(path))
    secret = secrets.token_urlsafe(32)
    _write(path, (*there, Token(name, role, _digest(secret), at)))
    return secret


def remove(path: Path, name: str) -> None:
    """Take a token back. Raises InputError where nobody of that name has one."""
    there = load(path)
    kept = tuple(t for t in there if t.name != name)
    if len(kept) == len(there):
        raise InputError(f"«{name}» has no token", str(path))
    _write(path, kept)


def held(tokens: Iterable[Token], secret: str) -> Token | None:
    """The token that a secret belongs to. Its 256 random bits need no slow hash."""
    wanted = _digest(secret)
    return next((t for t in tokens if hmac.compare_digest(t.sha256, wanted)), None)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _write(path: Path, tokens: Iterable[Token]) -> None:
    """Replace the file as a whole, so that a full disk leaves the old one."""
    fresh = path.with_name(f"{path.name}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            out.writelines(msgspec.json.encode(t) + b"\n" for t in tokens)
        fresh.replace(path)
    except OSError as error:
        raise InputError(f"tokens cannot be written ({error.strerror or error})", str(path)) from None
