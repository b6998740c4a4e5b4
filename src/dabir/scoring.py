"""Gold and records from files, and figures as JSON: what `dabir evaluate` needs around `evaluate.evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec

from dabir.errors import InputError
from dabir.evaluate import evaluate
from dabir.gold import Evaluation, GoldArticle, ScoredRecord
from dabir.model import Record

__all__ = ["as_json", "evaluate", "load_gold", "load_records", "scored"]
T = TypeVar("T")


def _lines(path: Path, kind: type[T], what: str) -> list[T]:
    decoder = msgspec.json.Decoder(kind)
    found = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    found.append(_decoded(decoder, line, f"{path}:{number}", what))
    except OSError as error:
        raise InputError(f"cannot be opened ({error.strerror or error})", str(path)) from None
    if not found:
        raise InputError(f"there is no {what} in it", str(path))
    return found


def _decoded(decoder: msgspec.json.Decoder[T], line: bytes, where: str, what: str) -> T:
    try:
        return decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not a line of {what}: {error}", where) from None


def load_gold(path: Path) -> list[GoldArticle]:
    """The gold articles of a JSON Lines file. Raises InputError at the line that is none."""
    return _lines(path, GoldArticle, "gold")


def load_records(source: str) -> list[ScoredRecord] | None:
    """The records of a `.jsonl` file, or None where `source` holds articles that must be read first.

    Raises InputError for a line that is no record, and for a span that does not slice to its text.
    """
    path = Path(source)
    if path.suffix != ".jsonl" or not path.is_file():
        return None
    with path.open("rb") as file:
        first = next((line for line in file if line.strip()), b"")
    try:
        if not isinstance(msgspec.json.decode(first, type=dict).get("article"), dict):
            return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    records = _lines(path, ScoredRecord, "records")
    for number, record in enumerate(records, 1):
        text = record.article.text
        for time in record.times:
            if text[time.start : time.end] != time.text:
                raise InputError(f"record {number}: the span of «{time.text}» does not slice to its text", source)
    return records


def scored(record: Record) -> ScoredRecord:
    """As much of a record as is scored."""
    return msgspec.convert(msgspec.to_builtins(record), ScoredRecord)


def as_json(result: Evaluation, differences: bool) -> str:
    """The figures as one JSON object by row; with `differences`, beside them under their own keys."""
    figures = msgspec.to_builtins(result.figures)
    shown = {"figures": figures, "differences": msgspec.to_builtins(result.differences)} if differences else figures
    return msgspec.json.encode(shown).decode()
