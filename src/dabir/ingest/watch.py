"""Feeds visited when they are due: conditional requests, back-off, and a small file that remembers what was seen.

One feed after another; one that fails is a Failure in its place and comes again later, the others go on. An item counts as
seen when what it gave has been taken by the caller, so a watch that is killed gives some articles twice and loses none.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dabir.errors import InputError
from dabir.ingest.decode import check_persian
from dabir.ingest.feeds import Feed, FeedList, Item, read_feed
from dabir.ingest.fetch import Visitor, article_at
from dabir.ingest.raw import Defaults, Failure, RawArticle

_SEEN = 2000  # ids that a feed's state keeps
_TRIES = 3  # visits in which a page is asked for before it is given up
_LONGEST = timedelta(days=1)  # between visits to a feed that fails


class FeedState(Struct, frozen=True):
    """What is remembered of a feed: validators of its last answer, when it is due, failures in a row, ids that were seen,
    items whose page is still to be fetched."""

    etag: str | None = None
    modified: str | None = None
    due: datetime | None = None
    failures: int = 0
    seen: tuple[str, ...] = ()
    waiting: tuple[Item, ...] = ()


States = dict[str, FeedState]


def load_state(path: Path) -> States:
    """The states of a file, none where there is no file. Raises InputError, with the file, where it is not one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=States)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise InputError(f"cannot be opened ({error.strerror or error})", str(path)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not a state of feeds ({error}); delete it to begin anew", str(path)) from None


def save_state(path: Path, states: States) -> None:
    """Write the file whole or not at all. Raises InputError, with the file, where that fails."""
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(states)))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot be written ({error.strerror or error}); what was read comes again", str(path)) from None


def watch(
    feeds: FeedList, state: Path, visit: Visitor, *, now: Callable[[], datetime], sleep: Callable[[float], None], once: bool = False
) -> Iterator[RawArticle | Failure]:
    """The new articles of feeds, each feed when it is due; with `once`, of those that are due now, and ends.

    `now` gives an aware date-time, `sleep` waits for seconds. Raises InputError where the state file cannot be used.
    """
    states = load_state(state)
    while True:
        for feed in feeds.feed:
            before = states.get(feed.url, FeedState())
            if before.due is not None and before.due > now():
                continue
            states[feed.url] = yield from visit_feed(feed, before, feeds, visit, now)
            save_state(state, states)
        if once:
            return
        first = min(states[f.url].due or now() for f in feeds.feed)
        sleep(max(1.0, (first - now()).total_seconds()))


def visit_feed(
    feed: Feed, before: FeedState, feeds: FeedList, visit: Visitor, now: Callable[[], datetime]
) -> Generator[RawArticle | Failure, None, FeedState]:
    """Yield the new articles of one feed, and failures; return its state after the visit."""
    every = timedelta(seconds=feed.every or feeds.watch.every)
    try:
        state = replace(_ask(feed, before, visit), failures=0, due=now() + every)
    except _Later as later:
        yield Failure(feed.url, later.message)
        wait = min(max(every * 2 ** min(before.failures + 1, 12), later.after), _LONGEST)
        return replace(before, failures=before.failures + 1, due=now() + wait)
    pages = feeds.watch.pages if feed.pages is None else feed.pages
    left: list[Item] = list(state.waiting[feeds.watch.most :])
    for item in state.waiting[: feeds.watch.most]:
        got = _from_page(item, feed, visit) if pages else _from_item(item, feed)
        if isinstance(got, Failure) and pages and item.tries + 1 < _TRIES:
            left.append(replace(item, tries=item.tries + 1))
        yield got
    return replace(state, waiting=tuple(left))


class _Later(Exception):
    """A feed that cannot be had now, and how long its server asks to wait."""

    def __init__(self, message: str, after: timedelta = timedelta()) -> None:
        super().__init__(message)
        self.message, self.after = message, after


def _ask(feed: Feed, before: FeedState, visit: Visitor) -> FeedState:
    """The state with the feed's new items waiting; as it was where the server says that nothing changed."""
    validators = {"If-None-Match": before.etag, "If-Modified-Since": before.modified}
    try:
        reply = visit.get(feed.url, {k: v for k, v in validators.items() if v})
        if reply.status == 304:
            return before
        if reply.status != 200:
            gone = "; it is gone: take it out of the list" if reply.status == 410 else ""
            date = reply.headers.get("date")
            raise _Later(f"the server answers {reply.status}{gone}", _retry_after(reply.headers.get("retry-after", ""), date))
        items = read_feed(reply.body, feed.url, reply.headers.get("content-type"))
    except InputError as error:
        at = f" ({error.where})" if error.where not in ("", feed.url) else ""
        raise _Later(error.message + at) from None
    known = set(before.seen)
    fresh = tuple(i for i in items if i.id not in known)
    seen = (*before.seen, *(i.id for i in fresh))[-_SEEN:]
    return replace(
        before, etag=_header(reply.headers.get("etag")), modified=_header(reply.headers.get("last-modified")), seen=seen,
        waiting=(*before.waiting, *fresh),
    )  # fmt: skip


def _header(value: str | None) -> str | None:
    return value if value and len(value) <= 500 and value.isprintable() and value.isascii() else None


def _retry_after(value: str, date: str | None) -> timedelta:
    """What a server asks to wait: seconds, or a date, counted from the server's own."""
    if value.isascii() and value.isdigit():
        return timedelta(seconds=min(int(value[:7]), _LONGEST.total_seconds()))
    try:
        return max(timedelta(), parsedate_to_datetime(value) - parsedate_to_datetime(date or ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta()


def _from_page(item: Item, feed: Feed, visit: Visitor) -> RawArticle | Failure:
    got = article_at(lambda: visit, item.link, Defaults(outlet=feed.outlet))
    if isinstance(got, Failure):
        return got
    got = replace(got, ref=item.id, title=got.title or item.title)
    if got.published is None and item.published is not None:
        return replace(got, published=item.published, published_basis="feed", published_reason=None)
    return got


def _from_item(item: Item, feed: Feed) -> RawArticle | Failure:
    text = item.text or item.title or ""
    try:
        check_persian(text)
    except InputError as error:
        return Failure(item.link, error.message)
    return RawArticle(
        text=text, title=item.title, published=item.published, published_basis="feed" if item.published else None,
        published_reason=item.reason, outlet=feed.outlet, url=item.link, ref=item.id, where=item.link,
    )  # fmt: skip
