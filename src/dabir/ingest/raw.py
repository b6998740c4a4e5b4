"""What taking in gives: an article as it came, or the failure that stands in its place."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from dabir.model import NoDate

Basis = Literal["given", "page", "feed"] | None


class RawArticle(Struct, frozen=True):
    """An article as it came in, ready to be read.

    `text` is the body, `title` stands apart (the reader puts the two together).
    `where` names the file (and line) for messages, `ref` is the input's own id, `published` is ISO; where it is null,
    `published_reason` says why.
    """

    text: str
    title: str | None = None
    published: str | None = None
    published_basis: Basis = None
    published_reason: NoDate | None = None
    outlet: str | None = None
    url: str | None = None
    ref: str | None = None
    where: str = ""


class Failure(Struct, frozen=True):
    """An input that could not be read: where it is, and what is wrong and what to do."""

    where: str
    message: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.where}: {self.message}"


class Defaults(Struct, frozen=True):
    """What the caller knows of articles that do not say it themselves; `published` is ISO."""

    published: str | None = None
    outlet: str | None = None
    url: str | None = None


NO_DEFAULTS = Defaults()
