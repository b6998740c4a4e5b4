"""How well articles come out of web pages: token F1 of the body, and the publication date.

    python benchmarks/pages.py BODIES.jsonl.gz [--limit N] [--frame NAME]

The file has one article a line: `html` (the body as its site marks it up), `title`, `published` (September 1st 2019,
18:25:00.000). Bodies come without the page around them, so each is set into the frames of benchmarks/frames, which are ours,
in the manner of Persian sites: menus, today's date, «کد خبر», captions, other news, and the date in a form of its own. The row
`none` is the body alone, as a file. Gold tokens are those of the body's markup, by lxml alone; the expected date of a frame
that states none is null.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import lxml.html
from jinja2 import Environment, FileSystemLoader
from persiantools.jdatetime import JalaliDateTime

from dabir.errors import InputError
from dabir.ingest.html import read_page
from dabir.names.kb import squeeze

FRAMES = Path(__file__).parent / "frames"
LEADS = ("agency", "list")  # frames that show the lead, apart from the body
ZONES = {"blog": "Asia/Kabul"}  # where the frame's site lives
DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
WORD = re.compile(r"\w[\w\u200b-\u200f\u00ad]*")
ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)\b")


def articles(path: Path, limit: int) -> Iterator[dict[str, Any]]:
    """The rows that have a body of twenty words and a date."""
    count = 0
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            if row["published"] and len(tokens(plain(row["html"]))) >= 20:
                yield row
                count += 1
                if count == limit:
                    return


def plain(html: str) -> str:
    """The text of markup, a space at every element."""
    tree = lxml.html.fragment_fromstring(html, create_parent="div")
    for element in tree.xpath(".//script|.//style"):
        element.drop_tree()
    return " ".join(tree.itertext())


def whole(name: str, row: dict[str, Any]) -> str:
    """The text that a frame shows as the article: the lead, unless the body has it, and the body."""
    body, lead = plain(row["html"]), " ".join((row["summary"] or "").split())
    return f"{lead} {body}" if name in LEADS and squeeze(lead) not in squeeze(body) else body


def tokens(text: str) -> Counter[str]:
    """The words of a text, with their half-spaces."""
    return Counter(WORD.findall(text))


def f1(found: Counter[str], gold: Counter[str]) -> float:
    """The harmonic mean of precision and recall over tokens."""
    shared = (found & gold).total()
    return 2 * shared / (found.total() + gold.total()) if shared else 0.0


def stated(text: str) -> datetime:
    """The date of a row, by the clock of its site."""
    return datetime.strptime(ORDINAL.sub("", text), "%B %d %Y, %H:%M:%S.%f")


def frame_values(row: dict[str, Any], when: datetime, code: int) -> dict[str, str]:
    """What a frame shows: the article, and its date in many forms."""
    jalali, other = JalaliDateTime(when), JalaliDateTime(1409, 2, 15)
    return {
        "body": row["html"],
        "lead": row["summary"] or "",
        "title": row["title"],
        "code": str(8_400_000 + code),
        "long": jalali.strftime("%d %B %Y", locale="fa"),
        "numeric": jalali.strftime("%Y/%m/%d").translate(DIGITS),
        "clock": when.strftime("%H:%M").translate(DIGITS),
        "english": when.strftime("%d %B %Y"),
        "today": "سه‌شنبه ۱۷ اردیبهشت ۱۴۰۹",
        "other": other.strftime("%d %B %Y", locale="fa"),
        "jalali_iso": jalali.strftime("%Y-%m-%dT%H:%M:%S"),
        "utc_kabul": when.replace(tzinfo=ZoneInfo("Asia/Kabul")).astimezone(UTC).isoformat(),
    }


def wanted(name: str, when: datetime) -> str | None:
    """The date that the frame states, to the minute and with its zone where the site's is known."""
    if name in ("none", "undated"):
        return None
    if name == "portal":  # no address in the page: the clock is without a zone
        return when.strftime("%Y-%m-%dT%H:%M")
    return when.replace(tzinfo=ZoneInfo(ZONES.get(name, "Asia/Tehran"))).isoformat()


def main() -> None:
    """Print one row a frame."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="only so many articles; 0 is all")
    parser.add_argument("--frame", help="only this frame")
    parser.add_argument("--worst", type=int, default=0, help="list the lines of so many of the worst bodies, and their F1")
    options = parser.parse_args()
    environment = Environment(loader=FileSystemLoader(FRAMES), autoescape=False)  # noqa: S701 bodies are markup
    names = [options.frame] if options.frame else ["none", *sorted(p.stem for p in FRAMES.glob("*.html"))]
    rows = list(articles(options.path, options.limit))
    print("| frame | pages | body F1, mean | body F1 ≥ .95 | no article | date right | date null | date wrong |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        scores: list[float] = []
        dates: Counter[str] = Counter()
        for code, row in enumerate(rows):
            when = stated(row["published"])
            page = row["html"] if name == "none" else environment.get_template(f"{name}.html").render(frame_values(row, when, code))
            try:
                found = read_page(page.encode())
            except InputError:
                scores.append(0.0)
                dates["none"] += 1
                continue
            scores.append(f1(tokens(found.text), tokens(whole(name, row))))
            dates["right" if same(found.published, wanted(name, when)) else "null" if found.published is None else "wrong"] += 1
        good = sum(s >= 0.95 for s in scores)
        print(
            f"| {name} | {len(scores)} | {sum(scores) / len(scores):.3f} | {good / len(scores):.1%} | {dates['none']} "
            f"| {dates['right']} | {dates['null']} | {dates['wrong']} |"
        )
        for n in sorted(range(len(scores)), key=scores.__getitem__)[: options.worst]:
            print(f"  {scores[n]:.3f} article {n + 1}")


def same(found: str | None, gold: str | None) -> bool:
    """Whether two stamps are the same to the minute, offsets included."""
    if found is None or gold is None:
        return found is gold
    stamps = [datetime.fromisoformat(s).replace(second=0) for s in (found, gold)]
    return stamps[0] == stamps[1] and stamps[0].utcoffset() == stamps[1].utcoffset() and len(found) > 10


if __name__ == "__main__":
    main()
