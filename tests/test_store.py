"""The store on both databases: content ids, versions, migration, search, backup, check, and clear lines where it fails."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

import dabir
from conftest import CASES, rows
from dabir.errors import InputError, StoreError
from dabir.model import Record
from dabir.samples import text as samples_text
from dabir.store import ids, migrate, schema
from dabir.store.database import connect
from dabir.store.rows import rows as rows_of
from dabir.store.words import fts5, term, tsquery
from dabir.text.keys import key

Replace = msgspec.structs.replace


def changed(record: Record, **fields: object) -> Record:
    return Replace(record, article=Replace(record.article, **fields))


def test_adding_twice_changes_nothing(url: str, records: tuple[Record, ...]) -> None:
    with dabir.open_store(url) as store:
        assert [store.add(r) for r in records] == ["new"] * len(records)
        before = store.counts()
        assert [store.add(r) for r in records] == ["known"] * len(records)
        assert store.counts() == before
        assert before["events"] == sum(len(r.events) for r in records) > 0
        assert before["statements"] == sum(len(r.statements) for r in records) > 0


def test_records_come_back_as_they_went(url: str, records: tuple[Record, ...]) -> None:
    with dabir.open_store(url) as store:
        for r in records:
            store.add(r)
        assert sorted(store.records(), key=lambda r: r.article.id) == sorted(records, key=lambda r: r.article.id)
        dates = [r.article.published or "" for r in store.records()]
        assert dates == sorted(dates)
        assert store.record(ids.version_id(records[0].article)) == records[0]
        with pytest.raises(InputError, match="no article has the id"):
            store.record("nothing")


def test_a_changed_text_is_a_new_version_and_the_old_one_stays(url: str, records: tuple[Record, ...]) -> None:
    first = changed(records[0], url="https://example.org/a")
    second = dabir.read("وزیران خارجه ایران و ژاپن دیدار کردند.", url="https://example.org/a#top", outlet="ایرنا")
    with dabir.open_store(url) as store:
        assert [store.add(first), store.add(second), store.add(first)] == ["new", "version", "known"]
        assert list(store.records()) == [second]
        assert {r.article.text for r in store.records(current=False)} == {first.article.text, second.article.text}
    assert rows(url, "SELECT number, current FROM versions ORDER BY number") in ([(1, 0), (2, 1)], [(1, False), (2, True)])


def test_ids_of_input_count_within_their_outlet(url: str, records: tuple[Record, ...]) -> None:
    one, other = changed(records[0], ref="7", outlet="ایرنا"), changed(records[1], ref="7", outlet="ایسنا")
    with dabir.open_store(url) as store:
        assert [store.add(one), store.add(other)] == ["new", "new"]


def test_rereading_replaces_the_record_alone(url: str, records: tuple[Record, ...]) -> None:
    whole = records[0]
    poorer = Replace(whole, events=whole.events[:1])
    with dabir.open_store(url) as store:
        store.add(poorer)
        assert store.add(whole) == "known"
        assert store.add(whole, reread=True) == "reread"
        assert store.add(whole, reread=True) == "known"
        assert list(store.records()) == [whole]
        assert list(store.check()) == []
        assert store.counts()["events"] == len(whole.events)


def test_every_value_keeps_its_source(url: str, records: tuple[Record, ...]) -> None:
    with dabir.open_store(url) as store:
        for r in records:
            store.add(r)
    found = rows(url, "SELECT f.start, f.stop, f.words, v.text, f.value, f.reason FROM fields f JOIN versions v ON v.id = f.version")
    assert any(start is not None for start, *_ in found)
    for start, stop, words, text, value, reason in found:
        assert (value is None) != (reason is None)
        assert start is None or str(text)[int(str(start)) : int(str(stop))] == words
    missing = sum(len(e.missing) for r in records for e in r.events)
    assert sum(reason is not None for *_, reason in found) == missing


SPELLINGS = ("گفت‌وگو", "گفتوگو", "گفت و گو", "گفتگو", "گفت‌وگوی", "گفتگوهای")


@pytest.mark.parametrize("written", SPELLINGS)
def test_search_finds_a_word_however_it_is_spelt(url: str, written: str) -> None:
    record = dabir.read(f"وزیران خارجه ایران و عمان در مسقط {written} تلفنی کردند.", outlet="ایرنا")
    other = dabir.read("وزیر خارجه ژاپن به پکن سفر کرد.", outlet="ایرنا")
    with dabir.open_store(url) as store:
        store.add(record)
        store.add(other)
        for asked in SPELLINGS:
            assert [h.version for h in store.search(asked)] == [ids.version_id(record.article)], asked


def test_search_phrases_beginnings_and_odd_queries(url: str) -> None:
    record = dabir.read("وزیر امور خارجه ژاپن به پکن سفر کرد. او گفت: «ما از مذاکره‌کنندگان حمایت می‌کنیم.»", outlet="ایرنا")
    with dabir.open_store(url) as store:
        store.add(record)
        assert store.search('"خارجه ژاپن"') and not store.search('"ژاپن خارجه"')
        assert store.search("مذاکره*") and not store.search("مذاکره")
        assert store.search("ژاپن پکن") and not store.search("ژاپن لندن")
        for odd in ("", "   ", '"', "* *", "' OR 1=1 --", "a'b\\", "NEAR(", "AND OR NOT", "ژاپن)", "\x00", "!!!&|", "«", "-ژاپن:*"):
            store.search(odd)
        assert {h.kind for h in store.search("حمایت")} <= {"article", "statement"}


def test_terms_have_no_plural_and_queries_are_quoted() -> None:
    assert term(key("سفارتخانه‌های")) == term(key("سفارتخانه"))
    assert term(key("گفت‌وگوی")) == key("گفت‌وگو")
    assert term("رای") == "رای" and term("تنها") == "تنها"[:-2] + "ها"
    assert fts5('وزیر "امور خارجه" سف*') == '"وزیر" "امور خارجه" "سف"*'
    assert tsquery('وزیر "امور خارجه" سف*') == "('وزیر') & ('امور' <-> 'خارجه') & ('سف':*)"


def of_version(url: str, version: int) -> None:
    """A store as that version of Dabir left it; statements that differ between databases are there for both."""
    database = connect(url)
    with database.writing() as connection:
        for line in (CASES / "store" / f"v{version}.jsonl").read_text(encoding="utf-8").splitlines():
            statement = json.loads(line)
            connection.exec_driver_sql(statement if isinstance(statement, str) else statement[database.engine.dialect.name])
    database.engine.dispose()


def test_a_store_of_version_1_migrates_by_itself(url: str) -> None:
    of_version(url, 1)
    with dabir.open_store(url) as store:
        assert list(store.check()) == []
        assert store.counts()["versions"] == 3 and len(list(store.records())) == 2
        assert store.search("گفتگو") and store.counts()["events"] > 1
        assert store.merge().reports > 0
        again = [store.add(r) for r in store.records()]
        events = [e.id for e in store.merged_events()][:2]
        store.judge(events[0], events[1], "same", by="رحیمی", at="2025-03-01T00:00:00+00:00")
    assert set(again) == {"known"}
    assert rows(url, "SELECT max(version) FROM schema_version") == [(schema.VERSION,)]


def test_a_store_of_version_2_keeps_what_analysts_decided(url: str) -> None:
    of_version(url, 2)
    with dabir.open_store(url) as store:
        assert list(store.check()) == [] and store.counts()["failures"] == 1
        store.merge()
        (left, right), = rows(url, 'SELECT "left", "right" FROM overrules')
        assert store.merged(str(left)).id != store.merged(str(right)).id
        assert [(r.by, r.note) for r in store.reasons(str(left)) if r.by] == [("رحیمی", "دو دیدار")]
        made = store.correct(str(left), "place", "صلاله", by="رحیمی", at="2025-03-03T00:00:00+00:00", why="خود وزارتخانه گفت")
        assert store.merged(str(left)).place == "صلاله" and made.id == 1
        store.judge(str(left), str(right), "same", by="رحیمی", at="2025-03-03T00:00:00+00:00")
        assert store.merged(str(left)).id == store.merged(str(right)).id


def test_every_released_version_has_a_fixture_and_a_step() -> None:
    for version in range(1, schema.VERSION):
        assert (CASES / "store" / f"v{version}.jsonl").exists()
        assert version + 1 in migrate.STEPS


@pytest.mark.parametrize("version", range(1, schema.VERSION))
def test_a_migrated_store_has_the_tables_of_a_new_one(new_url: Callable[[], str], version: int) -> None:
    old, new = new_url(), new_url()
    of_version(old, version)
    shapes = []
    for url in (old, new):
        dabir.open_store(url).close()
        database = connect(url)
        inspector = sa.inspect(database.engine)
        shapes.append({
            t: (sorted(c["name"] for c in inspector.get_columns(t)), sorted(str(i["name"]) for i in inspector.get_indexes(t)))
            for t in inspector.get_table_names()
        })  # fmt: skip
        database.engine.dispose()
    assert shapes[0] == shapes[1]


def test_a_newer_store_is_refused(url: str) -> None:
    dabir.open_store(url).close()
    database = connect(url)
    with database.writing() as connection:
        connection.execute(schema.schema_version.insert().values(version=schema.VERSION + 1, name="of tomorrow"))
    database.engine.dispose()
    with pytest.raises(StoreError, match=f"newer Dabir.*store version {schema.VERSION + 1}.*update Dabir"):
        dabir.open_store(url)


def test_a_database_of_something_else_is_refused_and_untouched(url: str) -> None:
    database = connect(url)
    with database.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE customers (id INTEGER)")
    database.engine.dispose()
    with pytest.raises(StoreError, match="no store.*customers"):
        dabir.open_store(url)
    assert sa.inspect(connect(url).engine).get_table_names() == ["customers"]


def test_backup_and_back(new_url: Callable[[], str], records: tuple[Record, ...], tmp_path: Path) -> None:
    with dabir.open_store(new_url()) as store:
        for r in records:
            store.add(r)
        store.failed("a.txt", "the file is empty")
        store.merge()
        file = tmp_path / "backup.db"
        store.backup(file)
        with pytest.raises(StoreError, match="a backup replaces none"):
            store.backup(file)
        with dabir.open_store(file) as copy:
            assert list(copy.check()) == []
            assert sorted(copy.records(), key=str) == sorted(store.records(), key=str)
            copy.merge()
            assert {e.id for e in copy.merged_events()} == {e.id for e in store.merged_events()}
            back = new_url()
            copy.backup(back)
            with dabir.open_store(back) as third:
                assert third.counts()["versions"] == len(records) and third.counts()["failures"] == 1
                assert list(third.check()) == []
    assert sorted(p.name for p in tmp_path.iterdir() if ".part" in p.name) == []


def test_failures_are_kept_once(url: str) -> None:
    with dabir.open_store(url) as store:
        for _ in range(2):
            store.failed("a.txt", "the file is empty", at="2025-03-01T00:00:00+00:00")
        assert store.counts()["failures"] == 1


def test_what_cannot_be_stored_is_said(url: str, records: tuple[Record, ...]) -> None:
    with dabir.open_store(url) as store:
        with pytest.raises(InputError, match="NUL"):
            store.add(changed(records[0], text="ایران\0عمان"))
        with pytest.raises(InputError, match="half a character"):
            store.add(changed(records[0], text="ایران \ud83d"))
        with pytest.raises(InputError, match="not a record .*published_basis"):
            store.add(changed(records[0], published_basis="rumour"))
        assert store.counts()["versions"] == 0


def test_an_article_of_a_million_characters(url: str) -> None:
    record = dabir.read("وزیر خارجه ایران با همتای عمانی خود دیدار کرد. " * 3000, outlet="ایرنا")
    big = changed(record, text=record.article.text * 8, clean=record.article.clean * 8)
    big = Replace(big, times=(), actors=(), places=(), statements=(), events=(), checks=())
    assert len(big.article.text) > 1_000_000
    with dabir.open_store(url) as store:
        store.add(big)
        assert store.search("همتای عمانی")


FAULTS = {
    "record": ("UPDATE versions SET record = substr(record, 1, 40)", "does not parse"),
    "text": ("UPDATE versions SET text = 'x' || text", "its text is not the one"),
    "span": ("UPDATE versions SET text = 'x' || text", "does not have the words"),
    "rows": ("DELETE FROM statements", "0 rows in statements"),
    "current": ("UPDATE versions SET current = (1 = 0)", "0 versions count as its last one"),
    "id": ("UPDATE versions SET record = replace(record, 'ایرنا', 'ایسنا')", "is of another article"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_check_finds(fault: str, url: str, records: tuple[Record, ...]) -> None:
    harm, line = FAULTS[fault]
    with dabir.open_store(url) as store:
        store.add(next(r for r in records if r.article.outlet == "ایرنا"))
        assert list(store.check()) == []
        database = connect(url)
        with database.writing() as connection:
            connection.exec_driver_sql(harm)
        database.engine.dispose()
        assert any(line in str(f) for f in store.check())


def test_check_finds_a_full_text_index_out_of_step(tmp_path: Path, records: tuple[Record, ...]) -> None:
    with dabir.open_store(tmp_path / "a.db") as store:
        store.add(records[0])
        with sqlite3.connect(tmp_path / "a.db") as raw:
            raw.execute("UPDATE documents SET key = 'x' WHERE kind = 'article'")
        assert any(f.where == "full-text index" for f in store.check())


# What goes wrong with a file.


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_text("این پرونده پایگاه داده نیست\n" * 100, encoding="utf-8")
    with pytest.raises(StoreError, match="not a SQLite database"):
        dabir.open_store(path)
    assert path.read_text(encoding="utf-8").startswith("این پرونده")


def test_a_damaged_file(tmp_path: Path, records: tuple[Record, ...]) -> None:
    path = tmp_path / "a.db"
    dabir.open_store(path).close()
    described = path.stat().st_size  # the tables' own descriptions, without which it does not open at all
    with dabir.open_store(path) as store:
        for r in records:
            store.add(r)
    data = bytearray(path.read_bytes())
    for at in range(described, len(data) - 4096, 3 * 4096):
        data[at : at + 4096] = b"\xff" * 4096
    path.write_bytes(data)
    with dabir.open_store(path) as store:
        try:
            assert any(f.where == "database" for f in store.check())
        except StoreError as error:
            assert "damaged" in str(error)
    path.write_bytes(data[: 3 * 4096])
    with pytest.raises(StoreError, match="damaged"):
        list(dabir.open_store(path).check())


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
    from dabir.store.store import Store

    with pytest.raises(StoreError, match="another program has held it"):
        Store(database).add(records[0])
    assert list(Store(database).records()) == []  # readers go on
    other.execute("ROLLBACK")
    assert Store(database).add(records[0]) == "new"


def test_a_full_disk_keeps_what_was_added(tmp_path: Path, records: tuple[Record, ...]) -> None:
    path = tmp_path / "a.db"
    dabir.open_store(path).close()
    from dabir.store.store import Store

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


def test_rows_are_the_same_each_time_and_fit_the_tables(records: tuple[Record, ...]) -> None:
    for r in records:
        found = rows_of(r)
        assert found == rows_of(msgspec.json.decode(msgspec.json.encode(r), type=Record))
        for name, made in found.items():
            columns = {c.name for c in schema.metadata.tables[name].c} - {"id"}
            assert all(columns <= set(row) | {"id"} for row in made)


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
