"""What the learned reader sees besides the words: the place of a mention beside a trigger or a reported speech.

Names of features, as in `features`; the reader has a small vector for each (encoder/heads.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from dabir.acts.features import BREAKS
from dabir.acts.setting import Setting
from dabir.acts.statements import Found
from dabir.names.mentions import Mention


def pair_features(s: Setting, n: int, m: int, marks: Sequence[str]) -> list[str]:
    """Where mention m stands from trigger n: its sentence, side, distance, kind and the word that marks its role."""
    t, mention = s.triggers[n], s.mentions[m]
    ts, ms = s.sentence(t.start), s.sentence(mention.start)
    mark = marks[m].rstrip("+")
    out = [f"kind={mention.kind}", f"via={mention.via}", f"mark={mark}", f"rank={mention.rank}"]
    if mention.start < s.title_end:
        out.append(f"title={t.start < s.title_end}")
    if ts != ms:
        first = s.mentions_in[ms] and s.mentions_in[ms][0] == m
        return [*out, f"sentence={max(-4, min(3, ms - ts))}", f"leads={bool(first)}"]
    side, gap, words = _between(s, (t.start, t.end), (mention.start, mention.end))
    low, _ = s.tokens_of(ts)
    out += [f"side={side}", f"gap={side}{gap}", f"mark={mark}&{side}", f"breaks={side}{min(2, sum(w in BREAKS for w in words))}"]
    if s.token(mention.start) - low <= 1:
        out.append("opens")
    if marks[m].endswith("+"):
        out.append("joined")
    return out


def _between(s: Setting, a: tuple[int, int], b: tuple[int, int]) -> tuple[str, str, tuple[str, ...]]:
    """Side of b from a, how many words part them (in steps), and those words."""
    if b[0] < a[1] and a[0] < b[1]:
        return "in", "0", ()
    side = "L" if b[1] <= a[0] else "R"
    low, high = (s.token(b[1]), s.token(a[0])) if side == "L" else (s.token(a[1]), s.token(b[0]))
    gap = max(0, high - low)
    step = "0" if gap == 0 else "1" if gap == 1 else "3" if gap <= 3 else "8" if gap <= 8 else "16" if gap <= 16 else "far"
    return side, step, s.words[low:high]


def speech_features(s: Setting, f: Found, marks: Sequence[str]) -> tuple[list[tuple[int, int]], list[list[str]]]:
    """The spans that may name who speaks a candidate, and the features of each: every mention, then the words that the rules
    took where those are no mention."""
    c, own = f.candidate, f.voice
    sentence = s.sentence(c.cue[0])
    spans = [(m.start, m.end) for m in s.mentions]
    features = []
    for k, m in enumerate(s.mentions):
        away = max(-4, min(1, s.sentence(m.start) - sentence))
        out = [f"kind={m.kind}", f"rank={m.rank}", f"away={away}", f"mark={marks[k].rstrip('+')}", f"rule={c.rule}&away={away}"]
        out.append(f"said={c.start <= m.start < c.end}")
        if c.clause[0] <= m.start < c.clause[1]:
            out += ["clause", f"clause&mark={marks[k].rstrip('+')}"]
        if m.start < s.title_end:
            out.append(f"title={c.start < s.title_end}")
        if own.mention is not None and _same(m, own.mention):
            out += [f"chosen={own.how}", f"chosen&rule={c.rule}"]
            if m.start == own.mention.start:
                out.append("chosen-here")
        features.append(out)
    if own.mention is None:
        spans.append((own.start, own.end))
        features.append([f"words={own.how}", f"rule={c.rule}"])
    return spans, features


def _same(a: Mention, b: Mention) -> bool:
    return a.actor == b.actor
