"""One article as the event stage sees it: tokens, mentions, times, speech and triggers, each with its sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from msgspec import Struct

from dabir.acts.frames import Trigger, find_triggers
from dabir.model import Statement, Time
from dabir.names.mentions import Mention
from dabir.names.places import PlaceMention
from dabir.text.types import Text


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

    def speech_at(self, offset: int) -> Speech | None:
        """The innermost statement whose content holds a key offset."""
        held = [s for s in self.speeches if s.start <= offset < s.end]
        return min(held, key=lambda s: s.end - s.start) if held else None


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
    by_sentence: list[list[int]] = [[] for _ in text.sentences]
    for n, m in enumerate(mentions):
        if by_sentence:
            by_sentence[max(0, bisect_right(starts, m.start) - 1)].append(n)
    return Setting(
        text=text,
        title_end=title_end,
        home=home,
        mentions=tuple(mentions),
        places=tuple(places),
        whens=tuple(When(*key_range(text, t.start, t.end), t) for t in times),
        speeches=tuple(_speech(text, n, s, mentions) for n, s in enumerate(statements)),
        triggers=find_triggers(text),
        words=tuple(t.text for t in text.tokens),
        token_starts=tuple(t.start for t in text.tokens),
        sentence_starts=starts,
        mentions_in=tuple(tuple(ns) for ns in by_sentence),
    )


def _speech(text: Text, number: int, s: Statement, mentions: Sequence[Mention]) -> Speech:
    a, b = key_range(text, s.speaker.start, s.speaker.end)
    overlapping = [n for n, m in enumerate(mentions) if m.start < b and m.end > a]
    named = [n for n in overlapping if mentions[n].actor == s.speaker.actor] or overlapping
    cue = key_range(text, s.cue.start, s.cue.end) if s.cue else None
    return Speech(number, *key_range(text, s.content.start, s.content.end), cue, named[0] if named else None, s.direct)
