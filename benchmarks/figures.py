"""Renews the tables of figures in README.md and docs/ by running the commands that make them.

    python benchmarks/figures.py DEV.jsonl FRESH.jsonl

A table stands between `<!-- figures: errors.py DEV -->` and `<!-- /figures -->`: the benchmark and which of the two gold files it
reads. Each is run once; what it prints replaces the table.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PAGES = (HERE.parent / "README.md", *sorted((HERE.parent / "docs").glob("*.md")))
TABLE = re.compile(r"(<!-- figures: (\w+\.py) (DEV|FRESH) -->\n).*?(<!-- /figures -->)", re.DOTALL)


@cache
def printed(command: str, gold: Path) -> str:
    """What a benchmark prints for a gold file. Raises CalledProcessError where it fails."""
    done = subprocess.run([sys.executable, str(HERE / command), str(gold)], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip() + "\n"


def main() -> None:
    """Run, replace, say what changed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dev", type=Path)
    parser.add_argument("fresh", type=Path)
    options = parser.parse_args()
    gold = {"DEV": options.dev, "FRESH": options.fresh}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        new = TABLE.sub(lambda m: m[1] + printed(m[2], gold[m[3]]) + m[4], text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            print(page)


if __name__ == "__main__":
    main()
