"""Batches: each article once, whatever is cut off or dies; the same bytes on one machine and on a cluster."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

import dabir
from dabir import samples
from dabir.batch import merging, work
from dabir.batch.engines import Machine
from dabir.batch.run import days, finished, is_batch, records, run
from dabir.batch.units import halves, units
from dabir.cli import app
from dabir.errors import InputError
from dabir.ingest.files import from_lines
from dabir.ingest.raw import NO_DEFAULTS, Failure
from dabir.parallel import read_all
from dabir.store import copying, schema
from dabir.store import merging as store_merging
from dabir.store.opinions import Summary
from dabir.store.reports import Party

pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'dabir[cluster]'")
pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'dabir[cluster]'")
import pyarrow.parquet as pq  # noqa: E402

COUNT = 60
pytestmark = pytest.mark.xdist_group("batch")  # one cluster, not one for each process that tests


def lines(count: int = COUNT) -> list[str]:
    """Short articles of five days, some of no day, each with a number of its own."""
    texts = [json.loads(line)["text"][:300] for line in samples.text().splitlines()]
    return [
        json.dumps({"id": n, "text": f"خبر شماره {n}. {texts[n % len(texts)]}"}
                   | ({"published": f"2025-02-{n % 5 + 1:02d}"} if n % 7 else {}), ensure_ascii=False)
        for n in range(count)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("articles") / "news.jsonl"
    faulty = ["{broken", '{"title": "بی متن"}']
    path.write_text("\n".join([*lines()[:30], *faulty, *lines()[30:]]) + "\n", encoding="utf-8")
    return path


def batch(inputs: list[str], output: Path | str, **more: Any) -> Any:
    return run(inputs, str(output), NO_DEFAULTS, **{"reader": "test", "most": 6, "progress": lambda _: None} | more)


@pytest.fixture(scope="module")
def local(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("local") / "out"
    batch([str(articles)], output)
    return output


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_every_article_is_there_once_as_read_gives_it(articles: Path, local: Path) -> None:
    with articles.open("rb") as file:
        wanted = [x for x in read_all(from_lines(file, str(articles))) if not isinstance(x, Failure)]
    found = [record for path in local.rglob("records.parquet") for record in pq.read_table(path)["record"].to_pylist()]
    assert sorted(found) == sorted(msgspec.json.encode(r).decode() for r in wanted)
    assert len(found) == COUNT == len(set(found))
    assert list(records(str(local))) == [msgspec.json.decode(r, type=type(wanted[0])) for p in sorted(local.rglob("*.parquet"))
                                         for r in pq.read_table(p)["record"].to_pylist()]  # fmt: skip


def test_days_are_partitions(local: Path) -> None:
    for path in local.rglob("records.parquet"):
        day = path.parent.name.removeprefix("day=")
        days = {(p or work.UNDATED)[:10] if p else work.UNDATED for p in pq.read_table(path)["published"].to_pylist()}
        assert days == {day}
    assert len(list(local.rglob("records.parquet"))) == 6


def test_what_cannot_be_read_is_set_aside_with_its_place_and_reason(articles: Path, local: Path) -> None:
    set_aside = [json.loads(line) for line in (local / "failures.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [f["where"] for f in set_aside] == [f"{articles}:31", f"{articles}:32"]
    assert "broken JSON" in set_aside[0]["message"]
    assert "`text`" in set_aside[1]["message"]
    summed = finished(str(local))
    assert summed is not None
    assert (summed.articles, summed.records, summed.failures, summed.days) == (COUNT + 2, COUNT, 2, 6)


def test_a_run_cut_off_goes_on_where_it_was(
    articles: Path, local: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    real = work.read_raw

    def counted(reader: Any, raw: Any) -> Any:
        seen.append(raw.ref)
        return real(reader, raw)

    monkeypatch.setattr(work, "read_raw", counted)

    def cut(_: int) -> None:
        if len(seen) >= 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        batch([str(articles)], tmp_path / "out", progress=cut)
    assert not is_batch(str(tmp_path / "out"))
    with pytest.raises(InputError, match="no finished batch"):
        list(records(str(tmp_path / "out")))
    batch([str(articles)], tmp_path / "out")
    assert sorted(seen, key=int) == [str(n) for n in range(COUNT)]  # none was read twice
    assert contents(tmp_path / "out") == contents(local)
    batch([str(articles)], tmp_path / "out")
    assert len(seen) == COUNT


def test_half_a_unit_that_a_dying_worker_left_counts_nothing(articles: Path, local: Path, tmp_path: Path) -> None:
    first = next(iter(units([str(articles)], NO_DEFAULTS, "test", 6)))
    draft = tmp_path / "out" / "_units" / f".{first.name}.parquet.0"
    draft.parent.mkdir(parents=True)
    draft.write_bytes(b"PAR1")
    batch([str(articles)], tmp_path / "out")
    assert contents(tmp_path / "out") == contents(local)


def test_processes_give_the_same_bytes(articles: Path, local: Path, tmp_path: Path) -> None:
    batch([str(articles)], tmp_path / "out", jobs=2)
    assert contents(tmp_path / "out") == contents(local)


def test_kinds_and_stores_of_input(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in lines(8)]
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress("\n".join(lines(8)).encode()))
    columns = {k: [str(r[k]) if k in r else None for r in rows] for k in ("id", "text", "published")}
    pq.write_table(pa.table(columns | {"more": list(range(8))}), tmp_path / "b.parquet")
    for name in ("a.jsonl.gz", "b.parquet"):
        batch([str(tmp_path / name)], tmp_path / name.partition(".")[0])
    parts = [{k: v for k, v in contents(tmp_path / n).items() if k.startswith("records")} for n in "ab"]
    assert parts[0] == parts[1] != {}

    import fsspec

    system = fsspec.filesystem("memory")
    system.pipe("/in/news.jsonl", "\n".join(lines(8)).encode())
    result = batch(["memory://in"], "memory://out")
    assert (result.records, result.failures) == (8, 0)
    assert len(list(records("memory://out"))) == 8
    system.rm("/", recursive=True)


def test_inputs_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress("\n".join(lines(8)).encode())[:-20])
    (tmp_path / "no.parquet").write_bytes(b"PAR1 and nothing else")
    pq.write_table(pa.table({"words": ["سلام"]}), tmp_path / "other.parquet")
    (tmp_path / "empty.jsonl").touch()
    (tmp_path / "page.pdf").touch()
    (tmp_path / "folder").mkdir()
    names = ["cut.jsonl.gz", "no.parquet", "other.parquet", "empty.jsonl", "page.pdf", "folder", "gone.jsonl", "nosuch://y.jsonl"]
    places = [n if "://" in n else str(tmp_path / n) for n in names]
    batch(places, tmp_path / "out")
    told = {f["where"]: f["message"] for f in map(json.loads, (tmp_path / "out" / "failures.jsonl").read_text("utf-8").splitlines())}
    words = ["broken gzip", "cannot be read as Parquet", "no column `text`", "the file is empty", "unknown kind", "no articles",
             "no such file", "cannot be reached"]  # fmt: skip
    for place, word in zip(places, words, strict=True):
        assert word in told[place], place


def test_a_finished_batch_of_something_else_is_left_alone(articles: Path, local: Path) -> None:
    before = contents(local)
    with pytest.raises(InputError, match="other inputs"):
        batch([str(articles), str(articles)], local)
    with pytest.raises(InputError, match="another version"):
        batch([str(articles)], local, reader="test2")
    assert contents(local) == before


def test_a_unit_that_kills_its_workers_is_halved_to_the_article(articles: Path) -> None:
    todo = [next(iter(units([str(articles)], NO_DEFAULTS, "test", 5)))]
    single: list[Any] = []
    whole = todo[0].items
    while todo:
        unit = todo.pop(0)
        assert single or unit.items
        if unit.name.endswith(".x"):
            single.append(unit.items[0])
        else:
            todo = [*halves(unit, "died"), *todo]
    assert single == [Failure(raw.where, "died") for raw in whole]


def test_the_command_and_the_store_take_it(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def dabir(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            app(words)
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    status, out, err = dabir("batch", str(articles), "--output", "batch", "--jobs", "1")
    assert (status, out) == (1, f"{COUNT} records of 6 days in batch\n")
    assert err == "dabir: 2 articles could not be read; batch/failures.jsonl says why\n"
    status, out, _ = dabir("add", "batch", "--store", "news.db", "--no-merge")
    assert (status, out) == (0, f"{COUNT} new\n")
    status, out, _ = dabir("add", "batch", "--store", "news.db", "--no-merge")
    assert (status, out) == (0, f"0 new, {COUNT} there already\n")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A cluster of one node, with one core, that has run a first task."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'dabir[cluster]'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        made = patiently(started)
        yield made
        ray.shutdown()
        made.shutdown()


def started() -> Any:
    import ray
    from ray.cluster_utils import Cluster

    made = Cluster()
    try:
        made.add_node(num_cpus=1, include_dashboard=False)
        ray.init(address=made.address, log_to_driver=False, logging_level="error")
        assert ray.get(ray.remote(lambda: 1).remote()) == 1
    except BaseException:
        ray.shutdown()
        made.shutdown()
        raise
    ray.shutdown()
    return made


def patiently(start: Callable[[], Any], tries: int = 4) -> Any:
    """Ray gives what it starts 30 seconds to answer, whatever else a machine does at the time, and raises bare exceptions."""
    for _ in range(tries - 1):
        try:
            return start()
        except Exception as error:  # noqa: BLE001
            print("again, after", repr(error))
    return start()


def test_the_article_that_kills_its_workers_is_found(cluster: Any) -> None:
    from dabir.batch.engines import Cluster

    def call(numbers: tuple[int, ...]) -> tuple[int, ...]:
        import os

        if 5 in numbers:
            os._exit(1)
        return numbers

    def split(numbers: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
        middle = len(numbers) // 2
        return (numbers[:middle], numbers[middle:]) if len(numbers) > 1 else ((-numbers[0],),)

    engine = Cluster(cluster.address)
    found = sorted(n for part in engine.run(call, [(1, 2, 3), (4, 5, 6, 7)], split) for n in part)
    assert found == [-5, 1, 2, 3, 4, 6, 7]
    engine.close()


def test_a_node_killed_in_mid_run_changes_no_byte(cluster: Any, articles: Path, local: Path, tmp_path: Path) -> None:
    import time

    node = patiently(lambda: cluster.add_node(num_cpus=2))
    killed: list[int] = []

    def kill(_: int) -> None:
        """After the first unit, as soon as the second node is at work."""
        if killed:
            return
        from ray._private.state import available_resources_per_node

        for _ in range(600):
            if available_resources_per_node().get(node.node_id, {}).get("CPU", 0) < 2:
                break
            time.sleep(0.1)
        else:
            pytest.fail("the second node never worked")
        killed.append(len(list((tmp_path / "out" / "_units").glob("[0-9]*.parquet"))))
        cluster.remove_node(node, allow_graceful=False)

    result = batch([str(articles)], tmp_path / "out", address=cluster.address, progress=kill)
    assert killed and 0 < killed[0] < COUNT // 6, "the node was not killed in mid-run"
    assert (result.records, result.failures) == (COUNT, 2)
    assert contents(tmp_path / "out") == contents(local)


def test_a_cluster_that_is_not_there() -> None:
    pytest.importorskip("ray", reason="Ray is not installed: pip install 'dabir[cluster]'")
    from dabir.batch.engines import Cluster

    with pytest.raises(InputError, match="no cluster there"):
        Cluster("not an address at all")


def told() -> list[str]:
    """Articles of several outlets about few acts, copies among them, one that comes in two versions, some of no day."""
    raws = [json.loads(line) for line in samples.text().splitlines()]
    heads = ["", "به گزارش خبرگزاری‌ها، ", "بنا بر اعلام منابع آگاه در گفت‌وگو با رسانه‌ها درباره تازه‌ترین تحولات، "]
    found = []
    for n in range(5 * len(raws)):
        raw = raws[n % len(raws)]
        day = [raw["published"][:10], "2025-03-01", "2025-03-02", None, raw["published"][:10]][n // len(raws)]
        body = raw["text"] if n % 2 else raw["text"][: 400 + 7 * n]
        found.append({"id": n, "outlet": ["ایرنا", "ایسنا", "فارس"][n % 3], "published": day, "text": heads[n % 3] + body,
                      "url": f"https://example.ir/{min(n, 40)}"})  # fmt: skip
    return [json.dumps({k: v for k, v in row.items() if v is not None}, ensure_ascii=False) for row in found]


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stories") / "stories.jsonl"
    path.write_text("\n".join(told()) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def merged(stories: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("merged") / "out"
    batch([str(stories)], output, merge=True)
    return output


def acts_of(output: Path) -> dict[str, dict[str, Any]]:
    rows = [row for path in sorted((output / "merged").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]
    found = {row["id"]: row for row in rows}
    assert len(found) == len(rows)
    return found


def store_of(output: Path, place: Path) -> tuple[dict[str, dict[str, Any]], int]:
    """What a store merges of a batch, and how many articles it holds to be copies."""
    found: dict[str, dict[str, Any]] = {}
    with dabir.open_store(place) as store:
        for record in records(str(output)):
            store.add(record)
        store.merge()
        with store.reading() as c:
            for row in c.execute(sa.select(schema.merged)).mappings():
                found[row["id"]] = dict(row) | {"events": [], "articles": set(), "parties": set()}
            m, e, v = schema.members, schema.events, schema.versions
            query = sa.select(m.c.merged, e.c.id, v.c.record).join(e, e.c.id == m.c.event).join(v, v.c.id == e.c.version)
            for act, event, record in c.execute(query):
                found[act]["events"].append(event)
                found[act]["articles"].add(json.loads(record)["article"]["id"])
            for row in c.execute(sa.select(schema.parties)):
                found[row.merged]["parties"].add((row.who, row.role, row.state, row.person))
            origins = list(c.execute(sa.select(schema.copies.c.origin)).scalars())
    return found, sum(origins.count(o) > 1 for o in origins)


def test_what_a_batch_merges_is_what_a_store_merges_of_it(merged: Path, tmp_path: Path) -> None:
    found, (wanted, copied) = acts_of(merged), store_of(merged, tmp_path / "news.db")
    assert found.keys() == wanted.keys()
    for act, row in wanted.items():
        mine = found[act]
        assert mine["events"] == sorted(row["events"])
        assert set(mine["articles"]) == row["articles"]
        told_of = [msgspec.convert(p, Party) for p in json.loads(mine["parties"])]
        assert {(p.who, p.role, p.state, p.person) for p in told_of} == row["parties"]
        for name in Summary.__struct_fields__:
            assert mine[name] == row[name], (act, name)
    summed = merging.finished(str(merged))
    assert summed is not None
    assert (summed.acts, summed.reports, summed.copies) == (len(wanted), sum(len(r["events"]) for r in wanted.values()), copied)
    assert summed.copies > 10 and max(row["reports"] for row in wanted.values()) > 2, "nothing was there to be merged"


@pytest.mark.parametrize(("least", "most", "close"), ((7, 3, 2), (20, 5, 60), (200, 1, 1)))
def test_few_neighbours_and_small_batches_are_those_of_the_store(
    merged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, least: int, most: int, close: int
) -> None:
    monkeypatch.setattr(store_merging, "BATCH", least)
    monkeypatch.setattr(store_merging, "NEIGHBOURS", most)
    monkeypatch.setattr(copying, "CANDIDATES", close)
    shutil.copytree(merged / "records", tmp_path / "out" / "records")
    shutil.copy(merged / "batch.json", tmp_path / "out")
    merging.merge(str(tmp_path / "out"), days(str(merged)), 45, Machine(1), parts=5)
    wanted, _ = store_of(merged, tmp_path / "news.db")
    assert {i: row["events"] for i, row in acts_of(tmp_path / "out").items()} == {i: sorted(row["events"]) for i, row in wanted.items()}


def test_a_merge_cut_off_goes_on_where_it_was(merged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(merged / "records", tmp_path / "out" / "records")
    shutil.copy(merged / "batch.json", tmp_path / "out")
    output, steps = str(tmp_path / "out"), ["sketch", "stale", "band", "alike", "tally", "index", "judge", "group"]
    for step in steps:
        with monkeypatch.context() as patch:
            patch.setattr(merging, step, _dies)
            with pytest.raises(KeyboardInterrupt):
                merging.merge(output, days(output), 45, Machine(1))
    with monkeypatch.context() as patch:
        patch.setattr(merging, "_records", _dies)  # the articles were gone through, and are not again
        merging.merge(output, days(output), 45, Machine(1))
    assert contents(tmp_path / "out" / "merged") == contents(merged / "merged")
    assert not (tmp_path / "out" / "_merge").exists()


def _dies(*_: Any) -> Any:
    raise KeyboardInterrupt


def test_processes_and_more_parts_merge_the_same(merged: Path, stories: Path, tmp_path: Path) -> None:
    batch([str(stories)], tmp_path / "out", merge=True, jobs=2)
    assert contents(tmp_path / "out" / "merged") == contents(merged / "merged")


def test_a_cluster_merges_the_same(cluster: Any, merged: Path, stories: Path, tmp_path: Path) -> None:
    batch([str(stories)], tmp_path / "out", address=cluster.address, merge=True)
    assert contents(tmp_path / "out" / "merged") == contents(merged / "merged")
