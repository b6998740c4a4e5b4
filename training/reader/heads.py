"""The learned reader: the encoder with heads for names, titles, triggers, parties, dates and speakers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ner"))

import model as ner_model  # noqa: E402
import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

ACT = 48  # width of an act's vector
HIDDEN = 128
PAIR = 96
STATUSES = 8
ROLES = 6


class PairScorer(nn.Module):
    """Scores of two spans and the features of their places: gelu(A u + B v + C(u'*v') + features) to the outputs."""

    def __init__(self, left: int, right: int, features: int, outputs: int) -> None:
        super().__init__()
        self.a = nn.Linear(left, PAIR)
        self.b = nn.Linear(right, PAIR, bias=False)
        self.c = nn.Linear(PAIR, PAIR, bias=False)
        self.features = nn.EmbeddingBag(features, PAIR, mode="sum")
        self.out = nn.Linear(PAIR, outputs)
        self.drop = nn.Dropout(0.15)
        nn.init.normal_(self.features.weight, std=0.05)

    def forward(self, u: Tensor, v: Tensor, features: Tensor, offsets: Tensor) -> Tensor:
        a, b = self.a(u), self.b(v)
        hidden = nn.functional.gelu(a + b + self.c(a * b) + self.features(features, offsets), approximate="tanh")
        return self.out(self.drop(hidden))


class Heads(nn.Module):
    """All that is learned above the encoder's vectors."""

    def __init__(self, width: int, acts: int, pair_features: int, when_features: int, speech_features: int) -> None:
        super().__init__()
        self.act = nn.Embedding(acts, ACT)
        self.trigger = nn.Linear(width + ACT, HIDDEN)
        self.judge = nn.Linear(HIDDEN, 2 + STATUSES)
        self.role = PairScorer(width + ACT, width, pair_features, ROLES + 1)  # the last: the mention's weight in its party
        self.when = PairScorer(width + ACT, width, when_features, 1)
        self.undated = nn.Linear(HIDDEN, 1)
        self.speech = nn.Linear(2 * width, HIDDEN)
        self.said = nn.Linear(HIDDEN, 1)
        self.voice = PairScorer(2 * width, width, speech_features, 1)
        self.trust = nn.Parameter(torch.tensor([0.7, 0.7, 0.5, 0.7, 0.7]))  # of the linear keep, main, status, role, when
        self.drop = nn.Dropout(0.15)


class Reader(nn.Module):
    """Encoder, names and titles, and the heads."""

    def __init__(self, tagger: ner_model.Tagger, heads: Heads) -> None:
        super().__init__()
        self.tagger = tagger
        self.heads = heads
