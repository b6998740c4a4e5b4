"""What each actor phrase refers to: the article's own people first, then the tables on the article's date.

`Mention.person` is the name that the article itself gives somewhere; an office that the article leaves unnamed has none,
and the table's holder on that date is said by the Actor alone (`resolution: kb`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from dabir import resources
from dabir.model import Actor, Name, Office
from dabir.names.find import find_phrases
from dabir.names.kb import KnowledgeBase, covers, squeeze
from dabir.names.mentions import Mention, MentionKind
from dabir.names.people import Person, choose, endings, own_people, with_surnames, words_of
from dabir.names.scan import Phrase
from dabir.names.tagged import amend
from dabir.names.tagger import Tag
from dabir.names.variants import in_foreign_letters, with_variants
from dabir.text.types import Text

LOOK_BACK = 80  # mentions among which an antecedent is sought
MOST_CANDIDATES = 8
MIN_TITLE = 7  # letters: a shorter title says too little to tell offices apart


@cache
def _home_bodies() -> frozenset[str]:
    return frozenset(map(squeeze, resources.toml("names/ambiguous.toml")["home_bodies"]))


class Names(Struct, frozen=True):
    """The result: mentions in text order, the actors that they refer to, and the table id of each actor that has one."""

    mentions: tuple[Mention, ...]
    actors: tuple[Actor, ...]
    known: Mapping[str, str]


def resolve_mentions(
    text: Text,
    kb: KnowledgeBase,
    *,
    date: str | None = None,
    home: str = "IRN",
    outside: Sequence[tuple[int, int]] = (),
    tags: Sequence[Tag] = (),
) -> Names:
    """Mentions and actors of a text. `date` (ISO) is the article's, `home` the code that «کشورمان» means; `outside` are key
    ranges whose names stand for nobody («به وقت تهران» is a clock); `tags` are the tagger's, none where there is no tagger."""
    found = [p for p in find_phrases(text, kb) if not _lies_in(text, p, outside)]
    if tags:
        found = [p for p in amend(text, kb, found, tags) if not _lies_in(text, p, outside)]
    found = with_variants(found, [t.text for t in text.tokens])
    found = sorted([*found, *in_foreign_letters(text, found)], key=lambda p: (p.start, p.end))
    people = own_people(text, kb, found, date)
    phrases = with_surnames(text, found, people)
    near = frozenset({p.owner for p in found if p.owner} | {home})
    resolver = _Resolver(text, kb, people, date, home, near)
    mentions: list[Mention] = []
    for phrase in phrases:
        mentions += resolver.resolve(phrase, mentions)
    return resolver.number(mentions)


def _lies_in(text: Text, p: Phrase, ranges: Sequence[tuple[int, int]]) -> bool:
    start, end = text.tokens[p.start].start, text.tokens[p.end - 1].end
    n = bisect_right(ranges, start, key=lambda r: r[0]) - 1
    return n >= 0 and end <= ranges[n][1]


class _Resolver:
    """Resolves phrase after phrase; looks back at the mentions given to it and keeps none itself."""

    def __init__(
        self, text: Text, kb: KnowledgeBase, people: Sequence[Person], date: str | None, home: str, near: frozenset[str]
    ) -> None:
        self.text, self.kb, self.people, self.date, self.home, self.near = text, kb, people, date, home, near
        self.sentence_of = _sentence_index(text)
        self.ends = [end for _, end in text.sentences]
        self.by_id = {q.id: q for q in people if q.id}
        self.by_state: dict[str, list[Person]] = {}
        self.by_ending: dict[str, list[Person]] = {}
        for q in people:
            self.by_state.setdefault(q.state, []).append(q)
            for ending in endings(q.words):
                self.by_ending.setdefault(ending, []).append(q)

    def resolve(self, p: Phrase, before: Sequence[Mention]) -> list[Mention]:
        """The mentions of one phrase: one, two for «دو کشور», none for what refers to nobody."""
        if p.kind == "pronoun":
            return self._pronoun(p, before)
        if p.kind in ("person", "surname") and p.name is not None:
            return self._named(p)
        if p.kind == "title":
            return self._titled(p, before)
        if p.kind == "counterpart":
            return self._counterpart(p)
        if p.kind in ("body", "collective"):
            state = self._owner(p, before) or self._earlier(p, before)
            if p.kind == "collective" and not state and p.end - p.start < 2:
                return []
            held = self._of_rank(state, p.sense.rank) if p.kind == "collective" and p.sense.rank else None
            if held:
                return [self._mention(p, "people", state=state, person=held.words, entity=held.id or f"person:{held.squeezed}")]
            return [self._mention(p, "people" if p.kind == "collective" else "organization", state=state)]
        if p.kind == "home":
            return [self._mention(p, "state", state=self.home, via="home")]
        kinds: dict[str, MentionKind] = {
            "state": "state", "capital": "state", "seat": "state", "adjective": "state", "people": "people",
            "organization": "organization", "group": "group", "outlet": "outlet",
        }  # fmt: skip
        return [self._mention(p, kinds[p.kind], state=p.owner, entity=p.sense.entity)]

    def _mention(
        self,
        p: Phrase,
        kind: MentionKind,
        *,
        state: str = "",
        person: str | None = None,
        entity: str = "",
        via: str = "",
    ) -> Mention:
        tokens = self.text.tokens
        a, b = p.name or p.head
        return Mention(
            tokens[p.start].start, tokens[p.end - 1].end, kind, (tokens[a].start, tokens[b - 1].end),
            actor=entity or None, person=person, state=state or None, rank=p.sense.rank or None,
            office=p.sense.office, via=via or p.via,
        )  # fmt: skip

    def _owner(self, p: Phrase, before: Sequence[Mention]) -> str:
        """The state of a phrase: its own, the last one for «این کشور», the outlet's for «کشورمان»."""
        if p.via == "home":
            return self.home
        if p.via == "pronoun":
            return next((m.state for m in reversed(before[-LOOK_BACK:]) if m.state), "")
        return p.owner

    def _earlier(self, p: Phrase, before: Sequence[Mention]) -> str:
        """The state of a body that stands without one: of the last such body, else the outlet's for organs of government."""
        head = squeeze(words_of(self.text, *p.head))
        if p.kind != "body":
            return ""
        for m in reversed(before[-LOOK_BACK:]):
            if m.kind == "organization" and m.state and squeeze(self.text.key[m.start : m.end]).startswith(head):
                return m.state
        return self.home if head in _home_bodies() else ""

    def _named(self, p: Phrase) -> list[Mention]:
        assert p.name is not None
        words = words_of(self.text, *p.name)
        squeezed = squeeze(words)
        entity_id = choose(self.kb, p)
        known = [self.by_id[entity_id]] if entity_id in self.by_id else []
        if not known and (p.kind == "surname" or not entity_id):
            known = self.by_ending.get(squeezed) or self.by_ending.get(squeezed.removeprefix("ال"), [])
        if len(known) > 1 and p.owner:
            known = [q for q in known if q.state == p.owner] or known
        if known:
            q = known[0]
            state = p.owner if p.owner and p.via != "pronoun" else q.state
            return [self._mention(p, "person", state=state, person=q.words, entity=q.id or f"person:{q.squeezed}")]
        left = (entity_id,) if entity_id else self._left(p, squeezed)
        if len(left) == 1:
            entity = self.kb.entities[left[0]]
            state = p.owner if p.owner and p.via != "pronoun" else self.kb.acts_for(entity.id, self.date)
            return [self._mention(p, "person", state=state, person=entity.fa, entity=entity.id)]
        made = self._mention(p, "person", state=p.owner, person=words, entity=f"person:{squeezed}")
        return [replace(made, candidates=left[:MOST_CANDIDATES])]

    def _left(self, p: Phrase, squeezed: str) -> tuple[str, ...]:
        """The people of the tables who remain for a name: those of a state that the article names who hold an office on its date,
        and the office that the words give; where those are not one, everybody of that name who held an office then."""
        ids = p.person or (self.kb.surnames.get(squeezed, ()) if p.kind == "surname" else ())
        if p.kind == "surname" and p.owner and p.via != "pronoun":
            ids = tuple(i for i in ids if self.kb.acts_for(i, self.date) == p.owner)
        held = {i: [h for h in self.kb.offices.get(i, ()) if self.date and covers(h, self.date)] for i in ids}
        now = tuple(i for i in ids if held[i])
        if p.sense.office:
            now = tuple(i for i in now if any(p.sense.office in (h.office, *h.kinds) for h in held[i])) or now
        near = tuple(i for i in now if any(h.state in self.near for h in held[i]))
        if len(near) == 1:
            return near
        if p.person and not now:
            return ids[:1]  # the tables' first: nobody of that name is known to hold an office then
        return (*near, *(i for i in now if i not in near)) if p.kind == "surname" and len(now) > 1 else ids[:1] if p.person else ()

    def _of_rank(self, state: str, rank: str) -> Person | None:
        """The one person of a state whom the article gives that rank, or the tables' one among several."""
        found = [q for q in self.by_state.get(state, ()) if q.rank == rank] if state else []
        return found[0] if len(found) == 1 else None

    def _titled(self, p: Phrase, before: Sequence[Mention]) -> list[Mention]:
        """An office without a name: who in the article holds it, if somebody does."""
        owner = self._owner(p, before)
        title = squeeze(words_of(self.text, *p.head))
        if not owner and p.via in ("organization", "group"):  # «رهبر القاعده یمن»: of a body without a code, not of ours
            return [self._mention(p, "office")]
        if not owner:
            own = [
                q
                for q in self.by_state.get(self.home, ())
                if self._holds(
                    q, p, self._holder(self.home, p.sense.office), squeeze(words_of(self.text, p.start, p.end))
                )
            ]
            if own and p.sense.office:
                q = own[0]
                return [
                    self._mention(p, "person", state=q.state, person=q.words, entity=q.id or f"person:{q.squeezed}")
                ]
            for m in reversed(before[-LOOK_BACK:]):
                if m.rank == p.sense.rank and m.state and self._head_of(m, title):
                    person = m.person
                    return [
                        self._mention(
                            p, "person" if person else "office", state=m.state, person=person, entity=m.actor or ""
                        )
                    ]
            named = [q for q in self.people if q.office and q.office == p.sense.office]
            if len(named) == 1:
                q = named[0]
                return [
                    self._mention(p, "person", state=q.state, person=q.words, entity=q.id or f"person:{q.squeezed}")
                ]
            if p.sense.sector != "GOV" or p.sense.rank not in ("head", "minister", "deputy", "spokesperson", "envoy"):
                return [self._mention(p, "office")]
            owner = self.home
        holder = self._holder(owner, p.sense.office)
        title = squeeze(words_of(self.text, p.start, p.end))
        for q in self.by_state.get(owner, ()):
            if self._holds(q, p, holder, title):
                return [self._mention(p, "person", state=owner, person=q.words, entity=q.id or f"person:{q.squeezed}")]
        return [self._mention(p, "office", state=owner, entity=holder or f"office:{owner}:{p.sense.office or title}")]

    def _holds(self, q: Person, p: Phrase, holder: str, title: str) -> bool:
        """Whether a person of the article holds the office of a phrase: by the table, by the article's words, or as the only one
        of his rank and state whom it names."""
        if holder and q.id:
            return q.id == holder
        if q.office and p.sense.office:
            return q.office == p.sense.office
        for held in self.kb.offices.get(q.id, ()):
            known = squeeze(held.title)
            if (
                held.state == q.state
                and (not self.date or covers(held, self.date))
                and min(len(known), len(title)) >= MIN_TITLE
                and (known.startswith(title) or title.startswith(known))
            ):
                return True
        if (
            not p.sense.office
            and not q.office
            and q.rank == p.sense.rank
            and q.rank in ("spokesperson", "deputy", "envoy")
        ):
            return sum(1 for x in self.by_state[q.state] if x.rank == q.rank) == 1
        return False

    def _head_of(self, m: Mention, title: str) -> bool:
        return title in squeeze(self.text.key[m.start : m.end])

    def _holder(self, state: str, office: str) -> str:
        held = self.kb.holder(state, office, self.date) if office else None
        return held.person if held else ""

    def _counterpart(self, p: Phrase) -> list[Mention]:
        for q in self.by_state.get(p.owner, ()) if p.owner else ():
            if q.rank in ("head", "minister", "deputy"):
                return [
                    self._mention(p, "person", state=p.owner, person=q.words, entity=q.id or f"person:{q.squeezed}")
                ]
        return [self._mention(p, "office", state=p.owner)] if p.owner else []

    def _pronoun(self, p: Phrase, before: Sequence[Mention]) -> list[Mention]:
        if p.sense.rank == "plural":
            return []
        if p.sense.rank == "state":
            armed = self.text.tokens[p.end - 1].text in ("گروه", "جنبش")
            kin = [m for m in before[-LOOK_BACK:] if m.state and (m.kind == "group") == armed and m.via != "capital"]
            state = kin[-1].state if kin else None
            return [self._mention(p, "state", state=state, entity=state, via="pronoun")] if state else []
        if p.sense.rank == "body":
            bodies = [m for m in before[-LOOK_BACK:] if m.kind == "organization" and m.state]
            return (
                [self._mention(p, "organization", state=bodies[-1].state or "", entity=bodies[-1].actor or "")]
                if bodies
                else []
            )
        if p.sense.rank == "pair":
            states: list[str] = []
            for m in reversed(before[-LOOK_BACK:]):
                if m.state and m.state not in states and m.via != "adjective":
                    states.append(m.state)
                if len(states) == 2:
                    return [self._mention(p, "state", state=s, entity=s, via="pronoun") for s in reversed(states)]
            return []
        sentence = self.sentence_of[p.start]
        people = [m for m in before[-LOOK_BACK:] if m.kind == "person" or (m.kind == "office" and m.state)]
        if self.text.tokens[p.start].text == "این":
            people = [m for m in people if m.rank != "head"] or people
        if not people:
            return []
        earlier = [m for m in people if self._sentence(m) < sentence]
        same = [m for m in people if self._sentence(m) == sentence]
        if same:
            antecedent = same[0]
        else:
            last = self._sentence(earlier[-1])
            antecedent = next(m for m in earlier if self._sentence(m) == last)
        made = self._mention(
            p, "pronoun", state=antecedent.state or "", person=antecedent.person, entity=antecedent.actor or ""
        )
        return [replace(made, rank=antecedent.rank, office=antecedent.office)]

    def _sentence(self, m: Mention) -> int:
        return bisect_right(self.ends, m.start)

    def number(self, mentions: Sequence[Mention]) -> Names:
        """Actors numbered in the order of their first mention, and the mentions with those numbers."""
        groups: dict[str, list[Mention]] = {}
        for m in mentions:
            groups.setdefault(self._identity(m), []).append(m)
        ids = {identity: f"a{n}" for n, identity in enumerate(groups, 1)}
        actors = tuple(self._actor(ids[i], group) for i, group in groups.items())
        known = {number: identity for identity, number in ids.items() if identity in self.kb.entities}
        return Names(tuple(replace(m, actor=ids[self._identity(m)]) for m in mentions), actors, known)

    def _identity(self, m: Mention) -> str:
        if m.actor:
            return m.actor
        if m.kind == "state" and m.state:
            return m.state
        return f"{m.kind}:{m.state}:{squeeze(self.text.key[m.start : m.end])}"

    def _actor(self, number: str, group: Sequence[Mention]) -> Actor:
        first = group[0]
        entity = self.kb.entities.get(first.actor or "")
        titled = next((m for m in group if m.office or m.rank), first)
        kinds = {"person": "person", "office": "person", "pronoun": "person", "state": "state", "group": "group"}
        kind = kinds.get(first.kind, "organization")
        if entity and entity.kind in ("person", "state", "organization", "group"):
            kind = entity.kind
        words = self.text.span(*first.head).text if first.person is None else first.person
        person = next((m.person for m in group if m.person), None) or (
            entity.fa if entity and kind == "person" else None
        )
        office = None
        if kind == "person" and titled.rank:
            title_words = (
                self.text.span(titled.start, titled.end).text if titled.kind == "office" else self._title(titled)
            )
            office = Office(title=title_words, body=None, state=titled.state)
        return Actor(
            id=number,
            kind=kind,  # type: ignore[arg-type]
            name=Name(entity.fa if entity else words, entity.en if entity else None),
            person=person,
            state=next((m.state for m in group if m.state), None),
            sector=entity.sector if entity else None,
            office=office,
            wikidata=entity.wikidata if entity else None,
            candidates=next((m.candidates for m in group if m.candidates), ()) if entity is None else (),
            resolution="kb" if entity else "article" if first.person or first.state else "unresolved",
            mentions=tuple(self.text.span(m.start, m.end) for m in group),
        )

    def _title(self, m: Mention) -> str | None:
        """The title beside a name: the words of the phrase that are not the name."""
        before, after = (m.start, m.head[0]), (m.head[1], m.end)
        a, b = max(before, after, key=lambda r: r[1] - r[0])
        return self.text.span(a, b).text.strip(' ،«»"-():\n') or None if b > a else None


def _sentence_index(text: Text) -> list[int]:
    """The sentence number of each token."""
    numbers, n = [], 0
    for token in text.tokens:
        while n + 1 < len(text.sentences) and token.start >= text.sentences[n][1]:
            n += 1
        numbers.append(n)
    return numbers
