"""The store measured: articles added a second, merge time and query latency against size, and how well the merge merges.

    python benchmarks/store.py [--articles NEWS.jsonl.gz] [--limit N] [--events 10000 100000] [--store URL]
    python benchmarks/store.py --latency --events 10000 100000 1000000
    python benchmarks/store.py --gold GOLD.jsonl
    python benchmarks/store.py --pairs training/merge/pairs.tsv --articles NEWS.jsonl.gz

Without --articles the sample articles that ship with the package are used. Sizes are reached by perturbing real records: other
days, states put for one another, the words of the text shuffled, so that none is a copy of another; shapes stay as they are.
With --latency rows are written at once and nothing is merged, so that a million events take minutes; only questions are timed.

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
from collections.abc import Callable, Iterable, Iterator
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
from dabir.store.filters import asked
from dabir.store.merging import sides
from dabir.store.reports import Party
from dabir.store.rows import rows, version_row
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
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    with path.open("rb") as file:
        filled(store, from_lines(file, str(path)))
    of = clusters(store)
    ids = [str(r["id"]) for r in lines]
    story = {str(r["id"]): r.get("story") for r in lines}
    joined = {p for p in combinations(sorted(ids), 2) if of.get(p[0], set()) & of.get(p[1], set())}
    wanted = {p for p in combinations(sorted(ids), 2) if story[p[0]] is not None and story[p[0]] == story[p[1]]}
    print(f"{len(ids)} articles, {len(wanted)} pairs of one story, {len(joined)} joined")
    print("| measure | precision | recall | F1 |\n| --- | --- | --- | --- |")
    for name, row in (("pairwise", pairwise(joined, wanted)), ("B-cubed", b_cubed(ids, joined, wanted))):
        print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in row) + " |")


def marked(path: Path, source: Path, store: Store) -> None:
    """The merge against marked pairs of articles."""
    pairs = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")][1:]
    wanted = {i for a, b, *_ in pairs for i in (a, b)}
    found = (a for a in dated(source) if a.ref in wanted)
    filled(store, found)
    of = clusters(store)
    print("| part | pairs | same | precision | recall | F1 |\n| --- | --- | --- | --- | --- | --- |")
    for part in sorted({part.strip() for *_, part in pairs}):
        mine = [(a, b, verdict == "same") for a, b, verdict, p in pairs if p.strip() == part]
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


QUESTIONS: dict[str, Callable[[Store], object]] = {
    "events of a dyad": lambda s: s.events(asked(dyad=("RUS", "USA"))),
    "its newest page": lambda s: s.events(asked(dyad=("RUS", "USA")), descending=True),
    "meetings of a month": lambda s: s.events(asked(acts=("meet",), when="اسفند ۱۴۰۰")),
    "events of a person": lambda s: s.events(asked(actor="اردوغان")),
    "events of a name that the tables lack": lambda s: s.events(asked(actor="کرمانی‌نژاد")),
    "events of words": lambda s: s.events(asked(text=QUERIES[1])),
    "series by month": lambda s: s.dyad(asked(dyad=("RUS", "USA")), "month", "jalali"),
    "facets of a dyad": lambda s: s.facets(asked(dyad=("RUS", "USA"))),
    "facets of all": lambda s: s.facets(),
    "statements of a state": lambda s: s.statements(asked(states=("RUS",))),
    "search": lambda s: s.texts(asked(text=QUERIES[1])),
}


def timed(question: Callable[[Store], object], store: Store, repeats: int) -> tuple[float, float, float]:
    """Median and worst time of a question, and the median of what this process worked for it, in milliseconds. The two medians are
    near each other on a machine that does nothing else; a server's work is not in the second."""
    times, worked = [], []
    for _ in range(repeats):
        start, before = time.perf_counter(), time.process_time()
        question(store)
        times.append(1000 * (time.perf_counter() - start))
        worked.append(1000 * (time.process_time() - before))
    return statistics.median(times), max(times), statistics.median(worked)


def rates(done: int, since: float, worked: float) -> str:
    """So many a second by the clock since `since`, and a second of this process's work since `worked`."""
    return f"{done / (time.perf_counter() - since):.0f} ({done / (time.process_time() - worked):.0f})"


def sized(records: list[Record], sizes: list[int], store: Store, repeats: int) -> None:
    """Add perturbed records until each size, merge what is new, and ask. Rates by the clock, and by what this process worked."""
    columns = ("events", "added a second (of CPU)", "merged a second (of CPU)", *(f"{q}, ms (worst)" for q in QUESTIONS))
    print(f"| {' | '.join(columns)} |\n{'| ---: ' * len(columns)}|")
    rng, number, count = random.Random(1403), 0, 0
    for size in sorted(sizes):
        start, first = (time.perf_counter(), time.process_time()), number
        while count < size:
            record = perturbed(records, number, rng)
            store.add(record)
            number, count = number + 1, count + len(record.events)
        added = rates(number - first, *start)
        start = (time.perf_counter(), time.process_time())
        merged = rates(store.merge().reports, *start)
        latencies = " | ".join("{:.1f} ({:.1f})".format(*timed(q, store, repeats)[:2]) for q in QUESTIONS.values())
        print(f"| {count:,} | {added} | {merged} | {latencies} |", flush=True)


ASKED = ("places", "actors", "statements", "events", "participants", "documents")
IDS = frozenset({"id", "version", "owner", "event", "actor", "speaker", "addressee", "place", "venue", "within"})


def templates(record: Record) -> dict[str, list[dict[str, object]]]:
    """The rows of a record that questions look at."""
    own = rows(record)
    return {"versions": [version_row(record, "{}", "benchmark", 1, None)], **{t: own[t] for t in ASKED}}


def scattered(number: int) -> str:
    """The beginning of an id, another one for each number, in no order: as with digests, no row lies beside the one before it."""
    return f"{number * 0x9E3779B1 % 2**32:08x}"


def copies(given: dict[str, list[dict[str, object]]], number: int, rng: random.Random) -> dict[str, list[dict[str, object]]]:
    """Rows like these: other ids, another day, other states; each event an act."""
    prefix = scattered(number)
    shift = timedelta(days=rng.randrange(-3650, 365))
    swap = dict(zip(STATES, rng.sample(STATES, len(STATES)), strict=True)) if rng.random() < 0.8 else {}

    def changed(name: str, value: object) -> object:
        if value is None or name == "time":
            return None
        if name in IDS:
            return f"{prefix}{str(value)[8:]}"
        if name in ("since", "until", "begin", "finish", "published") and len(str(value)) == 10:
            return (date.fromisoformat(str(value)) + shift).isoformat()
        return swap.get(str(value), value) if name in ("state", "country") else value

    own = {t: [{k: changed(k, v) for k, v in r.items()} for r in found] for t, found in given.items()}
    version = own["versions"][0]
    version["article"] = f"{prefix}a"
    own = {"articles": [{"id": f"{prefix}a", "key": f"{number}"}], **own}
    own["merged"] = [
        {k: e[k] for k in ("id", "act", "status", "begin", "finish", "since", "until", "plover", "mode", "quad", "intensity", "main")}
        | {"place": None, "country": None, "reports": 1, "outlets": 1}
        | dict.fromkeys(("first_report", "last_report"), version["published"])
        for e in own["events"]
    ]
    own["members"] = [{"event": e["id"], "merged": e["id"]} for e in own["events"]]
    parties = {(p["event"], p["state"], p["role"]): p["person"] for p in own["participants"] if p["state"]}
    own["parties"] = [{"merged": e, "who": s, "role": r, "state": s, "person": p} for (e, s, r), p in parties.items()]
    own["sides"] = []
    for e in own["merged"]:
        who = [Party(str(s), None, str(r)) for i, s, r in parties if i == e["id"]]
        own["sides"] += sides(str(e["id"]), e["since"] and str(e["since"]), who)
    own["tellers"] = [{"merged": e["id"], "outlet": version["outlet"]} for e in own["merged"] if version["outlet"]]
    return own


def grown(records: list[Record], sizes: Iterable[int], store: Store) -> Iterator[int]:
    """Fill the tables that questions look at until each size, and give how many events are there."""
    rng, number, count = random.Random(1403), 0, 0
    given = [templates(r) for r in records]
    for size in sizes:
        while count < size:
            batch: dict[str, list[dict[str, object]]] = {}
            for _ in range(500):
                for name, found in copies(rng.choice(given), number, rng).items():
                    batch.setdefault(name, []).extend(found)
                number += 1
            count += len(batch["events"])
            with store._database.writing() as connection:
                for name, found in batch.items():
                    connection.execute(schema.metadata.tables[name].insert(), found)
        with store._database.writing() as connection:
            connection.exec_driver_sql("ANALYZE")
        yield count


def filled_at_once(records: list[Record], sizes: list[int], store: Store, repeats: int) -> None:
    """Fill the tables that questions look at, without merging (each event is an act of its own), and ask at each size."""
    print("| events | file, MB | question | median, ms | worst, ms | median of CPU, ms |\n| ---: | ---: | --- | ---: | ---: | ---: |")
    for count in grown(records, sorted(sizes), store):
        where = Path(store.name)
        size_mb = f"{where.stat().st_size / 1e6:,.0f}" if where.exists() else ""
        for name, question in QUESTIONS.items():
            median, worst, cpu = timed(question, store, repeats)
            print(f"| {count:,} | {size_mb} | {name} | {median:.1f} | {worst:.1f} | {cpu:.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path)
    parser.add_argument("--limit", type=int, default=500)
    parser.add_argument("--events", type=int, nargs="*", default=[10_000])
    parser.add_argument("--latency", action="store_true", help="fill the tables at once, without merging, and ask")
    parser.add_argument("--repeats", type=int, default=15)
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
            fill = filled_at_once if args.latency else sized
            fill([r for r in records if r.events], args.events, store, args.repeats)


if __name__ == "__main__":
    main()
