"""The peers' client without the peers: what is not installed is said and does no harm. Patterns need no peer either."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent.parent / "benchmarks" / "peers"
sys.path.append(str(HERE))

import client  # noqa: E402
import timers  # noqa: E402

PYTHON = Path(sys.executable)


def test_without_peers(tmp_path):
    assert client.peers(tmp_path / "python", "restore") == []
    assert "hazm" not in client.peers(PYTHON, "restore")
    with pytest.raises(client.PeerError, match="hazm is not installed"):
        client.run(PYTHON, "restore", "hazm", [{"text": "کتابها"}])


def test_a_peer_that_misbehaves(tmp_path, monkeypatch):
    script = tmp_path / "fake.py"
    script.write_text(
        f"""
import os, sys
sys.path.insert(0, {str(HERE)!r})
import restorers, run
def shout(text):
    print("noise")
    if text == "die": os._exit(9)
    if text == "fail": raise ValueError("no")
    return text.upper()
restorers.RESTORERS["fake"] = ("pytest", lambda: shout)
restorers.RESTORERS["bad"] = ("pytest", lambda: 1 / 0)
sys.exit(run.main(sys.argv[1:]))
""",
        encoding="utf-8",
    )
    monkeypatch.setattr(client, "RUN", script)
    outcome = client.run(PYTHON, "restore", "fake", [{"text": text} for text in ("a\nb", "fail", "c", "die", "d")])
    assert [result.get("text") for result in outcome.results] == ["A\nB", None, "C", None, None]
    assert outcome.errors == 3
    assert "ValueError: no" in outcome.results[1]["error"]
    with pytest.raises(client.PeerError, match="bad does not load: ZeroDivisionError"):
        client.run(PYTHON, "restore", "bad", [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("شنبه 5 مهرماه 1400", ["شنبه 5 مهرماه 1400"]),
        ("در 1403/07/12 و اسفند 1402", ["1403/07/12", "اسفند 1402"]),
        ("بیست و هفتم آذر و سال 1398", ["بیست و هفتم آذر", "سال 1398"]),
        ("مهر او به تیر خورد و دی گذشت", []),
        ("در 2025/07/12", []),
    ],
)
def test_jalali_candidates(text, found):
    assert [match.group() for match in timers._candidates(text)] == found


def test_words_are_located_whole():
    assert timers._locate("میز در می", "می", 0) == 7
    assert timers._locate("میز", "می", 0) == 0
    assert timers._locate("میز", "دی", 0) == -1
