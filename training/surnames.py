"""Builds data/kb/surnames.tsv: words of Persian news that mostly stand behind a given name.

    python training/surnames.py NEWS.jsonl.gz [--least 6] [--share 0.3]

Input: JSON Lines of news items (`title`, `text`). A word is listed where at least `share` of its occurrences follow
a given name (first words of the people in data/kb/people and data/kb/given_names.tsv), `least` times or more. Only the words leave it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from pathlib import Path

from dabir import resources
from dabir.names.kb import squeeze
from dabir.text.keys import fold_char

OUT = Path(__file__).parent.parent / "src/dabir/data/kb/surnames.tsv"
WORD = re.compile(r"\w+|[^\w\s]|\n")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("news", type=Path)
    ap.add_argument("--least", type=int, default=6)
    ap.add_argument("--share", type=float, default=0.3)
    a = ap.parse_args()
    given = {squeeze(r["fa"].split()[0]) for r in resources.tables("kb/people") if " " in r["fa"]}
    given |= {squeeze(r["fa"]) for r in resources.table("kb/given_names.tsv") if r["kind"] == "given"}
    given = {g for g in given if len(g) > 2}
    every: Counter[str] = Counter()
    behind: Counter[str] = Counter()
    seen: set[str] = set()
    with gzip.open(a.news, "rt", encoding="utf-8") as f:
        for line in f:
            d = json.loads(line)
            for part in ((d.get("title") or "") + "\n" + (d.get("text") or "")).split("\n"):
                if part in seen or len(part) < 20:
                    continue
                seen.add(part)
                words = WORD.findall("".join(map(fold_char, part)))
                every.update(words)
                behind.update(b for x, b in zip(words, words[1:], strict=False) if x in given)
    often = (w for w, n in behind.items() if n >= a.least and n >= a.share * every[w])
    rows = sorted(w for w in often if w.isalpha() and len(w) > 2 and w not in given)
    head = "# Made by training/surnames.py: words of Persian news that mostly stand behind a given name.\nfa\n"
    OUT.write_text(head + "".join(w + "\n" for w in rows), encoding="utf-8")
    print(len(rows), "surnames;", len(given), "given names")


if __name__ == "__main__":
    main()
