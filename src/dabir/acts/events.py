"""Events: triggers of the act frames, kept or dropped, given roles, status and date, and joined where they tell one act.

Frames (data/acts/frames) propose, linear models (data/acts/models, made by training/events.py) decide; both see
the same article as a `Setting`. Every field keeps the words that it stands on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from dabir.acts import casting, linear, polarity
from dabir.acts.features import Cues, trigger_features, when_features
from dabir.acts.linear import Linear
from dabir.acts.parties import identity, parties, prepositions, role_features
from dabir.acts.rounds import round_of, same_round
from dabir.acts.setting import Setting

# Statuses under which two reports of the same act may still be one event; others are different occasions.
SAME_STATUS = (frozenset({"held", "ongoing", "alleged"}), frozenset({"planned", "proposed"}))


# Chance of being the item's main act from which a trigger is held to the lower threshold: the main act must not be lost.
MAIN = 0.4


# A call and a meeting are forms of talking; these words alone say no form.
FORMS_OF_TALK = ("call", "meet")
PLAIN_TALK = ("گفتوگو", "گفتگو", "گفت و گو", "رایزنی", "بحث")


class Models(Struct, frozen=True):
    """The event stage's classifiers and the probability above which a candidate is kept."""

    keep: Linear
    role: Linear
    cast: Linear
    status: Linear
    when: Linear
    main: Linear
    keep_threshold: float = 0.5
    main_threshold: float = 0.5
    when_threshold: float = 0.5


class Part(Struct, frozen=True):
    """A mention's role in a report, with its probability."""

    mention: int
    role: str
    p: float


class Report(Struct, frozen=True):
    """One trigger read: the act with its parts, status and time, and how sure the reading is."""

    trigger: int
    act: str
    p: float
    parts: tuple[Part, ...]
    statuses: Mapping[str, float]
    when: int | None
    main: float

    @property
    def status(self) -> str:
        """The likeliest status."""
        return max(self.statuses, key=lambda k: (self.statuses[k], k))


@cache
def models() -> Models:
    """The models that ship with the package."""
    names = ("keep", "role", "cast", "status", "when", "main")
    found = {n: linear.load(n) for n in names}
    cut = linear.thresholds()
    return Models(**found, keep_threshold=cut["keep"], main_threshold=cut["main"], when_threshold=cut["when"])


def read_reports(s: Setting, m: Models) -> tuple[Report, ...]:
    """Every trigger that reports an act, read; in text order."""
    cues, marks = Cues(s), prepositions(s)
    counts = Counter(x.state for x in s.mentions if x.state)
    out = []
    for n in range(len(s.triggers)):
        features = trigger_features(s, n, cues)
        p = m.keep.probabilities(features)["yes"]
        main = m.main.probabilities(features)["yes"]
        if p < (m.main_threshold if main >= MAIN else m.keep_threshold):
            continue
        fixed = polarity.settled(s, s.triggers[n])
        if fixed == polarity.NEGATED:
            continue
        out.append(
            Report(
                trigger=n, act=s.triggers[n].act, p=p, parts=_parts(s, n, m, marks, counts),
                statuses={fixed: 1.0} if fixed else m.status.probabilities(features),
                when=_when(s, n, m), main=main,
            )
        )  # fmt: skip
    return tuple(out)


def chances(s: Setting, n: int, role: Linear, marks: list[str], counts: Counter[str]) -> list[casting.Chance]:
    """Every party near trigger n with its chances of each role."""
    act = s.triggers[n].act
    return [
        casting.chance(act, party, role.probabilities(role_features(s, n, party, marks, counts)))
        for party in parties(s, n)
    ]


def _parts(s: Setting, n: int, m: Models, marks: list[str], counts: Counter[str]) -> tuple[Part, ...]:
    """The parties of trigger n's event with their roles, in text order."""
    found = casting.best(s, n, chances(s, n, m.role, marks, counts), marks, m.cast)
    return tuple(sorted((Part(c.party.mentions[0], r, c.roles[r]) for c, r in found), key=lambda x: x.mention))


def _when(s: Setting, n: int, m: Models) -> int | None:
    """The time expression that dates trigger n's event: the likeliest of those near, or none."""
    sentence = s.sentence(s.triggers[n].start)
    near = [w for k in range(max(0, sentence - 1), min(len(s.whens_in), sentence + 3)) for w in s.whens_in[k]]
    scored = [(m.when.probabilities(f)["yes"], -w) for w in near if (f := when_features(s, n, w))]
    p, w = max(scored, default=(0.0, 0))
    return -w if p >= m.when_threshold else None


class Told(Struct, frozen=True):
    """What of a report says which act it tells: its parties (identity, person, actor), status, date and round."""

    act: str
    parties: frozenset[tuple[str, str | None, str | None]]
    status: str
    when: str | None
    round: int | None


class _Group:
    """The reports of one event, and what they tell, each once: a long text repeats itself."""

    def __init__(self, reports: list[Report], told: dict[Told, None]) -> None:
        self.reports, self.told = reports, told

    def add(self, reports: Sequence[Report], told: Iterable[Told]) -> None:
        self.reports.extend(reports)
        self.told.update(dict.fromkeys(told))


def join(s: Setting, reports: Sequence[Report]) -> list[list[Report]]:
    """Reports grouped into events: one act, parties that agree, statuses and dates that do not contradict."""
    by_act: dict[str, list[_Group]] = {}
    for r in sorted(reports, key=lambda r: (r.when is None, r.trigger)):
        groups, said = by_act.setdefault(r.act, []), _told(s, r)
        open_to = [g for g in groups if all(same_event(said, other) for other in g.told)]
        if open_to:
            _nearest(r, open_to).add([r], [said])
        else:
            groups.append(_Group([r], {said: None}))
    _absorb(s, by_act)
    return sorted((g.reports for gs in by_act.values() for g in gs), key=lambda g: min(r.trigger for r in g))


def _absorb(s: Setting, by_act: dict[str, list[_Group]]) -> None:
    """Puts talk of a form already told with that form: after «تماس تلفنی», «دو وزیر گفت‌وگو کردند» is the same call."""
    loose: list[_Group] = []
    for group in by_act.get("talks", []):
        forms = [g for act in FORMS_OF_TALK for g in by_act.get(act, []) if _retells(s, group, g)]
        if forms:
            _nearest(group.reports[0], forms).add(group.reports, group.told)
        else:
            loose.append(group)
    if "talks" in by_act:
        by_act["talks"] = loose


def _retells(s: Setting, group: _Group, form: _Group) -> bool:
    plain = all(s.text.key[t.start : t.end].startswith(PLAIN_TALK) for t in (s.triggers[r.trigger] for r in group.reports))
    return plain and all(same_event(replace(a, act=b.act), b) for a in group.told for b in form.told)


def _nearest(r: Report, groups: Sequence[_Group]) -> _Group:
    """The event of `groups` that a report most likely tells: one dated alike first, then the nearest in the text."""
    if len(groups) == 1:
        return groups[0]

    def distance(g: _Group) -> tuple[bool, int]:
        alike = any(r.when is not None and r.when == x.when for x in g.reports)
        return not alike, min(abs(r.trigger - x.trigger) for x in g.reports)

    return min(groups, key=distance)


def _told(s: Setting, r: Report) -> Told:
    parties = frozenset((identity(m), m.person, m.actor) for m in (s.mentions[p.mention] for p in r.parts))
    when = s.whens[r.when].time.value if r.when is not None else None
    return Told(r.act, parties, r.status, when, round_of(s, s.triggers[r.trigger]))


def same_event(a: Told, b: Told) -> bool:
    """Whether two reports tell one act. Lavrov's talks are not Putin's call, though both are Russia's."""
    if a.act != b.act:
        return False
    pa, pb = ({who for who, _, _ in t.parties} for t in (a, b))
    if not (pa <= pb or pb <= pa):
        return False
    if any(x[0] == y[0] and x[1] and y[1] and x[2] != y[2] for x in a.parties for y in b.parties):
        return False
    if a.status != b.status and not any({a.status, b.status} <= same for same in SAME_STATUS):
        return False
    if a.when and b.when and a.when != b.when:
        return False
    return same_round(a.round, b.round)


def status_of(group: Sequence[Report]) -> str:
    """The status that the reports of an event give together."""
    total: dict[str, float] = {}
    for r in group:
        for status, p in r.statuses.items():
            total[status] = total.get(status, 0.0) + p * r.p
    return max(total, key=lambda k: (total[k], k))


def chosen(group: Sequence[Report]) -> Report:
    """The report that speaks for an event: the likeliest of those that name the most parties."""
    return max(group, key=lambda r: (r.act != "talks", len(r.parts) > 0, r.p + 0.1 * len(r.parts) + 0.3 * r.main, -r.trigger))
