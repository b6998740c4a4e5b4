"""Every regular expression of the package, those made of its data included, is linear: input grows, the work grows as much."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import dabir

HERE = Path(__file__).parent


def test_patterns_are_linear() -> None:
    package = str(Path(dabir.__file__).parent)
    # By itself, since patterns that other tests have made already are not made again.
    done = subprocess.run([sys.executable, HERE / "patterns.py", package], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["unseen"] == [], "give these patterns a way to be seen: a cached table, or a case that makes them"
    assert found["slow"] == []
    assert found["patterns"] > 1500
