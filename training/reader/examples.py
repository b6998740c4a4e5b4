"""Gold articles as the learned reader trains on them: what the rules propose, with what gold says of it.

Offsets are the key's. The linear models' log odds go in too, from models that have not seen the article (folds over
the gold), so that the reader learns how far to trust them.
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import events as linear_training  # noqa: E402
from dabir.acts import casting  # noqa: E402
from dabir.acts.beside import pair_features, speech_features  # noqa: E402
from dabir.acts.features import Cues, trigger_features  # noqa: E402
from dabir.acts.frames import frames  # noqa: E402
from dabir.acts.parties import parties, prepositions, role_features  # noqa: E402
from dabir.acts.statements import propose, settle  # noqa: E402
from dabir.names.kb import squeeze  # noqa: E402
from dabir.text.types import Text  # noqa: E402

Range = tuple[int, int]
ROLES = ("none", *casting.ROLES)
FOLDS = 3


@dataclass
class Pair:
    """A party of a trigger: the features of each of its mentions, the linear model's log odds, and the role."""

    mentions: list[int]
    features: list[list[str]]
    linear: list[float]
    role: int


@dataclass
class TriggerRow:
    start: int
    end: int
    act: int
    keep: float
    weight: float
    main: float
    linear: list[float]  # keep, main
    parties: list[Pair] = field(default_factory=list)


@dataclass
class SpeechRow:
    start: int
    end: int
    cue: Range
    keep: float
    voices: list[Range]
    features: list[list[str]]
    right: list[int]  # voices that are right; empty: unknown


@dataclass
class Example:
    id: str
    text: Text
    mentions: list[Range]
    triggers: list[TriggerRow]
    speeches: list[SpeechRow]


def build(golds: list[dict[str, Any]], glue: bool) -> tuple[list[linear_training.Item], list[Example]]:
    """Gold articles prepared, and their examples, with every half-space deleted for `glue`."""
    items = [linear_training.prepare(g, glue=glue) for g in golds]
    for item in items:
        linear_training.label(item)
    out: list[Example | None] = [None] * len(items)
    for k in range(FOLDS):
        cut = {"keep": 0.36, "main": 0.2, "when": 0.16}
        models = linear_training.train([i for n, i in enumerate(items) if n % FOLDS != k], cut)
        for n in range(k, len(items), FOLDS):
            out[n] = example(items[n], models)
    return items, [e for e in out if e is not None]


def example(item: linear_training.Item, models: Any) -> Example:
    s = item.s
    marks, cues = prepositions(s), Cues(s)
    counts = Counter(m.state for m in s.mentions if m.state)
    acts = list(frames())
    rows = []
    for n, t in enumerate(s.triggers):
        features = trigger_features(s, n, cues)
        linear = [models.keep.logits(features)[0], models.main.logits(features)[0]]
        g = item.match.get(n)
        e = item.gold["events"][g] if g is not None else None
        row = TriggerRow(
            t.start, t.end, acts.index(t.act), float(e is not None), item.keep[n][2],
            float(bool(e and e["main"])), linear,
        )  # fmt: skip
        if e is not None:
            _roles(item, models, n, row, marks, counts)
        rows.append(row)
    return Example(
        item.gold["id"], s.text, [(m.start, m.end) for m in s.mentions], rows, _speeches(item)
    )


def _roles(item: Any, models: Any, n: int, row: TriggerRow, marks: list[str], counts: Counter[str]) -> None:
    s = item.s
    for party in parties(s, n):
        p = models.role.logits(role_features(s, n, party, marks, counts))
        linear = [p[models.role.classes.index(r)] if r in models.role.classes else -9.0 for r in ROLES]
        role = item.told[n].get(_who(s, party.mentions[0]), "none")
        row.parties.append(
            Pair(list(party.mentions), [pair_features(s, n, m, marks) for m in party.mentions], linear, ROLES.index(role))
        )


def _who(s: Any, m: int) -> str:
    mention = s.mentions[m]
    return mention.state or squeeze(mention.person or s.text.key[mention.head[0] : mention.head[1]])


def _speeches(item: Any) -> list[SpeechRow]:
    s = item.s
    view, found = propose(s.text, s.mentions, s.title_end)
    line = "".join(c for c in s.text.key if c.isalnum())
    at = [i for i, c in enumerate(s.text.key) if c.isalnum()]
    gold = [_content(line, at, g) for g in item.gold["statements"]]
    marks, rows, taken = prepositions(s), [], set[int]()
    for f in settle(s.text.key, view, found):
        best = max(
            (g for g in range(len(gold)) if gold[g] and _shares(gold[g], (f.candidate.start, f.candidate.end)) and
             (g not in taken)), key=lambda g: _overlap(gold[g], (f.candidate.start, f.candidate.end)), default=None,
        )  # fmt: skip
        if best is not None:
            taken.add(best)
        voices, features = speech_features(s, f, marks)
        right = []
        if best is not None:  # joint speakers of one content are all right
            same = [item.gold["statements"][k] for k in range(len(gold)) if gold[k] == gold[best]]
            people = [(m.person, m.state) for m in s.mentions]
            people += [(f.voice.person, f.voice.state)] * (len(voices) - len(people))
            right = [k for k, (person, state) in enumerate(people) if any(_speaks(g, person, state) for g in same)]
        rows.append(
            SpeechRow(f.candidate.start, f.candidate.end, f.candidate.cue, float(best is not None), voices, features, right)
        )
    return rows


def _content(line: str, at: list[int], g: dict[str, Any]) -> Range | None:
    squeezed = ["".join(c for c in squeeze(g[k]) if c.isalnum()) for k in ("content_start", "content_end")]
    a = line.find(squeezed[0])
    b = line.find(squeezed[1], a) if a >= 0 else -1
    if a < 0:
        return None
    end = b + len(squeezed[1]) if b >= 0 else a + len(squeezed[0])
    return at[a], at[end - 1] + 1


def _overlap(a: Range | None, b: Range) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0])) if a else 0


def _shares(a: Range | None, b: Range) -> bool:
    shared = _overlap(a, b)
    return bool(a) and 2 * shared >= min(a[1] - a[0], b[1] - b[0]) and 4 * shared >= max(a[1] - a[0], b[1] - b[0])


def _speaks(g: dict[str, Any], person: str | None, state: str | None) -> bool:
    if g["person"]:
        a, b = squeeze(g["person"]), squeeze(person or "")
        return bool(b) and (a == b or a.endswith(b) or b.endswith(a))
    return g["state"] == state and not person
