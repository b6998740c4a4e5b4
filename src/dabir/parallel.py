"""Many articles to records, in input order, on one process or several; one Reader each, little held at a time."""

from __future__ import annotations

import collections
import gc
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from itertools import chain, islice
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Thread

import msgspec

from dabir.errors import InputError
from dabir.ingest.files import Failure, RawArticle
from dabir.model import Record
from dabir.reading import Reader

Result = Record | Failure
_AHEAD = 8
DIED = "a process died, perhaps for want of memory: try fewer --jobs"
FEW = 12  # articles that this process reads sooner than others have loaded their tables


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
def own_reader() -> Reader:
    """This process's reader, loaded at its first article. What it holds is there to stay: no garbage is looked for in it."""
    reader = Reader()
    gc.freeze()
    return reader


def _in_process(raw: RawArticle) -> Result:
    return read_raw(own_reader(), raw)


def read_all(articles: Iterable[RawArticle | Failure], jobs: int = 1) -> Iterator[Result]:
    """Records and failures in the order of `articles`; with `jobs` above 1, and more than a few articles, read by that many
    processes, each with its own tables. Some articles a process are held. Raises InputError where a process dies."""
    source = iter(articles)
    if jobs > 1:
        first = list(islice(source, FEW))
        source, jobs = chain(first, source), jobs if len(first) == FEW else 1
    if jobs > 1:
        yield from _in_processes(source, jobs)
        return
    for item in source:
        yield item if isinstance(item, Failure) else _in_process(item)


def _in_processes(articles: Iterable[RawArticle | Failure], jobs: int) -> Iterator[Result]:
    waiting: collections.deque[Failure | Future[Result]] = collections.deque()
    try:
        with pool_of(jobs) as pool:
            for item in articles:
                waiting.append(item if isinstance(item, Failure) else pool.submit(_in_process, item))
                if len(waiting) >= _AHEAD * jobs:
                    yield _done(waiting.popleft())
            while waiting:
                yield _done(waiting.popleft())
    except BrokenProcessPool:
        raise InputError(DIED) from None


def pool_of(jobs: int) -> ProcessPoolExecutor:
    """Processes that are started anew: they have no part in what this one holds open, such as a store. They end with it."""
    return ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A killed parent cannot tell its processes to stop; without this they would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_wait_and_end, args=(parent,), daemon=True).start()


def _wait_and_end(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


def _done(item: Failure | Future[Result]) -> Result:
    return item if isinstance(item, Failure) else item.result()
