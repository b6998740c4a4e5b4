"""What several test modules need: sample records, and a store on each database."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import settings

from dabir import Reader, open_store, samples
from dabir.ingest.files import RawArticle, from_lines
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.store.store import Store

settings.register_profile("dabir", deadline=None)  # the first example loads tables; no test asserts times
settings.load_profile("dabir")
CASES = Path(__file__).parent / "cases"


def _binary(name: str) -> str | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: p.parent.name.zfill(3), reverse=True)
    return next((str(f / name) for f in folders if (f / name).exists()), shutil.which(name))


def _as(user: str | None) -> list[str]:
    """A prefix that runs a command as another user: the server refuses to run as root."""
    return ["runuser", "-u", user, "--"] if user else []


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own, without a database's name; the tests are skipped where there is none."""
    initdb, server = _binary("initdb"), _binary("postgres")
    if not initdb or not server:
        pytest.skip("PostgreSQL's server is not installed (Debian: apt-get install postgresql)")
    pytest.importorskip("psycopg", reason="the postgres extra is not installed")
    user = "postgres" if os.getuid() == 0 else None
    if user and subprocess.run(["id", user], capture_output=True, check=False).returncode:
        pytest.skip("root cannot run PostgreSQL's server, and there is no user `postgres`")
    folder = Path(tempfile.mkdtemp(prefix="dabir-postgres-"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    make = [*_as(user), initdb, "-D", str(data), "-U", "dabir", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(make, check=True, capture_output=True, cwd=folder)
    options = ["-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"]
    running = subprocess.Popen(
        [*_as(user), server, "-D", str(data), *options], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"postgresql://dabir@127.0.0.1:{port}"
    try:
        _wait_for(url, running)
        yield url
    finally:
        stop = _binary("pg_ctl")
        subprocess.run([*_as(user), str(stop), "-D", str(data), "-m", "immediate", "stop"], check=False, capture_output=True)
        running.wait(timeout=30)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(url: str, running: subprocess.Popen[bytes]) -> None:
    import psycopg

    for _ in range(300):
        assert running.poll() is None, "PostgreSQL's server did not start"
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            subprocess.run(["sleep", "0.1"], check=True)
    raise AssertionError("PostgreSQL's server did not answer")


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def new_url(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Makes the address of an empty database, a new one at each call."""
    count = iter(range(1000))
    if kind == "sqlite":
        return lambda: str(tmp_path / f"store-{next(count)}.db")
    server = request.getfixturevalue("postgres")

    def make() -> str:
        import psycopg

        name = f"test_{tmp_path.name[:30].lower().replace('-', '_')}_{abs(hash(str(tmp_path))):x}_{next(count)}"
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        return f"{server}/{name}"

    return make


@pytest.fixture
def url(new_url: Callable[[], str]) -> str:
    return new_url()


def _records(articles: list[object]) -> tuple[Record, ...]:
    reader = Reader()
    found = [read_raw(reader, a) for a in articles if isinstance(a, RawArticle)]
    assert all(isinstance(r, Record) for r in found)
    return tuple(r for r in found if isinstance(r, Record))


@pytest.fixture(scope="session")
def records() -> tuple[Record, ...]:
    """The records of the sample articles."""
    return _records(list(samples.articles()))


@pytest.fixture(scope="session")
def embassies() -> tuple[Record, ...]:
    """The records of a series of articles on Russia's and the United States' talks about their embassies."""
    with (CASES / "store" / "embassies.jsonl").open("rb") as file:
        return _records(list(from_lines(file, "embassies")))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def filled(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, records: tuple[Record, ...], embassies: tuple[Record, ...]
) -> Iterator[Store]:
    """A store of all sample records, merged, for tests that only ask it."""
    target = str(tmp_path_factory.mktemp("filled") / "store.db")
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        import psycopg

        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE filled")
        target = f"{server}/filled"
    with open_store(target) as store:
        for record in (*records, *embassies):
            store.add(record)
        store.merge()
        yield store


def changed(record: Record, **fields: object) -> Record:
    """A record whose article has other fields."""
    return msgspec.structs.replace(record, article=msgspec.structs.replace(record.article, **fields))


def rows(url: str, question: str) -> list[tuple[object, ...]]:
    """The answer of a database to a question in SQL."""
    from dabir.store.database import connect

    database = connect(url)
    with database.reading() as connection:
        found = [tuple(r) for r in connection.execute(sa.text(question))]
    database.engine.dispose()
    return found
