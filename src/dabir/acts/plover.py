"""PLOVER (manual v0.8): the type, mode, contexts, quad class and intensity of an event, from data/acts/plover.toml."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

import msgspec
from msgspec import Struct

from dabir.acts.patterns import Index, index, matches, parse
from dabir.errors import DataError
from dabir.model import Plover
from dabir.resources import toml
from dabir.text.keys import key

DATA = "acts/plover.toml"
NOT_CODED = "none"


class TypeRow(Struct, frozen=True, forbid_unknown_fields=True):
    """An event type: its quad class, score, and the scores of its modes."""

    quad: int
    score: float
    modes: Mapping[str, float] = {}


class ActRow(Struct, frozen=True, forbid_unknown_fields=True):
    """How an act is coded. `mode` and `contexts` hold unless the words say more (`refine`)."""

    event: str | None = None
    mode: str | None = None
    contexts: tuple[str, ...] = ()


class Recode(Struct, frozen=True, forbid_unknown_fields=True):
    """Events of type `event` and one of `status` are coded as type `to`, mode `mode`."""

    event: str
    status: tuple[str, ...]
    to: str
    mode: str | None = None


class Refine(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that set another mode or type for an act; a mode left out is none, a type left out the act's own."""

    act: str
    patterns: tuple[str, ...]
    mode: str | None = None
    event: str | None = None
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


class Context(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that show a context, with sentences that do and do not."""

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


class Table(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole of acts/plover.toml."""

    types: Mapping[str, TypeRow]
    acts: Mapping[str, ActRow]
    recode: tuple[Recode, ...]
    refine: tuple[Refine, ...]
    formats: Mapping[str, str]
    contexts: Mapping[str, Context]


@cache
def plover_table() -> Table:
    """The table, checked: every type, mode and recoding it names is one of its own. Raises DataError otherwise."""
    try:
        data = msgspec.convert(dict(toml(DATA)), Table)
    except msgspec.ValidationError as error:
        raise DataError(str(error), DATA) from None
    named = [(a.event, a.mode) for a in data.acts.values()] + [(r.to, r.mode) for r in data.recode]
    named += [(r.event or data.acts[r.act].event, r.mode) for r in data.refine if r.event != NOT_CODED]
    named += [("CONSULT", mode) for mode in data.formats.values()]
    for event, mode in named:
        if event is not None and (event not in data.types or (mode and mode not in data.types[event].modes)):
            raise DataError(f"no PLOVER type and mode {event} {mode}", DATA)
    return data


@cache
def _context_index() -> Index:
    contexts = plover_table().contexts
    return index((name, parse(p, DATA)) for name, context in contexts.items() for p in context.patterns)


@cache
def _refine_index(act: str) -> Index:
    rows = enumerate(plover_table().refine)
    return index((str(n), parse(p, DATA)) for n, row in rows if row.act == act for p in row.patterns)


@cache
def _recodes() -> Mapping[tuple[str, str], Recode]:
    return MappingProxyType({(r.event, s): r for r in plover_table().recode for s in r.status})


def contexts(topics_text: str) -> tuple[str, ...]:
    """The PLOVER contexts whose words stand in a text (a sentence, or its key), in the table's order."""
    folded = key(topics_text)
    found = {label for label, _, _ in matches(_context_index(), folded, 0, len(folded))}
    return tuple(name for name in plover_table().contexts if name in found)


def _mode(act: str, formats: Collection[str], topics_text: str, hosted: bool) -> tuple[str | None, str | None]:
    """Type and mode of an act that happened, from its row, the words around it, its form and its host."""
    data = plover_table()
    row = data.acts[act]
    event, mode = row.event, row.mode
    folded = key(topics_text)
    hits = sorted(int(label) for label, _, _ in matches(_refine_index(act), folded, 0, len(folded)))
    if hits:
        first = data.refine[hits[0]]
        event, mode = first.event or event, first.mode
    if event == "CONSULT":
        mode = mode or ("third-party" if hosted else None)
        mode = next((data.formats[f] for f in data.formats if f in formats), mode)
    return (None, None) if event == NOT_CODED else (event, mode)


def code(
    act: str, status: str, formats: Collection[str] = (), topics_text: str = "", *, hosted: bool = False
) -> Plover:
    """The PLOVER code of an act: a row of acts.tsv, its status, its formats (`phone` ...), and the words it stands in.
    `hosted` says that a third party hosts it.

    A cooperative act still to come is AGREE, a cancelled meeting REJECT, a withdrawal still to come CONCEDE.
    An act without a type (vote) has null event, quad and intensity. Raises KeyError for what is no act.
    """
    data = plover_table()
    event, mode = _mode(act, formats, topics_text, hosted)
    if event is None:
        return Plover(contexts=_merged(data.acts[act].contexts, topics_text))
    recode = _recodes().get((event, status))
    if recode is not None:
        event, mode = recode.to, recode.mode
    kind = data.types[event]
    score = kind.modes[mode] if mode is not None else kind.score
    return Plover(event, mode, _merged(data.acts[act].contexts, topics_text), kind.quad, score)


def _merged(given: tuple[str, ...], topics_text: str) -> tuple[str, ...]:
    seen = contexts(topics_text) if topics_text else ()
    return tuple(dict.fromkeys(given + seen))
