"""How fast Dabir reads on one core, and how much memory it takes.

    python benchmarks/speed.py [ARTICLES.jsonl] [--limit N] [--repeat N] [--no-tagger]

Without a file, the sample articles that ship with the package are read `--repeat` times. `--no-tagger` reads without the
encoder. Prints a table.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys
import time
from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from dabir import Reader, samples
from dabir.encoder.session import load
from dabir.ingest.files import Failure, RawArticle, articles
from dabir.parallel import read_raw
from dabir.text.clean import clean


def peak_mb() -> float:
    """Peak resident memory of this process so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e6 if sys.platform == "darwin" else 1e3)


def inputs(path: str | None, repeat: int) -> Iterator[RawArticle]:
    """The articles of `path`, or the samples `repeat` times."""
    found = articles([path]) if path else (x for _ in range(repeat) for x in samples.articles())
    return (x for x in found if not isinstance(x, Failure))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?")
    parser.add_argument("--limit", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=20)
    parser.add_argument("--no-tagger", action="store_true", help="tables and patterns alone find names")
    options = parser.parse_args()

    before = peak_mb()
    start = time.perf_counter()
    reader = Reader(tagger=not options.no_tagger)
    loading, loaded = time.perf_counter() - start, peak_mb()

    encoder = None if options.no_tagger else load()
    seconds: list[float] = []
    encoding: list[float] = []
    characters = failures = 0
    for number, raw in enumerate(inputs(options.articles, options.repeat), 1):
        start = time.perf_counter()
        failures += isinstance(read_raw(reader, raw), Failure)
        seconds.append(time.perf_counter() - start)
        characters += len(raw.text)
        if encoder:
            start = time.perf_counter()
            encoder.read(clean(raw.text))
            encoding.append(time.perf_counter() - start)
        if number == options.limit:
            break
    if not seconds:
        sys.stderr.write("no articles\n")
        return 1

    total = sum(seconds)
    table = Table("measure", box=None)
    table.add_column("value", justify="right")
    for label, value in (
        ("articles", f"{len(seconds):,}"),
        ("not read", f"{failures:,}"),
        ("characters, mean", f"{characters / len(seconds):,.0f}"),
        ("loading, s", f"{loading:.2f}"),
        ("articles a second, one core", f"{len(seconds) / total:,.1f}"),
        ("characters a second", f"{characters / total:,.0f}"),
        ("an article, median ms", f"{1000 * statistics.median(seconds):.1f}"),
        ("an article, longest ms", f"{1000 * max(seconds):.1f}"),
        ("of it the encoder, mean ms", f"{1000 * statistics.mean(encoding):.1f}" if encoding else "-"),
        ("memory before, peak MB", f"{before:.0f}"),
        ("memory with tables, peak MB", f"{loaded:.0f}"),
        ("memory at the end, peak MB", f"{peak_mb():.0f}"),
    ):
        table.add_row(label, value)
    Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
