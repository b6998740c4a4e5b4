"""Finds the noun phrases that name actors: names, titles with their state, bodies, demonyms, pronouns.

Pure pattern work on tokens and tables; what a phrase refers to is `resolve`'s business.
"""

from __future__ import annotations

from functools import cache

from msgspec.structs import replace

from dabir import resources
from dabir.names import variants
from dabir.names.kb import KnowledgeBase, Sense, squeeze
from dabir.names.scan import Match, Owner, Phrase, Scanner
from dabir.names.titles import title_words
from dabir.text.lexicon import lexicon
from dabir.text.types import Text

OWNERS = frozenset({"state", "capital", "seat", "adjective", "organization", "group", "home", "people"})
ADDRESSED = frozenset({"MIL", "CVL"})  # sectors whose ranks and titles stand before a bare surname
GOVERNMENTS = frozenset({"دولت", "کابینه", "حکومت", "رژیم"})
SERVING = frozenset({"deputy", "envoy", "spokesperson", "expert"})  # ranks whose holders may be named as somebody's
MAX_VARIANT = 5  # words of a full name that is sought by its sounds
RARE = 40  # occurrences in the lexicon's news below which a word may be a foreign name


@cache
def _not_name() -> frozenset[str]:
    return frozenset(squeeze(w) for w in resources.toml("names/ambiguous.toml")["not_name"])


def find_phrases(text: Text, kb: KnowledgeBase) -> tuple[Phrase, ...]:
    """The actor phrases of a text, in order; phrases that share a plural head («وزیران خارجه ایران و عمان») follow each other."""
    scanner = Scanner(text, kb)
    found: list[Phrase] = []
    i = 0
    while i < len(scanner.words):
        phrases = _at(scanner, i)
        found += phrases
        i = max((p.end for p in phrases), default=i + 1)
    return tuple(found)


def _at(scan: Scanner, i: int) -> list[Phrase]:
    match = scan.match(i)
    if (match is None or not match.of("person", "pronoun", "home")) and (phrase := _variant(scan, i)):
        return [with_title(scan, phrase)]
    if match is None:
        return _described(scan, i) or _unknown_person(scan, i)
    head = match.of("title", "body", "collective")
    if head and not match.of("organization", "group"):
        return _headed(scan, i, match, head)
    if person := match.of("person", "surname"):
        return [with_title(scan, _person(i, match, person.kind))]
    if match.of("honorific"):
        return _after_honorific(scan, i, match)
    if counterpart := match.of("counterpart"):
        return _counterpart(scan, i, match, counterpart)
    for kind in (
        "state",
        "group",
        "organization",
        "home",
        "capital",
        "seat",
        "people",
        "adjective",
        "pronoun",
        "outlet",
    ):
        if sense := match.of(kind):
            return [Phrase(i, match.end, kind, (i, match.end), sense, owner=sense.state, via=_via(kind))]
    return _unknown_person(scan, i)


def _variant(scan: Scanner, i: int) -> Phrase | None:
    """A full name in a spelling that no table has, if all its words may be a name's."""
    last = i
    while last < min(i + MAX_VARIANT, scan.stops[i]) and _may_be_name(scan, last, first=last == i):
        last += 1
    for end in range(last, i + 1, -1):
        if person := variants.find(scan.words[i:end]):
            entity = scan.kb.entities[person]
            sense = Sense("person", person, entity.code or "", sector=entity.sector or "")
            return Phrase(i, end, "person", (i, end), sense, person=(person,), name=(i, end))
    return None


def _described(scan: Scanner, i: int) -> list[Phrase]:
    """«این دیپلمات باسابقه ایرانی»: a title that points back to somebody."""
    match = scan.match(i + 1) if scan.words[i] in ("این", "ان") and i + 1 < scan.stops[i] else None
    head = match.of("title") if match else None
    if match is None or head is None or match.of("organization", "group"):
        return []
    title = headed_alone(scan, i + 1, match, head)
    named = _with_name(scan, title)
    return [named] if named.name else [replace(title, start=i, kind="pronoun", sense=replace(head, rank="", office=""))]


def _via(kind: str) -> str:
    return {"state": "name", "people": "adjective"}.get(kind, kind if kind in OWNERS else "")


def _person(i: int, match: Match, kind: str) -> Phrase:
    ids = tuple(s.entity for s in match.senses if s.kind == kind)
    sense = match.of(kind)
    assert sense is not None
    return Phrase(i, match.end, kind, (i, match.end), sense, person=ids, name=(i, match.end))


def _after_honorific(scan: Scanner, i: int, match: Match) -> list[Phrase]:
    j = match.end
    for found in _at(scan, j)[:1] if j < scan.stops[i] else ():
        if found.name and found.name[0] == j:
            return [replace(found, start=i)]
    name_end = _name_run(scan, j, i, need_given=False)
    if name_end > j and scan.words[i] in ("اقای", "خانم", "آقای", "دکتر"):
        return [Phrase(i, name_end, "surname", (j, name_end), Sense("surname"), name=(j, min(j + 2, name_end)))]
    return []


def _headed(scan: Scanner, i: int, match: Match, head: Sense) -> list[Phrase]:
    """A title, body or collective with what belongs to it: modifiers, owner, and a personal name."""
    end = match.end
    owners: list[tuple[int, int, Sense, str]] = []
    j = end
    while j < scan.stops[i]:
        step = _extend(scan, i, j, owners)
        if step is None:
            break
        j, owner = step
        end = j
        if owner is not None:
            owners.append(owner)
            if owner[2].kind != "adjective":
                break
    plural = head.kind == "collective" or head.kind == "body"
    if owners and plural:
        end, owners = _more_owners(scan, i, end, owners)
    if owners and head.rank == "envoy":
        end = _posted(scan, i, end)
    first = owners[0] if owners else None
    base = Phrase(
        i, first[1] if len(owners) > 1 and first else end, head.kind, (i, match.end), head,
        owner=first[2].state if first else "", via=first[3] if first else "", shared=len(owners) > 1,
    )  # fmt: skip
    if head.kind == "title":
        return [_with_name(scan, base)]
    if not owners and head.kind == "body":
        base = _owned_by_person(scan, base)
    rest = [
        Phrase(a, b, head.kind, (a, b), head, owner=s.state, via=via, shared=True)
        for a, b, s, via in owners[1:]
    ]
    return [base, *rest]


def _extend(scan: Scanner, i: int, j: int, owners: list[Owner]) -> tuple[int, Owner | None] | None:
    """One more piece of a headed phrase at token j: its end, and the owner if the piece is one; None where it stops."""
    word = scan.words[j]
    match = scan.match(j)
    if word == "و" and j + 1 < scan.stops[i] and not owners:
        nxt = scan.match(j + 1)
        if (
            nxt
            and (nxt.of("modifier") or (nxt.of("title") and scan.words[i] != scan.words[j + 1]))
            and not nxt.of("person")
        ):
            return nxt.end, None
        return None
    if word == "در" and scan.word(j + 1, i) == "امور":
        nxt = scan.match(j + 2) if j + 2 < scan.stops[i] else None
        return (nxt.end if nxt else j + 2), None
    if match is None or match.of("person", "surname"):
        return None
    owner = match.of("state", "organization", "group", "home", "seat", "capital", "adjective", "people")
    if owner and (not owners or owner.kind == "state"):
        return match.end, (j, match.end, owner, _via(owner.kind))
    pronoun = match.of("pronoun")
    if pronoun and pronoun.rank in ("state", "body") and not owners:
        return match.end, (j, match.end, pronoun, "body" if pronoun.rank == "body" else "pronoun")
    if (speaker := match.of("speaker")) and not owners:
        return match.end, (j, match.end, speaker, "speaker")
    if not owners and match.of("modifier", "body", "title", "collective"):
        return match.end, None
    return None


def _posted(scan: Scanner, i: int, end: int) -> int:
    """The end of an envoy's title with where he is posted: «سفیر ایران در مسکو», «نماینده روسیه نزد آژانس»."""
    match = scan.match(end + 1) if scan.word(end, i) in ("در", "نزد") and end + 1 < scan.stops[i] else None
    return match.end if match and match.of("state", "capital", "organization") else end


def _more_owners(scan: Scanner, i: int, end: int, owners: list[Owner]) -> tuple[int, list[Owner]]:
    """«... ایران، روسیه و چین»: the further owners of a plural head."""
    owners = list(owners)
    while scan.word(end, i) in ("و", "،") and scan.word(end, i):
        nxt = scan.match(end + 1) if end + 1 < scan.stops[i] else None
        sense = nxt.of("state", "capital", "adjective") if nxt else None
        if nxt is None or sense is None or sense.kind != owners[0][2].kind:
            break
        owners.append((end + 1, nxt.end, sense, _via(sense.kind)))
        end = nxt.end
    return end, owners


def _owned_by_person(scan: Scanner, base: Phrase) -> Phrase:
    """«دولت ترامپ»: the state of the person whose government it is."""
    match = scan.match(base.end) if base.end < scan.stops[base.start] else None
    sense = match.of("person", "surname") if match else None
    if match is None or sense is None:
        return base
    return replace(base, end=match.end, owner=sense.state, via="person")


def _open_quote(word: str) -> bool:
    return word in ("«", '"')


def _with_name(scan: Scanner, base: Phrase) -> Phrase:
    """A title with the name that follows it, inside quotes, behind a comma, or at once."""
    i, j = base.start, base.end
    comma = scan.word(j, i) == "،"
    k = j + 1 if comma else j
    quoted = _open_quote(scan.word(k, i))
    k += quoted
    match = scan.match(k) if k < scan.stops[i] else None
    if match and match.of("honorific") and not match.of("person", "surname"):
        k = match.end
        match = scan.match(k) if k < scan.stops[i] else None
    person = match.of("person", "surname") if match else None
    if match and person and (_of_government(scan, base) or (k == j and _others_title(scan, base, match))):
        return replace(base, end=match.end, owner=person.state, via="person")
    if match and person and not (comma and person.kind == "surname"):
        named: Phrase | None = _person(k, match, person.kind)
    else:
        named = (_variant(scan, k) if k < scan.stops[i] else None) or _stranger(scan, base, k, comma=comma, quoted=quoted)
    closed = named is not None and quoted and scan.word(named.end, i) in ("»", '"')
    if named is None or (quoted and not closed) or (comma and _has_own_title(scan, i, named.end + closed)):
        return base
    return replace(base, end=named.end + closed, name=named.name, person=named.person, kind=named.kind)


def _of_government(scan: Scanner, base: Phrase) -> bool:
    """Whether a title ends in a government, which the name behind it leads: «وزیر خارجه دولت ترامپ»."""
    return not base.owner and base.end > base.head[1] and scan.words[base.end - 1] in GOVERNMENTS


def _has_own_title(scan: Scanner, i: int, end: int) -> bool:
    """Whether a name that ends at token `end` is followed by its own title: «وزیر خارجه آمریکا، ندی معوض، سفیر لبنان، و ...»."""
    match = scan.match(end + 1) if scan.word(end, i) == "،" and end + 1 < scan.stops[i] else None
    return bool(match and match.of("title"))


def _stranger(scan: Scanner, base: Phrase, k: int, *, comma: bool, quoted: bool) -> Phrase | None:
    """The name of somebody unknown behind a title: several words, or a surname where quotation marks or the title's kind leave
    nothing else («سردار صفوی»)."""
    i = base.start
    addressed = base.sense.sector in ADDRESSED and base.end == base.head[1]
    addressed = addressed and scan.word(k, i) in scan.kb.name_words
    end = _name_run(scan, k, i, need_given=comma or not (quoted or base.owner or addressed))
    if end - k == 1 and not (quoted or (not comma and scan.words[k] in scan.kb.name_words - scan.kb.given)):
        return None
    if end == k or (comma and scan.word(end, i) not in ("،", "»", "در", "گفت", ".")):
        return None
    kind = "surname" if end - k == 1 else "person"
    return Phrase(k, end, kind, (k, end), Sense(kind), name=(k, end))


def _others_title(scan: Scanner, base: Phrase, match: Match) -> bool:
    """Whether a title is of somebody who serves the person named behind it: «معاون ظریف», «فرستاده ویژه ترامپ», not «وزیر خارجه
    ظریف». The named one led a state or its diplomacy, and never held such an office himself if the title says more than its
    first word."""
    if base.owner or base.sense.rank not in SERVING:
        return False
    held = [h for s in match.senses if s.kind in ("person", "surname") for h in scan.kb.offices.get(s.entity, ())]
    bare = base.end == base.head[1]
    word = scan.words[base.start]
    return any(h.kinds for h in held) and (bare or not any(word in title_words(h.title)[:1] for h in held))


def with_title(scan: Scanner, person: Phrase) -> Phrase:
    """A name with the title that follows it: «لاوروف، وزیر خارجه روسیه», «لاوروف وزیر خارجه روسیه»."""
    i, j = person.start, person.end
    opened = _open_quote(scan.word(i - 1, max(i - 1, 0))) if i else False
    if opened and scan.word(j, i) in ("»", '"'):
        person, j = replace(person, start=i - 1, end=j + 1), j + 1
    k = j + 1 if scan.word(j, i) in ("،", "-", "(") else j
    match = scan.match(k) if k < scan.stops[i] else None
    head = match.of("title") if match else None
    if match is None or head is None:
        return person
    title = _headed(scan, k, match, head)[0]
    if title.name is not None:
        if k == j and person.kind == "surname" and not title.owner:  # «ترامپ سناتور مورفی را ...»: the title is the next one's
            return person
        title = headed_alone(scan, k, match, head)
    return replace(
        person, end=title.end, sense=head, owner=title.owner, via=title.via,
        kind="person" if person.kind == "person" else "surname",
    )  # fmt: skip


def headed_alone(scan: Scanner, i: int, match: Match, head: Sense) -> Phrase:
    """A title phrase without its name, for where the name beside it is somebody else's."""
    end, owner = match.end, None
    while end < scan.stops[i]:
        step = _extend(scan, i, end, [owner] if owner else [])
        if step is None or owner is not None:
            break
        end, owner = step
    return Phrase(
        i, end, head.kind, (i, match.end), head, owner=owner[2].state if owner else "", via=owner[3] if owner else ""
    )


def _counterpart(scan: Scanner, i: int, match: Match, sense: Sense) -> list[Phrase]:
    """«همتای روس خود», «همتای خود سرگئی لاوروف»: the state of the counterpart and his name where given."""
    end, owner, via = match.end, "", ""
    while end < scan.stops[i]:
        nxt = scan.match(end)
        found = nxt.of("adjective", "state") if nxt else None
        if nxt and found and not owner:
            end, owner, via = nxt.end, found.state, _via(found.kind)
        elif scan.words[end] in ("خود", "خویش", "اش", "وی", "او"):
            end += 1
        else:
            break
    return [_with_name(scan, Phrase(i, end, "counterpart", (i, end), sense, owner=owner, via=via))]


def _name_run(scan: Scanner, k: int, i: int, *, need_given: bool) -> int:
    """The end of an unknown personal name that starts at token k (k itself where none does): up to four words that names are
    made of or that are too rare to be ordinary words."""
    if k >= scan.stops[i] or (need_given and scan.words[k] not in scan.kb.given):
        return k
    end = k
    while end < min(k + 4, scan.stops[i]) and _may_be_name(scan, end, first=end == k):
        end += 1
    return end


def _may_be_name(scan: Scanner, j: int, *, first: bool) -> bool:
    word = scan.words[j]
    if not word[0].isalpha() or word in _not_name() or len(word) < 2:
        return False
    if word not in scan.kb.name_words and lexicon().words.get(word, 0) >= RARE:
        return False
    match = scan.match(j)
    if match is None or match.of("person", "surname"):
        return True
    return (
        match.end == j + 1
        and (first or not match.of("title", "state", "body", "collective"))
        and not match.of("pronoun", "organization", "state", "capital")
    )


def _surname(scan: Scanner, j: int) -> bool:
    """Whether a word behind a given name makes a full name of it: a known surname, or a word that no ordinary text has."""
    word = scan.words[j]
    return word in scan.kb.name_words - scan.kb.given or (len(word) > 3 and word not in lexicon().words)


def _unknown_person(scan: Scanner, i: int) -> list[Phrase]:
    """A name that no table has: «"نام خانوادگی" سمت» and «نام خانوادگی، سمت» by the title beside it, or a given name with a
    word that is a surname or too rare for anything else."""
    quoted = i > 0 and _open_quote(scan.words[i - 1]) and scan.stops[i - 1] == scan.stops[i]
    opening = i == 0 or scan.stops[i - 1] != scan.stops[i] or not scan.words[i - 1][0].isalnum()
    given = scan.words[i] in scan.kb.given
    end = _name_run(scan, i, i, need_given=not (quoted or opening))
    if end - i < 2:
        return []
    phrase = Phrase(i, end, "person", (i, end), Sense("person"), name=(i, end))
    titled = with_title(scan, phrase)
    if titled.end > phrase.end + quoted and (not quoted or scan.word(end, i) in ("»", '"')):
        return [titled]
    if given and len(scan.words[i]) > 2 and _surname(scan, i + 1):
        return [phrase]
    return []
