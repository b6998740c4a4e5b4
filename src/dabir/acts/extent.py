"""How far a stretch of speech goes: quotations, clauses after a verb, whole passages after a colon."""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

from dabir.acts.cues import Cue
from dabir.acts.words import pattern
from dabir.text.types import Text

_GLUE = re.compile(r"[ ]*(?:(?P<that>(?:تا )?که)(?!\w)|(?P<colon>[:\uff1a])|(?P<comma>[،,]))?")
_LEAD = re.compile(r"[^\w«\"“'\[(]*")
_CLOSED = re.compile(r"[\s.،؛,;!؟?…:)\]|/»\"]{0,40}(?:\n|$)|[ ]{0,40}[.،؛,;!؟?…]")
_TRIM = " \n\t.،؛,;:!؟?…/|-*_#'\"«»"
_MAX_QUOTE = 4000
_MAX_LINES = 30


class View(Struct, frozen=True):
    """A text as this stage looks at it: the key, its sentences and quotations (both sorted) and reporting verbs."""

    key: str
    sentences: tuple[tuple[int, int], ...]
    quotes: tuple[tuple[int, int], ...]
    cues: tuple[Cue, ...]
    title_end: int

    def sentence(self, at: int) -> tuple[int, int]:
        """The sentence that holds offset `at`, or else the line that does."""
        i = bisect_right(self.sentences, (at, len(self.key) + 1)) - 1
        if i >= 0 and at < self.sentences[i][1]:
            return self.sentences[i]
        start = self.key.rfind("\n", 0, at) + 1
        return (max(start, self.sentences[i][1]) if i >= 0 else start), self.line_end(at)

    def line_end(self, at: int) -> int:
        """Where the line of offset `at` ends."""
        end = self.key.find("\n", at)
        return len(self.key) if end < 0 else end

    def quote_at(self, at: int) -> tuple[int, int] | None:
        """The quotation whose opening mark stands at `at`."""
        i = bisect_right(self.quotes, (at, -1))
        return self.quotes[i] if i < len(self.quotes) and self.quotes[i][0] == at else None

    def quoted(self, at: int) -> tuple[int, int] | None:
        """The innermost quotation around `at`."""
        inside = [q for q in self.quotes if q[0] < at < q[1]]
        return max(inside) if inside else None


class Extent(Struct, frozen=True):
    """A content span of the key, and how it is tied to its verb: by که, a colon, a comma, a quotation mark."""

    start: int
    end: int
    that: bool = False
    colon: bool = False
    comma: bool = False
    quoted: bool = False


def quotations(key: str) -> tuple[tuple[int, int], ...]:
    """Offsets of the marks of every quotation, « » nested, straight marks in pairs within a paragraph."""
    out, stack, straight = [], [], -1
    for m in re.finditer(r'[«»"]|\n', key):
        i, mark = m.start(), m.group()
        if mark == "«":
            stack.append(i)
        elif mark == "»":
            if stack and i - stack[-1] <= _MAX_QUOTE:
                out.append((stack.pop(), i))
        elif mark == '"':
            if straight < 0:
                straight = i
            else:
                out.append((straight, i))
                straight = -1
        elif straight >= 0 and key[i : i + 3].count('"') == 0 and i - straight > 1500:
            straight = -1
    return tuple(sorted(out))


def view(text: Text, cues: tuple[Cue, ...], title_end: int) -> View:
    """The view of `text`."""
    return View(text.key, text.sentences, quotations(text.key), cues, title_end)


def trim(key: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without marks and spaces at its ends; None where nothing is left."""
    while start < end and (key[start] in _TRIM or not (key[start].isalnum() or key[start] in "([")):
        start += 1
    while end > start and (key[end - 1] in _TRIM or not (key[end - 1].isalnum() or key[end - 1] in ")]%")):
        end -= 1
    return (start, end) if start < end else None


def reports(v: View, start: int, end: int) -> bool:
    """Whether the sentence [start, end) reports anew: a third person's verb, unquoted, tied to a content."""
    for cue in v.cues:
        if cue.start >= end:
            break
        if cue.start < start or cue.first or v.quoted(cue.start):
            continue
        glue = _GLUE.match(v.key, cue.end)
        opening = v.key[start : cue.start]
        if glue and glue["colon"]:
            return True
        if pattern("again", r"\W{0,20}").match(opening) and "say" in cue.frames:
            return True
    return False


def passage(v: View, start: int) -> int:
    """The end of what is said after a colon at `start`: the paragraph's, or before the sentence that reports anew."""
    end = v.sentence(start)[1]
    line = v.line_end(start)
    while end < line:
        nxt = v.sentence(end + len(v.key[end:line]) - len(v.key[end:line].lstrip()))
        if nxt[1] <= end or nxt[0] >= line or reports(v, max(nxt[0], end), nxt[1]):
            break
        end = min(nxt[1], line)
    return end


def listed(v: View, start: int) -> int:
    """The end of a list of lines that a heading opens: up to a footer, another heading or a new report."""
    end = start
    for _ in range(_MAX_LINES):
        while end < len(v.key) and not (v.key[end].isalnum() or v.key[end] in '@«"(['):
            end += 1
        stop = v.line_end(end)
        if (
            end >= stop
            or (v.key.find("@", end, end + 4) >= 0 or pattern("footer", r"\W{0,20}", "").match(v.key, end))
            or (end > start + 5 and reports(v, end, stop))
        ):
            break
        if v.key[end:stop].rstrip().endswith(":"):
            break
        end = stop
    return end


def after(v: View, cue_end: int) -> Extent | None:
    """What is said after a verb that ends at `cue_end`."""
    key = v.key
    glue = _GLUE.match(key, cue_end)
    at = glue.end() if glue else cue_end
    that, colon, comma = (bool(glue and glue[g]) for g in ("that", "colon", "comma"))
    lead = _LEAD.match(key, at)
    begin = lead.end() if lead else at
    if begin >= len(key) or ("\n" in key[at:begin] and not colon):
        return None
    if not colon and any(mark in key[at:begin] for mark in ".؛;!؟?)»"):
        return None
    quote = v.quote_at(begin)
    if quote:
        sentence_end = max(v.sentence(quote[1])[1], quote[1] + 1)
        rest = key[quote[1] + 1 : sentence_end].strip()
        if not rest or _CLOSED.match(key, quote[1] + 1) or _joined(v, quote[1] + 1):
            return Extent(quote[0] + 1, quote[1], that, colon, comma, True)
        return Extent(begin, v.sentence(quote[1])[1], that, colon, comma, False)
    if colon:
        multi = "\n" in key[at:begin]
        return Extent(begin, listed(v, begin) if multi else passage(v, begin), that, colon, comma)
    return Extent(begin, v.sentence(begin)[1], that, colon, comma)


def _joined(v: View, at: int) -> bool:
    """Whether the words at `at` go on with another reporting verb of the same speaker (» و افزود)."""
    if not re.match(r"\s{0,6}و(?!\w)", v.key[at : at + 6]):
        return False
    end = v.sentence(at)[1]
    return any(at < c.start < min(end, at + 120) for c in v.cues)
