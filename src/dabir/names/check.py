"""Offices against the tables: where the article gives a known person an office that another held on its date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from dabir.model import Check, Message
from dabir.names.kb import KnowledgeBase, covers
from dabir.names.mentions import Mention
from dabir.text.keys import key
from dabir.text.types import Text

# Words that say the office was held before, will be held, or is held for another.
_NOT_NOW = re.compile(r"(?<!\w)(?:" + "|".join(key(w) for w in (
    "سابق", "پیشین", "اسبق", "وقت", "فقید", "آینده", "منتخب", "سرپرست", "کفیل", "نامزد", "موقت", "برکنار", "مستعفی",
)) + r")(?!\w)")  # fmt: skip
AROUND = 16  # letters on either side in which such a word counts
# Between a title and the name behind it, these show that the title is somebody else's: «وزیر خارجه دولت ترامپ».
_APART = re.compile(r"[،«\"(]|(?<!\w)(?:دولت|ریاست)")


def check_offices(
    text: Text, kb: KnowledgeBase, mentions: Iterable[Mention], ids: Mapping[str, str], date: str | None
) -> tuple[Check, ...]:
    """A check for each person whose office the tables give to somebody else on `date` (ISO).

    `ids` maps the record's actor ids to those of the tables. Nothing is checked without a date, where the tables have no holder, or
    where the words say that the office is past or to come. The article's office stays in the record: it outranks the tables.
    """
    found: dict[tuple[str, str], Check] = {}
    if date is None:
        return ()
    for m in mentions:
        person = ids.get(m.actor or "", "")
        if m.kind != "person" or not m.office or not m.state or person not in kb.entities or (person, m.office) in found:
            continue
        holder = kb.holder(m.state, m.office, date)
        if holder is None or holder.person == person or _held(kb, person, m, date):
            continue
        if (m.start, m.end) == m.head or _APART.search(text.key, m.start, m.head[0]):
            continue
        if _NOT_NOW.search(text.key, max(0, m.start - AROUND), m.end + AROUND):
            continue
        found[person, m.office] = _check(text, kb, m, person, holder.person)
    return tuple(found.values())


def _held(kb: KnowledgeBase, person: str, m: Mention, date: str) -> bool:
    return any(
        h.state == m.state and m.office in (h.office, *h.kinds) and covers(h, date) for h in kb.offices.get(person, ())
    )


def _check(text: Text, kb: KnowledgeBase, m: Mention, person: str, holder: str) -> Check:
    who, other = kb.entities[person], kb.entities[holder]
    return Check(
        kind="office-mismatch",
        message=Message(
            fa=f"متن «{who.fa}» را دارنده‌ی این سمت می‌خواند؛ جدول‌ها در این تاریخ «{other.fa}» را دارند.",
            en=f"the article gives this office to {who.en or who.fa}; on its date the tables have {other.en or other.fa}",
        ),
        spans=(text.span(m.start, m.end),),
        values=(person, holder),
    )
