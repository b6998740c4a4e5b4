"""Prepared tables: the same as what they are made of; where they are old, broken or missing, nothing changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dabir import prepared
from dabir.acts import frames
from dabir.names import kb
from dabir.prepared import Table
from dabir.text import lexicon

SOURCE = Path(prepared.__file__).parent


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package with one small data file and none of the code."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "words.tsv").write_text("word\n", encoding="utf-8")
    monkeypatch.setattr(prepared, "_MAKERS", ())
    monkeypatch.setattr(prepared, "files", lambda _: tmp_path)
    prepared._digest.cache_clear()
    yield tmp_path
    prepared._digest.cache_clear()


def made(value: int) -> Table[dict[str, int]]:
    return Table("words", dict[str, int], lambda: {"made": value}, ("data/words.tsv",))


@pytest.mark.parametrize("module", (lexicon, kb, frames), ids=lambda m: m.__name__)
def test_what_is_loaded_is_what_is_made(module: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = module.TABLE
    wanted, seal = table.make(), table._seal()
    monkeypatch.setattr(Table, "_seal", lambda _: seal)  # the sources stay where they are, the table is elsewhere
    (tmp_path / "data").mkdir()
    table.prepare(tmp_path)
    first = (tmp_path / "data/prepared" / f"{table.name}.msgpack").read_bytes()
    table.prepare(tmp_path)
    assert (tmp_path / "data/prepared" / f"{table.name}.msgpack").read_bytes() == first
    monkeypatch.setattr(prepared, "files", lambda _: tmp_path)
    unmade = Table(table.name, table.kind, lambda: pytest.fail("it was made, not loaded"), table.sources)
    found = unmade.load()
    assert found == wanted
    for name in wanted.__struct_fields__:
        value = getattr(wanted, name)
        assert not isinstance(value, dict) or list(getattr(found, name)) == list(value), "the order counts"


def test_a_prepared_table_is_loaded_and_one_of_other_sources_is_made(package: Path) -> None:
    made(1).prepare(package)
    assert made(2).load() == {"made": 1}
    (package / "data" / "words.tsv").write_text("word\nanother\n", encoding="utf-8")
    prepared._digest.cache_clear()
    assert made(2).load() == {"made": 2}


@pytest.mark.parametrize("cut", (0, 5, 20))
def test_a_broken_table_is_as_none(package: Path, cut: int) -> None:
    made(1).prepare(package)
    place = package / "data" / "prepared" / "words.msgpack"
    place.write_bytes(place.read_bytes()[:cut])
    assert made(2).load() == {"made": 2}
    place.unlink()
    assert made(2).load() == {"made": 2}
