"""Runs one peer over JSON Lines; called with the peers' interpreter, mostly through client.py.

    python run.py list                 what is installed: task, name, package and version, parted by tabs
    python run.py check                the same for the peers that load; the others are named on standard error
    python run.py restore NAME         half-spaces
    python run.py times NAME           times

`restore` and `times` read lines `{"text": ..., "published": "YYYY-MM-DD" or null}` from standard input. They write
`{"ready": true, "load_s": seconds}` first (import, set-up and one short text; `{"ready": false, "error": ...}` where the
peer does not load), then for each line `{"text": restored, "s": seconds}` or `{"times": [...], "s": seconds}`, or
`{"error": ..., "s": seconds}` where the peer fails on it or takes longer than LIMIT_S.
"""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from restorers import RESTORERS
from timers import TIMERS

TASKS: dict[str, dict[str, tuple[str, Callable[[], Any]]]] = {"restore": RESTORERS, "times": TIMERS}
LIMIT_S = 120
WARM_UP = "کتابهای خوب را دیروز خواندم."


def installed() -> Iterator[tuple[str, str, str, str]]:
    """Task, name, package and version of every peer whose package is installed."""
    for task, peers in TASKS.items():
        for name, (package, _) in peers.items():
            with contextlib.suppress(importlib.metadata.PackageNotFoundError):
                yield task, name, package, importlib.metadata.version(package)


def load(task: str, name: str) -> Callable[[str, date | None], dict[str, Any]]:
    """The peer as a function from text and publication date to what is written for a line, less the seconds."""
    make = TASKS[task][name][1]()
    if task == "restore":
        return lambda text, _: {"text": str(make(text))}
    return lambda text, published: {"times": make(text, published)}


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raises TimeoutError in what runs inside after `seconds`, where the system has alarms."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(*_: object) -> None:
        raise TimeoutError(f"longer than {seconds} s")

    signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def attempt(action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `action` gives, or the error that it ends with; a peer in Rust panics past `Exception`."""
    try:
        with limited(LIMIT_S):
            return action()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a peer does on one text, the next is read
        return {"error": f"{type(error).__name__}: {error}"[:300]}


def read(line: str, peer: Callable[[str, date | None], dict[str, Any]]) -> dict[str, Any]:
    """What is written for an input `line`."""
    row = json.loads(line)
    published = date.fromisoformat(row["published"][:10]) if row.get("published") else None
    return peer(row["text"], published)


def serve(task: str, name: str) -> int:
    """Load the peer, answer each line of standard input. Gives the exit status."""
    # What a peer prints must not come between the answers: they keep the real standard output for themselves.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def write(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer, ensure_ascii=False) + "\n")
        out.flush()

    start = time.perf_counter()
    peer = None

    def warm() -> dict[str, Any]:
        nonlocal peer
        peer = load(task, name)
        return peer(WARM_UP, date(2025, 1, 1))

    first = attempt(warm)
    if peer is None:
        write({"ready": False, "error": first["error"]})
        return 1
    write({"ready": True, "load_s": round(time.perf_counter() - start, 4)})
    for line in sys.stdin:
        if not line.strip():
            continue
        start = time.perf_counter()
        answer = attempt(lambda line=line: read(line, peer))
        write({**answer, "s": round(time.perf_counter() - start, 6)})
    return 0


def check() -> int:
    """Name the peers that load, and on standard error those that do not. Gives the exit status."""
    there = list(installed())
    packages = {package for _, _, package, _ in there}
    for package in sorted({package for peers in TASKS.values() for package, _ in peers.values()} - packages):
        sys.stderr.write(f"peers: {package} is not installed\n")
    good = 0
    for task, name, package, version in there:
        answer = attempt(lambda task=task, name=name: load(task, name)(WARM_UP, date(2025, 1, 1)))
        if "error" in answer:
            sys.stderr.write(f"peers: {name} ({package} {version}) does not load: {answer['error']}\n")
        else:
            good += 1
            print(task, name, package, version, sep="\t")
    return 0 if good else 1


def main(arguments: list[str]) -> int:
    """Run the command. Gives the exit status."""
    warnings.simplefilter("ignore")
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")
    if arguments == ["list"]:
        for row in installed():
            print(*row, sep="\t")
        return 0
    serving = len(arguments) == 2 and arguments[1] in TASKS.get(arguments[0], {})
    if arguments != ["check"] and not serving:
        sys.stderr.write(__doc__ or "")
        return 2
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        # python-negar keeps a word list of the user's in the home folder: none is read or made here.
        os.environ.update(HOME=home, USERPROFILE=home)
        return serve(*arguments) if serving else check()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
