"""What a store does not take, and what `dabir check` finds in one that was harmed; on both databases."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

import dabir
from conftest import changed
from dabir.errors import InputError
from dabir.model import Record
from dabir.store.database import connect


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
    big = msgspec.structs.replace(big, times=(), actors=(), places=(), statements=(), events=(), checks=())
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
