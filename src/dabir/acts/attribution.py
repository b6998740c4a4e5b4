"""According to whom: the chain from the outlet over the agencies it cites to the official who spoke, named or not.

Outermost first. A link is there only where words of the article name it: an outlet that the article does not name is in
`Article.outlet` alone. The words stand in data/acts/attribution.toml.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from dabir.acts.patterns import parse
from dabir.acts.setting import key_range
from dabir.errors import DataError
from dabir.model import Attribution, Source, Statement
from dabir.names.kb import KnowledgeBase, squeeze
from dabir.names.mentions import Mention
from dabir.resources import toml
from dabir.text.types import Text

DATA = "acts/attribution.toml"
LEAD_REACH = 60  # characters before a name in which its lead may stand
NEAR = 40  # statements on either side that may hold one
OPENING = 3  # sentences (the title among them) that may attribute the whole item
_BRACKETED = re.compile(r"(?:^|\n)[^\n.:،]{2,24}\( ?$")

SourceKind = Literal["outlet", "agency", "official", "anonymous"]


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """Patterns of one kind, with sentences that hold them and sentences that do not."""

    patterns: tuple[str, ...]
    examples: tuple[str, ...] = ()
    counter: tuple[str, ...] = ()


@cache
def word_data() -> Mapping[str, Words]:
    """The word lists by name, as the file has them. Raises DataError where it is malformed."""
    try:
        return MappingProxyType(msgspec.convert(dict(toml(DATA)), dict[str, Words]))
    except msgspec.ValidationError as error:
        raise DataError(str(error), DATA) from None


@cache
def words(name: str) -> re.Pattern[str]:
    """The pattern of a word list, for the key."""
    return re.compile("|".join(parse(p, DATA).regex for p in word_data()[name].patterns))


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(rf"(?:{words('lead').pattern})(?: (?:{words('carrier').pattern}))*[ \"«]*$")


def own_outlets(kb: KnowledgeBase, outlet: str | None, text: Text, mentions: Sequence[Mention]) -> frozenset[str]:
    """The ids of the actors that are the item's own outlet, under whatever name the article gives it."""
    mine = {x.entity for x in kb.senses.get(squeeze(outlet or ""), ()) if x.kind == "outlet"}
    named = ((m.actor, squeeze(text.key[m.start : m.end])) for m in mentions if m.kind == "outlet" and m.actor)
    return frozenset(actor for actor, name in named if actor and mine & {x.entity for x in kb.senses.get(name, ())})


def item_source(text: Text, mentions: Sequence[Mention], own: Collection[str] = ()) -> Attribution:
    """The outlet and agencies that the item as a whole is attributed to: named in its dateline, or behind a lead in the first
    of its opening sentences that has one. `own` are the ids of the actors that are the item's own outlet."""
    opening = text.sentences[:OPENING]
    found = _dateline(text) if opening else []
    for n, sentence in enumerate(opening):
        here = _agencies(text, mentions, *sentence, own)
        if here and (n == 0 or words("item").search(text.key, *sentence)):
            return _chain(found + here)
    return _chain(found)


def _dateline(text: Text) -> list[Source]:
    """The outlet of «تهران - ایرنا -» or «به گزارش خبرنگار ایرنا»، which are set aside before the item's first words."""
    first = text.starts[text.sentences[min(OPENING, len(text.sentences)) - 1][0]]
    for x in text.boilerplate:
        m = _set_aside().search(x.text)
        if m and x.start < first:
            return [Source(x.start + m.start("name"), x.start + m.end("name"), m["name"], "outlet")]
    return []


@cache
def _set_aside() -> re.Pattern[str]:
    names = sorted(toml("text/boilerplate.toml")["outlets"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?P<name>{'|'.join(map(re.escape, names))})[»\"]? ?[\-_/–:؛،] ?$")


def _agencies(text: Text, mentions: Sequence[Mention], start: int, end: int, own: Collection[str]) -> list[Source]:
    """The outlets of key[start:end] that stand behind a lead, or that themselves quote, in text order."""
    found = []
    for m in _between(mentions, start, end):
        if m.kind != "outlet":
            continue
        before = text.key[max(start, m.start - LEAD_REACH) : m.start]
        lead, bracketed = _lead().search(before), _BRACKETED.search(before)
        if lead or bracketed or words("quoting").match(text.key, m.end + 1, end):
            mine = bracketed or m.actor in own or (lead and words("reporter").match(before, lead.start()))
            found.append(_source(text, m.start, m.end, "outlet" if mine else "agency", m.actor))
    return found


def _start(m: Mention) -> int:
    return m.start


def _between(mentions: Sequence[Mention], start: int, end: int) -> Sequence[Mention]:
    """The mentions, sorted by their start, that begin in a stretch of the key."""
    first = bisect_left(mentions, start, key=_start)
    return mentions[first : bisect_left(mentions, end, lo=first, key=_start)]


def _source(text: Text, start: int, end: int, kind: SourceKind, actor: str | None) -> Source:
    span = text.span(start, end)
    return Source(span.start, span.end, span.text, kind, actor)


def _chain(links: Sequence[Source]) -> Attribution:
    """Links without those that name again who stands before: the outlet first, the others as they come."""
    seen: set[str] = set()
    out = []
    for link in sorted(links, key=lambda x: x.kind != "outlet"):
        who = link.actor or f"{link.start}-{link.end}"
        if who not in seen:
            seen.add(who)
            out.append(link)
    return tuple(out)


def passed_on(text: Text, mentions: Sequence[Mention], sentence: tuple[int, int], lead: Attribution) -> Attribution:
    """The chain of what a sentence says in the item's own voice: the item's sources, then the agencies of the sentence."""
    return _chain([*lead, *_agencies(text, mentions, *sentence, [x.actor or "" for x in lead if x.kind == "outlet"])])


def chains(
    text: Text, mentions: Sequence[Mention], statements: Sequence[Statement], lead: Attribution
) -> tuple[Statement, ...]:
    """The statements with their chains: the item's sources, the agencies of the sentence, who is quoted around it, who speaks.

    `lead` is `item_source`; an official quoted inside another's words stands behind that other.
    """
    outlets = {m.actor for m in mentions if m.kind == "outlet" and m.actor}
    own = [_voices(text, mentions, x, outlets) for x in statements]
    nameless = {v.actor for v, x in ((v, x) for vs, x in zip(own, statements, strict=True) for v in vs)
                if v.actor and v.kind == "anonymous" and not x.speaker.person}  # fmt: skip
    out = []
    for n, x in enumerate(statements):
        around = [own[k] for k in _around(statements, n)]
        start = key_range(text, x.speaker.start, x.speaker.end)[0]
        at = max(0, bisect_right(text.sentences, (start, len(text.key))) - 1)
        outer = passed_on(text, mentions, text.sentences[at], lead)
        links = [*outer, *(link for voices in around for link in voices), *own[n]]
        out.append(replace(x, source=_chain([_hidden(v, nameless) for v in links])))
    return tuple(out)


def _hidden(link: Source, nameless: Collection[str]) -> Source:
    """«این مقام» and «وی» stay without a name where the one they stand for has none."""
    return replace(link, kind="anonymous") if link.kind == "official" and link.actor in nameless else link


def _around(statements: Sequence[Statement], n: int) -> list[int]:
    """The statements whose content holds the speaker and the cue of statement n, the widest first."""
    x = statements[n]
    spot = (min(x.speaker.start, x.cue.start if x.cue else x.speaker.start), x.content.start)
    near = (k for k in range(max(0, n - NEAR), min(len(statements), n + NEAR)) if k != n)
    found = [k for k in near if _inside(spot, x, statements[k])]
    return sorted(found, key=lambda k: statements[k].content.start - statements[k].content.end)


def _inside(spot: tuple[int, int], x: Statement, outer: Statement) -> bool:
    content = outer.content
    return content.start <= spot[0] and spot[1] < content.end and content.start < x.content.start


def _voices(text: Text, mentions: Sequence[Mention], x: Statement, outlets: Collection[str]) -> list[Source]:
    """The speaker of a statement as a link, and behind a speaking agency whom it quotes."""
    sp = x.speaker
    start, end = key_range(text, sp.start, sp.end)
    at = key_range(text, x.content.start, x.content.end)[0]
    cue = key_range(text, x.cue.start, x.cue.end)[0] if x.cue else end
    stop = max(end, min(at, cue) if at > end else cue)
    kind = _kind(text, x, outlets, start, end, stop)
    links = [_source(text, start, end, kind, sp.actor)]
    quoting = words("quoting").search(text.key, end, stop) if kind == "agency" else None
    return links + (_quoted(text, mentions, quoting.end(), stop) if quoting else [])


def _kind(text: Text, x: Statement, outlets: Collection[str], start: int, end: int, stop: int) -> SourceKind:
    sp, key = x.speaker, text.key
    wide = key.rfind(" ", 0, max(0, start - 1)) + 1 if start else 0  # one word before: «یک»
    if sp.actor in outlets or words("media").match(key, start, end):
        return "agency"
    if sp.person:
        return "official"
    hidden = words("anonymous")
    if hidden.match(key, start, end) or hidden.match(key, wide, end) or words("unnamed").search(key, end, stop):
        return "anonymous"
    return "official" if sp.state or sp.actor else "anonymous"


def _quoted(text: Text, mentions: Sequence[Mention], start: int, stop: int) -> list[Source]:
    """Whom an agency quotes: the words behind «به نقل از», where they are no other agency."""
    at = start + len(text.key[start:stop]) - len(text.key[start:stop].lstrip(' «"'))
    hidden = words("anonymous").match(text.key, at, stop)
    reach = hidden.end() if hidden else at
    m = next((m for m in _between(mentions, at, reach + 1) if m.end <= stop), None)
    if hidden:
        return [_source(text, at, max(hidden.end(), m.end if m else 0), "anonymous", m.actor if m else None)]
    if m is None or m.kind == "outlet":
        return []
    return [_source(text, m.start, m.end, "official", m.actor)]
