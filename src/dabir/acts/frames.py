"""Act frames: the data of data/acts/frames, loaded and compiled once, and the search for their triggers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Literal, get_args

import msgspec
from msgspec import Struct

from dabir.acts.patterns import Pattern, compiled, parse
from dabir.errors import DataError
from dabir.resources import names, toml
from dabir.text.types import Text

FRAMES = "acts/frames"
CUES = "acts/cues.toml"
TriggerKind = Literal["noun", "verb", "adjective", "phrase"]

_WORD = re.compile(r"[^\W_]+")


class TriggerRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of one kind that name an act, sentences in which they do, and sentences in which the act is not named."""

    kind: TriggerKind
    patterns: tuple[str, ...]
    status: str | None = None
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """One act: its labels, whether it has a direction, its triggers, and the words that only look like one (`never`)."""

    act: str
    gloss_fa: str
    gloss_en: str
    directed: bool
    mutual: bool
    trigger: tuple[TriggerRule, ...]
    never: tuple[str, ...] = ()


class Trigger(Struct, frozen=True):
    """Words of the key that may report an act: `text.key[start:end]`. `rule_id` is act/rule/pattern, counted from 1."""

    act: str
    start: int
    end: int
    kind: TriggerKind
    rule_id: str
    status_hint: str | None = None


class Rule(Struct, frozen=True):
    """One pattern of an act, ready to match. `kind` is null where a match only forbids."""

    act: str
    regex: str
    rule_id: str
    kind: TriggerKind | None
    status: str | None


@cache
def frames() -> Mapping[str, Frame]:
    """Every act's frame, by act, in the order of the file names. Raises DataError at a malformed file."""
    out: dict[str, Frame] = {}
    for path in names(FRAMES, ".toml"):
        try:
            frame = msgspec.convert(dict(toml(path)), Frame)
        except msgspec.ValidationError as error:
            raise DataError(str(error), path) from None
        if path != f"{FRAMES}/{frame.act}.toml":
            raise DataError(f"act {frame.act!r} must be in {frame.act}.toml", path)
        out[frame.act] = frame
    return MappingProxyType(out)


@cache
def _index() -> Mapping[str, tuple[Rule, ...]]:
    """Rules by the first two letters of the word that they begin with, so that few are tried at each word."""
    index: dict[str, list[Rule]] = {}
    for frame in frames().values():
        where = f"{FRAMES}/{frame.act}.toml"
        for n, rule in enumerate(frame.trigger, 1):
            for k, source in enumerate(rule.patterns, 1):
                _add(index, parse(source, where), frame.act, f"{frame.act}/{n}/{k}", rule.kind, rule.status)
        for k, source in enumerate(frame.never, 1):
            _add(index, parse(source, where), frame.act, f"{frame.act}/never/{k}", None, None)
    return MappingProxyType({head: tuple(rules) for head, rules in index.items()})


def _add(
    index: dict[str, list[Rule]], pattern: Pattern, act: str, rule_id: str, kind: TriggerKind | None, status: str | None
) -> None:
    rule = Rule(act, pattern.regex, rule_id, kind, status)
    for head in pattern.heads:
        index.setdefault(head, []).append(rule)


def scan(key: str, start: int, end: int) -> tuple[Trigger, ...]:
    """The triggers within key[start:end], one sentence, in text order; of one act's overlapping ones the longest."""
    index = _index()
    found: dict[str, list[Trigger]] = {}
    barred: dict[str, list[tuple[int, int]]] = {}
    for word in _WORD.finditer(key, start, end):
        at = word.start()
        rules = index.get(key[at : min(at + 2, word.end())], ()) or index.get(key[at : at + 1], ())
        for rule in rules:
            match = compiled(rule.regex).match(key, at, end)
            if match is None:
                continue
            if rule.kind is None:
                barred.setdefault(rule.act, []).append(match.span())
            else:
                found.setdefault(rule.act, []).append(
                    Trigger(rule.act, at, match.end(), rule.kind, rule.rule_id, rule.status)
                )
    kept = [t for act, triggers in found.items() for t in _longest(triggers, barred.get(act, ()))]
    return tuple(sorted(kept, key=lambda t: (t.start, t.end, t.act)))


def _longest(triggers: Iterable[Trigger], barred: Sequence[tuple[int, int]]) -> list[Trigger]:
    """The longest of overlapping triggers, without those that begin or lie inside a barred stretch."""
    kept: list[Trigger] = []
    for trigger in sorted(triggers, key=lambda t: (t.start - t.end, t.start, t.rule_id)):
        if any(a <= trigger.start < b for a, b in barred):
            continue
        if all(trigger.end <= k.start or k.end <= trigger.start for k in kept):
            kept.append(trigger)
    return kept


def find_triggers(text: Text) -> tuple[Trigger, ...]:
    """Every trigger of a text, in key offsets and text order. Triggers of different acts may overlap."""
    return tuple(t for start, end in text.sentences for t in scan(text.key, start, end))


class Cue(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that set an event's status: their patterns, sentences that have them and sentences that do not."""

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


@cache
def cue_data() -> Mapping[str, Cue]:
    """The table of status cues by status (or `conditional`, `question`, `negated`), as the file has it."""
    try:
        return MappingProxyType(msgspec.convert(dict(toml(CUES)), dict[str, Cue]))
    except msgspec.ValidationError as error:
        raise DataError(str(error), CUES) from None


@cache
def cues() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """The status cues as compiled regexes; search them in the key of a sentence or clause."""
    return MappingProxyType(
        {name: tuple(compiled(parse(p, CUES).regex) for p in cue.patterns) for name, cue in cue_data().items()}
    )


def act_labels(act: str) -> Mapping[str, Any]:
    """Persian and English label of an act. Raises KeyError for what is no act."""
    frame = frames()[act]
    return MappingProxyType({"fa": frame.gloss_fa, "en": frame.gloss_en})
