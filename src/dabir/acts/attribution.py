"""According to whom: the chain from the outlet over the agency it cites to the official who spoke."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from msgspec.structs import replace

from dabir.model import Attribution, Source, Statement
from dabir.names.mentions import Mention
from dabir.text.types import Text

# «به گزارش X»، «به نقل از X»، «X گزارش داد»: the agency or paper that the item passes on.
LEADS = ("به گزارش", "به نقل از", "به نوشته", "بنا به گزارش", "بنا بر گزارش", "بر اساس گزارش", "طبق گزارش", "به روایت")


@cache
def _lead() -> re.Pattern[str]:
    return re.compile(
        r"(?:" + "|".join(LEADS) + r") (?:خبرنگار |خبرگزاری |روزنامه |شبکه |پایگاه |سایت |وب ?سایت )*[«\"]?$"
    )


def item_source(text: Text, mentions: Sequence[Mention]) -> Attribution:
    """The agencies that the item as a whole is attributed to: outlets named behind a lead in its first sentences."""
    found = []
    limit = text.sentences[min(2, len(text.sentences) - 1)][1] if text.sentences else 0
    for m in mentions:
        if m.kind == "outlet" and m.start < limit and _lead().search(text.key, max(0, m.start - 60), m.start):
            span = text.span(m.start, m.end)
            found.append(Source(span.start, span.end, span.text, "agency", m.actor))
    return tuple(found[:2])


def attribute(statement: Statement, lead: Attribution, kinds: dict[str, str]) -> Statement:
    """The statement with its chain: the item's sources, then the speaker, who is anonymous where nobody is named."""
    sp = statement.speaker
    kind = "official" if sp.person or sp.state else "anonymous"
    if kinds.get(sp.actor or "") == "outlet":
        kind = "agency"
    link = Source(sp.start, sp.end, sp.text, kind, sp.actor)  # type: ignore[arg-type]
    return replace(statement, source=(*lead, link))
