"""The shipped encoder: an ONNX graph in int8 that onnxruntime runs on one core, and its tokenizer.

Both libraries may be missing (no wheel for a platform): `load` then gives None, and every stage falls back on its rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from dabir import resources
from dabir.encoder.pieces import Coded, Pieces, pieces
from dabir.text.types import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

MODEL, TOKENIZER = "models/encoder.onnx", "models/tokenizer.json"
OUTPUTS = ("names", "titles")


class Read(Struct, frozen=True):
    """A text as the encoder read it: the label scores of names and of titles (pieces x labels)."""

    pieces: Pieces
    names: Any
    titles: Any


class Encoder:
    """Texts to label scores; holds the session and the tokenizer, no text."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session, self._tokenizer = session, tokenizer

    def code(self, texts: Sequence[str]) -> list[Coded]:
        """The ids of each text with their offsets."""
        return [(x.ids, x.offsets) for x in self._tokenizer.encode_batch(list(texts))]

    def read(self, text: Text) -> Read:
        """The labels of a text's pieces. Each window is a run of its own: int8 scales are a run's, so what else is read changes
        nothing, and no window is padded to another's length."""
        import numpy as np

        cut = pieces(text, self.code)
        rows: list[list[Array]] = []
        for ids in cut.ids:
            one = np.array([ids], dtype=np.int64)
            rows.append([x[0] for x in self._session.run(list(OUTPUTS), {"ids": one, "mask": np.ones_like(one, dtype=np.float32)})])
        columns = [np.array([rows[w][k][i] for w, i in cut.places], dtype=np.float32) for k in range(len(OUTPUTS))]
        return Read(cut, **dict(zip(OUTPUTS, columns, strict=True)))


@cache
def load() -> Encoder | None:
    """The encoder, loaded once a process; None where onnxruntime or tokenizers is not installed."""
    try:
        import onnxruntime
        from tokenizers import Tokenizer
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(resources.read_bytes(MODEL), options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_str(resources.read_text(TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return Encoder(session, tokenizer)
