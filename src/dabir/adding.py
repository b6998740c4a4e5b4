"""`dabir add`: articles, read and stored one by one; those that are there already are not read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from dabir.errors import InputError
from dabir.ingest.files import Failure, RawArticle
from dabir.model import Article, Record
from dabir.parallel import read_all
from dabir.reading import whole_text
from dabir.store.store import Store
from dabir.store.writing import Added


class Outcome(Struct, frozen=True):
    """What became of one article."""

    added: Added


def unread(store: Store, articles: Iterable[RawArticle | Failure], known: Counter[str]) -> Iterator[RawArticle | Failure]:
    """The articles that the store does not have; the others are counted in `known`."""
    for raw in articles:
        if isinstance(raw, RawArticle) and store.has(_as_article(raw)):
            known["known"] += 1
        else:
            yield raw


def _as_article(raw: RawArticle) -> Article:
    """The article as its record will have it, as far as its identity goes."""
    text, _ = whole_text(raw.title, raw.text)
    day = datetime.fromisoformat(raw.published) if raw.published and len(raw.published) > 10 else None
    published = day.isoformat() if day else raw.published
    return Article(
        "", text, "", ref=raw.ref, url=raw.url, outlet=raw.outlet, title=raw.title, published=published,
    )  # fmt: skip


def add_all(
    store: Store, articles: Iterable[RawArticle | Failure], *, at: str | None, reader: str, jobs: int = 1, reread: bool = False
) -> Iterator[Outcome | Failure]:
    """Store articles in their order, each in a transaction of its own; what cannot be read or kept is a Failure in its place.

    A run that is cut off is taken up by running it again: what was stored is passed over. Failures are kept, too.
    """
    known: Counter[str] = Counter()
    fresh = articles if reread else unread(store, articles, known)
    for result in read_all(fresh, jobs):
        yield from (Outcome("known") for _ in range(known.pop("known", 0)))
        if isinstance(result, Failure):
            store.failed(result.where, result.message, at=at)
            yield result
            continue
        yield _keep(store, result, at, reader, reread)
    yield from (Outcome("known") for _ in range(known.pop("known", 0)))


def keep_all(
    store: Store, records: Iterable[Record], *, at: str | None, reader: str, reread: bool = False
) -> Iterator[Outcome | Failure]:
    """Store articles whose records are there already (of a batch), in their order, each in a transaction of its own."""
    return (_keep(store, record, at, reader, reread) for record in records)


def _keep(store: Store, record: Record, at: str | None, reader: str, reread: bool) -> Outcome | Failure:
    try:
        return Outcome(store.add(record, at=at, reader=reader, reread=reread))
    except InputError as error:
        where = record.article.ref or record.article.title or record.article.id
        store.failed(where, error.message, at=at)
        return Failure(where, error.message)
