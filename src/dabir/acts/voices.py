"""A voice: the words that name who speaks, and what the names stage made of them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from dabir.acts.extent import View, trim
from dabir.names.mentions import Mention

_MAX_NAME = 90


class Voice(Struct, frozen=True):
    """The words that name a speaker, and what the names stage made of them (`mention` null: nobody it knows)."""

    start: int
    end: int
    mention: Mention | None = None
    person: str | None = None
    state: str | None = None
    actor: str | None = None
    how: str = ""


def of_mention(m: Mention, how: str) -> Voice:
    """The voice that a mention names."""
    return Voice(m.start, m.end, m, m.person, m.state, m.actor, how)


def again(x: Voice, words: Voice | None = None, how: str = "again") -> Voice:
    """The same speaker once more, named by other words where they are given («وی»)."""
    at = words or x
    return Voice(at.start, at.end, x.mention, x.person, x.state, x.actor, how)


def joint(v: View, free: Sequence[Mention], how: str) -> tuple[Voice, ...]:
    """The first mention, with those of its series («کویت، قطر و اردن») and those named by the same words («دو طرف»)."""
    series, whole = [free[0]], 1
    for m in free[1:]:
        between = v.key[series[-1].end : m.start].strip()
        if m.start != series[-1].start and between not in ("و", "،"):
            break
        series.append(m)
        whole = len(series) if between != "،" else whole  # a series ends in و
    return tuple(of_mention(m, "joint" if n else how) for n, m in enumerate(series[:whole]))


def of_words(v: View, where: tuple[int, int]) -> tuple[Voice, ...]:
    """The words themselves where no mention names the speaker."""
    span = trim(v.key, where[0], min(where[1], where[0] + _MAX_NAME))
    return (Voice(*span, how="words"),) if span else ()
