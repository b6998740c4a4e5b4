"""The tables of restoration: made twice from the same corpus, whatever the machine's hashing, they are the same."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dabir.resources import read_bytes

ROOT = Path(__file__).resolve().parent.parent
SENTENCES = (
    "وزیران می‌گویند گفت‌وگوهای تازه‌ای آغاز می‌شود.",
    "رسانه‌های دو کشور از خانه‌ای می‌نویسند که در آن گفت‌وگو شد.",
    "او در نامه‌ای از برنامه‌های دولت می‌پرسد و نام‌های تازه را می‌خواند.",
    "کارشناسان در روزهای آینده به تهران می‌روند.",
)


def made(folder: Path, seed: str) -> dict[str, bytes]:
    """The tables that training makes of a small corpus."""
    folder.mkdir()
    news = folder / "news.jsonl.gz"
    with gzip.open(news, "wt", encoding="utf-8") as file:
        for number in range(40):
            text = f"{number}\n" + "\n".join(SENTENCES[k % 4] for k in range(number, number + 3))
            file.write(json.dumps({"title": f"خبر {number}", "text": text}) + "\n")
    command = [sys.executable, str(ROOT / "training" / "restore_tables.py"), str(folder), str(news)]
    done = subprocess.run(
        command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return {p.name: p.read_bytes() for p in folder.glob("*.gz") if p != news}


@pytest.mark.skipif(not (ROOT / "training").is_dir(), reason="an installed package has no training folder")
def test_tables_regenerate_with_no_difference(tmp_path: Path) -> None:
    first = made(tmp_path / "a", "1")
    assert set(first) == {"lexicon.tsv.gz", "pairs.tsv.gz", "weights.bin.gz"}
    assert "گفت‌وگوهای\t30" in gzip.decompress(first["lexicon.tsv.gz"]).decode()
    assert made(tmp_path / "b", "2") == first


@pytest.mark.parametrize("name", ["lexicon.tsv.gz", "pairs.tsv.gz", "weights.bin.gz"])
def test_tables_say_how_they_were_made(name: str) -> None:
    note = read_bytes(f"text/{name}").partition(b"\n")[0].decode()
    assert note.startswith("# Made by training/restore_tables.py from ")
