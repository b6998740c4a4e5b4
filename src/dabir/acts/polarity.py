"""What the words around a trigger settle of its status: called off, put off, denied, claimed, asked, or that it was not done.

A model weighs all words near a trigger; these few decide alone (data/acts/status.toml). A negated act («دیدار نکرد») is no event,
and where somebody says so it is one denied.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

import msgspec
from msgspec import Struct

from dabir.acts.features import PREPOSITIONS
from dabir.acts.frames import Trigger, rule_source
from dabir.acts.patterns import parse
from dabir.acts.setting import Setting
from dabir.acts.verbforms import Form, finite, forms
from dabir.errors import DataError
from dabir.resources import toml
from dabir.text.keys import key

DATA = "acts/status.toml"
NEGATED = "negated"
REACH = 18  # words in which a noun's predicate follows: «دیدار وزیران خارجه ایران و عمان ... لغو شد»
_LIGHT = frozenset({"کردن", "شدن", "دادن", "داشتن", "گرفتن", "یافتن", "پذیرفتن", "گردیدن", "نمودن", "رفتن"})
_LIGHT_NOUNS = frozenset({"برگزار", "انجام", "آغاز", "اغاز", "صورت", "منعقد", "حاصل"})
_ENDS = frozenset({"که", "؛", ".", "!", "؟", "/", "اما", "ولی"})
_WITHOUT = frozenset({"بدون", "عدم"})


class StatusRow(Struct, frozen=True, forbid_unknown_fields=True):
    """The words that settle one status, by where they stand, and the acts that they are for."""

    acts: tuple[str, ...]
    behind: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    sentence: tuple[str, ...] = ()
    cue: tuple[str, ...] = ()


@cache
def status_rows() -> Mapping[str, StatusRow]:
    """The rows by status. Raises DataError where the file is malformed."""
    try:
        return MappingProxyType(msgspec.convert(dict(toml(DATA)), dict[str, StatusRow]))
    except msgspec.ValidationError as error:
        raise DataError(str(error), DATA) from None


@cache
def _pattern(patterns: tuple[str, ...], shape: str) -> re.Pattern[str]:
    return re.compile(shape % "|".join(parse(p, DATA).regex for p in patterns) if patterns else r"(?!)")


def settled(s: Setting, t: Trigger) -> str | None:
    """The status that words settle, `negated` where the act was not done, None where they leave it open."""
    if negated(s, t):
        return "denied" if s.speech_at(t.start) is not None and not _left_out(s, t) else NEGATED
    low = s.text.sentences[s.sentence(t.start)][0]
    clause = _clause(s, t)
    speech = s.speech_at(t.start)
    cue = s.text.key[slice(*speech.cue)] if speech is not None and speech.cue else ""
    for status, row in status_rows().items():
        if t.act not in row.acts:
            continue
        if _pattern(row.before, r"(?:%s)(?: \w+)? ?$").search(s.text.key, low, t.start):
            return status
        if clause and _pattern(row.behind, r"(?:%s)$").search(clause):
            return status
        claimed = _pattern(row.cue, "%s").search(cue) or _pattern(row.sentence, "%s").search(s.text.key, low, t.start)
        if claimed and _predicate(s, t) is not None:
            return status
    return None


def _clause(s: Setting, t: Trigger) -> str:
    """The words from a noun trigger to the verb that closes its clause, where the noun is that verb's subject or object; else
    nothing: «پس از دیدار ... را لغو کرد» says nothing of the meeting."""
    at, end = s.token(t.start), s.token(t.end)
    if any(finite(w) for w in s.words[at:end]) or (at and s.words[at - 1] in PREPOSITIONS):
        return ""
    _, high = s.tokens_of(s.sentence(t.start))
    for k in range(end, min(high, end + REACH)):
        if s.words[k] in _ENDS:
            return ""
        if finite(s.words[k]):
            last = k + 1 if s.words[k + 1 : k + 2] in (("است",), ("بود",), ("اند",)) else k
            return s.text.key[t.end : s.text.tokens[last].end]
    return ""


def negated(s: Setting, t: Trigger) -> bool:
    """Whether the verb that the trigger ends in or that closes it is negated, or the act is one that was left undone.

    A trigger whose own pattern asks for the negation («مذاکره نمی‌کند» as a refusal) is not negated by it.
    """
    if _asks_for_negation(t.rule_id):
        return False
    verb = _predicate(s, t)
    return _left_out(s, t) or (verb.negated if verb is not None else _none_done(s, t))


def _left_out(s: Setting, t: Trigger) -> bool:
    at = s.token(t.start)
    return at > 0 and s.words[at - 1] in _WITHOUT


def _predicate(s: Setting, t: Trigger) -> Form | None:
    """The finite verb that the trigger ends in, or the light verb that closes it («امضا نشد», «نشست برگزار نشد»)."""
    at, end = s.token(t.start), s.token(t.end)
    own = [f for w in s.words[at:end] if (f := finite(w))]
    if own:
        return next((f for f in own if f.negated), own[-1])
    _, high = s.tokens_of(s.sentence(t.start))
    after: Sequence[str] = s.words[end : min(high, end + 2)]
    if after and after[0] in _LIGHT_NOUNS:
        after = after[1:]
    form = finite(after[0]) if after else None
    return form if form is not None and form.lemma in _LIGHT else None


@cache
def _asks_for_negation(rule_id: str) -> bool:
    source = rule_source(rule_id)
    words = (forms().get(key(w)) for w in re.findall(r"\w+", source))
    return "@!" in source or "عدم" in source or any(f is not None and f.negated for f in words)


def _none_done(s: Setting, t: Trigger) -> bool:
    """«هیچ مذاکره‌ای ... انجام نشد»: the noun stands under «هیچ», and the verb of its clause is negated."""
    at = s.token(t.start)
    if not {"هیچ", "هیچگونه"} & set(s.words[max(0, at - 2) : at]):
        return False
    _, high = s.tokens_of(s.sentence(t.start))
    verb = next((f for w in s.words[s.token(t.end) : high] if (f := finite(w))), None)
    return verb is not None and verb.negated
