"""Which verb a word is a form of, and in what tense: enough to read status and to know where a clause ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

from dabir.acts.patterns import verbs

Tense = Literal["past", "perfect", "present", "subjunctive", "future", "infinitive"]
_PAST_ENDINGS = ("", "م", "ی", "یم", "ید", "ند")
_PRESENT_ENDINGS = ("م", "ی", "د", "یم", "ید", "ند")


class Form(Struct, frozen=True):
    """A finite form or participle of the verb `lemma` (its infinitive as a key)."""

    lemma: str
    tense: Tense
    negated: bool = False


@cache
def forms() -> Mapping[str, Form]:
    """Every one-word form of the verbs of verbs.tsv, as keys («نمیکند», «کرده», «بپردازد»)."""
    found: dict[str, Form] = {}
    for lemma, verb in verbs().items():
        for stem in verb.past:
            for word, form in _past(lemma, stem):
                found.setdefault(word, form)
        for stem in verb.present:
            for word, form in _present(lemma, stem):
                found.setdefault(word, form)
    for word in ("است", "هست", "هستند", "اند", "باشند"):
        found[word] = Form("بودن", "present")
    for word in ("نیست", "نیستند"):
        found[word] = Form("بودن", "present", negated=True)
    for ending in _PRESENT_ENDINGS:
        found["خواه" + ending] = Form("خواستن", "future")
        found["نخواه" + ending] = Form("خواستن", "future", negated=True)
    return MappingProxyType(found)


def _past(lemma: str, stem: str) -> Iterator[tuple[str, Form]]:
    linked = "ی" + stem.removeprefix("آ").removeprefix("ا") if stem[0] in "آا" else stem
    linked = "یا" + stem[1:] if stem[0] == "آ" else linked
    for ending in _PAST_ENDINGS:
        yield stem + ending, Form(lemma, "past")
        yield "می" + stem + ending, Form(lemma, "past")
        yield "ن" + linked + ending, Form(lemma, "past", negated=True)
        yield "نمی" + stem + ending, Form(lemma, "past", negated=True)
    for ending in ("ه", "هاند", "هاست", "هام", "هایم"):
        yield stem + ending, Form(lemma, "perfect")
        yield "می" + stem + ending, Form(lemma, "perfect")
        yield "ن" + linked + ending, Form(lemma, "perfect", negated=True)
    yield stem + "ن", Form(lemma, "infinitive")


def _present(lemma: str, stem: str) -> Iterator[tuple[str, Form]]:
    linked = "یا" + stem[1:] if stem[0] == "آ" else "ی" + stem[1:] if stem[0] == "ا" else stem
    for ending in _PRESENT_ENDINGS:
        yield "می" + stem + ending, Form(lemma, "present")
        yield "نمی" + stem + ending, Form(lemma, "present", negated=True)
        yield "ب" + linked + ending, Form(lemma, "subjunctive")
        yield "ن" + linked + ending, Form(lemma, "subjunctive", negated=True)
        yield stem + ending, Form(lemma, "subjunctive")


# Nouns that look like a past form: «نشست» is nearly always the session.
_NOUNS = frozenset({"نشست", "شکست"})


def finite(word: str) -> Form | None:
    """The finite form or participle that a word of a key is, or None; infinitives and nouns that look like a form are none."""
    form = forms().get(word)
    return form if form is not None and form.tense != "infinitive" and word not in _NOUNS else None
