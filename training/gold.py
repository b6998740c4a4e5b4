"""Our own annotation of events and statements, as committed: item ids, offsets and labels, no outlet's words.

    python training/gold.py collect ITEMS.json OUT.jsonl FILE ...       annotators' files to offsets, and their agreement
    python training/gold.py words ANNOTATIONS.jsonl NEWS.gz OUT.jsonl   offsets to a gold file in the guidelines' format

Offsets are those of title, blank line, and the text's first `length` characters.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def whole(item: Row) -> str:
    return f"{item['title'] or ''}\n\n{item['text']}"


def _place(text: str, words: str | None, start: int = 0) -> list[int] | None:
    if not words:
        return None
    at = text.find(words, start)
    at = text.find(words) if at < 0 else at
    if at < 0:
        raise ValueError(f"{words!r} is not in the item")
    return [at, at + len(words)]


def offsets(row: Row, text: str) -> Row:
    """An annotator's line with places for words; equal triggers take one place after another."""
    taken: dict[str, int] = {}
    events, statements = [], []
    for e in row["events"]:
        trigger = _place(text, e["trigger"], taken.get(e["trigger"], 0))
        assert trigger
        taken[e["trigger"]] = trigger[1]
        actors = [
            {"name": _place(text, a["name"]), "person": _place(text, a.get("person")), "state": a["state"], "role": a["role"]}
            for a in e["actors"]
        ]
        events.append(
            {"act": e["act"], "trigger": trigger, "status": e["status"], "actors": actors, "place": _place(text, e.get("place")),
             "begin": e.get("begin"), "end": e.get("end"), "main": e["main"]}
        )  # fmt: skip
    for s in row["statements"]:
        first = _place(text, s["content_start"])
        assert first
        last = _place(text, s["content_end"], first[0])
        assert last
        content = [first[0], max(first[1], last[1])]
        statements.append(
            {"speaker": _place(text, s["speaker"]), "person": _place(text, s.get("person")), "state": s.get("state"),
             "content": content, "ends": last[0], "direct": s["direct"]}
        )  # fmt: skip
    return {"statements": statements, "events": events}


def words(row: Row, item: Row) -> Row:
    """A committed line as a gold article."""
    text = item["text"][: row["length"]]
    item = {"id": row["id"], "url": None, "text": text} | {k: item[k] for k in ("outlet", "title", "published")}
    source = whole(item)

    def cut(span: list[int] | None) -> str | None:
        return source[span[0] : span[1]] if span else None

    events = [
        e | {"trigger": cut(e["trigger"]), "place": cut(e["place"]),
             "actors": [a | {"name": cut(a["name"]), "person": cut(a["person"])} for a in e["actors"]]}
        for e in row["events"]
    ]  # fmt: skip
    statements = [
        {"speaker": cut(s["speaker"]), "person": cut(s["person"]), "state": s["state"], "direct": s["direct"],
         "content_start": " ".join(source[s["content"][0] : s["content"][1]].split()[:5]),
         "content_end": source[s["ends"] : s["content"][1]]}
        for s in row["statements"]
    ]  # fmt: skip
    return item | {"times": [], "statements": statements, "events": events}


def collect(source: Path, out: Path, *files: Path) -> None:
    items = json.loads(source.read_text("utf-8"))
    chosen: dict[int, Row] = {}
    twice: list[tuple[int, Row, Row]] = []
    for path in files:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            try:
                found = offsets(row, whole(items[row["n"]]))
            except ValueError as error:
                print(f"{path.name}: {row['n']}: {error}", file=sys.stderr)
                continue
            if row["n"] in chosen:
                twice.append((row["n"], chosen[row["n"]], found))
            else:
                chosen[row["n"]] = found
    rows = [{"id": items[n]["id"], "length": len(items[n]["text"])} | chosen[n] for n in sorted(chosen)]
    out.write_text("".join(json.dumps(r, ensure_ascii=False, separators=(",", ":")) + "\n" for r in rows), encoding="utf-8")
    events = sum(len(r["events"]) for r in rows)
    print(f"{len(rows)} items, {events} events, {sum(len(r['statements']) for r in rows)} statements; {len(twice)} items read twice")
    pairs = [
        [words({"id": items[n]["id"], "length": len(items[n]["text"])} | side, items[n]) for n, *sides in twice for side in [sides[k]]]
        for k in (0, 1)
    ]
    Path(f"{out}.twice").write_text(json.dumps(pairs, ensure_ascii=False), encoding="utf-8")


def to_words(annotations: Path, news: Path, out: Path) -> None:
    rows = [json.loads(x) for x in annotations.read_text("utf-8").splitlines()]
    wanted = {r["id"] for r in rows}
    with gzip.open(news, "rt", encoding="utf-8") as file:
        items = {d["id"]: d for line in file if (d := json.loads(line))["id"] in wanted}
    for d in items.values():
        d["title"], d["published"] = d["title"] or None, (d["published_iso"] or "")[:10] or None
    lines = [json.dumps(words(r, items[r["id"]]), ensure_ascii=False) for r in rows]
    out.write_text("".join(x + "\n" for x in lines), encoding="utf-8")
    print(f"{len(lines)} articles")


if __name__ == "__main__":
    task, *paths = sys.argv[1:]
    {"collect": collect, "words": to_words}[task](*map(Path, paths))
