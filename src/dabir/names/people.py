"""The people of an article: who is named, with which titles, for whom they act, and where a surname stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from dabir.names.kb import Entity, Holding, KnowledgeBase, Sense, covers, public_code, squeeze
from dabir.names.scan import Phrase
from dabir.names.titles import Title, own_voice, private, read_title, title_words
from dabir.text.lexicon import lexicon
from dabir.text.types import Text

MIN_ALIAS = 3  # letters: shorter surnames are too often other words
MIN_ALONE = 4  # the same for surnames that neither a full name nor a table vouches for
NO_STATE = frozenset({"MED", "BUS"})  # sectors whose people act for no state, whatever office they hold
AT_HOME = ("head", "minister", "deputy", "spokesperson", "envoy")  # ranks that are the outlet's own where no state stands
OFFICIAL = frozenset({"GOV", "MIL", "LEG"})
PRIVATE = NO_STATE | {"CVL"}  # sectors whose people act for none unless they hold or held an office


class Person(Struct, frozen=True):
    """A person as the article knows him: squeezed name, words, table id, state, office, rank, and the titles that the article
    gives him."""

    squeezed: str
    words: str
    id: str = ""
    state: str = ""
    office: str = ""
    rank: str = ""
    titles: tuple[Title, ...] = ()


def words_of(text: Text, start: int, end: int) -> str:
    """The name between two tokens, in the letters and half-spaces of the source."""
    return text.span(text.tokens[start].start, text.tokens[end - 1].end).text


def title_tokens(text: Text, p: Phrase) -> list[str]:
    """The words of a phrase that are not the name in it."""
    a, b = p.name or (p.start, p.start)
    return [t for n in range(p.start, p.end) if not a <= n < b and (t := text.tokens[n].text)[0].isalnum()]


def acts_for(kb: KnowledgeBase, entity: Entity, date: str | None) -> str:
    """The code that a person of the tables acts for on a date: that of the office held then, begun last; without one the
    person's own state, and none for journalists, business people and others who are private by now."""
    if entity.sector in NO_STATE:
        return ""
    offices = kb.offices.get(entity.id, ())
    held = [h for h in offices if date and covers(h, date) and public_code(h.state)]
    if held:
        return max(held, key=lambda h: h.begin).state
    private = entity.sector in PRIVATE and all(h.end and (not date or h.end <= date) for h in offices)
    return "" if private else entity.code or ""


def stands_for(text: Text, kb: KnowledgeBase, p: Phrase, entity: Entity | None, date: str | None, home: str) -> str:
    """The code that a named person acts for: the article's title outranks the tables, unless it is a title of somebody who
    speaks for himself or held the office before; a stranger's office of government without a state is the outlet's own."""
    words = title_tokens(text, p)
    if own_voice(words) or private(words):
        return ""
    if p.owner and p.via != "pronoun" and not (p.via == "organization" and read_title(kb, words, home).former):
        return p.owner
    if entity:
        return acts_for(kb, entity, date) or ((entity.code or "") if p.sense.sector in OFFICIAL and p.sense.rank else "")
    return ""


def choose(text: Text, kb: KnowledgeBase, p: Phrase, date: str | None, home: str) -> tuple[str, ...]:
    """The table ids that a named phrase may stand for: one where it is decided, several where it stays open, none where the
    tables know nobody so called or the title beside the name is not his."""
    ids = p.person
    if p.kind == "surname":
        last = squeeze(words_of(text, *p.name)) if p.name else ""
        others = kb.surnames.get(last, ())
        if ids and not any(_contradicts(text, kb, p, i, home) for i in ids):
            return _by_date(kb, ids, date)
        return _by_title(text, kb, p, others, date, home)
    if len(ids) > 1 and p.owner:
        ids = tuple(i for i in ids if p.owner in _codes(kb, i)) or ids
    return _by_date(kb, ids, date)


def _codes(kb: KnowledgeBase, person: str) -> set[str]:
    return {kb.entities[person].code or "", *(h.state for h in kb.offices.get(person, ()))}


def settle(kb: KnowledgeBase, ids: tuple[str, ...], date: str | None, near: frozenset[str]) -> tuple[str, ...]:
    """Of several people of a surname those who hold an office on the date; the one of them who holds it for a state that the
    article names, if he is the only one. All, where nobody is known to hold one."""
    held = {i: {h.state for h in kb.offices.get(i, ()) if date and covers(h, date)} for i in ids}
    now = tuple(i for i in ids if held[i]) or ids
    here = tuple(i for i in now if held[i] & near)
    return here if len(here) == 1 else now


def _by_date(kb: KnowledgeBase, ids: tuple[str, ...], date: str | None) -> tuple[str, ...]:
    """Of several people the one who holds an office on the date, if he is the only one."""
    if len(ids) < 2 or not date:
        return ids
    holding = tuple(i for i in ids if any(covers(h, date) for h in kb.offices.get(i, ())))
    return holding if len(holding) == 1 else ids


def _contradicts(text: Text, kb: KnowledgeBase, p: Phrase, person: str, home: str) -> bool:
    """Whether the title beside a surname cannot be this person's: of a state that he never acted for, or of a company, chamber
    or university where the tables know him in offices of state alone."""
    words = title_tokens(text, p)
    if not words or own_voice(words):
        return False
    if p.owner and p.via not in ("pronoun", "home") and p.owner not in _codes(kb, person):
        return True
    title = read_title(kb, words, home, codes=[p.owner])
    held = kb.offices.get(person, ())
    return private(words) and bool(held) and not any(title.fits(held_title(kb, h, home)) for h in held)


def _by_title(
    text: Text, kb: KnowledgeBase, p: Phrase, ids: tuple[str, ...], date: str | None, home: str
) -> tuple[str, ...]:
    """Of the people with a surname those whom the title beside it fits on the date; all that nothing speaks against, where it
    fits nobody for sure."""
    words = title_tokens(text, p)
    if not words:
        return ids if len(ids) > 1 else ()
    title = read_title(kb, words, home, codes=[p.owner])
    fitting = tuple(
        i for i in ids for h in kb.offices.get(i, ())[:]
        if date and covers(h, date) != title.former and title.words and title.fits(held_title(kb, h, home))
    )  # fmt: skip
    if len(set(fitting)) == 1:
        return fitting[:1]
    left = tuple(i for i in ids if not _contradicts(text, kb, p, i, home))
    return left if len(left) > 1 else ()


def held_title(kb: KnowledgeBase, held: Holding, home: str) -> Title:
    """The title of an office of the tables, read like one of an article."""
    return read_title(kb, title_words(held.title), home, codes=[held.state])


def holder_id(kb: KnowledgeBase, state: str, office: str, title: Title | None, date: str | None, home: str) -> str:
    """The table id of who held an office on a date: by its slug, else by the words of its title; '' where that is nobody or
    several."""
    if not date or not state:
        return ""
    if office:
        held = kb.holder(state, office, date)
        return held.person if held else ""
    if title is None or not title.words or title.former or title.other_time:
        return ""
    people = {
        h.person for h in kb.held_for.get(state, ())
        if title_words(h.title)[0].startswith(title.head) and covers(h, date) and title.fits(held_title(kb, h, home))
    }  # fmt: skip
    return people.pop() if len(people) == 1 else ""


def own_people(text: Text, kb: KnowledgeBase, phrases: Sequence[Phrase], date: str | None, home: str) -> tuple[Person, ...]:
    """Everybody whom the article names, with state, office and rank from the first phrase that gives them, and all titles.

    Full names first; then surnames that the tables or a title beside them vouch for and that are nobody's named in full.
    """
    found: dict[str, Person] = {}
    named = [p for p in phrases if p.name is not None and p.kind in ("person", "surname")]
    for p in sorted(named, key=lambda p: p.kind == "surname"):
        person = _person(text, kb, p, date, home)
        if p.kind == "surname":
            same = [k for k, q in found.items() if person.squeezed in endings(q.words)]
            if len(same) > 1 or not (same or person.id or p.sense.rank):
                continue
            key = same[0] if same else person.id or person.squeezed
        else:
            key = person.id or person.squeezed
        old = found.get(key)
        found[key] = person if old is None else _joined(old, person)
    known = {*found, *(e for q in found.values() for e in endings(q.words))}
    return (*found.values(), *_holders(text, kb, phrases, date, home, known))


def _holders(
    text: Text, kb: KnowledgeBase, phrases: Sequence[Phrase], date: str | None, home: str, known: set[str]
) -> Iterator[Person]:
    """The tables' holders of offices that the article names without a name, where it calls them by surname elsewhere:
    «سخنگوی وزارت خارجه ...» and «موسوی گفت»."""
    words = {t.text for t in text.tokens}
    seen = set[str]()
    for p in phrases:
        owner = p.owner if p.via != "home" else home
        owner = owner or (home if p.sense.sector == "GOV" and p.sense.rank in AT_HOME and not p.via else "")
        title = read_title(kb, title_tokens(text, p), home, codes=[owner]) if p.kind == "title" and owner else None
        held = holder_id(kb, owner, p.sense.office, title, date, home) if title and not title.former else ""
        if not held or held in seen | known:
            continue
        seen.add(held)
        entity = kb.entities[held]
        last = squeeze(entity.fa.split()[-1])
        if len(last) >= MIN_ALONE and last in words - known:
            yield Person(squeeze(entity.fa), entity.fa, entity.id, owner, p.sense.office, p.sense.rank)


def _person(text: Text, kb: KnowledgeBase, p: Phrase, date: str | None, home: str) -> Person:
    assert p.name is not None
    words = words_of(text, *p.name)
    ids = choose(text, kb, p, date, home)
    entity = kb.entities.get(ids[0]) if len(ids) == 1 else None
    title = title_tokens(text, p)
    owner = home if p.via == "home" else "" if p.via == "pronoun" else p.owner
    name = entity.fa if entity and (p.kind == "surname" or words[0].isascii() or not _persian(words)) else words
    return Person(
        squeeze(words), name, entity.id if entity else "", stands_for(text, kb, replace(p, owner=owner), entity, date, home),
        p.sense.office, p.sense.rank, (read_title(kb, title, home, codes=[owner]),) if p.sense.rank and title else (),
    )  # fmt: skip


def _persian(words: str) -> bool:
    return all("\u0600" <= c <= "\u06ff" or not c.isalpha() for c in words)


def _joined(old: Person, new: Person) -> Person:
    return replace(
        old, state=old.state or new.state, office=old.office or new.office, rank=old.rank or new.rank,
        titles=tuple(dict.fromkeys((*old.titles, *new.titles))),
    )  # fmt: skip


def with_surnames(text: Text, kb: KnowledgeBase, phrases: Sequence[Phrase], people: Sequence[Person]) -> list[Phrase]:
    """The phrases, and the surnames of the article's own people wherever they stand alone."""
    taken = [False] * len(text.tokens)
    for p in phrases:
        taken[p.start : p.end] = [True] * (p.end - p.start)
    surnames = {squeeze(w) for p in people for w in p.words.split()[1:][-1:]}
    surnames |= {s.removeprefix("ال") for s in surnames}
    surnames = {s for s in surnames if len(s) >= MIN_ALIAS}
    surnames |= {
        p.squeezed for p in people
        if " " not in p.words and len(p.squeezed) >= MIN_ALONE
        and (p.squeezed in kb.surnames or p.squeezed not in lexicon().words)
    }  # fmt: skip
    extra = [
        Phrase(n, n + 1, "surname", (n, n + 1), Sense("surname"), name=(n, n + 1))
        for n, token in enumerate(text.tokens)
        if not taken[n] and token.text in surnames
    ]
    return sorted([*phrases, *extra], key=lambda p: (p.start, p.end))


def endings(words: str) -> list[str]:
    """The squeezed endings of a name, from the whole to the last word, with and without the article «ال»."""
    parts = words.split()
    ends = [squeeze(" ".join(parts[n:])) for n in range(len(parts))]
    return list(dict.fromkeys([*ends, *(e.removeprefix("ال") for e in ends)]))
