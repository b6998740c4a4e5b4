"""What reading costs: by stage, by length, by number and processes, and beside libraries that do a part of it.

    python benchmarks/read.py [ARTICLES.jsonl] [--limit N] [--jobs N ...] [--peers PYTHON]

Without a file, the sample articles that ship with the package. Figures are of one core but for the table of processes; stages
and lengths are timed in processor seconds, which other programs on the machine disturb least. Peers are run one after another on
the same texts by the clock, and so is Dabir beside them; `make peers` installs them.
"""

from __future__ import annotations

import argparse
import contextlib
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import dabir
from dabir import reading, samples
from dabir.acts import assemble, setting
from dabir.encoder.session import Encoder
from dabir.ingest.files import Failure, RawArticle, articles
from dabir.parallel import own_reader, read_all, read_raw

sys.path.insert(0, str(Path(__file__).with_name("peers")))
import client  # noqa: E402

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("clean and restore", reading, "clean"), ("times", reading, "find_times"), ("encoder", Encoder, "read"),
    ("tags of the encoder", reading, "tags"), ("names", reading, "resolve_mentions"), ("places", reading, "find_places"),
    ("statements", reading, "find_statements"), ("sources", reading, "chains"), ("setting of acts", setting, "build"),
    ("events", assemble, "find_events"), ("circumstances", reading, "circumstances"), ("checks of times", reading, "check_times"),
    ("checks of offices", reading, "check_offices"),
)  # fmt: skip
LENGTHS = (1_000, 4_000, 16_000, 64_000)
COUNTS = (50, 200)
RUNS = 7  # of a program; the quickest counts, as whatever else the machine does only adds
SHORT = "وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند."
# What a first article costs, part by part, each in a process that has done the parts before it.
PARTS = (
    ("modules", "from dabir import cli, parallel; from dabir.ingest import fetch"),
    ("encoder", "from dabir.encoder import session; session.load()"),
    ("tables and models", "reader = parallel.own_reader()"),
    ("a first sentence", f"reader.read({SHORT!r}, published='2025-02-28')"),
    ("an article of 800 characters", "raw = [*__import__('dabir.samples').samples.articles()][0]; parallel.read_raw(reader, raw)"),
    ("the same once more", "parallel.read_raw(reader, raw)"),
)
CONSOLE = Console(width=120)


def peak_mb(who: int = resource.RUSAGE_SELF) -> float:
    """Peak resident memory so far, in MB."""
    return resource.getrusage(who).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


@contextlib.contextmanager
def timed(spent: Counter[str]) -> Iterator[None]:
    """Meanwhile the processor seconds of each stage are counted."""
    kept = [(owner, name, getattr(owner, name)) for _, owner, name in STAGES]

    def wrap(label: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **more: Any) -> Any:
            start = time.process_time()
            try:
                return call(*args, **more)
            finally:
                spent[label] += time.process_time() - start

        return run

    for (label, _, _), (owner, name, call) in zip(STAGES, kept, strict=True):
        setattr(owner, name, wrap(label, call))
    try:
        yield
    finally:
        for owner, name, call in kept:
            setattr(owner, name, call)


def table(title: str, *columns: str) -> Table:
    """An empty table whose first column is words, the others figures."""
    made = Table(columns[0], title=title, title_justify="left", box=None)
    for column in columns[1:]:
        made.add_column(column, justify="right")
    return made


def rate_row(label: str, count: int, characters: int, seconds: float) -> tuple[str, ...]:
    """Label, articles a second, characters a second, ms an article."""
    seconds = max(seconds, 1e-9)
    return label, f"{count / seconds:,.1f}", f"{characters / seconds:,.0f}", f"{1000 * seconds / count:.2f}"


def by_stage(raws: Sequence[RawArticle]) -> Table:
    """Every stage's share of reading."""
    reader, spent = own_reader(), Counter[str]()
    for raw in raws[:20]:
        read_raw(reader, raw)  # patterns are compiled at their first use
    start = time.process_time()
    with timed(spent):
        for raw in raws:
            read_raw(reader, raw)
    whole = time.process_time() - start
    characters = sum(len(raw.text) for raw in raws)
    out = table(f"{len(raws)} articles of {characters / len(raws):,.0f} characters, by stage", "stage", "articles/s", "characters/s",
                "ms an article", "share")  # fmt: skip
    spent["the rest"] = whole - sum(spent.values())
    for label, seconds in spent.most_common():
        out.add_row(*rate_row(label, len(raws), characters, seconds), f"{seconds / whole:.1%}")
    out.add_row(*rate_row("all", len(raws), characters, whole), "100.0%")
    return out


def seconds_of(*command: str, given: str = "") -> tuple[float, float]:
    """Wall-clock and processor seconds of a program, the best of RUNS each."""
    clock, processor = [], []
    for _ in range(RUNS):
        start, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, input=given, text=True, stdout=subprocess.DEVNULL, check=True)
        clock.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime - used.ru_utime + after.ru_stime - used.ru_stime)
    return min(clock), min(processor)


def seconds_of_parts() -> list[tuple[float, float]]:
    """Wall-clock and processor seconds of each part of a first article, the best of RUNS each."""
    stamp = "print(time.perf_counter() - start, time.process_time())\n"
    code = "import time\nstart = time.perf_counter()\n" + stamp + "".join(f"{line}\n{stamp}" for _, line in PARTS)
    runs: list[list[tuple[float, float]]] = []
    for _ in range(RUNS):
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
        stamps = [(float(a), float(b)) for a, b in zip(told[::2], told[1::2], strict=True)]
        runs.append([(b[0] - a[0], b[1] - a[1]) for a, b in zip(stamps, stamps[1:], strict=False)])
    return [(min(run[n][0] for run in runs), min(run[n][1] for run in runs)) for n in range(len(PARTS))]


def start_up(python: Path) -> Table:
    """How long one waits for a first answer, by part, beside an interpreter that does nothing and what other libraries need."""
    out = table("start-up (best of several)", "what", "seconds", "processor seconds", "times `python -c pass`")
    nothing = seconds_of(sys.executable, "-c", "pass")
    command = str(Path(sys.executable).with_name("dabir"))
    reading = (command, "read", "-", "--published", "2025-02-28", "--format", "json")
    rows = [("python -c pass", nothing), ("dabir --help", seconds_of(command, "--help"))]
    rows += [("dabir read, one sentence", seconds_of(*reading, given=SHORT))]
    rows += [(f"  {label}", spent) for (label, _), spent in zip(PARTS, seconds_of_parts(), strict=True)]
    for label, (clock, processor) in rows:
        out.add_row(label, f"{clock:.3f}", f"{processor:.3f}", f"{processor / nothing[1]:,.0f}")
    for task in ("restore", "times"):
        for name in client.peers(python, task):
            try:
                loads = [client.run(python, task, name, [{"text": SHORT, "published": "2025-02-28"}]).load_s for _ in range(3)]
            except client.PeerError as error:
                sys.stderr.write(f"{error}\n")
                continue
            out.add_row(f"{name} ({task}): imported, one text", f"{min(loads):.3f}", "", "")
    return out


def by_length(raws: Sequence[RawArticle]) -> Table:
    """Time and memory against the length of one text, made of articles joined."""
    out = table("one text, by length", "characters", "seconds", "ms for 1,000 characters", "peak MB")
    joined = "\n\n".join(raw.text for raw in raws)
    joined *= 1 + LENGTHS[-1] // len(joined)
    for length in LENGTHS:
        start = time.process_time()
        own_reader().read(joined[:length], published="2025-02-28")
        seconds = time.process_time() - start
        out.add_row(f"{length:,}", f"{seconds:.2f}", f"{1e6 * seconds / length:.1f}", f"{peak_mb():,.0f}")
    return out


def by_number(raws: Sequence[RawArticle], jobs: Sequence[int]) -> Table:
    """Wall-clock rates and memory against the number of articles and processes, loading included."""
    title = "many articles (wall clock, loading included)"
    out = table(title, "articles", "processes", "articles/s", "peak MB here", "peak MB of a process")
    for count in COUNTS:
        some = [raws[n % len(raws)] for n in range(count)]
        for n in jobs:
            start = time.perf_counter()
            done = sum(1 for _ in read_all(iter(some), n))
            seconds = time.perf_counter() - start
            child = f"{peak_mb(resource.RUSAGE_CHILDREN):,.0f}" if n > 1 else "-"
            out.add_row(f"{done:,}", str(n), f"{done / seconds:,.1f}", f"{peak_mb():,.0f}", child)
    return out


def beside(raws: Sequence[RawArticle], python: Path) -> Table:
    """Reading and its parts beside libraries that do such a part."""
    title = "beside other libraries, on the same texts (wall clock)"
    out = table(title, "what", "articles/s", "characters/s", "ms an article", "errors")
    characters, day = sum(len(raw.text) for raw in raws), "2025-02-28"
    parts: tuple[tuple[str, Callable[[str], Any]], ...] = (
        ("dabir, everything", lambda text: own_reader().read(text, published=day)),
        ("dabir.restore", dabir.restore),
        ("dabir.find_times", lambda text: dabir.find_times(text, published=day)),
    )
    for label, call in parts:
        start = time.perf_counter()
        for raw in raws:
            call(raw.text)
        out.add_row(*rate_row(label, len(raws), characters, time.perf_counter() - start), "0")
    rows = [{"text": raw.text, "published": day} for raw in raws]
    for task in ("restore", "times"):
        for name in client.peers(python, task):
            try:
                outcome = client.run(python, task, name, rows)
            except client.PeerError as error:
                sys.stderr.write(f"{error}\n")
                continue
            out.add_row(*rate_row(f"{name} ({task})", len(raws), characters, outcome.total_s), str(outcome.errors))
    return out


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?")
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--jobs", type=int, nargs="*", default=[1, 2], help="numbers of processes; none: that table is left out")
    parser.add_argument("--peers", type=Path, default=Path(".venv-peers/bin/python"))
    parser.add_argument("--start", action="store_true", help="start-up alone")
    options = parser.parse_args()
    found = articles([options.articles]) if options.articles else samples.articles()
    raws = [raw for raw in found if not isinstance(raw, Failure)][: options.limit]
    if not raws:
        sys.stderr.write("no articles\n")
        return 1
    CONSOLE.print(start_up(options.peers))
    if options.start:
        return 0
    CONSOLE.print(by_stage(raws))
    if options.jobs:
        CONSOLE.print(by_number(raws, options.jobs))
    CONSOLE.print(by_length(raws))
    CONSOLE.print(beside(raws, options.peers))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
