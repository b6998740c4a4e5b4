"""Gold of times from the annotations here and the news that they are of.

    python training/times/gold.py NEWS.jsonl.gz [--set abcdefg] > gold.jsonl

annotations.jsonl holds, for 461 items of news, every expression of time as [start, end, kind, value] over the item's
`text`; the texts are their outlets' and come from NEWS, by id. Set f was only measured on; the others were looked at,
set after set, once the rules of that day had been measured on them. Twelve items stand in both a and b, annotated by
two readers independently. What comes out is in the format of `dabir evaluate`, with times alone;
`benchmarks/times.py` takes it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from pathlib import Path

ANNOTATIONS = Path(__file__).with_name("annotations.jsonl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("news", type=Path)
    parser.add_argument("--set", default="abcdefg")
    options = parser.parse_args()
    wanted = [json.loads(line) for line in ANNOTATIONS.read_text("utf-8").splitlines()]
    wanted = [row for row in wanted if row["set"] in options.set]
    ids = {row["id"] for row in wanted}
    with gzip.open(options.news, "rt", encoding="utf-8") as file:
        texts = {item["id"]: item for line in file if (item := json.loads(line))["id"] in ids}
    for row in wanted:
        item = texts[row["id"]]
        text = item["text"]
        times = [{"text": text[a:b], "kind": kind, "value": value} for a, b, kind, value in row["times"]]
        gold = {"id": row["id"], "published": item["published_iso"], "text": text, "times": times}
        sys.stdout.write(json.dumps(gold, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
