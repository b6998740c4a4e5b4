"""The encoder as torch modules (an ordinary BERT without a pooler) with two linear heads: names and titles."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from data import NAMES, TITLES
from safetensors.torch import load_file
from torch import Tensor, nn

WIDTHS = (2 * len(NAMES) + 1, 2 * len(TITLES) + 1)


class Layer(nn.Module):
    """Self-attention and feed-forward, each with its residual and norm after it."""

    def __init__(self, width: int, heads: int, inner: int, eps: float) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm1 = nn.LayerNorm(width, eps)
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm2 = nn.LayerNorm(width, eps)
        self.drop = nn.Dropout(0.1)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, size, width = x.shape
        q, k, v = self.qkv(x).view(batch, size, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        scores = q @ k.transpose(-1, -2) / (width // self.heads) ** 0.5 + mask
        mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, size, width)
        x = self.norm1(x + self.drop(self.out(mixed)))
        return self.norm2(x + self.drop(self.down(nn.functional.gelu(self.up(x)))))


class Tagger(nn.Module):
    """Pieces to label scores of both layers, side by side: names first, then titles."""

    def __init__(self, config: dict[str, float], layers: int) -> None:
        super().__init__()
        width, eps = int(config["hidden_size"]), config["layer_norm_eps"]
        self.words = nn.Embedding(int(config["vocab_size"]), width)
        self.places = nn.Embedding(int(config["max_position_embeddings"]), width)
        self.norm = nn.LayerNorm(width, eps)
        self.drop = nn.Dropout(0.1)
        inner, heads = int(config["intermediate_size"]), int(config["num_attention_heads"])
        self.layers = nn.ModuleList(Layer(width, heads, inner, eps) for _ in range(layers))
        self.head = nn.Linear(width, sum(WIDTHS))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        return self.head(self.drop(self.vectors(ids, mask)))

    def vectors(self, ids: Tensor, mask: Tensor) -> Tensor:
        """A vector for each piece."""
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device))
        x = self.drop(self.norm(x))
        away = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        for layer in self.layers:
            x = layer(x, away)
        return x


def load(folder: Path, chosen: list[int]) -> Tagger:
    """The encoder of `folder` with those of its layers, its heads new."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    weights = {k: v.float() for k, v in load_file(folder / "model.safetensors").items()}
    tagger = Tagger(config, len(chosen))
    kind = weights["embeddings.token_type_embeddings.weight"][0]
    new = {
        "words.weight": weights["embeddings.word_embeddings.weight"],
        "places.weight": weights["embeddings.position_embeddings.weight"] + kind,
        "norm.weight": weights["embeddings.LayerNorm.weight"],
        "norm.bias": weights["embeddings.LayerNorm.bias"],
    }
    for n, old in enumerate(chosen):
        there, here = f"encoder.layer.{old}.", f"layers.{n}."
        for end in ("weight", "bias"):
            parts = [weights[f"{there}attention.self.{name}.{end}"] for name in ("query", "key", "value")]
            new[f"{here}qkv.{end}"] = torch.cat(parts)
            new[f"{here}out.{end}"] = weights[f"{there}attention.output.dense.{end}"]
            new[f"{here}norm1.{end}"] = weights[f"{there}attention.output.LayerNorm.{end}"]
            new[f"{here}up.{end}"] = weights[f"{there}intermediate.dense.{end}"]
            new[f"{here}down.{end}"] = weights[f"{there}output.dense.{end}"]
            new[f"{here}norm2.{end}"] = weights[f"{there}output.LayerNorm.{end}"]
    missing = tagger.load_state_dict(new, strict=False).missing_keys
    assert set(missing) == {"head.weight", "head.bias"}, missing
    return tagger
