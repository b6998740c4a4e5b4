"""Where the office that an article gives somebody is not the one that the tables have for him on its date: reported, never bent."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence

from dabir.model import Check, Message, Time
from dabir.names.actors import Names
from dabir.names.kb import Holding, KnowledgeBase, covers
from dabir.names.mentions import Mention
from dabir.names.titles import read_title
from dabir.text.types import Text

OFFICES = frozenset({"president", "prime-minister", "foreign-minister", "supreme-leader"})
"""Those checked: of others the tables have not every holder, and «امیر», «شیخ» or «رهبر» may be a form of address."""


def check_offices(
    text: Text, kb: KnowledgeBase, names: Names, times: Sequence[Time], date: str | None, home: str
) -> tuple[Check, ...]:
    """An `office-mismatch` for each known person whom the article calls holder of an office that the tables give to somebody
    else on `date` (ISO; none: nothing to check by), once a person and office.

    No contradiction is a title that says it is past («سابق», «پیشین», «وقت»), and one in a sentence with a date on which he
    held it. `values`: the office, the code, and the Persian names of the tables' holders.
    """
    found: dict[tuple[str, str], Check] = {}
    for m in names.mentions if date else ():
        person = names.known.get(m.actor or "", "")
        if m.kind != "person" or m.office not in OFFICES or not m.state or (person, m.office) in found:
            continue
        holders = [h for h in kb.holdings.get((m.state, m.office), ()) if covers(h, date or "")]
        entity = kb.entities.get(person)
        if entity is None or entity.kind != "person" or not holders or person in {h.person for h in holders}:
            continue
        if _past(text, kb, m, home) or _then(text, kb, m, person, times):
            continue
        found[person, m.office] = _check(text, kb, m, entity.fa, holders, date or "")
    return tuple(found.values())


def _past(text: Text, kb: KnowledgeBase, m: Mention, home: str) -> bool:
    title = read_title(kb, text.key[m.start : m.end].split(), home)
    return title.former or title.other_time


def _then(text: Text, kb: KnowledgeBase, m: Mention, person: str, times: Sequence[Time]) -> bool:
    """Whether the sentence of a mention has a date on which the person held the office."""
    held = [h for h in kb.offices.get(person, ()) if m.office in (h.office, *h.kinds)]
    return any(covers(h, day) for day in _days(text, m, times) for h in held)


def _days(text: Text, m: Mention, times: Sequence[Time]) -> Iterator[str]:
    n = bisect_right([end for _, end in text.sentences], m.start)
    if n < len(text.sentences):
        span = text.span(*text.sentences[n])
        yield from (t.begin[:10] for t in times if t.begin and span.start <= t.start < span.end)


def _check(text: Text, kb: KnowledgeBase, m: Mention, name: str, holders: Sequence[Holding], date: str) -> Check:
    span = text.span(m.start, m.end)
    people = [kb.entities[h.person] for h in holders]
    known = tuple(dict.fromkeys(e.fa for e in people))
    english = ", ".join(dict.fromkeys(e.en or e.fa for e in people))
    title = holders[0].title
    message = Message(
        fa=f"متن این سمت را به {name} می‌دهد: «{span.text}»؛ در {date} {title} {'، '.join(known)} بود.",
        en=f"The text gives this office to {name}: “{span.text}”; on {date} the {m.office} of {m.state} was {english}.",
    )
    return Check("office-mismatch", message, (span,), (m.office, m.state or "", *known))
