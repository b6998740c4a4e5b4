"""Killed and crowded: a writer is killed at any point and run again, four write at once; nothing is lost, nothing there twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

import dabir
from conftest import rows
from dabir.model import Record
from dabir.samples import text as samples_text

# Adds the records of a file in an order of its own, merging after each few; prints a line after each step.
WRITER = """
import random, sys
import dabir
from dabir.store.writing import decode
url, path, seed = sys.argv[1:]
records = [decode(line) for line in open(path, encoding="utf-8")]
random.Random(int(seed)).shuffle(records)
with dabir.open_store(url) as store:
    for number, record in enumerate(records):
        print(store.add(record), flush=True)
        if number % 7 == 6:
            store.merge()
            print("merged", flush=True)
    store.merge()
print("done", flush=True)
"""
COPIES = 6


@pytest.fixture
def lines(records: tuple[Record, ...], embassies: tuple[Record, ...], tmp_path: Path) -> Path:
    """A file of records: the samples several times, each a little different, and the series on the embassies."""
    path = tmp_path / "records.jsonl"
    found = [
        msgspec.structs.replace(r, article=msgspec.structs.replace(r.article, text=f"{r.article.text}\n{n}", ref=f"{r.article.ref}-{n}"))
        for r in records
        for n in range(COPIES)
    ]
    path.write_bytes(b"\n".join(msgspec.json.encode(r) for r in [*found, *embassies]))
    return path


def start(url: str, lines: Path, seed: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, url, str(lines), str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finished(writer: subprocess.Popen[str]) -> list[str]:
    out, err = writer.communicate(timeout=300)
    assert writer.returncode == 0, err
    return out.split()


def state(url: str) -> tuple[object, ...]:
    """Everything that must be the same however it came to be: ids of versions and parts, and the groups of copies."""
    tables = ("versions", "times", "actors", "places", "statements", "events")
    ids = tuple(sorted(str(r[0]) for t in tables for r in rows(url, f"SELECT id FROM {t}")))
    fields = tuple(sorted(rows(url, "SELECT owner, field, position FROM fields")))  # type: ignore[type-var]
    return ids, fields, tuple(sorted(rows(url, "SELECT version, origin FROM copies")))  # type: ignore[type-var]


def sound(url: str, lines: Path) -> None:
    count = len(lines.read_text(encoding="utf-8").splitlines())
    with dabir.open_store(url) as store:
        assert list(store.check()) == []
        assert store.merge().reports == 0, "nothing was left to merge"
        counts = store.counts()
    assert counts["versions"] == counts["articles"] == count
    assert counts["members"] == counts["events"], "every report belongs to one merged event"
    assert rows(url, "SELECT sum(reports) FROM merged") == [(counts["events"],)]
    assert rows(url, "SELECT count(*) FROM merged WHERE id NOT IN (SELECT merged FROM members)") == [(0,)]


def test_killed_at_any_point_and_run_again(new_url: Callable[[], str], lines: Path) -> None:
    url, quiet = new_url(), new_url()
    assert finished(start(quiet, lines, 0))[-1] == "done"
    rng, kills = random.Random(1403), 0
    for _ in range(12):
        writer = start(url, lines, 0)
        assert writer.stdout is not None
        for _ in range(rng.randrange(1, 25)):
            if not writer.stdout.readline():
                break
        time.sleep(rng.random() * 0.02)
        writer.send_signal(signal.SIGKILL)
        kills += writer.wait() == -signal.SIGKILL
        writer.communicate()
    assert kills >= 6
    words = finished(start(url, lines, 0))
    assert "known" in words and "version" not in words
    sound(url, lines)
    assert state(url) == state(quiet)
    assert merged(url) == merged(quiet), "merged step by step or at once, the same acts"


def merged(url: str) -> list[tuple[object, ...]]:
    return sorted(rows(url, "SELECT event, merged FROM members"))  # type: ignore[type-var]


def test_four_writers_at_once(new_url: Callable[[], str], lines: Path) -> None:
    url, quiet = new_url(), new_url()
    finished(start(quiet, lines, 0))
    words = [finished(w) for w in [start(url, lines, seed) for seed in range(4)]]
    assert sum(w.count("new") for w in words) == len(lines.read_text(encoding="utf-8").splitlines())
    sound(url, lines)
    assert state(url) == state(quiet)


def test_the_command_is_killed_and_goes_on(url: str, tmp_path: Path) -> None:
    articles = tmp_path / "many.jsonl"
    articles.write_text("".join(samples_text().replace('{"id": "', f'{{"id": "{n}-') for n in range(12)), encoding="utf-8")
    command = [sys.executable, "-c", "from dabir.cli import main; main()", "add", str(articles), "--store", url]
    dabir.open_store(url).close()
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while writer.poll() is None and rows(url, "SELECT count(*) FROM versions")[0][0] in range(5):
        time.sleep(0.02)
    writer.send_signal(signal.SIGKILL)
    writer.communicate()
    before = int(str(rows(url, "SELECT count(*) FROM versions")[0][0]))
    assert before > 0
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{before} there already" in done.stdout
    with dabir.open_store(url) as store:
        assert store.counts()["versions"] == len(articles.read_text(encoding="utf-8").splitlines())
        assert list(store.check()) == []
