"""Rows as frames of Arrow, pandas or polars (the `frames` extra). Columns have the types of the row, also where all are null."""

from __future__ import annotations

import types
from collections.abc import Iterable
from importlib import import_module
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from dabir.errors import InputError


def library(name: str, extra: str = "frames") -> Any:
    """A library of an extra. Raises InputError naming the extra where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise InputError(f"{name.partition('.')[0]} is not installed: pip install 'dabir[{extra}]'") from None


def schema(kind: type[Struct]) -> Any:
    """The Arrow schema of a kind of row."""
    pa = library("pyarrow")
    return pa.schema([(name, _type(pa, hint)) for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__])


def _type(pa: Any, hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return _type(pa, next(a for a in get_args(hint) if a is not type(None)))
    if get_origin(hint) is tuple:
        return pa.list_(_type(pa, get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, Struct):
        return pa.struct([(n, _type(pa, h)) for n, h in get_type_hints(hint).items() if n in hint.__struct_fields__])
    plain = {bool: pa.bool_(), int: pa.int64(), float: pa.float64(), str: pa.string()}
    return pa.string() if get_origin(hint) is Literal else plain[hint]


def arrow(rows: Iterable[Struct], kind: type[Struct]) -> Any:
    """A `pyarrow.Table` of rows of one kind (`EventRow`, `StatementRow`, `ActorRow`, `TextRow`, `Bucket`); none give no rows.

    Raises InputError where pyarrow is not installed.
    """
    return library("pyarrow").Table.from_pylist([msgspec.to_builtins(r) for r in rows], schema=schema(kind))


def pandas(rows: Iterable[Struct], kind: type[Struct]) -> Any:
    """A `pandas.DataFrame` of rows of one kind. Raises InputError where pandas or pyarrow is not installed."""
    library("pandas")
    return arrow(rows, kind).to_pandas()


def polars(rows: Iterable[Struct], kind: type[Struct]) -> Any:
    """A `polars.DataFrame` of rows of one kind. Raises InputError where polars or pyarrow is not installed."""
    return library("polars").from_arrow(arrow(rows, kind))
