"""Exports measured: peak memory and time of each format against how much is exported.

    python benchmarks/export.py --events 10000 100000 1000000 --articles 1000 10000

A store is filled as `benchmarks/store.py --latency` fills it; each format is then written, to nowhere, by a process of its own,
whose peak resident memory is taken. Formats of articles' spans need whole records, so that their store is another one, of as many
copies of the sample articles as --articles says. Prints a table.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

import dabir
from dabir import samples
from dabir.export.formats import FORMATS, named
from dabir.ingest.files import RawArticle
from dabir.model import Record
from dabir.store.filters import EVERYTHING
from store import grown, scattered  # benchmarks/store.py, beside this file

OF_ARTICLES = ("conll", "webannotation")


def peak_mb() -> float:
    """Peak resident memory of this process since it began, in MB. Where there is /proc, what the parent held before does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text(encoding="ascii").splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def written(name: str, target: str) -> None:
    """Write one format to nowhere; print its bytes, its seconds and this process's peak memory."""
    start, size = time.perf_counter(), 0
    with dabir.open_store(target) as store:
        for piece in named(name).chunks(store, EVERYTHING):
            size += len(piece.encode() if isinstance(piece, str) else piece)
    print(size, time.perf_counter() - start, peak_mb())


def measured(count: int, of: str, names: list[str], target: Path) -> None:
    """A row of the table for each format."""
    for name in names:
        done = subprocess.run(
            [sys.executable, __file__, "--format", name, "--store", str(target)], capture_output=True, text=True, check=True
        )
        size, seconds, peak = map(float, done.stdout.split())
        print(f"| {name} | {count:,} {of} | {size / 1e6:,.0f} | {seconds:,.1f} | {peak:.0f} |", flush=True)


def copied(records: list[Record], sizes: list[int], store: dabir.Store) -> Iterator[int]:
    """Add copies of records, each with another address, until each number of articles."""
    done = 0
    for size in sorted(sizes):
        for number in range(done, size):
            record = records[number % len(records)]
            article = msgspec.structs.replace(record.article, url=f"https://example.org/{scattered(number)}", ref=None)
            store.add(msgspec.structs.replace(record, article=article))
        done = size
        yield size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="*", default=[10_000])
    parser.add_argument("--articles", type=int, nargs="*", default=[1000])
    parser.add_argument("--format", choices=[f.name for f in FORMATS])
    parser.add_argument("--store", help="with --format: write this store once, and print bytes, seconds and MB")
    args = parser.parse_args()
    if args.format:
        written(args.format, args.store)
        return
    reader = dabir.Reader()
    articles = [a for a in samples.articles() if isinstance(a, RawArticle)]
    records = [reader.read(a.text, title=a.title, published=a.published, outlet=a.outlet, ref=a.ref) for a in articles]
    records = [r for r in records if r.events]
    print("| format | exported | file, MB | seconds | peak memory, MB |\n| --- | ---: | ---: | ---: | ---: |")
    with tempfile.TemporaryDirectory() as folder:
        events, spans = Path(folder) / "events.db", Path(folder) / "spans.db"
        with dabir.open_store(events) as store:
            for count in grown(records, sorted(args.events), store):
                measured(count, "events", [f.name for f in FORMATS if f.name not in OF_ARTICLES], events)
        with dabir.open_store(spans) as store:
            for count in copied(records, args.articles, store):
                measured(count, "articles", list(OF_ARTICLES), spans)


if __name__ == "__main__":
    main()
