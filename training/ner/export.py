"""The trained tagger as what ships: the encoder in int8 (ONNX), and its tokenizer without the pieces that our text never has.

    python training/ner/export.py --encoder DIR --model student.pt --news NEWS.gz ... --out src/dabir/data/models

Pieces are counted over texts as the encoder reads them (restored, folded): folding leaves many of a web vocabulary's pieces
without use. Those seen fewer than `LEAST` times go, except single characters.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import model as ner_model
import onnx
import torch
import train as ner_train
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer
from torch import Tensor, nn

from dabir.encoder.windows import window
from dabir.text.clean import clean

CARD = """# What data/models holds; docs/encoder.md is the model card. Written by training/ner/export.py.
made_by = "training/ner/train.py, training/ner/export.py"
made_from = [
  "multilingual-e5-small (MIT), vocabulary cut to the pieces that Persian news has",
  "ParsTwiNER (MIT)",
  "training/ner/annotations.jsonl (ours: labels on sentences of news)",
]
licence = "MIT for the weights' origin (NOTICE), Apache-2.0 for the rest"
"""
LEAST = 3
ITEMS = 12_000  # of the news whose pieces are counted
LONGEST = 512  # places


class Shipped(nn.Module):
    """Ids and mask to vectors and both layers' label scores."""

    def __init__(self, tagger: ner_model.Tagger) -> None:
        super().__init__()
        self.tagger = tagger

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        vectors = self.tagger.vectors(ids, mask)
        scores = self.tagger.head(vectors)
        return vectors, scores[..., : ner_model.WIDTHS[0]], scores[..., ner_model.WIDTHS[0] :]


def used(tokenizer: Tokenizer, news: list[Path], seed: int) -> Counter[int]:
    """How often each piece occurs in texts as the encoder reads them."""
    count: Counter[int] = Counter()
    texts = []
    for path in news:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            texts += [json.loads(line)["text"] for line in file]
    dice = random.Random(seed)
    for source in dice.sample(texts, min(ITEMS, len(texts))):
        text = clean(source[:6000])
        for ids in tokenizer.encode(window(text, 0, len(text.key)).text).ids:
            count[ids] += 1
    return count


def pruned(raw: dict[str, Any], count: Counter[int]) -> tuple[dict[str, Any], list[int]]:
    """The tokenizer's JSON without unused pieces, and the old number of each piece that stays."""
    special = {t["id"] for t in raw["added_tokens"]}
    vocabulary = raw["model"]["vocab"]
    kept = [
        n for n, (piece, _) in enumerate(vocabulary)
        if n in special or n == raw["model"]["unk_id"] or len(piece.lstrip("▁")) <= 1 or count[n] >= LEAST
    ]  # fmt: skip
    new = {old: n for n, old in enumerate(kept)}
    raw = json.loads(json.dumps(raw))
    raw["model"]["vocab"] = [vocabulary[n] for n in kept]
    raw["model"]["unk_id"] = new[raw["model"]["unk_id"]]
    for t in raw["added_tokens"]:
        t["id"] = new[t["id"]]
    for t in raw["post_processor"]["special_tokens"].values():
        t["ids"] = [new[i] for i in t["ids"]]
    return raw, kept


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encoder", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--news", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    tagger = ner_model.load(options.encoder, ner_train.STUDENT)
    tagger.load_state_dict(torch.load(options.model, weights_only=True))
    tokenizer = Tokenizer.from_file(str(options.encoder / "tokenizer.json"))
    tokenizer.no_truncation()
    raw, kept = pruned(
        json.loads((options.encoder / "tokenizer.json").read_text("utf-8")), used(tokenizer, options.news, options.seed)
    )
    tagger.words = nn.Embedding.from_pretrained(tagger.words.weight.detach()[kept])
    (options.out / "tokenizer.json").write_text(json.dumps(raw, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
    print(f"{len(kept)} pieces of {tokenizer.get_vocab_size()}")
    encoder(Shipped(tagger).eval(), options.out / "encoder.onnx")
    card(options.out)


def card(folder: Path) -> None:
    """Writes models.toml beside the folder: what ships, with its digest and size."""
    lines = [CARD]
    for path in sorted(folder.iterdir()):
        raw = path.read_bytes()
        lines.append(f'\n[files."{path.name}"]\nsha256 = "{hashlib.sha256(raw).hexdigest()}"\nbytes = {len(raw)}\n')
        print(path.name, len(raw))
    (folder.parent / "models.toml").write_text("".join(lines), encoding="utf-8")


def encoder(shipped: Shipped, out: Path) -> None:
    """Writes the graph in int8."""
    ids, mask = torch.ones(2, 32, dtype=torch.long), torch.ones(2, 32)
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.onnx"
        torch.onnx.export(
            shipped, (ids, mask), str(plain), input_names=["ids", "mask"], output_names=["vectors", "names", "titles"],
            dynamic_axes={"ids": {0: "batch", 1: "size"}, "mask": {0: "batch", 1: "size"}}, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(
            str(plain), str(out), weight_type=QuantType.QInt8, per_channel=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "MatMulConstBOnly": True},
        )  # fmt: skip


if __name__ == "__main__":
    main()
