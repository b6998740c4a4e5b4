"""Gold against records: precision, recall and F1 of times, statements and events.

Gold is JSON Lines in the format of the annotation guidelines. Words, not offsets, mark its spans; they are found in
the record's text by letters and digits alone, so that spacing and half-spaces do not count.
"""

from __future__ import annotations

import collections
import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence

from dabir.gold import (
    Difference,
    Evaluation,
    Figures,
    GoldArticle,
    GoldEvent,
    GoldStatement,
    Layer,
    ScoredActor,
    ScoredArticle,
    ScoredEvent,
    ScoredRecord,
    ScoredSpeaker,
    ScoredTime,
)  # fmt: skip
from dabir.times.values import interval

Range = tuple[int, int]

MUTUAL = frozenset({"meet", "talks", "call", "summit", "agree", "sign", "restore-relations", "cooperate", "ceasefire"})
VAGUE = frozenset({"PAST", "PRESENT", "FUTURE"})
_FOLD = str.maketrans(
    {"ي": "ی", "ك": "ک", "ى": "ی", "ة": "ه", "ۀ": "ه", "أ": "ا", "إ": "ا", "ؤ": "و", "ئ": "ی"}
    | {c: str(i % 10) for i, c in enumerate("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩")}
)
_DROP = re.compile(r"[^0-9A-Za-zآ-ی]+")
_RELATIVE = re.compile("گذشته|جاری|امسال|این|همین|آینده|آتی|پیش|قبل|بعد")
# The two calendars' weeks, months and years: shortest, longest, and how many days must be shared.
_SAME_STRETCH = ((6, 8, 4), (28, 32, 9), (354, 367, 75))


def fold(words: str | None) -> str:
    """Letters and digits alone: half-spaces, spaces, diacritics and punctuation do not count."""
    return _DROP.sub("", (words or "").translate(_FOLD)).lower()


class Folded:
    """A text as its folded letters, with the offset that each came from."""

    def __init__(self, text: str) -> None:
        """Fold `text`."""
        self.at = [i for i, char in enumerate(text) for _ in fold(char)]
        self.letters = "".join(map(fold, text))

    def find(self, words: str, start: int = 0) -> Range | None:
        """Where `words` stand in the folded text, from `start` on."""
        wanted = fold(words)
        at = self.letters.find(wanted, start) if wanted else -1
        return None if at < 0 else (at, at + len(wanted))

    def span(self, start: int, end: int) -> Range:
        """Offsets of the text to offsets of the folded text."""
        return bisect_left(self.at, start), bisect_left(self.at, end)

    def locate(self, phrases: Iterable[str]) -> list[Range]:
        """Each phrase at its first place that no equal earlier one has; (0, 0) where it is not in the text."""
        taken: collections.Counter[str] = collections.Counter()
        found = []
        for words in phrases:
            span = self.find(words)
            for _ in range(taken[fold(words)]):
                span = (self.find(words, span[0] + 1) if span else None) or span
            taken[fold(words)] += 1
            found.append(span or (0, 0))
        return found


def same_value(gold: str | None, found: str | None, words: str = "") -> bool:
    """Equal values; a relative week, month or year (`words`) may be meant in either calendar."""
    if gold is None or found is None:
        return gold is None and found is None
    if gold == found:
        return True
    a, b = interval(gold), interval(found)
    if a is None or b is None:
        return False
    if a == b:
        return True
    if not _RELATIVE.search(words):
        return False
    days, other = (a[1] - a[0]).days, (b[1] - b[0]).days
    shared = (min(a[1], b[1]) - max(a[0], b[0])).days
    return any(lo <= days <= hi and lo <= other <= hi and shared >= need for lo, hi, need in _SAME_STRETCH)


def same_date(gold: str | None, found: str | None) -> bool:
    """Right where gold has no date, or the same one; a clock time does not count."""
    if gold is None:
        return True
    return found is not None and same_value(gold.split("T")[0], found.split("T")[0])


def who(act: str, actors: Iterable[ScoredActor]) -> set[tuple[str, str]]:
    """The states of an event with their roles; people count through their state, two readings of a role as one."""

    def role(name: str) -> str:
        if act in MUTUAL and name in ("actor", "recipient"):
            return "participant"
        return "recipient" if act in ("visit", "accredit") and name == "host" else name

    return {(a.state or fold(a.person or a.name or a.text), role(a.role)) for a in actors}


def _overlap(a: Range, b: Range) -> int:
    return max(0, min(a[1], b[1]) - max(a[0], b[0]))


def _pair(gold: int, found: int, score: Callable[[int, int], float]) -> list[Range]:
    """Greedy one-to-one pairs of indices by falling score, scores above 0 alone."""
    rows = sorted(((score(i, j), -i, -j) for i in range(gold) for j in range(found)), reverse=True)
    golds: set[int] = set()
    founds: set[int] = set()
    out = []
    for value, i, j in rows:
        if value > 0 and -i not in golds and -j not in founds:
            golds.add(-i)
            founds.add(-j)
            out.append((-i, -j))
    return out


class _Tally:
    """Counts by row name."""

    def __init__(self) -> None:
        self.counts: dict[str, list[int]] = {}

    def add(self, name: str, right: int, gold: int, pred: int) -> None:
        row = self.counts.setdefault(name, [0, 0, 0])
        for i, n in enumerate((right, gold, pred)):
            row[i] += n

    def figures(self) -> dict[str, Figures]:
        out = {}
        for name, (right, gold, pred) in self.counts.items():
            p, r = (right / pred if pred else 0.0), (right / gold if gold else 0.0)
            f1 = round(2 * p * r / (p + r), 4) if p + r else 0.0
            out[name] = Figures(round(p, 4), round(r, 4), f1, gold, pred)
        return out


def _score_times(gold: GoldArticle, record: ScoredRecord, text: Folded, tally: _Tally) -> list[Difference]:
    places = text.locate(x.text for x in gold.times)
    # Vague values are neither asked for nor held against anyone.
    vague = [s for s, x in zip(places, gold.times, strict=True) if x.value in VAGUE]
    wanted = [(x, s) for s, x in zip(places, gold.times, strict=True) if x.value not in VAGUE]
    found = [(x, s) for x in record.times if _counts(x, s := text.span(x.start, x.end), [w for _, w in wanted], vague)]
    pairs = _pair(len(wanted), len(found), lambda i, j: _overlap(wanted[i][1], found[j][1]))
    right = {i for i, j in pairs if same_value(wanted[i][0].value, found[j][0].value, wanted[i][0].text)}
    tally.add("times.found", len(pairs), len(wanted), len(found))
    tally.add("times.value", len(right), len(wanted), len(found))
    hit, used = dict(pairs), {j for _, j in pairs}
    out = []
    for i, (x, _) in enumerate(wanted):
        if i not in right:
            got = f"{found[hit[i]][0].text} = {found[hit[i]][0].value}" if i in hit else ""
            out.append(Difference(gold.id, "wrong" if i in hit else "missed", f"{x.text} = {x.value}", got))
    spare = [x for j, (x, _) in enumerate(found) if j not in used]
    return out + [Difference(gold.id, "spurious", "", f"{x.text} = {x.value}") for x in spare]


def _counts(time: ScoredTime, span: Range, wanted: Sequence[Range], vague: Sequence[Range]) -> bool:
    if any(_overlap(span, s) for s in wanted):
        return True
    return not (time.value in VAGUE or any(_overlap(span, s) for s in vague))


def speaks(gold: GoldStatement, speaker: ScoredSpeaker) -> bool:
    """Whether a speaker is gold's: the person, by full name or surname; where gold names none, the state, and nobody."""
    if gold.person:
        a, b = fold(gold.person), fold(speaker.person)
        return bool(b) and (a == b or a.endswith(b) or b.endswith(a))
    return gold.state == speaker.state and not speaker.person


def _shared_content(a: Range, b: Range) -> int:
    shared, short, long = _overlap(a, b), *sorted((a[1] - a[0], b[1] - b[0]))
    return shared if shared >= 0.5 * short and shared * 4 >= long else 0


def statement_pairs(gold: GoldArticle, record: ScoredRecord, text: Folded) -> list[Range]:
    """Which statement of a record (second index) is which of gold: those whose contents share enough."""
    wanted = []
    for s in gold.statements:
        first = text.find(s.content_start)
        last = text.find(s.content_end, first[0]) if first else None
        wanted.append((first[0], (last or first)[1]) if first else (0, 0))
    found = [text.span(s.content.start, s.content.end) for s in record.statements]
    return _pair(len(wanted), len(found), lambda i, j: _shared_content(wanted[i], found[j]))


def _score_statements(gold: GoldArticle, record: ScoredRecord, text: Folded, tally: _Tally) -> list[Difference]:
    pairs = statement_pairs(gold, record, text)
    right = {i for i, j in pairs if speaks(gold.statements[i], record.statements[j].speaker)}
    tally.add("statements.content", len(pairs), len(gold.statements), len(record.statements))
    tally.add("statements.speaker", len(right), len(gold.statements), len(record.statements))
    hit, used = dict(pairs), {j for _, j in pairs}
    out = []
    for i, g in enumerate(gold.statements):
        if i not in right:
            got = record.statements[hit[i]].speaker if i in hit else None
            shown = f"{got.text} ({got.person or got.state})" if got else ""
            who_speaks = f"{g.speaker} ({g.person or g.state}): {g.content_start} …"
            out.append(Difference(gold.id, "speaker" if got else "missed", who_speaks, shown))
    spare = [x for j, x in enumerate(record.statements) if j not in used]
    return out + [Difference(gold.id, "spurious", "", f"{x.speaker.text}: {x.content.text[:40]}") for x in spare]


def _event_line(event: GoldEvent | ScoredEvent) -> str:
    trigger = event.trigger if isinstance(event.trigger, str) else event.trigger.text
    people = ", ".join(f"{state} {role}" for state, role in sorted(who(event.act, event.actors)))
    return f"{event.act}/{event.status} «{trigger}» [{people}] {event.begin or ''}".rstrip()


def event_pairs(gold: GoldArticle, record: ScoredRecord, text: Folded) -> list[Range]:
    """Which event of a record (second index) is which of gold: one act, the trigger or a state shared, the likest first."""
    ge, pe = gold.events, record.events
    at = text.locate(e.trigger for e in ge)

    def match(i: int, j: int) -> float:
        e, p = ge[i], pe[j]
        if e.act != p.act:
            return 0
        a, b = ({s for s, _ in who(x.act, x.actors)} for x in (e, p))
        touches = _overlap(at[i], text.span(p.trigger.start, p.trigger.end)) > 0
        shared = len(a & b) / len(a | b) if a | b else 0.0
        if not touches and not shared:
            return 0
        return 1 + 2 * shared + touches + same_date(e.begin, p.begin) + (e.status == p.status) * 0.5

    return _pair(len(ge), len(pe), match)


def _score_events(gold: GoldArticle, record: ScoredRecord, text: Folded, tally: _Tally) -> list[Difference]:
    ge, pe = gold.events, record.events
    pairs = event_pairs(gold, record, text)
    whos = [(i, j) for i, j in pairs if who(ge[i].act, ge[i].actors) == who(pe[j].act, pe[j].actors)]
    full = {i for i, j in whos if ge[i].status == pe[j].status and same_date(ge[i].begin, pe[j].begin)}
    mains = {i for i, e in enumerate(ge) if e.main}
    dated = [(i, j) for i, j in pairs if ge[i].begin]
    tally.add("events.detected", len(pairs), len(ge), len(pe))
    tally.add("events.who", len(whos), len(ge), len(pe))
    tally.add("events.full", len(full), len(ge), len(pe))
    tally.add("events.main", sum(i in mains for i, _ in pairs), len(mains), len(mains))
    tally.add("events.date", sum(same_date(ge[i].begin, pe[j].begin) for i, j in dated), len(dated), len(dated))
    tally.add("events.status", sum(ge[i].status == pe[j].status for i, j in pairs), len(pairs), len(pairs))
    hit, used = dict(pairs), {j for _, j in pairs}
    out = []
    for i, e in enumerate(ge):
        if i not in full:
            got = _event_line(pe[hit[i]]) if i in hit else ""
            out.append(Difference(gold.id, "differs" if i in hit else "missed", _event_line(e), got))
    return out + [Difference(gold.id, "spurious", "", _event_line(p)) for j, p in enumerate(pe) if j not in used]


def align(gold: Sequence[GoldArticle], records: Sequence[ScoredRecord]) -> list[ScoredRecord | None]:
    """A record (or None) for each gold article: by `article.ref`, or by order where no record has a ref."""
    by_ref = {r.article.ref: r for r in records if r.article.ref}
    if by_ref:
        return [by_ref.get(g.id) for g in gold]
    return [*records, *[None] * (len(gold) - len(records))]


def evaluate(gold: Sequence[GoldArticle], records: Sequence[ScoredRecord], show: Layer | None = None) -> Evaluation:
    """The figures of `records` against `gold`, with the differences of layer `show`."""
    tally = _Tally()
    differences: list[Difference] = []
    for g, r in zip(gold, align(gold, records), strict=False):
        record = r or ScoredRecord(ScoredArticle(g.text))
        text = Folded(record.article.text)
        by_layer = {
            "times": _score_times(g, record, text, tally),
            "statements": _score_statements(g, record, text, tally),
            "events": _score_events(g, record, text, tally),
        }
        differences += by_layer[show] if show else []
    return Evaluation(tally.figures(), tuple(differences))
