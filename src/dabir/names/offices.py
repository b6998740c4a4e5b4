"""Whom an office without a name stands for: the person of the article who holds it, else the tables' holder on the date."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dabir import resources
from dabir.names.kb import Holding, covers, squeeze
from dabir.names.mentions import Mention
from dabir.names.named import MAX_CANDIDATES
from dabir.names.people import AT_HOME, Person, held_title, holder_id, words_of
from dabir.names.scan import Phrase
from dabir.names.scene import LOOK_BACK, Before, Scene
from dabir.names.titles import Title, own_voice, read_title

ALONE = ("spokesperson", "deputy", "envoy")  # ranks by which one person of a state is known if he is the only one


@cache
def home_words() -> frozenset[str]:
    """Squeezed bodies and groups that are the outlet's own where no state stands beside them."""
    return frozenset(map(squeeze, resources.toml("names/ambiguous.toml")["home_bodies"]))


def owner_of(s: Scene, p: Phrase, before: Before) -> str:
    """The state of a phrase: its own, the last one for «این کشور», the outlet's for «کشورمان», the speaker's for «ما»."""
    if p.via == "home":
        return s.home
    if p.via == "speaker":
        speaker = next((m for m in reversed(before[-LOOK_BACK:]) if m.kind in ("person", "pronoun") and m.state), None)
        return speaker.state or s.home if speaker else s.home
    if p.via == "body":
        return next((m.state for m in reversed(before[-LOOK_BACK:]) if m.kind == "organization" and m.state), "")
    if p.via == "pronoun":
        return next((m.state for m in reversed(before[-LOOK_BACK:]) if m.state), "")
    return p.owner


def resolve_office(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """The mention of a title that stands without a name."""
    owner = owner_of(s, p, before)
    title = _title(s, p, owner, before)
    if own_voice(s.words(p)):
        found = holders(s, p, title, s.people)
        return [s.of(p, found[0])] if len(found) == 1 else [s.mention(p, "office")]
    if not owner and p.via in ("organization", "group"):  # «رهبر القاعده یمن»: of a body without a code, not of ours
        return [s.mention(p, "office")]
    if not owner:
        if made := _without_state(s, p, title, before):
            return made
        if p.sense.sector != "GOV" or p.sense.rank not in AT_HOME:
            return [s.mention(p, "office")]
        owner = s.home
        title = _title(s, p, owner, before)
    found = holders(s, p, title, s.by_state.get(owner, ()))
    if len(found) == 1 or (found and p.sense.office):
        return [s.of(p, found[0], owner)]
    if len(found) > 1:  # «معاون وزیر خارجه», and the article names two of them
        own = f"office:{owner}:{squeeze(words_of(s.text, p.start, p.end))}"
        return [s.mention(p, "office", state=owner, entity=own, candidates=tuple(q.id for q in found if q.id))]
    if title.former or title.other_time:
        return [_former(s, p, owner, title)]
    holder = holder_id(s.kb, owner, p.sense.office, title, s.date, s.home)
    slug = p.sense.office or squeeze(words_of(s.text, p.start, p.end))
    return [s.mention(p, "office", state=owner, entity=holder or f"office:{owner}:{slug}")]


def _title(s: Scene, p: Phrase, owner: str, before: Before) -> Title:
    words = s.words(p)
    if p.via == "body":  # «سخنگوی این وزارتخانه»: of the body named last
        body = next((m for m in reversed(before[-LOOK_BACK:]) if m.kind == "organization"), None)
        words = [w for w in words if w != "این"] + (s.text.key[body.start : body.end].split() if body else [])
    return read_title(s.kb, words, s.home, codes=[owner])


def _former(s: Scene, p: Phrase, owner: str, title: Title) -> Mention:
    """A former office: its only former holder of the tables, else all of them as candidates, the last one first."""
    slug = squeeze(words_of(s.text, p.start, p.end))
    own = f"office:{owner}:{slug}"
    held = s.kb.holdings.get((owner, p.sense.office), ()) if p.sense.office and s.date and title.former else ()
    past = [h for h in held if h.end and h.end <= (s.date or "")]
    ids = tuple(dict.fromkeys(h.person for h in sorted(past, key=lambda h: h.end, reverse=True)))
    if len(ids) == 1:
        return s.mention(p, "office", state=owner, entity=ids[0])
    return s.mention(p, "office", state=owner, entity=own, candidates=ids[:MAX_CANDIDATES])


def _without_state(s: Scene, p: Phrase, title: Title, before: Before) -> list[Mention]:
    """An office without a state: of a person of the outlet's state, of the last one with that title, or of the only one of all
    who are named in that office."""
    at_home = holders(s, p, read_title(s.kb, s.words(p), s.home, codes=[s.home]), s.by_state.get(s.home, ()))
    if len(at_home) == 1 or (at_home and p.sense.office):
        return [s.of(p, at_home[0])]
    head = squeeze(words_of(s.text, *p.head))
    for m in reversed(before[-LOOK_BACK:]):
        if m.rank == p.sense.rank and m.state and head in squeeze(s.text.key[m.start : m.end]) and not title.words:
            return [
                s.mention(p, "person" if m.person else "office", state=m.state, person=m.person, entity=m.actor or "")
            ]
    named = holders(s, p, title, s.people)
    return [s.of(p, named[0])] if len(named) == 1 else []




def holders(s: Scene, p: Phrase, title: Title, people: Sequence[Person]) -> list[Person]:
    """Those of `people` who hold the office of a phrase: by the article's own words before the tables', and those by name of the
    office before the only one of his rank."""
    code = next(iter(title.codes), "") if len(title.codes) == 1 else ""
    holder = holder_id(s.kb, code, p.sense.office, title, s.date, s.home)
    for test in (_by_article, _by_table):
        found = [q for q in people if test(s, q, p, title, holder)]
        if found:
            return found
    alone = [q for q in people if q.rank == p.sense.rank and p.sense.rank in ALONE]
    if len(alone) == 1 and not p.sense.office and not alone[0].office and _silent(alone[0], title):
        return alone
    return []


def _by_article(s: Scene, q: Person, p: Phrase, title: Title, holder: str) -> bool:
    """Whether the article gives a person this office."""
    del s
    if any(t.former <= title.former and title.fits(t) for t in q.titles):
        return True
    if title.former or title.other_time or not p.sense.office:
        return False
    return q.office == p.sense.office and not any(t.former for t in q.titles) and (not holder or q.id in ("", holder))


def _by_table(s: Scene, q: Person, p: Phrase, title: Title, holder: str) -> bool:
    """Whether the tables give a person this office on the article's date, or before it where the title is a former one."""
    if holder and q.id and not title.former and not title.other_time:
        return q.id == holder
    for held in s.kb.offices.get(q.id, ()):
        if _in_time(s, held, title) and (
            (p.sense.office in (held.office, *held.kinds) and title.codes <= {held.state})
            or ((title.words or p.owner) and title.fits(held_title(s.kb, held, s.home)))
        ):
            return True
    return False


def _in_time(s: Scene, held: Holding, title: Title) -> bool:
    """Whether an office of the tables was held when a title says: on the article's date, before it, or whenever."""
    if title.other_time:
        return True
    if title.former:
        return bool(held.end) and (not s.date or held.end <= s.date)
    return not s.date or covers(held, s.date)


def _silent(q: Person, title: Title) -> bool:
    """Whether nothing in a person's titles speaks against another one of the same rank."""
    return all(t.words <= title.words or title.words <= t.words for t in q.titles)


def resolve_counterpart(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """«همتای روس خود»: who in the article holds for that state the office that the person named before holds for his."""
    people = [q for q in s.by_state.get(p.owner, ()) if q.rank in ("head", "minister", "deputy")] if p.owner else []
    subject = next((m for m in reversed(before[-LOOK_BACK:]) if m.rank and m.state and m.state != p.owner), None)
    if subject is not None:
        people = (
            [q for q in people if subject.office and q.office == subject.office]
            or [q for q in people if q.rank == subject.rank]
            or people
        )
    if people:
        return [s.of(p, people[0], p.owner)]
    if not p.owner:
        return []
    holder = holder_id(s.kb, p.owner, subject.office, None, s.date, s.home) if subject else ""
    return [s.mention(p, "office", state=p.owner, entity=holder)]


def resolve_plural(s: Scene, p: Phrase, before: Before) -> list[Mention]:
    """One state's part of «رؤسای جمهور روسیه و ایران»: the person of the article who holds that office there; none for a plural
    of one state, which means several people."""
    if not p.sense.office or not p.shared:
        return []
    owner = owner_of(s, p, before)
    title = Title(p.sense.office, frozenset(), frozenset({owner}))
    found = holders(s, p, title, s.by_state.get(owner, ())) if owner else []
    return [s.of(p, found[0], owner)] if len(found) == 1 else []
