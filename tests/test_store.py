"""The store on both databases: content ids, versions, migration, backup, and files that are none or damaged."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

import dabir
from conftest import CASES, changed, rows
from dabir.errors import InputError, StoreError
from dabir.model import Record
from dabir.store import ids, migrate, schema
from dabir.store.database import connect
from dabir.store.rows import rows as rows_of

Replace = msgspec.structs.replace


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
    whole = max(records, key=lambda r: len(r.events))
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


def test_rows_are_the_same_each_time_and_fit_the_tables(records: tuple[Record, ...]) -> None:
    for r in records:
        found = rows_of(r)
        assert found == rows_of(msgspec.json.decode(msgspec.json.encode(r), type=Record))
        for name, made in found.items():
            columns = {c.name for c in schema.metadata.tables[name].c} - {"id"}
            assert all(columns <= set(row) | {"id"} for row in made)


