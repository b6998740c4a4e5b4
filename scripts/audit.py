"""Look the pinned versions up in the advisory databases, by pip-audit, and say how many could be looked up at all.

    python scripts/audit.py PIP-AUDIT [CONSTRAINTS]

PyPI's database is asked first, OSV's where that did not know all of them. pip-audit passes over what a database does not answer
for and then calls the rest free of faults; so this counts. Exit status: 0 every version was looked up and has no known fault; 1
some have one; 2 some or all could not be looked up, for instance without the network.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SERVICES = ("pypi", "osv")


def asked(command: str, service: str, constraints: str) -> tuple[list[dict[str, Any]], str]:
    """What a database says of each version, and why it says nothing where it does not."""
    # Environment markers are for one platform each; pip-audit wants plain pins.
    options = ["--requirement", constraints, "--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    done = subprocess.run([command, *options, "--vulnerability-service", service], capture_output=True, text=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"]), ""
    except (ValueError, KeyError, TypeError):
        lines = done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"]
        return [], lines[-1][:300]


def summed(answers: dict[str, tuple[list[dict[str, Any]], str]], wanted: int) -> tuple[list[str], int]:
    """Lines to print and the exit status, of what each database said of `wanted` versions."""
    known: set[str] = set()
    faults: set[str] = set()
    lines = []
    for service, (found, why) in answers.items():
        looked = [d for d in found if "skip_reason" not in d]
        known |= {d["name"] for d in looked}
        faults |= {f"{d['name']} {d['version']}: {v['id']}" for d in looked for v in d["vulns"]}
        lines.append(f"{service}: {len(looked)} of {wanted} versions looked up" + (f" ({why})" if why else ""))
    lines += sorted(faults)
    if faults:
        return [*lines, f"{len(faults)} known faults"], 1
    if len(known) < wanted:
        return [*lines, f"NOT AUDITED: nothing is known of {wanted - len(known)} of {wanted} versions; is there a network?"], 2
    return [*lines, f"{wanted} versions, no known fault"], 0


def pinned(constraints: Path) -> int:
    """How many packages a file of constraints pins (one that is pinned twice, for two platforms, counts once)."""
    lines = (line for line in constraints.read_text(encoding="utf-8").splitlines() if "==" in line and not line.startswith("#"))
    return len({line.partition("==")[0].strip() for line in lines})


def main() -> int:
    """Ask, print, and give the exit status."""
    command, constraints = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "constraints.txt"
    wanted, answers = pinned(Path(constraints)), {}
    for service in SERVICES:
        answers[service] = asked(command, service, constraints)
        if len({d["name"] for found, _ in answers.values() for d in found if "skip_reason" not in d}) >= wanted:
            break
    lines, status = summed(answers, wanted)
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    raise SystemExit(main())
