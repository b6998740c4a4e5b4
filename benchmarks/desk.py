"""The desk measured: time and size of pages and of the API's answers over a large store, asked through the application itself.

    python benchmarks/desk.py [--events 100000] [--repeats 5]

The store is filled as `benchmarks/store.py --latency` fills it: rows of perturbed records, nothing merged, articles without their
records, so that pages of one event or article are not among those measured. Prints a table.
"""

from __future__ import annotations

import argparse
import random
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
from dabir.store import schema
from store import copies  # benchmarks/store.py, beside this file

ADDRESSES = (
    "/fa", "/fa/search", "/fa/search?state=IRN&act=meet", "/fa/search?text=تحریم", "/fa/actor/IRN", "/fa/dyad?dyad=IRN&dyad=USA",
    "/fa/statements", "/api/v1/events", "/api/v1/events?dyad=IRN&dyad=USA", "/api/v1/facets", "/api/v1/dyad?dyad=IRN&dyad=USA",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    reader, rng, number, count = dabir.Reader(), random.Random(1403), 0, 0
    articles = [a for a in samples.articles() if isinstance(a, RawArticle)]
    records = [reader.read(a.text, title=a.title, published=a.published, outlet=a.outlet, ref=a.ref) for a in articles]
    records = [r for r in records if r.events]
    with tempfile.TemporaryDirectory() as folder, dabir.open_store(Path(folder) / "store.db") as store:
        while count < args.events:
            batch: dict[str, list[dict[str, object]]] = {}
            for number in range(number + 1, number + 501):  # noqa: B020
                for name, found in copies(rng.choice(records), number, rng).items():
                    batch.setdefault(name, []).extend(found)
            count += len(batch["events"])
            with store._database.writing() as connection:
                for name, found in batch.items():
                    connection.execute(schema.metadata.tables[name].insert(), found)
        with store._database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
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
