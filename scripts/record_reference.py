"""Print docs/fields.md: every type of a record with its fields, from the types themselves."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from dabir import model


def reference() -> str:
    """The reference of the record's fields as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# The record's fields"
    yield ""
    yield "<!-- made by scripts/record_reference.py; a test compares -->"
    yield ""
    yield "Every type of `dabir.model`, as JSON has it. [The record](record.md) explains what the values mean; `dabir schema`"
    yield "prints the same as JSON Schema. A field that may be null is null where the article does not say it."
    for kind in _types(model.Record, []):
        yield ""
        yield f"## {kind.__name__}"
        yield ""
        yield " ".join(inspect.cleandoc(kind.__doc__ or "").split())
        yield ""
        yield "| field | type | where nothing is known |"
        yield "| --- | --- | --- |"
        hints = get_type_hints(kind)
        for field in msgspec.structs.fields(kind):
            yield f"| `{field.name}` | {_shown(hints[field.name])} | {_default(field)} |"


def _types(kind: type[Struct], found: list[type[Struct]]) -> list[type[Struct]]:
    """A type and those that its fields are of, each once, in the order in which a reader meets them."""
    if kind not in found:
        found.append(kind)
        for hint in get_type_hints(kind).values():
            for part in _parts(hint):
                if isinstance(part, type) and issubclass(part, Struct):
                    _types(part, found)
    return found


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        if get_origin(hint) is not Literal:
            yield from _parts(part)


def _shown(hint: Any) -> str:
    """A type as words: codes one by one, lists and what may be null."""
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return ", ".join(f"`{code}`" for code in parts)
    if origin in (Union, UnionType):
        return f"{' or '.join(_shown(p) for p in parts if p is not NoneType)}; or null"
    if origin is tuple:
        return f"list of {_shown(parts[0])}"
    if origin is dict:
        return f"object of {_shown(parts[0])} to {_shown(parts[1])}"
    if isinstance(hint, type) and issubclass(hint, Struct):
        return f"[{hint.__name__}](#{hint.__name__.lower()})"
    return {str: "string", int: "integer", float: "number", bool: "true or false"}[hint]


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "always there"
    value = field.default_factory() if field.default is msgspec.NODEFAULT else field.default
    return "null" if value is None else f"`{msgspec.json.encode(value).decode()}`"


if __name__ == "__main__":
    text = reference()
    if "--write" in sys.argv:
        (Path(__file__).resolve().parent.parent / "docs" / "fields.md").write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
