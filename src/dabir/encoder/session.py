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
STEP = 16  # window lengths are rounded up to a multiple: few shapes, little memory
AT_ONCE = 8  # windows of one run


class Read(Struct, frozen=True):
    """A text as the encoder read it: a vector (P x W) and label scores (P x labels) for each of its pieces."""

    pieces: Pieces
    vectors: Any
    names: Any
    titles: Any


class Encoder:
    """Texts to vectors; holds the session and the tokenizer, no text."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session, self._tokenizer = session, tokenizer

    def code(self, texts: Sequence[str]) -> list[Coded]:
        """The ids of each text with their offsets."""
        return [(x.ids, x.offsets) for x in self._tokenizer.encode_batch(list(texts))]

    def read(self, text: Text) -> Read:
        """The vectors of a text's pieces. The same text gives the same vectors: its windows alone share a run."""
        import numpy as np

        cut = pieces(text, self.code)
        order = sorted(range(len(cut.ids)), key=lambda n: len(cut.ids[n]))
        found: dict[int, list[Array]] = {}
        for at in range(0, len(order), AT_ONCE):
            part = order[at : at + AT_ONCE]
            size = -(-len(cut.ids[part[-1]]) // STEP) * STEP
            ids = np.ones((len(part), size), dtype=np.int64)
            mask = np.zeros((len(part), size), dtype=np.float32)
            for row, n in enumerate(part):
                ids[row, : len(cut.ids[n])] = cut.ids[n]
                mask[row, : len(cut.ids[n])] = 1
            outputs = self._session.run(None, {"ids": ids, "mask": mask})
            for row, n in enumerate(part):
                found[n] = [x[row] for x in outputs]
        places = cut.places
        kinds = 3 if found else 0
        columns = [np.array([found[w][k][i] for w, i in places], dtype=np.float32) for k in range(kinds)]
        while len(columns) < 3:
            columns.append(np.zeros((0, 1), dtype=np.float32))
        return Read(cut, *columns)


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
