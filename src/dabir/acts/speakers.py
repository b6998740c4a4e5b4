"""Who speaks: the subject noun phrase of the reporting clause, or the speaker before it where the clause names none."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from msgspec import Struct

from dabir.acts.candidates import Candidate
from dabir.acts.extent import View, trim
from dabir.acts.verbforms import finite
from dabir.acts.words import any_of, pattern
from dabir.names.mentions import Mention

_AND = re.compile(r" ?و ")
_DOCUMENT = re.compile(r"(?<!\w)در (?P<text>(?:این|آن|بخشی از این)? ?\w+)")
_CLAUSE = re.compile(r"(?:[،؛]|(?<!\w)و(?!\w))\W*(?:(?:(?:بعد|پس) از آن|در پی آن|در مقابل|سپس)[، ]+)?$")
_VERBAL = re.compile(r"\w+(?<!ی)(?!\w)")  # a second person's forms («نشستی») are nouns in news
_PAPER = re.compile(r"(?<!\w)(?:بیانیه|اطلاعیه|نامه|پیام|یادداشت)")
_FAR = 600  # characters between a paper's naming and its being taken up
_QUOTING = re.compile(r"(?<!\w)(?:به نقل از|از قول|از زبان)(?!\w)")
_RELATIVE = re.compile(r"(?<![، ])[، ]+که (?:\w{2,9} )?$")
_MAX_NAME = 90
_MAX_WORDS = 9  # longer: a clause, not a name

# A clause with a subject of its own begins behind these: «ترکیب هیئت فاش نشد، اما سخنگو گفت ...».
_CONTRAST = re.compile(r"(?<!\w)(?:اما|ولی|لیکن|هرچند|در ?حالی ?که|حال آنکه)(?!\w)|؛")

# What is judged, right behind who judges it: «توافقی که ظریف آن را مهم خواند».
_OBJECT = re.compile(r"(?<!\w)(?:آن|این) ?(?:ها)? را(?!\w)")

LEAD = 2  # sentences below the title that may leave their speaker unnamed
INTRODUCED = 2  # sentences after a lead's in which its speaker may be named

# Candidates on either side whose content may hold a subject.
NEIGHBOURS = 40


class Voice(Struct, frozen=True):
    """The words that name a speaker, and what the names stage made of them (`mention` null: nobody it knows)."""

    start: int
    end: int
    mention: Mention | None = None
    person: str | None = None
    state: str | None = None
    actor: str | None = None
    how: str = ""


@cache
def _governed() -> re.Pattern[str]:
    return pattern("governed", after=rf"(?: {any_of('governed_filler')})?[\s«\"(]*$")


def _below(v: View, start: int, at: int) -> bool:
    """Whether what begins at `at` stands below a preposition or a noun: no subject. «پیش از این ظریف گفت» governs nobody."""
    return _governed().search(v.key, start, at) is not None and not _set_apart(v, start, at)


def _set_apart(v: View, start: int, at: int) -> bool:
    return pattern("set_apart", after=r"(?: نیز| هم)?[\s«\"(،]*$").search(v.key, start, at) is not None


@cache
def _loosely() -> re.Pattern[str]:
    return pattern("loosely", after=r"(?: \w+){1,3} [«\"(]?$")


@cache
def _aside() -> re.Pattern[str]:
    return pattern("aside", after=r"(?!\w)[^،؛,:«»\n]*")


@cache
def _subject_end() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){any_of('subject_end')}(?!\w)|[،,:«(\"]")


def name_speakers(v: View, found: Sequence[Candidate], mentions: Sequence[Mention]) -> list[tuple[Voice, ...]]:
    """For each candidate in order its voices: one, several for joint speakers, or none where nobody can be named."""
    out: list[tuple[Voice, ...]] = []
    last: tuple[Voice, ...] = ()
    title: Voice | None = None
    known: dict[str, Voice] = {}
    lead = _ends(v, _body(v), LEAD)
    for c in found:
        voices = _voices(v, c, found, out, mentions, last)
        outer = c.cue[0] < lead and not any(x.start <= c.cue[0] < x.end for x in found[: len(out)])
        words = v.key[voices[0].start : voices[0].end] if len(voices) == 1 else ""
        if outer and words and (who := _introduced(v, c, voices[0], mentions, title)):
            voices, known[words] = (who,), who
        elif words in known and voices[0].person is None:
            voices = (_meant(voices[0], known[words]),)
        if c.rule == "heading" and c.cue[0] < v.title_end and len(voices) == 1:
            title = voices[0]
        out.append(voices)
        if voices and not v.quoted(c.cue[0]) and c.rule != "claim":
            last = voices
    return out


def _voices(
    v: View, c: Candidate, found: Sequence[Candidate], done: list[tuple[Voice, ...]], mentions: Sequence[Mention],
    last: tuple[Voice, ...],
) -> tuple[Voice, ...]:  # fmt: skip
    near = found[max(0, len(done) - NEIGHBOURS) : len(done) + NEIGHBOURS]
    if c.first:
        outer = [i for i in range(len(done)) if found[i].start <= c.cue[0] < found[i].end and done[i]]
        return done[outer[-1]] if outer else ()
    if c.form == "after":
        return _named(v, c, mentions, c.clause, governed=True)
    if c.form == "head":
        quoting = _QUOTING.search(v.key, *c.clause)  # «X به نقل از Y: ...»
        where = (quoting.end(), c.clause[1]) if quoting else c.clause
        return _named(v, c, mentions, where, governed=quoting is not None)
    if c.within >= 0 and done[c.within]:
        own = _subject(v, c, near, mentions, max(c.clause[0], found[c.within].end))
        return own if own and own[0].mention and own[0].how != "loose" else done[c.within]
    if c.rule == "claim":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1]]
        return (_voice(inside[0], "claim"),) if inside else ()
    if c.rule == "document":
        inside = [m for m in mentions if c.clause[0] <= m.start and m.end <= c.clause[1] and m.kind != "outlet"]
        if inside:
            return (_voice(inside[-1], "document"),)
        named = _DOCUMENT.search(v.key, c.clause[0], c.clause[1])
        if named and (issuer := _issuer(v, named.span("text"), mentions, last)):
            return (issuer,)
        return tuple(_again(x) for x in last) or _phrase(v, named.span("text") if named else c.clause)
    relative = _RELATIVE.search(v.key, c.clause[0], c.cue[0])
    if relative and c.rule == "say" and not any(relative.start() < m.start < c.cue[0] for m in mentions):  # «X که می‌گوید …»
        owner = [m for m in mentions if c.clause[0] <= m.start and m.end <= relative.start()]
        if owner:
            return (_voice(owner[-1], "relative"),)
    own = _subject(v, c, near, mentions, c.clause[0])
    if own and (same := _same_source(v, own[0], done)):
        return (same,)
    if own and last and _goes_on(v, c, near, mentions, own[0], last[0]):
        return (_meant(own[0], last[0]),)
    if last and own and own[0].how == "loose":
        return tuple(_again(x) for x in last)
    return own or tuple(_again(x) for x in last) or _phrase(v, c.clause)


def _body(v: View) -> int:
    """Where the words below the title begin."""
    return _next(v, v.title_end)


def _ends(v: View, at: int, sentences: int) -> int:
    """The end of so many sentences from `at` on."""
    for _ in range(sentences):
        at = v.sentence(_next(v, at))[1]
    return at


def _next(v: View, at: int) -> int:
    """The first letter, digit or opening mark at or after `at`."""
    while at < len(v.key) and not (v.key[at].isalnum() or v.key[at] in "«\"("):
        at += 1
    return at


def _introduced(
    v: View, c: Candidate, voice: Voice, mentions: Sequence[Mention], title: Voice | None
) -> Voice | None:
    """Who a lead's «یک نماینده مجلس گفت» is: news names him in the title («موسویان: ...») or at the head of the sentence after."""
    m = voice.mention
    if voice.person or c.form == "after" or c.rule in ("claim", "document"):
        return None
    if m.kind not in ("office", "people", "pronoun") if m is not None else c.form == "head":
        return None
    if title is not None and title.person and c.cue[0] >= v.title_end and voice.state in (title.state, None):
        return Voice(voice.start, voice.end, title.mention, title.person, title.state, title.actor, "title")
    named = {x.person for x in mentions if x.person and x.start < voice.start}
    at = max(c.cue[1], v.title_end)
    for _ in range(INTRODUCED):
        at = _next(v, v.sentence(at)[1])
        opening = _carried().match(v.key, at)
        first = _first_from(mentions, opening.end() if opening else at)
        if first is None or first.start >= v.sentence(at)[1] or first.kind != "person" or first.person in named:
            continue
        if voice.state in (first.state, None) or first.state is None:
            state = first.state or voice.state
            return Voice(voice.start, voice.end, first, first.person, state, first.actor, "introduced")
    return None


@cache
def _carried() -> re.Pattern[str]:
    return pattern("carried", after=r"[^،:\n]{0,60}[،: ]")


def _first_from(mentions: Sequence[Mention], at: int) -> Mention | None:
    n = bisect_left(mentions, at, key=lambda x: x.start)
    return mentions[n] if n < len(mentions) and mentions[n].start - at <= 12 else None


def _goes_on(
    v: View, c: Candidate, near: Sequence[Candidate], mentions: Sequence[Mention], own: Voice, last: Voice
) -> bool:
    """Whether a pronoun («وی افزود») means the speaker before: nobody else has come to the fore in the writer's own words since.

    The names stage, which knows no speech, may have taken it for somebody of whom that speaker spoke.
    """
    m = own.mention
    if m is None or m.kind != "pronoun" or last.person is None or own.how != "subject" or _singular(v, m) is None:
        return False
    since = last.end
    said = [(x.start, x.end) for x in near if x is not c]
    for x in mentions[bisect_left(mentions, since, key=lambda x: x.start) : bisect_left(mentions, m.start, key=lambda x: x.start)]:
        if x.kind not in ("person", "office") or any(a <= x.start < b for a, b in said) or v.quoted(x.start):
            continue
        if not _below(v, max(0, x.start - 40), x.start):
            return False
    return True


_SOURCE = re.compile(r"(?:این|آن) ?(?P<noun>مقام|منبع|دیپلمات|مسیول|نماینده|سخنگو|کارشناس|تحلیلگر|فرمانده|سناتور)(?!\w)")


def _issuer(v: View, text: tuple[int, int], mentions: Sequence[Mention], last: Sequence[Voice]) -> Voice | None:
    """Who issued «این بیانیه»: the subject of the sentence that tells of it, unless somebody has spoken since."""
    noun = _PAPER.search(v.key, *text)
    if noun is None:
        return None
    told = [m.start() for m in re.finditer(rf"{noun.group()} ?ای(?!\w)", v.key[: text[0]])]
    if not told:
        return None
    start, end = v.sentence(told[-1])
    if any(x.start >= start for x in last) or text[0] - end > _FAR:
        return None
    inside = [m for m in mentions if start <= m.start < end and m.kind != "outlet" and not _below(v, start, m.start)]
    return Voice(*text, inside[0], inside[0].person, inside[0].state, inside[0].actor, "issuer") if inside else None


def _of_last_clause(v: View, free: Sequence[Mention]) -> Sequence[Mention]:
    """The free mentions of the reporting verb's own clause, where a verb before ends another: «X حمله کرد و Y گفت»."""
    for n in range(len(free) - 1, 0, -1):
        before = v.key[free[n - 1].end : free[n].start]
        if _CLAUSE.search(before) and any(finite(w) for w in _VERBAL.findall(before)):
            return free[n:]
    return free


def _same_source(v: View, own: Voice, done: Sequence[tuple[Voice, ...]]) -> Voice | None:
    """The speaker whom «این مقام» takes up: the last one called by that noun."""
    named = _SOURCE.match(v.key, own.start)
    if named is None:
        return None
    noun = re.compile(rf"(?<!\w){named['noun']}(?!\w)")
    for voices in reversed(done):
        if voices and noun.search(v.key, voices[0].start, voices[0].end):
            return _meant(own, voices[0])
    return None


def _singular(v: View, m: Mention) -> re.Match[str] | None:
    return re.compile(r"(?:وی|او|ایشان|نامبرده)(?!\w)").match(v.key, m.start)


def _meant(own: Voice, last: Voice) -> Voice:
    """The pronoun's words, with whom the speaker before was."""
    return Voice(own.start, own.end, last.mention, last.person, last.state, last.actor, "again")


def _again(x: Voice) -> Voice:
    return Voice(x.start, x.end, x.mention, x.person, x.state, x.actor, "again")


def _voice(m: Mention, how: str) -> Voice:
    return Voice(m.start, m.end, m, m.person, m.state, m.actor, how)


def _named(
    v: View, c: Candidate, mentions: Sequence[Mention], where: tuple[int, int], *, governed: bool
) -> tuple[Voice, ...]:
    """The mention in a short name phrase (after «به گفته», before a headline's colon)."""
    inside = [m for m in mentions if where[0] <= m.start and m.end <= where[1]]
    free = inside if governed else [m for m in inside if not _below(v, where[0], m.start)]
    if free:
        return _joint(v, free, "after" if governed else "head")
    return () if c.rule == "heading" and inside else _phrase(v, where)


def _joint(v: View, free: Sequence[Mention], how: str) -> tuple[Voice, ...]:
    """The first mention, with those joined to it by و or a comma and و."""
    out = [_voice(free[0], how)]
    for a, b in zip(free, free[1:], strict=False):
        if b.start == a.start or v.key[a.end : b.start].strip() == "و":
            out.append(_voice(b, "joint"))
        else:
            break
    return tuple(out)


def _phrase(v: View, where: tuple[int, int]) -> tuple[Voice, ...]:
    """The words themselves where no mention names the speaker."""
    end = min(where[1], where[0] + _MAX_NAME)
    span = trim(v.key, where[0], end)
    return (Voice(*span, how="words"),) if span else ()


def _subject(
    v: View, c: Candidate, found: Sequence[Candidate], mentions: Sequence[Mention], start: int
) -> tuple[Voice, ...]:
    """The subject in [start, the cue): the first mention that is neither governed, nor an object, nor said."""
    contrasts = [m.end() for m in _CONTRAST.finditer(v.key, start, c.cue[0]) if not v.quoted(m.start())]
    if contrasts:  # the subject may also stand before it: «وزیر، اما، گفت»
        later = _subject_from(v, c, found, mentions, contrasts[-1])
        if later and later[0].mention:
            return later
    return _subject_from(v, c, found, mentions, start)


def _subject_from(
    v: View, c: Candidate, found: Sequence[Candidate], mentions: Sequence[Mention], start: int
) -> tuple[Voice, ...]:
    end = min(c.cue[0], c.start) if c.start < c.cue[0] and c.rule != "quote-before" else c.cue[0]
    limit = c.cue[0]
    contents = [(x.start, x.end) for x in found if x is not c and x.cue[1] <= x.start and x.cue[0] >= start - 5]
    sources = [(x.cue[0], x.clause[1]) for x in found if x.form == "after"]
    aside = [m.span() for m in _aside().finditer(v.key, start, limit)]
    free: list[Mention] = []
    loose: list[Mention] = []
    under: Mention | None = None  # the last mention below a preposition: what is joined to it is below it too
    first = bisect_left(mentions, start, key=lambda m: m.start)
    for m in (
        mentions[first : bisect_left(mentions, limit, lo=first, key=lambda m: m.start)] if first < len(mentions) else ()
    ):
        if m.end > limit:
            continue
        if any(a <= m.start < b and b <= limit for a, b in contents) or any(a <= m.start < b for a, b in sources):
            continue
        if c.rule in ("on", "of", "to", "want", "call") and c.start <= m.start < c.end:
            continue
        joined = under is not None and bool(_AND.fullmatch(v.key, under.end, m.start))
        if joined or _below(v, start, m.start) or v.key[m.end : m.end + 4].strip().startswith("را"):
            under = m
            continue
        loosely = _loosely().search(v.key, start, m.start) or any(a <= m.start < b for a, b in aside)
        if loosely and not _set_apart(v, start, m.start):
            under = m
            loose.append(m)
            continue
        free.append(m)
    object_ = _OBJECT.search(v.key, start, limit) if c.rule == "judge" else None
    beside = [m for m in free if object_ and m.end <= object_.start() and not v.key[m.end : object_.start()].strip()]
    if beside:
        return (_voice(beside[-1], "subject"),)
    if free:
        opening = v.key[start : free[0].start]
        if c.rule == "judge" and free[0].start > c.start + 2:
            return ()
        if len(opening.split()) <= 25:
            return _joint(v, free if c.rule == "judge" else _of_last_clause(v, free), "subject")
    words = v.key[start:end]
    if not words.strip(' \n،,.:«»"') or pattern("adverbial", r"\W{0,20}").match(words):
        return _joint(v, loose, "loose") if loose else ()
    cut = _subject_end().search(words, 1)
    if len((words[: cut.start()] if cut else words).split()) > _MAX_WORDS:
        return _joint(v, loose, "loose") if loose else ()
    return _phrase(v, (start, start + (cut.start() if cut else len(words))))
