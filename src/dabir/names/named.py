"""Whom a name stands for: a person of the article, of the tables, one of several, or somebody whom only the article knows."""

from __future__ import annotations

from dabir.names.kb import squeeze
from dabir.names.mentions import Mention
from dabir.names.people import choose, settle, stands_for, words_of
from dabir.names.scan import Phrase
from dabir.names.scene import Scene

MAX_CANDIDATES = 8


def resolve_name(s: Scene, p: Phrase) -> list[Mention]:
    """The mention of a phrase with a personal name."""
    assert p.name is not None
    words = words_of(s.text, *p.name)
    squeezed = squeeze(words)
    ids = choose(s.text, s.kb, p, s.date, s.home)
    known = [s.by_id[i] for i in ids if i in s.by_id]
    if len(known) != 1 and p.kind == "surname":
        own = s.by_ending.get(squeezed) or s.by_ending.get(squeezed.removeprefix("ال"), ())
        known = [q for q in own if not q.id or not ids or q.id in ids] or known
    if len(known) > 1 and p.owner:
        known = [q for q in known if q.state == p.owner] or known
    own_words = p.owner if p.via != "pronoun" else ""
    if known:
        q = known[0]
        entity = s.kb.entities.get(q.id)
        said = stands_for(s.text, s.kb, p, entity, s.date, s.home)
        return [s.of(p, q, own_words and said or q.state)]
    ids = settle(s.kb, ids, s.date, s.near) if len(ids) > 1 else ids
    if len(ids) == 1:
        entity = s.kb.entities[ids[0]]
        return [
            s.mention(
                p, "person", state=stands_for(s.text, s.kb, p, entity, s.date, s.home), person=entity.fa, entity=entity.id
            )
        ]
    codes = {s.kb.entities[i].code or "" for i in ids}
    state = stands_for(s.text, s.kb, p, None, s.date, s.home) or (codes.pop() if len(codes) == 1 else "")
    return [s.mention(p, "person", state=state, person=words, entity=f"person:{squeezed}", candidates=ids[:MAX_CANDIDATES])]
