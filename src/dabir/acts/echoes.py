"""Where an act is pointed back to: «دیدار کردند. این دیدار سه ساعت طول کشید.»

Such words report no act of their own, yet they say how long it took and in what form.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from dabir.acts.frames import Trigger
from dabir.acts.setting import Setting

REACH = 3  # sentences behind the report within which «این دیدار» is still that act
_POINTS = re.compile(r"(?<!\w)(?:این|همین) $")
_ALIKE = frozenset({"talks", "meet", "summit"})  # «این گفت‌وگوها» after «دیدار کردند»


def echoes(s: Setting, told: Sequence[Trigger], reported: Collection[Trigger]) -> Iterator[Trigger]:
    """The triggers that point back to an act told at `told`: «این» and its noun, or another noun for such an act, with no
    other act of the kind in between (`reported` are the triggers that report any act)."""
    acts = {t.act for t in told}
    names = acts | _ALIKE if acts & _ALIKE else acts
    last = max(told, key=lambda t: t.start)
    first = s.sentence(last.start)
    end = s.text.sentences[min(first + REACH, len(s.text.sentences) - 1)][1]
    for t in s.triggers_between(last.end, end):
        if t.act not in names or t in told:
            continue
        if _POINTS.search(s.text.key, max(0, t.start - 12), t.start):
            yield t
        elif t in reported:
            return
