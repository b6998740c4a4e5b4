"""One way for what annotators settle in several: the noun of a kind before a name, and a bare rank before a person.

    python training/ner/house.py ANNOTATIONS.jsonl NEWS.gz ...      settles a file of annotations in place

«خبرگزاری رویترز», «حزب کارگر», «تنگه هرمز», «جزیره کیش» are whole; «شهر», «استان», «کشور» stay outside a place («استان مرکزی» is
one); «سردار» and «ژنرال» before a name are titles.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

BODIES = "خبرگزاری|روزنامه|شبکه|جنبش|حزب|باشگاه|شرکت|سازمان|وزارت|دانشگاه|سفارت|بانک|پارلمان|کمیسیون"
LANDS = "جزیره|جزایر|تنگه|خلیج|دریای|دریاچه|رود|رودخانه|کوه|کوه‌های|ارتفاعات|بلندی‌های|شبه‌جزیره|کرانه"
OUTSIDE = "شهر|شهرستان|استان|ایالت|روستای|کشور|منطقه"
RANKS = "سردار|سرلشکر|سرتیپ|سپهبد|ارتشبد|دریادار|دریابان|ژنرال|سرهنگ|مارشال|فیلدمارشال|فیلد مارشال|ستوان|سرگرد|دریاسالار"
_BEFORE = {"ORG": re.compile(rf"(?<!\S)(?:{BODIES})[ \u200c]$"), "LOC": re.compile(rf"(?<!\S)(?:{LANDS})[ \u200c]$")}
_OUTSIDE = re.compile(rf"(?:{OUTSIDE}) (?!مرکزی|قدس)(?=\S)")
_RANK = re.compile(rf"(?<!\S)((?:{RANKS})) $")


def settled(text: str, names: list[Any], titles: list[Any]) -> tuple[list[Any], list[Any]]:
    """The two layers of a sentence, settled."""
    out = []
    for start, end, kind in sorted(names):
        if kind == "LOC" and (m := _OUTSIDE.match(text, start, end)):
            start = m.end()
        if kind in _BEFORE and (m := _BEFORE[kind].search(text, 0, start)) and not any(b > m.start() for _, b, _ in out):
            start = m.start()
        out.append([start, end, kind])
    ranks = [list(m.span(1)) for start, _, kind in out if kind == "PER" and (m := _RANK.search(text, 0, start))]
    titles = [list(t) for t in titles]
    titles += [r for r in ranks if not any(a < r[1] and r[0] < b for a, b in titles)]
    return out, sorted(titles)


def main(path: Path, *news: Path) -> None:
    rows = [json.loads(x) for x in path.read_text("utf-8").splitlines()]
    wanted, texts = {r["id"] for r in rows}, dict[str, str]()
    for source in news:
        with gzip.open(source, "rt", encoding="utf-8") as file:
            texts |= {d["id"]: d["text"] for line in file if (d := json.loads(line))["id"] in wanted}
    changed = 0
    for r in rows:
        before = (r["names"], r["titles"])
        r["names"], r["titles"] = settled(texts[r["id"]][r["start"] : r["end"]], *before)
        changed += before != (r["names"], r["titles"])
    path.write_text("".join(json.dumps(r, separators=(",", ":")) + "\n" for r in rows), encoding="utf-8")
    print(f"{changed} of {len(rows)} sentences changed")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
