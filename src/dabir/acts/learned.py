"""The learned reader's judgement of what the rules propose: triggers, parties and speakers.

It looks at the encoder's vectors of the words, at the features of `beside`, and at the linear models' log odds, and was
trained on all three (training/reader). Without an encoder the linear models and the rules judge alone; status and date
they judge always, since the learned ones were no better on articles held out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from dabir.acts.beside import pair_features, speech_features
from dabir.acts.casting import ROLES
from dabir.acts.frames import frames
from dabir.acts.linear import softmax
from dabir.acts.parties import Party, prepositions
from dabir.acts.setting import Setting
from dabir.acts.speakers import Voice
from dabir.acts.statements import Found
from dabir.encoder.heads import Heads, gelu, means
from dabir.encoder.session import Read

if TYPE_CHECKING:
    from dabir.encoder.heads import Array

KEEP, MAIN, ROLE = range(3)  # places in `trust`: how far the linear model of each is believed


class Learned:
    """One article, read: the encoder's vectors, the heads, and the setting whose candidates are judged."""

    def __init__(self, s: Setting, read: Read, heads: Heads) -> None:
        self.s, self.read, self.heads = s, read, heads
        self.marks = prepositions(s)

    def over(self, s: Setting) -> Learned:
        """The same reading of the same words, with a setting that knows more of them."""
        return Learned(s, self.read, self.heads)

    @cached_property
    def _mentions(self) -> Array:
        return means(self.read.vectors, self.read.pieces, [(m.start, m.end) for m in self.s.mentions])

    @cached_property
    def _triggers(self) -> Array:
        import numpy as np

        acts = list(frames())
        spans = means(self.read.vectors, self.read.pieces, [(t.start, t.end) for t in self.s.triggers])
        kinds = self.heads.weights["act.weight"][[acts.index(t.act) for t in self.s.triggers]]
        return np.concatenate([spans, kinds], axis=1)

    def _trust(self, what: int) -> float:
        return float(self.heads.weights["trust"][what])

    def triggers(self, linear: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """The log odds of each trigger that it reports an act, and that the act is the main one; `linear`: the linear models'."""
        hidden = gelu(self.heads.linear("trigger", self._triggers))
        judged = self.heads.linear("judge", hidden)[:, :2].tolist()
        keep, main = self._trust(KEEP), self._trust(MAIN)
        return [(x[0] + keep * a, x[1] + main * b) for x, (a, b) in zip(judged, linear, strict=True)]

    def roles(self, n: int, parties: Sequence[Party], linear: Sequence[Mapping[str, float]]) -> list[dict[str, float]]:
        """The probability of each role, or of none, for the parties of trigger n. `linear`: the linear model's log odds."""
        import numpy as np

        pairs = [(k, m) for k, party in enumerate(parties) for m in party.mentions]
        if not pairs:
            return []
        left = np.repeat(self._triggers[n : n + 1], len(pairs), axis=0)
        features = [pair_features(self.s, n, m, self.marks) for _, m in pairs]
        scores = self.heads.pair("role", left, self._mentions[[m for _, m in pairs]], features)
        names = ("none", *ROLES)
        out = []
        for k in range(len(parties)):
            own = scores[[i for i, (j, _) in enumerate(pairs) if j == k]]
            share = np.exp(own[:, -1])
            logits = (own[:, :-1] * (share / share.sum())[:, None]).sum(axis=0).tolist()
            trust = self._trust(ROLE)
            total = [x + trust * linear[k].get(r, -9.0) for x, r in zip(logits, names, strict=True)]
            out.append(dict(zip(names, softmax(total), strict=True)))
        return out

    def speeches(self, found: Sequence[Found], keep: float) -> list[Found]:
        """The candidates that are statements with a probability of at least `keep`, each with the likeliest voice."""
        import numpy as np

        if not found:
            return []
        of = [(f.candidate.start, f.candidate.end) for f in found]
        said = np.concatenate(
            [means(self.read.vectors, self.read.pieces, spans) for spans in (of, [f.candidate.cue for f in found])], axis=1
        )
        odds = self.heads.linear("said", gelu(self.heads.linear("speech", said)))[:, 0].tolist()
        limit = float(np.log(keep / (1 - keep)))
        return [self._voiced(f, said[n : n + 1]) for n, f in enumerate(found) if odds[n] >= limit]

    def _voiced(self, f: Found, said: Array) -> Found:
        """A candidate with the likeliest voice: the mentions of one actor count together. Joint speakers stay as they are."""
        import numpy as np

        spans, features = speech_features(self.s, f, self.marks)
        if f.voice.how == "joint" or len(spans) < 2:
            return f
        extra = means(self.read.vectors, self.read.pieces, spans[len(self.s.mentions) :])
        right = np.concatenate([self._mentions, extra])
        scores = self.heads.pair("voice", np.repeat(said, len(spans), axis=0), right, features)[:, 0]
        p = softmax(scores.tolist())
        total: dict[str, float] = {}
        who = [m.actor or f"m{n}" for n, m in enumerate(self.s.mentions)] + ["words"] * len(extra)
        for name, share in zip(who, p, strict=True):
            total[name] = total.get(name, 0.0) + share
        best = max(total, key=lambda k: (total[k], k))
        own = f.voice.mention.actor if f.voice.mention is not None else "words"
        if best in ("words", own):
            return f
        n = max((n for n in range(len(self.s.mentions)) if who[n] == best), key=lambda n: (p[n], -n))
        m = self.s.mentions[n]
        return replace(f, voice=Voice(m.start, m.end, m, m.person, m.state, m.actor, "learned"))
