"""The heads of the learned reader in torch, as src/dabir/encoder/heads.py and acts/learned.py say them in numpy."""

from __future__ import annotations

import torch
from torch import Tensor, nn

ACT = 48  # width of an act's vector
HIDDEN = 128
PAIR = 96
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
        self.drop = nn.Dropout(0.3)
        nn.init.normal_(self.features.weight, std=0.05)

    def forward(self, u: Tensor, v: Tensor, features: Tensor, offsets: Tensor) -> Tensor:
        a, b = self.a(u), self.b(v)
        hidden = nn.functional.gelu(a + b + self.c(a * b) + self.features(features, offsets), approximate="tanh")
        return self.out(self.drop(hidden))


class Heads(nn.Module):
    """All that is learned above the encoder's vectors: of triggers, of parties, of reported speech."""

    def __init__(self, width: int, acts: int, pair_features: int, speech_features: int) -> None:
        super().__init__()
        self.act = nn.Embedding(acts, ACT)
        self.trigger = nn.Linear(width + ACT, HIDDEN)
        self.judge = nn.Linear(HIDDEN, 2)
        self.role = PairScorer(width + ACT, width, pair_features, ROLES + 1)  # the last: the mention's weight in its party
        self.speech = nn.Linear(2 * width, HIDDEN)
        self.said = nn.Linear(HIDDEN, 1)
        self.voice = PairScorer(2 * width, width, speech_features, 1)
        self.trust = nn.Parameter(torch.ones(3))  # of the linear models: keep, main, role
        self.drop = nn.Dropout(0.3)
