"""Act frames: the data of data/acts/frames, loaded and compiled once, and the search for their triggers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct

from dabir.acts.patterns import Index, Pattern, compiled, index, matches, parse
from dabir.errors import DataError
from dabir.prepared import Table
from dabir.resources import names, toml
from dabir.text.types import Text

FRAMES = "acts/frames"
CUES = "acts/cues.toml"
TriggerKind = Literal["noun", "verb", "adjective", "phrase"]


class TriggerRule(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of one kind that name an act, sentences in which they do, and sentences without the act."""

    kind: TriggerKind
    patterns: tuple[str, ...]
    status: str | None = None
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


class Frame(Struct, frozen=True, forbid_unknown_fields=True):
    """One act: its labels, whether it has a direction, its triggers, and what only looks like one (`never`)."""

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
    """What a rule id stands for. `kind` is null where a match only forbids."""

    act: str
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


class Rules(Struct, frozen=True):
    """Every rule by its id, and the index of all their patterns."""

    by_id: Mapping[str, Rule]
    entries: Index


@cache
def _rules() -> Rules:
    return TABLE.load()


def made() -> Rules:
    """The rules of all frames. Raises DataError at a malformed one."""
    rules: dict[str, Rule] = {}
    pairs: list[tuple[str, Pattern]] = []
    for frame in frames().values():
        where = f"{FRAMES}/{frame.act}.toml"
        for n, rule in enumerate(frame.trigger, 1):
            for k, source in enumerate(rule.patterns, 1):
                rules[f"{frame.act}/{n}/{k}"] = Rule(frame.act, rule.kind, rule.status)
                pairs.append((f"{frame.act}/{n}/{k}", parse(source, where)))
        for k, source in enumerate(frame.never, 1):
            rules[f"{frame.act}/never/{k}"] = Rule(frame.act, None, None)
            pairs.append((f"{frame.act}/never/{k}", parse(source, where)))
    return Rules(MappingProxyType(rules), index(pairs))


TABLE = Table("frames", Rules, made, ("data/acts/frames", "data/acts/verbs.tsv", "acts/patterns.py", "acts/frames.py"))


@cache
def _sources() -> Mapping[str, str]:
    return MappingProxyType({
        f"{frame.act}/{n}/{k}": source
        for frame in frames().values() for n, rule in enumerate(frame.trigger, 1) for k, source in enumerate(rule.patterns, 1)
    })  # fmt: skip


def rule_source(rule_id: str) -> str:
    """The pattern of a trigger rule, as its frame has it."""
    return _sources()[rule_id]


def scan(key: str, start: int, end: int) -> tuple[Trigger, ...]:
    """The triggers within key[start:end], one sentence, in text order; of one act's overlapping ones the longest."""
    rules = _rules()
    found: dict[str, list[Trigger]] = {}
    barred: dict[str, list[tuple[int, int]]] = {}
    for rule_id, a, b in matches(rules.entries, key, start, end):
        rule = rules.by_id[rule_id]
        if rule.kind is None:
            barred.setdefault(rule.act, []).append((a, b))
        else:
            found.setdefault(rule.act, []).append(Trigger(rule.act, a, b, rule.kind, rule_id, rule.status))
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


class StatusCue(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that set an event's status: their patterns, sentences that have them and sentences that do not."""

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


@cache
def cue_data() -> Mapping[str, StatusCue]:
    """The table of status cues by status (or `conditional`, `question`, `negated`), as the file has it."""
    try:
        return MappingProxyType(msgspec.convert(dict(toml(CUES)), dict[str, StatusCue]))
    except msgspec.ValidationError as error:
        raise DataError(str(error), CUES) from None


@cache
def cues() -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """The status cues as compiled regexes; search them in the key of a sentence or clause."""
    return MappingProxyType(
        {name: tuple(compiled(parse(p, CUES).regex) for p in cue.patterns) for name, cue in cue_data().items()}
    )


@cache
def _cue_index() -> Index:
    return index((name, parse(p, CUES)) for name, cue in cue_data().items() for p in cue.patterns)


def find_cues(key: str, start: int, end: int) -> tuple[tuple[str, int, int], ...]:
    """The (name, start, end) of every status cue within key[start:end]; much faster than searching with `cues()`."""
    return tuple(matches(_cue_index(), key, start, end))
