"""Many articles to records, in input order, on one process or several; one Reader each, little held at a time."""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache

import msgspec

from dabir.errors import InputError
from dabir.ingest.files import Failure, RawArticle
from dabir.model import Record
from dabir.reading import Reader

Result = Record | Failure
_AHEAD = 8


def read_raw(reader: Reader, raw: RawArticle) -> Result:
    """The record of one raw article, or the Failure that says why there is none."""
    try:
        record = reader.read(
            raw.text, published=raw.published, outlet=raw.outlet, url=raw.url, title=raw.title, ref=raw.ref
        )
    except InputError as error:
        return Failure(raw.where, error.message)
    if raw.published_basis == record.article.published_basis and not raw.published_reason:
        return record
    article = msgspec.structs.replace(
        record.article,
        published_basis=raw.published_basis,
        published_reason=raw.published_reason or record.article.published_reason,
    )
    return msgspec.structs.replace(record, article=article)


@cache
def _own_reader() -> Reader:
    return Reader()


def _in_process(raw: RawArticle) -> Result:
    return read_raw(_own_reader(), raw)


def read_all(articles: Iterable[RawArticle | Failure], jobs: int = 1) -> Iterator[Result]:
    """Records and failures in the order of `articles`; with `jobs` above 1, read by that many processes."""
    if jobs <= 1:
        for item in articles:
            yield item if isinstance(item, Failure) else _in_process(item)
        return
    waiting: collections.deque[Failure | Future[Result]] = collections.deque()
    with ProcessPoolExecutor(jobs) as pool:
        for item in articles:
            waiting.append(item if isinstance(item, Failure) else pool.submit(_in_process, item))
            if len(waiting) >= _AHEAD * jobs:
                yield _done(waiting.popleft())
        while waiting:
            yield _done(waiting.popleft())


def _done(item: Failure | Future[Result]) -> Result:
    return item if isinstance(item, Failure) else item.result()
