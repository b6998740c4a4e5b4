"""Ids by content: the same article, and the same part of it, always has the same id (BLAKE2b, 128 bits, as hex)."""

from __future__ import annotations

import hashlib

import msgspec

from dabir.model import Article, Event, Statement


def digest(*parts: str | int | None) -> str:
    """The hash of a sequence of values; null and empty differ, and so do ("ab",) and ("a", "b")."""
    data = msgspec.json.encode(parts)
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def article_key(article: Article) -> str:
    """What makes two texts versions of one article: their address, else their outlet's id, else nothing but the text itself."""
    if article.url:
        return f"url {article.url.partition('#')[0]}"
    if article.ref:
        return f"ref {article.outlet or ''} {article.ref}"
    return f"text {article.outlet or ''} {article.published or ''} {article.id}"


def article_id(article: Article) -> str:
    """The id that all versions of an article share."""
    return digest(article_key(article))


def version_id(article: Article) -> str:
    """The id of one version: the words and what is said about them (outlet, address, title, date)."""
    a = article
    return digest(a.text, a.title, a.outlet, a.url, a.ref, a.published)


def part_id(version: str, local: str) -> str:
    """The id of a time, actor or place, which have no life outside their record."""
    return digest(version, local)


def event_id(version: str, event: Event, nth: int) -> str:
    """The id of an event: its article, act and trigger. It outlives a second reading of the same words.

    `nth` counts the events of one record that share act and trigger.
    """
    return digest(version, event.act, event.trigger.start, event.trigger.end, nth)


def statement_id(version: str, statement: Statement, nth: int) -> str:
    """The id of a statement: its article, the words said and the speaker's; `nth` as for events."""
    content, speaker = statement.content, statement.speaker
    return digest(version, content.start, content.end, speaker.start, speaker.end, nth)
