"""Files and servers that fail: no folder, locked, full, not there, no store; one clear line, nothing lost. And the commands."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

import dabir
from conftest import changed, rows
from dabir.errors import StoreError
from dabir.model import Record
from dabir.samples import text as samples_text
from dabir.store.database import connect
from dabir.store.store import Store


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        dabir.open_store(tmp_path / "no" / "a.db")


def test_a_locked_file(tmp_path: Path, records: tuple[Record, ...]) -> None:
    path = tmp_path / "a.db"
    dabir.open_store(path).close()
    database = connect(path)
    sa.event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA busy_timeout = 50"))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another program has held it"):
        Store(database).add(records[0])
    assert list(Store(database).records()) == []  # readers go on
    other.execute("ROLLBACK")
    assert Store(database).add(records[0]) == "new"


def test_a_full_disk_keeps_what_was_added(tmp_path: Path, records: tuple[Record, ...]) -> None:
    path = tmp_path / "a.db"
    dabir.open_store(path).close()
    database = connect(path)
    sa.event.listen(database.engine, "connect", lambda raw, _: raw.execute("PRAGMA max_page_count = 150"))
    store, added = Store(database), 0
    with pytest.raises(StoreError, match="disk is full"):
        for r in records:
            store.add(r)
            added += 1
    assert 0 < added < len(records)
    with dabir.open_store(path) as roomy:
        assert roomy.counts()["versions"] == added and list(roomy.check()) == []
        assert [roomy.add(r) for r in records].count("known") == added


@contextmanager
def tiny_disk(path: Path, size: str) -> Iterator[Path]:
    path.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("a disk of a given size can only be made by root")
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False)


def cli(*args: str) -> subprocess.CompletedProcess[str]:
    code = "from dabir.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *args], capture_output=True, text=True, check=False)


def test_a_disk_that_is_really_full(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    samples.write_text(samples_text(), encoding="utf-8")
    with tiny_disk(tmp_path / "disk", "700k") as disk:
        done = cli("add", str(samples), "--store", str(disk / "a.db"))
        assert done.returncode == 3
        assert done.stderr.count("\n") == 1 and "the disk is full" in done.stderr


def test_a_full_disk_of_a_server(postgres: str, tmp_path_factory: pytest.TempPathFactory, records: tuple[Record, ...]) -> None:
    import shutil

    import psycopg

    base = Path("/var/tmp") / f"dabir-{tmp_path_factory.mktemp('full').name}-{id(records)}"
    with tiny_disk(base, "10m") as disk:
        shutil.chown(disk, "postgres")
        with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE tiny LOCATION '{disk}'")  # type: ignore[arg-type]
            connection.execute("CREATE DATABASE full_disk TABLESPACE tiny")
        try:
            with dabir.open_store(f"{postgres}/full_disk") as store, pytest.raises(StoreError, match="server's disk is full"):
                for n in range(200):
                    for r in records:
                        store.add(changed(r, text=f"{r.article.text}\n{n}"))
        finally:
            with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
                connection.execute("DROP DATABASE IF EXISTS full_disk WITH (FORCE)")
                connection.execute("DROP TABLESPACE IF EXISTS tiny")
    base.rmdir()


def test_servers_that_do_not_answer(postgres: str) -> None:
    with pytest.raises(StoreError, match="refuses the connection .*nowhere"):
        dabir.open_store(f"{postgres}/nowhere")
    with pytest.raises(StoreError, match="cannot be reached"):
        dabir.open_store("postgresql://dabir:secret@127.0.0.1:1/a")
    try:
        dabir.open_store("postgresql://dabir:secret@127.0.0.1:1/a")
    except StoreError as error:
        assert "secret" not in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("target", ["mysql://a/b", "postgresql://[", "nonsense://x", "https://example.org/a.db"])
def test_addresses_that_are_no_store(target: str) -> None:
    with pytest.raises(StoreError):
        dabir.open_store(target)


def test_the_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"pip install 'dabir\[postgres\]'"):
        dabir.open_store("postgresql://dabir@127.0.0.1:1/a")


# The command line.


def test_the_commands(tmp_path: Path) -> None:
    samples, store = tmp_path / "samples.jsonl", str(tmp_path / "a.db")
    samples.write_text(samples_text() + "{}\n", encoding="utf-8")
    first = cli("add", str(samples), "--store", store)
    assert (first.returncode, first.stderr.count("\n")) == (1, 1)
    assert f"{samples}:10" in first.stderr and first.stdout.startswith("9 new, 1 not read")
    again = cli("add", str(samples), "--store", store)
    assert again.stdout == "0 new, 9 there already, 1 not read\n"
    assert rows(store, "SELECT count(*) FROM failures") == [(1,)]
    assert cli("check", "--store", store).stdout == "9 articles checked, 0 faults\n"
    backup = str(tmp_path / "b.db")
    assert cli("backup", backup, "--store", store).returncode == 0
    again = cli("backup", backup, "--store", store)
    assert (again.returncode, again.stderr.count("\n")) == (3, 1)
    assert cli("merge", "--store", backup).returncode == 0
    with sqlite3.connect(backup) as raw:
        raw.execute("DELETE FROM statements")
    assert cli("check", "--store", backup).returncode == 1
    assert cli("judge", "a", "b", "same", "--by", "x", "--store", store).returncode == 2
    assert cli("track", "RUS", "--store", store).returncode == 2
    assert cli("merge").returncode == 2
