"""The short form of benchmarks/soak.py: feeds watched, stored and served while each program is killed; nothing lost, nothing twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

for needed in ("httpcore2", "protego", "feedparser", "trafilatura", "fastapi", "uvicorn"):
    pytest.importorskip(needed)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "benchmarks"))
import soak  # noqa: E402


def test_nothing_is_lost_and_nothing_is_there_twice_whatever_is_killed(tmp_path: Path) -> None:
    table, well = soak.soak(tmp_path, articles=24, seconds=25, readers=2, restart=4)
    figures = dict(zip(table.columns[0].cells, table.columns[1].cells, strict=True))
    log = (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert well, (figures, log[-3000:])
    assert int(str(figures["articles published"])) == 24
    kills = next(str(label) for label in figures if str(label).startswith("kills"))
    assert all(f"{name} 0" not in kills for name in ("watch", "add", "serve")), kills
    assert int(str(figures["requests answered"]).replace(",", "")) > 0, log[-3000:]


def test_what_is_lost_or_twice_is_counted(tmp_path: Path) -> None:
    site = soak.Site(3, 1.0)
    site.url = "http://example.ir"
    with soak.dabir.open_store(tmp_path / "news.db") as store:
        for place, text in (("/0", "یک"), ("/1", "دو"), ("/1", "سه"), ("/9", "چهار")):
            store.add(soak.dabir.read(f"وزیران خارجه ایران و عمان دیدار کردند؛ خبر {text}", url=site.url + place))
    assert soak.found(tmp_path / "news.db", site) == (1, 1, 1)
