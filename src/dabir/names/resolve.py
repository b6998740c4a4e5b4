"""What each actor phrase refers to: the article's own people first, then the tables on the article's date.

`Mention.person` is the name that the article itself gives somewhere; an office that the article leaves unnamed has none,
and the table's holder on that date is said by the Actor alone (`resolution: kb`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from dabir.names.actors import Names, number
from dabir.names.find import find_phrases
from dabir.names.kb import KnowledgeBase, squeeze
from dabir.names.mentions import Mention, MentionKind
from dabir.names.named import resolve_name
from dabir.names.offices import home_words, owner_of, resolve_counterpart, resolve_office, resolve_plural
from dabir.names.people import own_people, with_surnames, words_of
from dabir.names.refer import resolve_reference
from dabir.names.scan import Phrase
from dabir.names.scene import LOOK_BACK, Before, Scene, scene
from dabir.names.tagged import amend
from dabir.names.tagger import Tag
from dabir.text.types import Text

_KINDS: dict[str, MentionKind] = {
    "state": "state", "capital": "state", "seat": "state", "adjective": "state", "people": "people",
    "organization": "organization", "group": "group", "outlet": "outlet",
}  # fmt: skip


def resolve_mentions(
    text: Text,
    kb: KnowledgeBase,
    *,
    date: str | None = None,
    home: str = "IRN",
    outside: Sequence[tuple[int, int]] = (),
    tags: Sequence[Tag] = (),
) -> Names:
    """Mentions and actors of a text. `date` (ISO) is the article's, `home` the code that «کشورمان» means; `outside` are key
    ranges whose names stand for nobody («به وقت تهران» is a clock); `tags` are the tagger's, none where there is no tagger."""
    found = [p for p in find_phrases(text, kb) if not _lies_in(text, p, outside)]
    if tags:
        found = [p for p in amend(text, kb, found, tags) if not _lies_in(text, p, outside)]
    people = own_people(text, kb, found, date, home)
    s = scene(text, kb, date, home, people, found)
    mentions: list[Mention] = []
    for phrase in with_surnames(text, kb, found, people):
        mentions += _resolve(s, phrase, mentions)
    return number(text, kb, mentions)


def _lies_in(text: Text, p: Phrase, ranges: Sequence[tuple[int, int]]) -> bool:
    start, end = text.tokens[p.start].start, text.tokens[p.end - 1].end
    n = bisect_right(ranges, start, key=lambda r: r[0]) - 1
    return n >= 0 and end <= ranges[n][1]


def _resolve(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """The mentions of one phrase: one, two for «دو کشور», none for what refers to nobody."""
    if p.kind == "pronoun":
        return resolve_reference(s, p, before)
    if p.kind in ("person", "surname") and p.name is not None:
        return resolve_name(s, p)
    if p.kind == "title":
        return resolve_office(s, p, before)
    if p.kind == "counterpart":
        return resolve_counterpart(s, p, before)
    if p.kind == "collective":
        return resolve_plural(s, p, before) or _body(s, p, before)
    if p.kind == "body":
        return _body(s, p, before)
    if p.kind == "home":
        return [s.mention(p, "state", state=s.home, via="home")]
    return [s.mention(p, _KINDS[p.kind], state=p.owner, entity=p.sense.entity)]


def _body(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """A body, or a group of people, with the state that it belongs to; the media speak for none."""
    if p.sense.sector == "MED":
        return [s.mention(p, "people" if p.kind == "collective" else "organization")]
    state = owner_of(s, p, before) or _earlier(s, p, before)
    if p.kind == "collective" and not state and p.end - p.start < 2:
        return []
    return [s.mention(p, "people" if p.kind == "collective" else "organization", state=state)]


def _earlier(s: Scene, p: Phrase, before: Before) -> str:
    """The state of a body that stands without one: of the last such body, else the outlet's for organs of government."""
    head = squeeze(words_of(s.text, *p.head))
    for m in reversed(before[-LOOK_BACK:]) if p.kind == "body" else ():
        if m.kind == "organization" and m.state and squeeze(s.text.key[m.start : m.end]).startswith(head):
            return m.state
    return s.home if head in home_words() else ""
