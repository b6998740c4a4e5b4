"""The audit says how much it could look up: what no database answers for is not free of faults."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"
NONE = "\"dependencies\": [{\"name\": \"six\", \"skip_reason\": \"Dependency not found on PyPI\"}]"
CLEAN = "\"dependencies\": [{\"name\": \"six\", \"version\": \"1.0\", \"vulns\": []}]"
FAULT = "\"dependencies\": [{\"name\": \"six\", \"version\": \"1.0\", \"vulns\": [{\"id\": \"PYSEC-1\"}]}]"


@pytest.mark.parametrize(
    ("said", "status", "words"),
    (
        (f"echo '{{{CLEAN}}}'", 0, "1 versions, no known fault"),
        (f"echo '{{{FAULT}}}'", 1, "six 1.0: PYSEC-1"),
        (f"echo '{{{NONE}}}'; echo 'No known vulnerabilities found' >&2", 2, "NOT AUDITED: nothing is known of 1 of 1"),
        ("echo 'Failed to resolve api.osv.dev' >&2; exit 1", 2, "Failed to resolve"),
        ("echo '[]'", 2, "NOT AUDITED"),
    ),
)
def test_what_was_not_looked_up_is_not_called_free_of_faults(tmp_path: Path, said: str, status: int, words: str) -> None:
    tool, pins = tmp_path / "pip-audit", tmp_path / "constraints.txt"
    tool.write_text(f"#!/bin/sh\n{said}\n", encoding="utf-8")
    tool.chmod(0o755)
    pins.write_text("# a comment == 1\nsix==1.0\n    # via x\n", encoding="utf-8")
    command = [sys.executable, SCRIPTS / "audit.py", tool, pins]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    assert words in done.stdout
