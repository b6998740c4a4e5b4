"""What stands for somebody named before: pronouns, «این دیپلمات», «این کشور», «دو کشور», «طرفین», «آنها»."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from dabir.names.mentions import Mention
from dabir.names.offices import holders, owner_of
from dabir.names.scan import Phrase
from dabir.names.scene import LOOK_BACK, Before, Scene
from dabir.names.titles import own_voice, read_title

NUMBERS = {"pair": 2, "sides": 2, "three": 3}
NEAR = 2  # sentences before, among whose actors «سه کشور» and «آنها» are sought


def resolve_reference(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """The mentions that a referring phrase makes: one, several for «دو کشور», none where nobody safe is found."""
    rank = p.sense.rank
    if rank == "state":
        return _state(s, p, before)
    if rank == "body":
        bodies = [m for m in before[-LOOK_BACK:] if m.kind == "organization" and m.state]
        return [s.mention(p, "organization", state=bodies[-1].state or "", entity=bodies[-1].actor or "")] if bodies else []
    if rank in NUMBERS:
        return _several(s, p, before, NUMBERS[rank])
    if rank == "plural":
        return _plural(s, p, before)
    return _person(s, p, before)


def _state(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    armed = s.text.tokens[p.end - 1].text in ("گروه", "جنبش")
    kin = [m for m in before[-LOOK_BACK:] if m.state and (m.kind == "group") == armed and m.via != "capital"]
    state = kin[-1].state if kin else None
    return [s.mention(p, "state", state=state, entity=state, via="pronoun")] if state else []


def _several(s: Scene, p: Phrase, before: Before, number: int) -> list[Mention]:
    """The last actors of `number` different states; for «دو طرف» with their people, where both are people."""
    last: dict[str, Mention] = {}
    for m in reversed(before[-LOOK_BACK:]):
        if m.state and m.via != "adjective":
            last.setdefault(m.state, m)
        if len(last) == number:
            break
    if len(last) < number or (number > 2 and s.sentence(p_start(s, p)) - s.sentence(min(m.start for m in last.values())) > NEAR):
        return []
    found = list(reversed(last.values()))
    if p.sense.rank == "sides" and all(m.kind in ("person", "pronoun") for m in found):
        return [s.mention(p, "pronoun", state=m.state or "", person=m.person, entity=m.actor or "", via="pronoun") for m in found]
    return [s.mention(p, "state", state=m.state or "", entity=m.state or "", via="pronoun") for m in found]


def p_start(s: Scene, p: Phrase) -> int:
    """The key offset where a phrase begins."""
    return s.text.tokens[p.start].start


def _plural(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """«آنها»: the people or group named before in this sentence or the last one, if all of them there are of one state."""
    here = s.sentence(p_start(s, p))
    for sentence in (here, here - 1):
        many = [m for m in before[-LOOK_BACK:] if s.sentence(m.start) == sentence and m.kind in ("people", "group")]
        if many:
            states = {m.state for m in many}
            m = many[-1]
            return [s.mention(p, "people", state=m.state, entity=m.actor or "", via="pronoun")] if len(states) == 1 and m.state else []
    return []


def _person(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    people = [m for m in before[-LOOK_BACK:] if m.kind == "person" or (m.kind == "office" and m.state)]
    if p.sense.office:  # «معظم‌له»
        people = [m for m in people if p.sense.office in (m.office, *(h.office for h in s.kb.offices.get(m.actor or "", ())))]
    elif s.text.tokens[p.start].text in ("این", "آن"):
        people = _described(s, p, before, people)
    if not people:
        return []
    found = _antecedent(s, p, people)
    made = s.mention(p, "pronoun", state=found.state or "", person=found.person, entity=found.actor or "")
    return [replace(made, rank=found.rank, office=found.office)]


def _described(s: Scene, p: Phrase, before: Before, people: Sequence[Mention]) -> list[Mention]:
    """Those of `people` whom «این دیپلمات ایرانی» may mean: of its state, with that title, and no heads of state where there
    are others."""
    owner = owner_of(s, p, before)
    if owner:
        people = [m for m in people if m.state in (owner, None)]
    title = read_title(s.kb, s.words(p), s.home, codes=[owner])
    titled = {q.words for q in holders(s, p, title, s.people)}
    exact = [m for m in people if m.person in titled]
    if not exact and own_voice(s.words(p)[1:]):
        return [m for m in people if not m.state]
    return exact or [m for m in people if m.rank != "head"] or list(people)


def _antecedent(s: Scene, p: Phrase, people: Sequence[Mention]) -> Mention:
    """The first person named in this sentence before the phrase, else the first of the last sentence that names one."""
    here = s.sentence(p_start(s, p))
    same = [m for m in people if s.sentence(m.start) == here]
    if same:
        return same[0]
    last = s.sentence(people[-1].start)
    return next(m for m in people if s.sentence(m.start) == last)
