"""Articles from Parquet files: the columns are the keys of a line of JSON Lines; pyarrow (the `cluster` extra) reads them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import BinaryIO

import msgspec

from dabir.ingest.files import Line, from_lines
from dabir.ingest.raw import NO_DEFAULTS, Defaults, Failure, RawArticle

_ROWS = 256


def from_parquet(file: BinaryIO, where: str, defaults: Defaults = NO_DEFAULTS) -> Iterator[RawArticle | Failure]:
    """The articles of a Parquet file with a column `text` and, where there are, `id`, `title`, `published`, `outlet`, `url`.

    Other columns are let be. A faulty row is a Failure that names its number (from 1); a file that cannot be read is one, too.
    Some hundred rows are held at a time.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        yield Failure(where, "reading Parquet needs pyarrow: pip install 'dabir[cluster]'")
        return
    try:
        table = pq.ParquetFile(file)
        names = [n for n in Line.__struct_fields__ if n in table.schema_arrow.names]
        if "text" not in names:
            yield Failure(where, "the table has no column `text`; every article needs one")
            return
        number = 0
        for batch in table.iter_batches(_ROWS, columns=names):
            for row in batch.to_pylist():
                number += 1
                line = msgspec.json.encode({k: _plain(v) for k, v in row.items() if v is not None})
                for item in from_lines((line,), f"{where}:{number}", defaults):
                    yield msgspec.structs.replace(item, where=f"{where}:{number}")
    except pa.ArrowException as error:
        yield Failure(where, f"cannot be read as Parquet ({' '.join(str(error).split())[:200]})")


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
