"""What the names stage hands to the later ones: mentions in key offsets, each with who or what it stands for."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

MentionKind = Literal["person", "office", "state", "organization", "group", "pronoun", "people", "outlet"]


class Mention(Struct, frozen=True):
    """Words of the key that stand for an actor: `text.key[start:end]`.

    `kind`: `person` (a name, with its title or office where they stand together), `office` (an office without a name),
    `state` (a country, its capital or seat as a metonym, a demonym), `organization`, `group`, `pronoun` (وی، او ...),
    `people` (مقام‌های آمریکایی، دیپلمات‌ها), `outlet`.
    `actor` is the id of the Actor it was resolved to (null: unresolved), `person` the full Persian name where one person
    is meant, `state` the code that the actor acts or speaks for, `candidates` the table ids that remain possible where
    none was chosen. `head` is the key range of the core words (the name inside «سرگئی لاوروف، وزیر امور خارجه روسیه»),
    start and end the whole. `office` is the office's slug where the words give one, `via` how a state was named: `name`,
    `capital`, `seat`, `adjective`, `home`, or empty.
    """

    start: int
    end: int
    kind: MentionKind
    head: tuple[int, int]
    actor: str | None = None
    person: str | None = None
    state: str | None = None
    rank: str | None = None
    office: str = ""
    via: str = ""
    candidates: tuple[str, ...] = ()
