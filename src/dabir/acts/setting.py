"""One article as the event stage sees it: tokens, mentions, times, speech and triggers, each with its sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

from msgspec import Struct

from dabir.acts.frames import Trigger, find_triggers
from dabir.model import Statement, Time
from dabir.names.mentions import Mention
from dabir.names.places import PlaceMention
from dabir.text.types import Text

REACH = 4  # mentions before an offset that may still cover it


class Speech(Struct, frozen=True):
    """A statement in key offsets, with the index (in `mentions`) of the mention that names its speaker, or None."""

    number: int
    start: int
    end: int
    cue: tuple[int, int] | None
    speaker: int | None
    direct: bool


class When(Struct, frozen=True):
    """A time expression in key offsets."""

    start: int
    end: int
    time: Time


def day_of(time: Time) -> str | None:
    """The day or days (ISO) that a time says something happened on: its value without the clock, or the bounds of a length that
    is counted from a day («سه روز گذشته»). None where it has none."""
    if time.kind in ("date", "time") and time.value not in (None, "PAST", "PRESENT", "FUTURE"):
        return str(time.value).split("T")[0]
    if time.kind != "duration" or time.begin is None or time.until is None:
        return None
    one = date.fromisoformat(time.until[:10]) - date.fromisoformat(time.begin[:10]) == timedelta(days=1)
    return time.begin[:10] if one else f"{time.begin[:10]}/{time.until[:10]}"


class Setting(Struct, frozen=True):
    """Everything the event stage needs of one article. All offsets are the key's; `*_in` give indexes by sentence."""

    text: Text
    title_end: int
    home: str
    mentions: tuple[Mention, ...]
    places: tuple[PlaceMention, ...]
    whens: tuple[When, ...]
    speeches: tuple[Speech, ...]
    triggers: tuple[Trigger, ...]
    words: tuple[str, ...]
    token_starts: tuple[int, ...]
    sentence_starts: tuple[int, ...]
    mentions_in: tuple[tuple[int, ...], ...]
    whens_in: tuple[tuple[int, ...], ...]
    places_in: tuple[tuple[int, ...], ...]
    speeches_in: tuple[tuple[int, ...], ...]
    of_act: Mapping[str, tuple[int, ...]]
    titled: frozenset[str]

    def sentence(self, offset: int) -> int:
        """The number of the sentence at a key offset."""
        return max(0, bisect_right(self.sentence_starts, offset) - 1)

    def token(self, offset: int) -> int:
        """The index of the first token that starts at or after a key offset."""
        return bisect_left(self.token_starts, offset)

    def tokens_of(self, sentence: int) -> tuple[int, int]:
        """The token range of a sentence."""
        start, end = self.text.sentences[sentence]
        return self.token(start), self.token(end)

    def triggers_between(self, start: int, end: int) -> tuple[Trigger, ...]:
        """The triggers that begin in a stretch of the key."""
        first = bisect_left(self.triggers, start, key=_start)
        return self.triggers[first : bisect_left(self.triggers, end, lo=first, key=_start)]

    def speech_at(self, offset: int) -> Speech | None:
        """The innermost statement whose content holds a key offset."""
        near = (self.speeches[n] for n in self.speeches_in[self.sentence(offset)]) if self.speeches_in else ()
        return min((s for s in near if s.start <= offset < s.end), key=lambda s: s.end - s.start, default=None)


def _start(t: Trigger) -> int:
    return t.start


def key_range(text: Text, start: int, end: int) -> tuple[int, int]:
    """Offsets of the original to the key's."""
    return bisect_left(text.starts, start), bisect_left(text.starts, end)


def build(
    text: Text,
    title_end: int,
    home: str,
    mentions: Sequence[Mention],
    places: Sequence[PlaceMention],
    times: Sequence[Time],
    statements: Sequence[Statement],
) -> Setting:
    """The setting of one article; `title_end` is the key offset where the title ends (0 where there is none)."""
    starts = tuple(a for a, _ in text.sentences)

    def spread(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
        """The numbers of the ranges that touch each sentence."""
        found: list[list[int]] = [[] for _ in starts]
        for n, (start, end) in enumerate(ranges):
            first, last = bisect_right(starts, start) - 1, bisect_left(starts, end) - 1
            for sentence in range(max(0, first), min(max(first, last), len(starts) - 1) + 1):
                found[sentence].append(n)
        return tuple(map(tuple, found))

    whens = tuple(When(*key_range(text, t.start, t.end), t) for t in times)
    speeches = _speeches(text, statements, mentions)
    triggers = find_triggers(text)
    of_act: dict[str, list[int]] = {}
    for n, t in enumerate(triggers):
        of_act.setdefault(t.act, []).append(n)
    return Setting(
        text=text,
        title_end=title_end,
        home=home,
        mentions=tuple(mentions),
        places=tuple(places),
        whens=whens,
        speeches=speeches,
        triggers=triggers,
        words=tuple(t.text for t in text.tokens),
        token_starts=tuple(t.start for t in text.tokens),
        sentence_starts=starts,
        mentions_in=spread((m.start, m.start + 1) for m in mentions),
        whens_in=spread((w.start, w.start + 1) for w in whens),
        places_in=spread((p.start, p.start + 1) for p in places),
        speeches_in=spread(
            (min(x.start, x.cue[0] if x.cue else x.start), max(x.end, x.cue[1] if x.cue else x.end)) for x in speeches
        ),
        of_act={act: tuple(ns) for act, ns in of_act.items()},
        titled=frozenset(m.state for m in mentions if m.state and m.start < title_end),
    )


def _speeches(text: Text, statements: Sequence[Statement], mentions: Sequence[Mention]) -> tuple[Speech, ...]:
    starts = [m.start for m in mentions]
    return tuple(_speech(text, n, s, mentions, starts) for n, s in enumerate(statements))


def _speech(text: Text, number: int, s: Statement, mentions: Sequence[Mention], starts: Sequence[int]) -> Speech:
    a, b = key_range(text, s.speaker.start, s.speaker.end)
    near = range(max(0, bisect_left(starts, a) - REACH), bisect_left(starts, b))
    overlapping = [n for n in near if mentions[n].end > a]
    named = [n for n in overlapping if mentions[n].actor == s.speaker.actor] or overlapping
    cue = key_range(text, s.cue.start, s.cue.end) if s.cue else None
    return Speech(number, *key_range(text, s.content.start, s.content.end), cue, named[0] if named else None, s.direct)
