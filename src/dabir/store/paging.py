"""Pages of an answer by keyset: a page begins behind the last row of the one before it, however many rows there are."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import msgspec
import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.engine import Connection

from dabir.errors import InputError

LARGEST = 1000
"""Rows that a page may have."""

T = TypeVar("T")
Key = tuple[str | int | float | None, str]
"""What a row is sorted by, and its id."""
_keys = msgspec.json.Decoder(tuple[str, str | int | float | None, str])


class Page(Struct, Generic[T], frozen=True):
    """Some rows of an answer; `next` is the cursor of the page after it, null on the last one."""

    rows: tuple[T, ...]
    next: str | None = None


class Order(Struct, frozen=True):
    """What rows are sorted by: its name in cursors, the column (rows without a value come last) and the id that settles ties."""

    name: str
    column: Any
    id: Any
    descending: bool = False


def _cursor(order: Order, key: Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((order.name, *key))).decode().rstrip("=")


def _read(order: Order, cursor: str) -> Key:
    try:
        name, value, row = _keys.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise InputError("the cursor is none: give back the `next` of a page as it was") from None
    if name != order.name:
        raise InputError(f"the cursor belongs to rows sorted by {name}, not by {order.name}")
    return value, row


def page(
    connection: Connection, query: sa.Select[Any], order: Order, limit: int, cursor: str | None = None
) -> tuple[list[sa.Row[Any]], str | None]:
    """The rows of `query` behind `cursor`, `limit` at most, each with `sort_value` and `sort_id` beside its own columns, and the
    cursor of the next page. Two questions at most, so that an index on the column serves both databases, whose ideas of where
    null stands differ. Raises InputError for a cursor or limit that is none.
    """
    if not 1 <= limit <= LARGEST:
        raise InputError(f"a page has 1 to {LARGEST:,} rows, not {limit:,}")
    at = _read(order, cursor) if cursor else None
    query = query.add_columns(order.column.label("sort_value"), order.id.label("sort_id"))
    rows: list[sa.Row[Any]] = []
    if at is None or at[0] is not None:
        rows += connection.execute(_valued(query, order, at).limit(limit + 1))
        at = None
    if len(rows) <= limit:
        bare = query.where(order.column.is_(None))
        bare = bare.where(_behind(order, order.id, sa.literal(at[1]))) if at else bare
        rows += connection.execute(bare.order_by(_sorted(order, order.id)).limit(limit + 1 - len(rows)))
    more = _cursor(order, (rows[limit - 1].sort_value, rows[limit - 1].sort_id)) if len(rows) > limit else None
    return rows[:limit], more


def _valued(query: sa.Select[Any], order: Order, at: Key | None) -> sa.Select[Any]:
    query = query.where(order.column.is_not(None))
    if at:
        value = sa.literal(at[0])
        beside = (order.column == value) & _behind(order, order.id, sa.literal(at[1]))
        # The first half alone lets an index jump to the place; the second is exact.
        near = order.column <= value if order.descending else order.column >= value
        query = query.where(near, _behind(order, order.column, value) | beside)
    return query.order_by(_sorted(order, order.column), _sorted(order, order.id))


def _behind(order: Order, left: Any, right: Any) -> Any:
    return left < right if order.descending else left > right


def _sorted(order: Order, column: Any) -> Any:
    return column.desc() if order.descending else column.asc()


def each(fetch: Callable[[str | None], Page[T]]) -> Iterator[T]:
    """All rows of an answer, a page held at a time; `fetch` gives the page behind a cursor, the first for null."""
    cursor: str | None = None
    while True:
        found = fetch(cursor)
        yield from found.rows
        if found.next is None:
            return
        cursor = found.next
