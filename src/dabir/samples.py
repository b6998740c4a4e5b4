"""The sample articles that ship with the package."""

from __future__ import annotations

from collections.abc import Iterator

from dabir.ingest.files import Failure, RawArticle, from_lines
from dabir.resources import read_text

NAME = "samples/articles.jsonl"


def text() -> str:
    """The samples as JSON Lines."""
    return read_text(NAME)


def articles() -> Iterator[RawArticle | Failure]:
    """The samples, ready to be read."""
    return from_lines(text().encode().splitlines(), "samples")
