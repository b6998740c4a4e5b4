"""Candidate statements: for every reporting verb and phrase, what it reports and where its speaker may be named."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from dabir.acts.cues import Cue, phrases
from dabir.acts.extent import Extent, View, after, listed, trim
from dabir.acts.verbforms import finite
from dabir.acts.words import any_of, pattern

_TO = re.compile(r"(?<!\w)به(?!\w)")
_FROM = re.compile(r"(?<!\w)از(?!\w)")
_RA = re.compile(r"(?<!\w)را(?!\w)")
_HEADING = re.compile(r"(?:^|(?<=\n)|(?<=\n\n))[^\w\n«\"]*(?P<head>[«\"\w][^\n:]{1,110}?) ?[:\uff1a]")
_BECAME = re.compile(r"(?<!\w)(?:شد|شده|شدند|می ?شو(?:د|ند)|شده(?:است|اند))(?!\w)")
_STANDING = re.compile(r"(?<!\w)(?:است|هستند|بود|بودند|هست|ایم|باشد|نیست)(?!\w)")
_OWN = frozenset({"گفتن", "نوشتن", "اعلام کردن"})  # verbs whose first person reports an earlier speech
_MAX_WANT = 400
_MAX_OBJECT = 250


class Candidate(Struct, frozen=True):
    """A stretch of speech that may be a statement.

    `cue` is the verb or phrase (a headline's colon), `start` and `end` the content, `clause` the range in which the
    speaker is named; `within` is the index of the candidate whose speaker speaks here too (a verb joined by و), -1 for
    none; `form` says how the speaker stands in the clause (`subject`, `after`, `head`).
    """

    rule: str
    name: str
    cue: tuple[int, int]
    start: int
    end: int
    clause: tuple[int, int]
    extent: Extent
    form: str = "subject"
    within: int = -1
    first: bool = False
    participle: bool = False


@cache
def _joint() -> re.Pattern[str]:
    """و, a comma or a semicolon, adverbs between, at the end of what stands before a verb."""
    return re.compile(rf"(?:(?<!\w)(?:و|سپس|وی)|[،,؛;])\s*(?:{any_of('joiners')}\s+)*$")


def candidates(v: View) -> list[Candidate]:
    """All candidates of a text in the order of their cues."""
    out: list[Candidate] = []
    marks: list[tuple[int, int, Cue | None, str]] = [(c.start, c.end, c, "verb") for c in v.cues]
    for kind in ("that", "claim", "according", "source", "document"):
        marks += [(m.start(), m.end(), None, kind) for m in phrases(kind).finditer(v.key)]
    marks += [(m.start("head"), m.end(), None, "heading") for m in _HEADING.finditer(v.key)]
    for start, end, cue, kind in sorted(marks, key=lambda x: (x[0], x[1], x[3])):
        if cue is not None:
            _verb(v, cue, out)
        elif kind == "heading":
            _heading(v, start, end, out)
        else:
            _phrase(v, kind, start, end, out)
    return out


def _enclosing(out: list[Candidate], at: int, sentence: int) -> int:
    """The innermost earlier candidate whose content, opened by its cue, holds `at`, in this sentence; -1 for none."""
    best = -1
    for i in range(len(out) - 1, max(-1, len(out) - 12), -1):
        c = out[i]
        if c.cue[1] <= c.start <= at < c.end and (best < 0 or c.start >= out[best].start) and c.start >= sentence:
            best = i
    return best


def _clause(v: View, out: list[Candidate], at: int) -> tuple[int, int, int]:
    """Where the subject of a verb whose part begins at `at` stands (start, end), whose speaker it shares (or -1)."""
    sentence = v.sentence(at)
    start = sentence[0]
    quote = v.quoted(at)
    if quote and quote[0] > start:
        start = quote[0] + 1
    joined = _joint().search(v.key, max(start, at - 40), at)
    holder = _enclosing(out, at, sentence[0])
    if holder >= 0 and not (quote and quote[0] > out[holder].start):
        if joined and joined.start() > out[holder].start:
            # «ایرنا نوشت: وزیر با ستایش از توافق، آن را مهم خواند»
            if out[holder].rule != "that" and _verbless(v.key, out[holder].start, joined.start()):
                return max(start, out[holder].start), at, -1
            return start, at, holder
        if out[holder].rule != "that":
            return max(start, out[holder].start), at, -1
        return start, at, holder
    if joined:
        for i in range(len(out) - 1, -1, -1):
            if out[i].cue[0] < start:
                break
            if out[i].end <= at and out[i].rule != "claim" and (out[i].form != "after" or out[i].rule == "that"):
                return start, at, i
    return start, at, -1


def _verbless(key: str, start: int, end: int) -> bool:
    """Whether no verb stands between: the words there are no clause of their own."""
    return not any(finite(m.group()) for m in re.finditer(r"\w+", key[start:end]))


def _cut(v: View, out: list[Candidate], at: int) -> None:
    """Ends the contents that reach over `at`, where a joined or main verb begins."""
    joined = _joint().search(v.key, max(0, at - 40), at)
    stop = joined.start() if joined else at
    for i in range(len(out) - 1, max(-1, len(out) - 6), -1):
        c = out[i]
        if c.cue[1] <= c.start < stop < c.end and not c.extent.quoted:
            if c.rule == "that" or joined:
                span = trim(v.key, c.start, stop)
                if span:
                    out[i] = _replace(c, end=span[1])
            if c.rule != "that":
                break


def _replace(c: Candidate, *, end: int) -> Candidate:
    return Candidate(c.rule, c.name, c.cue, c.start, end, c.clause, c.extent, c.form, c.within, c.first, c.participle)


def _add(v: View, out: list[Candidate], rule: str, cue: Cue, e: Extent, clause: tuple[int, int, int]) -> None:
    span = trim(v.key, e.start, e.end)
    if span and span[1] - span[0] >= 3:
        out.append(
            Candidate(
                rule, cue.name, (cue.start, cue.end), *span, (clause[0], clause[1]), e, "subject", clause[2], cue.first,
                cue.participle,
            )
        )  # fmt: skip


def _verb(v: View, cue: Cue, out: list[Candidate]) -> None:
    """The candidate that a verb opens: what stands before it (بر، از، به، را), else what follows."""
    if cue.first and cue.name not in _OWN:
        return
    for frame in ("want", "call", "judge", "ask", "on", "of", "to"):
        if frame in cue.frames:
            found = _before(v, frame, cue, out)
            if found:
                extent, at = found
                clause = _clause(v, out, at)
                if clause[2] >= 0 or at < cue.start:
                    _cut(v, out, at)
                _add(v, out, frame, cue, extent, clause)
                return
    if not {"say", "quote", "clause", "feel"} & set(cue.frames):
        return
    preceding = _quote_before(v, cue)
    e = after(v, cue.end)
    if e and e.comma and preceding:
        e = None
    strict = not {"say"} & set(cue.frames)
    if e and (e.colon or e.that or e.quoted or (e.comma and "clause" in cue.frames) or not strict):
        if "quote" in cue.frames and not (e.colon or e.quoted):
            return
        if not e.that and not e.colon and not e.quoted and v.key[e.start : e.start + 2] in ("و ", "تا"):
            return
        clause = _clause(v, out, cue.start)
        _cut(v, out, cue.start) if clause[2] >= 0 else None
        _add(v, out, "say", cue, e, clause)
    elif preceding:
        _add(v, out, "quote-before", cue, preceding[0], (preceding[1], cue.start, -1))


def _quote_before(v: View, cue: Cue) -> tuple[Extent, int] | None:
    """The quotation that stands before its verb in the same sentence («…»، وزیر گفت)."""
    start = v.sentence(cue.start)[0]
    for q in reversed(v.quotes):
        if q[1] < cue.start and q[1] - q[0] > 12 and cue.start - q[1] < 90 and not v.key[q[1] : cue.start].count("\n"):
            if re.match(r"[»\"]\s*[،,:؛.]", v.key[q[1] : q[1] + 4]) or q[0] <= start + 2:
                return Extent(q[0] + 1, q[1], quoted=True), q[1] + 1
            return None
    return None


def _before(v: View, frame: str, cue: Cue, out: list[Candidate]) -> tuple[Extent, int] | None:
    """The content of a frame whose noun phrase stands before the verb, and where it begins with its preposition."""
    start = v.sentence(cue.start)[0]
    for c in out[-6:]:  # not back over another report's verb
        if start < c.cue[1] <= cue.start and c.rule not in ("according", "claim", "source"):
            start = c.cue[1]
    if frame == "want":
        return _wanted(v, cue)
    if frame == "ask":
        return _asked(v, cue, start)
    if frame in ("judge", "call"):
        return _object(v, frame, cue, start)
    zone = v.key[start : cue.start]
    if after_tied(v, cue) or (frame == "to" and pattern("must").search(zone)):
        return None
    word, excluded = {"on": ("بر", "not_by"), "of": ("از", "not_from"), "to": ("به", "not_to")}[frame]
    never = pattern(excluded, after=" ?$")
    hits = [m for m in re.finditer(rf"(?<!\w){word}(?!\w)", zone) if not never.search(zone, 0, m.start())]
    if not hits:
        return None
    hit = hits[-1] if frame == "to" or (frame == "on" and len(zone) - hits[0].start() > _MAX_OBJECT) else hits[0]
    return Extent(start + hit.end(), cue.start), start + hit.start()


def _wanted(v: View, cue: Cue) -> tuple[Extent, int] | None:
    """خواستار NP شد: what stands up to the verb; a standing wish (خواهان … است) is no speech."""
    end = min(v.sentence(cue.start)[1], cue.end + _MAX_WANT)
    became = _BECAME.search(v.key, cue.end, end)
    if not became and _STANDING.search(v.key, cue.end, end) and v.key[cue.start : cue.end] != "خواستار":
        return None
    return (Extent(cue.end, became.start() if became else end), cue.start) if end - cue.end > 4 else None


def _asked(v: View, cue: Cue, start: int) -> tuple[Extent, int] | None:
    """از X خواست …: what follows the verb."""
    whom = list(_FROM.finditer(v.key, start, cue.start))
    e = after(v, cue.end)
    if not whom or not e:
        return None
    begin = e.start + (3 if v.key[e.start : e.start + 3] == "تا " else 0)
    return Extent(begin, e.end, e.that, e.colon, e.comma, e.quoted), whom[-1].start()


def _object(v: View, frame: str, cue: Cue, start: int) -> tuple[Extent, int] | None:
    """NP را PREDICATE (judge) and NP را به NP (call)."""
    ra = list(_RA.finditer(v.key, start, cue.start))
    if not ra or cue.start - ra[-1].end() > _MAX_OBJECT:
        return None
    if frame == "call":
        to = _TO.search(v.key, ra[-1].end(), cue.start)
        return (Extent(to.end(), cue.start), ra[-1].start()) if to else None
    at = _object_start(v, start, ra[-1].start())
    return (Extent(at, cue.start), at) if v.key[ra[-1].end() : cue.start].strip() else None


def after_tied(v: View, cue: Cue) -> bool:
    """Whether که, a colon or a quotation mark ties a content to the end of the verb."""
    return bool(re.match(r"[ ]{0,6}(?:که(?!\w)|[:\uff1a]|[«\"])", v.key[cue.end : cue.end + 6]))


def _object_start(v: View, start: int, ra: int) -> int:
    """Where the object that ends at `ra` begins, as far as a comma or a verb joined by و before it shows."""
    zone = v.key[start:ra]
    cut = 0
    for m in re.finditer(r"[،؛:]|(?:کرد|کرده|شد|شده|داد|داده|است|خواند|دانست|گفت)ه? و(?!\w)", zone):
        if len(zone) - m.end() > 5:
            cut = m.end()
    return start + cut


def _phrase(v: View, kind: str, start: int, end: int, out: list[Candidate]) -> None:
    sentence = v.sentence(start)
    cue = Cue(start, end, kind, ())
    if kind == "document":
        if not pattern("document").search(v.key, sentence[0], start):
            return
        e = after(v, end)
        if e and (e.that or e.colon or e.quoted or e.comma):
            _add(v, out, "document", cue, e, (sentence[0], start, -1))
        return
    if kind == "claim":
        _add(v, out, "claim", cue, Extent(end, _clause_end(v, end)), (start, end, -1))
        return
    if kind == "that":
        clause = _clause(v, out, start)
        _add(v, out, "that", cue, Extent(end, v.sentence(end)[1], that=True), clause)
        return
    comma = re.compile(r"[،,]|(?<!\w)که(?!\w)|\n|:").search(v.key, end, min(sentence[1], end + 130))
    if not comma or comma.group() == "\n":
        return
    span = trim(v.key, comma.end(), sentence[1])
    if span:
        e = Extent(*span, quoted=bool(v.quote_at(span[0] - 1)))
        out.append(Candidate(kind, v.key[start:end], (start, end), *span, (end, comma.start()), e, "after"))


def _clause_end(v: View, at: int) -> int:
    """The end of a clause inside a sentence: the first comma at least 25 letters on, or the sentence's end."""
    end = v.sentence(at)[1]
    comma = re.compile(r"[،؛]").search(v.key, min(end, at + 25), end)
    return comma.start() if comma else end


def _heading(v: View, start: int, end: int, out: list[Candidate]) -> None:
    """«X: …» at the beginning of a line, and «… / X: …» in a title."""
    head = v.key[start : end - 1]
    begin = start + max(head.rfind("/"), head.rfind("؛"), head.rfind("|")) + 1
    head = v.key[begin : end - 1]
    if len(head.split()) > 16 or any(begin <= c.start and c.end >= end - 3 for c in v.cues if c.start < end):
        return
    if re.search(r"[.!?؟]\s", head) or phrases("document").search(head) or pattern("carried").match(head):
        return  # a sentence, or the agency that carries the item; no name
    if re.search(r"\d ?$", head) and re.match(r"\d", v.key[end : end + 1] or "x"):
        return
    lead = re.compile(r"[^\w«\"“(\[]*").match(v.key, end)
    at = lead.end() if lead else end
    if at >= len(v.key):
        return
    multi = "\n" in v.key[end:at]
    if multi and start < v.title_end <= at:
        return
    stop = listed(v, at) if multi else v.line_end(at)
    quote = v.quote_at(at)
    quoted = bool(quote and quote[1] >= stop - 4)
    if quote and quote[1] > stop:
        stop, quoted = quote[1], True
    span = trim(v.key, at, stop)
    if span and sum(map(str.isalpha, v.key[slice(*span)])) > 8:  # a telephone number says nothing
        e = Extent(*span, colon=True, quoted=quoted)
        out.append(Candidate("heading", "", (end - 1, end), *span, (begin, end - 1), e, "head"))
