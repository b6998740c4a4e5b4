"""Who plays what in an event, chosen together: one model gives each party's chances alone, another weighs the whole cast.

Alone, both sides of «ایران از آمریکا خواست» look like doers; together, an act that has a doer wants a recipient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from msgspec import Struct

from dabir.acts.features import mutual
from dabir.acts.linear import Linear
from dabir.acts.parties import Party
from dabir.acts.setting import Setting

ROLES = ("participant", "actor", "recipient", "host", "mediator")
CANDIDATES = 5  # parties that may be cast; the likeliest
SOME = 0.07  # the least chance with which a role is tried
FLOOR = 1e-4


class Chance(Struct, frozen=True):
    """A party with the probability of each role and of `none`, roles as the act has them."""

    party: Party
    roles: Mapping[str, float]


Cast = tuple[str, ...]  # a role or `none` for each chance, in order


def chance(act: str, party: Party, p: Mapping[str, float]) -> Chance:
    """Probabilities in the roles that the act has: sides of a mutual act are participants, of another actor or recipient."""
    roles: dict[str, float] = {"none": p["none"]}
    for role in ROLES:
        fitted = fit(act, role)
        roles[fitted] = roles.get(fitted, 0.0) + p.get(role, 0.0)
    return Chance(party, roles)


def fit(act: str, role: str) -> str:
    """The role that an act has for it."""
    if mutual(act):
        return "participant" if role in ("actor", "recipient") else role
    return "actor" if role == "participant" else role


def shortlist(chances: Sequence[Chance]) -> list[Chance]:
    """The parties likeliest to have some part, most likely first."""
    ranked = sorted(chances, key=lambda c: (c.roles["none"], c.party.mentions))
    return [c for c in ranked[:CANDIDATES] if 1 - c.roles["none"] >= SOME]


def casts(chances: Sequence[Chance]) -> Iterator[Cast]:
    """Every way to give the parties of a shortlist a role or none."""
    options = [[r for r, p in sorted(c.roles.items()) if r == "none" or p >= SOME] for c in chances]
    return product(*options)


def base(chances: Sequence[Chance], cast: Cast) -> float:
    """The sum of the log probabilities of a cast, each party taken alone."""
    return sum(math.log(max(FLOOR, c.roles.get(r, 0.0))) for c, r in zip(chances, cast, strict=True))


def cast_features(s: Setting, n: int, chances: Sequence[Chance], marks: Sequence[str], cast: Cast) -> list[str]:
    """Features of a whole cast: how many of each role, and who stands joined to whom."""
    act = s.triggers[n].act
    kind = "mutual" if mutual(act) else "directed"
    count = "".join(f"{r[0]}{min(3, cast.count(r))}" for r in ROLES if r in cast) or "empty"
    out = [f"n={count}&g={kind}", f"n={count}&a={act}"]
    here = s.sentence(s.triggers[n].start)
    near = [s.mentions[c.party.mentions[0]] for c in chances]
    inside = [s.sentence(m.start) == here for m in near]
    kept = [r for r in cast if r != "none"]
    out.append(f"g={kind}&kept={min(3, len(kept))}&near={min(4, sum(inside))}")
    left = sum(r == "none" and i for r, i in zip(cast, inside, strict=True))
    far = sum(r != "none" and not i for r, i in zip(cast, inside, strict=True))
    out.append(f"g={kind}&out={left}&far={far}")
    for i in range(len(cast)):
        for j in range(i + 1, len(cast)):
            if inside[i] and inside[j] and joined(s, chances[i].party.mentions[0], chances[j].party.mentions[0], marks):
                same = "none" if "none" in (cast[i], cast[j]) and cast[i] != cast[j] else cast[i] == cast[j]
                out.append(f"joined={same}&g={kind}")
            elif cast[i] == cast[j] and cast[i] in ("actor", "participant", "recipient"):
                out.append(f"apart-{cast[i]}&g={kind}")
    return out


def joined(s: Setting, a: int, b: int, marks: Sequence[str]) -> bool:
    """Whether two mentions are members of one series («ایران و روسیه»، «دو کشور»)."""
    a, b = sorted((a, b))
    return (
        all(marks[m].endswith("+") or s.mentions[m].start == s.mentions[a].start for m in range(a + 1, b + 1))
        and b - a <= 6
    )


def best(
    s: Setting, n: int, chances: Sequence[Chance], marks: Sequence[str], model: Linear
) -> list[tuple[Chance, str]]:
    """The likeliest cast of trigger n's event: the parties that have a role, with it."""
    short = shortlist(chances)
    weight = model.weights["base"][0]
    top = max(
        casts(short),
        key=lambda c: weight * base(short, c) + model.logits(cast_features(s, n, short, marks, c))[0],
        default=(),
    )
    return [(c, r) for c, r in zip(short, top, strict=True) if r != "none"]
