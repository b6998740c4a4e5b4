"""The desk measured: time and size of pages and of the API's answers over a large store, asked through the application itself.

    python benchmarks/desk.py [--events 100000] [--repeats 5]

The store is filled as `benchmarks/store.py --latency` fills it: rows of perturbed records, nothing merged, articles without their
records, so that pages of one event or article are not among those measured. Prints a table.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from starlette.testclient import TestClient

import dabir
from dabir import samples
from dabir.desk.app import create
from dabir.desk.guard import Desk
from dabir.ingest.files import RawArticle
from store import grown  # benchmarks/store.py, beside this file

ADDRESSES = (
    "/fa", "/fa/search", "/fa/search?state=IRN&act=meet", "/fa/search?text=تحریم", "/fa/actor/IRN", "/fa/dyad?dyad=IRN&dyad=USA",
    "/fa/statements", "/fa/statements?state=IRN&subject=nuclear", "/fa/network", "/fa/network?between=persons", "/fa/map",
    "/api/v1/events", "/api/v1/events?dyad=IRN&dyad=USA", "/api/v1/facets", "/api/v1/dyad?dyad=IRN&dyad=USA",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    reader = dabir.Reader()
    articles = [a for a in samples.articles() if isinstance(a, RawArticle)]
    records = [reader.read(a.text, title=a.title, published=a.published, outlet=a.outlet, ref=a.ref) for a in articles]
    records = [r for r in records if r.events]
    with tempfile.TemporaryDirectory() as folder, dabir.open_store(Path(folder) / "store.db") as store:
        (count,) = grown(records, [args.events], store)
        client = TestClient(create(Desk(store, lambda: "2025-03-01T00:00:00+00:00", rate=10**9)), base_url="http://localhost")
        print(f"{count:,} events\n\n| address | median, ms | worst, ms | kB |\n| --- | ---: | ---: | ---: |")
        for address in ADDRESSES:
            times = []
            for _ in range(args.repeats):
                start = time.perf_counter()
                answer = client.get(address)
                times.append(1000 * (time.perf_counter() - start))
            assert answer.status_code == 200, answer.text
            size = len(answer.content) / 1000
            print(f"| `{address}` | {statistics.median(times):.0f} | {max(times):.0f} | {size:.0f} |", flush=True)


if __name__ == "__main__":
    main()
