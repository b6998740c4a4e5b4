"""The store measured: articles added a second, merge time and query latency against size, and how well the merge merges.

    python benchmarks/store.py [--articles NEWS.jsonl.gz] [--limit N] [--events 10000 100000] [--store URL]
    python benchmarks/store.py --gold GOLD.jsonl
    python benchmarks/store.py --pairs training/merge/pairs.tsv --articles NEWS.jsonl.gz

Without --articles the sample articles that ship with the package are used. Sizes are reached by perturbing real records: other
days, states put for one another, the words of the text shuffled, so that none is a copy of another; shapes stay as they are.

GOLD is JSON Lines of articles with a `story` each (the same for articles on one act, null for none); pairs are ids of
articles with `same` or `different`. Two articles count as joined where a merged event has a report of each, both of them what
the article is about. Pairwise F1 counts pairs of articles, B-cubed averages over articles. Prints tables.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import msgspec
import sqlalchemy as sa

import dabir
from dabir import samples
from dabir.adding import add_all
from dabir.ingest.files import Failure, RawArticle, from_lines
from dabir.model import Record
from dabir.store import schema
from dabir.store.store import Store

QUERIES = ("گفت‌وگو", '"وزیر امور خارجه"', "تحریم مسکو", "سفارت*")
STATES = ("IRN", "USA", "RUS", "CHN", "TUR", "IRQ", "SAU", "FRA", "GBR", "DEU", "PAK", "AFG", "OMN", "QAT", "JPN", "IND", "UKR", "ISR")


def clusters(store: Store) -> dict[str, set[str]]:
    """For each article (its input's id) the merged events that it reports as what it is about."""
    e, v, m = schema.events.c, schema.versions.c, schema.members.c
    query = sa.select(v.ref, m.merged).join(schema.events, e.id == m.event).join(schema.versions, v.id == e.version)
    found: dict[str, set[str]] = {}
    with store.reading() as connection:
        for ref, merged in connection.execute(query.where(v.current, e.main)):
            found.setdefault(ref, set()).add(merged)
        for ref, origin in connection.execute(sa.select(v.ref, schema.copies.c.origin).join(
            schema.copies, schema.copies.c.version == v.id)):  # fmt: skip
            found.setdefault(ref, set()).add(f"copy {origin}")
    return found


def f1(right: float, found: float, wanted: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of counts."""
    p, r = right / found if found else 0.0, right / wanted if wanted else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def pairwise(joined: set[tuple[str, str]], wanted: set[tuple[str, str]]) -> tuple[float, float, float]:
    return f1(len(joined & wanted), len(joined), len(wanted))


def b_cubed(ids: list[str], joined: set[tuple[str, str]], wanted: set[tuple[str, str]]) -> tuple[float, float, float]:
    """B-cubed over articles; the system's groups are its joined pairs and what follows from them."""
    group = {i: {i} for i in ids}
    for a, b in sorted(joined):
        if group[a] is not group[b]:
            group[a] |= group[b]
            for x in group[b]:
                group[x] = group[a]
    story = {i: {i} | {x for p in wanted if i in p for x in p} for i in ids}
    p = statistics.mean(len(group[i] & story[i]) / len(group[i]) for i in ids)
    r = statistics.mean(len(group[i] & story[i]) / len(story[i]) for i in ids)
    return p, r, 2 * p * r / (p + r)


def filled(store: Store, found: Iterable[RawArticle | Failure]) -> None:
    for outcome in add_all(store, found, at=None, reader="benchmark"):
        if isinstance(outcome, Failure):
            print(f"not read: {outcome.where}")
    store.merge()


def gold(path: Path, store: Store) -> None:
    """The merge against `story` marks."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    with path.open("rb") as file:
        filled(store, from_lines(file, str(path)))
    of = clusters(store)
    ids = [str(r["id"]) for r in rows]
    story = {str(r["id"]): r.get("story") for r in rows}
    joined = {p for p in combinations(sorted(ids), 2) if of.get(p[0], set()) & of.get(p[1], set())}
    wanted = {p for p in combinations(sorted(ids), 2) if story[p[0]] is not None and story[p[0]] == story[p[1]]}
    print(f"{len(ids)} articles, {len(wanted)} pairs of one story, {len(joined)} joined")
    print("| measure | precision | recall | F1 |\n| --- | --- | --- | --- |")
    for name, row in (("pairwise", pairwise(joined, wanted)), ("B-cubed", b_cubed(ids, joined, wanted))):
        print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in row) + " |")


def marked(path: Path, source: Path, store: Store) -> None:
    """The merge against marked pairs of articles."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")][1:]
    wanted = {i for a, b, *_ in rows for i in (a, b)}
    found = (a for a in dated(source) if a.ref in wanted)
    filled(store, found)
    of = clusters(store)
    print("| part | pairs | same | precision | recall | F1 |\n| --- | --- | --- | --- | --- | --- |")
    for part in sorted({part.strip() for *_, part in rows}):
        mine = [(a, b, verdict == "same") for a, b, verdict, p in rows if p.strip() == part]
        joined = {(a, b) for a, b, _ in mine if of.get(a, set()) & of.get(b, set())}
        same = {(a, b) for a, b, yes in mine if yes}
        figures = " | ".join(f"{x:.3f}" for x in pairwise(joined, same))
        print(f"| {part} | {len(mine)} | {len(same)} | {figures} |")


def dated(source: Path) -> Iterator[RawArticle]:
    """Articles of a collection; a `published_iso` outranks a date in other forms."""
    import gzip

    with gzip.open(source, "rt", encoding="utf-8") if source.suffix == ".gz" else source.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            published = row.get("published_iso") or row.get("published")
            yield RawArticle(
                text=row["text"], title=row.get("title"), published=published, published_basis="given" if published else None,
                outlet=row.get("outlet"), url=row.get("url"), ref=row.get("id"), where=str(row.get("id")),
            )  # fmt: skip


def perturbed(records: list[Record], number: int, rng: random.Random) -> Record:
    """A record like one of `records`: of another day, with other states, its words shuffled (its spans no longer fit)."""
    record = rng.choice(records)
    shift = timedelta(days=rng.randrange(-3650, 365))
    swap = dict(zip(STATES, rng.sample(STATES, len(STATES)), strict=True)) if rng.random() < 0.8 else {}

    def day(value: str | None) -> str | None:
        return (date.fromisoformat(value) + shift).isoformat() if value and len(value) == 10 else value

    events = tuple(
        msgspec.structs.replace(
            e, begin=day(e.begin), end=day(e.end),
            actors=tuple(msgspec.structs.replace(a, state=swap.get(a.state or "", a.state)) for a in e.actors),
        )
        for e in record.events
    )  # fmt: skip
    article = record.article
    published = (date.fromisoformat(article.published[:10]) + shift).isoformat() if article.published else None
    words = article.text.split(" ")
    rng.shuffle(words)
    text = f"{' '.join(words)} {number}"
    article = msgspec.structs.replace(article, text=text, published=published, ref=f"{article.ref}-{number}", url=None)
    return msgspec.structs.replace(record, article=article, events=events)


def timed(question: object, store: Store, repeats: int = 15) -> str:
    """Median and worst time of a question, in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        with store.reading() as connection:
            connection.execute(question).all()  # type: ignore[call-overload]
        times.append(1000 * (time.perf_counter() - start))
    return f"{statistics.median(times):.1f} ({max(times):.1f})"


def sized(records: list[Record], sizes: list[int], store: Store) -> None:
    """Add perturbed records until each size, merge what is new, and ask."""
    m, p, e = schema.merged.c, schema.parties.c, schema.events.c
    both = sa.select(p.merged).where(p.state.in_(("RUS", "USA"))).group_by(p.merged).having(sa.func.count(p.state.distinct()) > 1)
    meetings = sa.select(schema.events).where(e.act == "meet", e.since >= "2022-03-01", e.since < "2022-04-01")
    questions = {
        "events of a dyad": sa.select(schema.merged).where(m.id.in_(both)).order_by(m.since).limit(50),
        "meetings of a month": meetings.limit(50),
        "search": None,
    }
    print("| events | added a second | merged a second | " + " | ".join(f"{q}, ms (worst)" for q in questions) + " |")
    print("| ---: " * (3 + len(questions)) + "|")
    rng, number, count = random.Random(1403), 0, 0
    for size in sorted(sizes):
        start, first = time.perf_counter(), number
        while count < size:
            record = perturbed(records, number, rng)
            store.add(record)
            number, count = number + 1, count + len(record.events)
        added = (number - first) / (time.perf_counter() - start)
        start = time.perf_counter()
        merged = store.merge().reports / (time.perf_counter() - start)
        questions["search"] = store_search(store)
        latencies = " | ".join(timed(q, store) for q in questions.values())
        print(f"| {count:,} | {added:.0f} | {merged:.0f} | {latencies} |", flush=True)


def store_search(store: Store) -> sa.Select[str]:
    from dabir.store.search import matching

    return matching(store.dialect, QUERIES[1]).limit(50)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--events", type=int, nargs="*", default=[10_000])
    parser.add_argument("--gold", type=Path)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--store", help="an empty database; a file that is removed afterwards without it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, dabir.open_store(args.store or Path(folder) / "store.db") as store:
        if args.gold:
            gold(args.gold, store)
        elif args.pairs:
            marked(args.pairs, args.articles, store)
        else:
            source = dated(args.articles) if args.articles else samples.articles()
            reader = dabir.Reader()
            found = [a for a, _ in zip(source, range(args.limit), strict=False) if isinstance(a, RawArticle)]
            start = time.perf_counter()
            records = [reader.read(a.text, title=a.title, published=a.published, outlet=a.outlet, ref=a.ref) for a in found]
            print(f"{len(records)} articles read in {time.perf_counter() - start:.1f} s; their records perturbed from here on")
            sized([r for r in records if r.events], args.events, store)


if __name__ == "__main__":
    main()
