"""Runs the peers from Dabir's own interpreter: another process each, so that none of their packages is needed here.

    import client
    for name in client.peers(python, "restore"):
        outcome = client.run(python, "restore", name, [{"text": "کتابها را خواندم."}])
        outcome.results[0]  # {"text": "کتاب‌ها را خواندم.", "s": 0.0001}

`python` is the peers' interpreter, `.venv-peers/bin/python` after `make peers`. Needs the standard library only.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RUN = Path(__file__).resolve().with_name("run.py")
# One core each, and no try at the network for a model that no peer here needs.
ENVIRONMENT = {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}


class PeerError(RuntimeError):
    """A peer that is not there, does not load or gives no answer at all."""


@dataclass(frozen=True)
class Outcome:
    """What a peer gave: one result a row, in order; see run.py for what is in them."""

    name: str
    version: str
    results: list[dict[str, Any]]
    load_s: float  # import, set-up and one short text
    total_s: float  # the rows alone, as timed in the peer's process

    @property
    def errors(self) -> int:
        """How many rows the peer failed on."""
        return sum("error" in result for result in self.results)


def versions(python: Path, task: str) -> dict[str, str]:
    """The installed peers for `task` (`restore` or `times`), each with `PACKAGE VERSION`. Empty without the peers' venv."""
    if not python.exists():
        return {}
    done = subprocess.run(
        _command(python, "list"), capture_output=True, encoding="utf-8", timeout=60, check=False, env=_environment()
    )
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {row[1]: f"{row[2]} {row[3]}" for row in rows if row[0] == task}


def peers(python: Path, task: str) -> list[str]:
    """The names of the installed peers for `task`."""
    return list(versions(python, task))


def run(
    python: Path, task: str, name: str, rows: Iterable[Mapping[str, Any]], timeout_s: float = 1800
) -> Outcome:
    """What the peer `name` gives for `rows` (`text`, and `published` or not). Raises PeerError where it gives nothing.

    After `timeout_s` the peer is stopped; rows that it did not come to then have an `error`.
    """
    lines = [json.dumps({"text": row["text"], "published": row.get("published")}, ensure_ascii=False) for row in rows]
    version = versions(python, task).get(name)
    if version is None:
        raise PeerError(f"{name} is not installed for {python}")
    with subprocess.Popen(
        _command(python, task, name),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=_environment(),
    ) as process:
        why = ""
        try:
            out, complaints = process.communicate("".join(line + "\n" for line in lines), timeout=timeout_s)
        except subprocess.TimeoutExpired:
            process.kill()
            out, complaints = process.communicate()
            why = f"stopped after {timeout_s:g} s"
    # A line without its end was cut off when the peer ended.
    answers = [json.loads(line) for line in out.split("\n")[:-1]]
    if not answers or not answers[0].get("ready"):
        told = answers[0].get("error") if answers else why or complaints.strip().rpartition("\n")[2]
        raise PeerError(f"{name} does not load: {told}")
    results = answers[1 : len(lines) + 1]
    missing = {"error": why or f"the peer ended with status {process.returncode}"}
    total = sum(result["s"] for result in results)
    results += [missing] * (len(lines) - len(results))
    return Outcome(name, version, results, answers[0]["load_s"], total)


def _command(python: Path, *arguments: str) -> list[str]:
    return [str(python), "-W", "ignore", str(RUN), *arguments]


def _environment() -> dict[str, str]:
    """This process's environment, without what would lead the other interpreter to the packages of this one."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}
    return kept | ENVIRONMENT
