"""`dabir times`: the times and checks of articles, without the rest of their record."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TextIO

import msgspec
from rich.console import Console
from rich.text import Text as Line

from dabir.ingest.files import Failure, RawArticle
from dabir.model import Check, Time
from dabir.output import Lines
from dabir.reading import whole_text
from dabir.text.clean import outline
from dabir.times.check import check_times
from dabir.times.find import find_times
from dabir.views import words


class Dated(msgspec.Struct, frozen=True):
    """An article's times and checks. Spans are offsets of `text`: title, a blank line, body, as in a record."""

    ref: str | None
    published: str | None
    text: str
    times: tuple[Time, ...]
    checks: tuple[Check, ...]


def date_all(articles: Iterable[RawArticle | Failure]) -> Iterator[Dated | Failure]:
    """The times of each article, in order; failures pass through."""
    return (item if isinstance(item, Failure) else _dated(item) for item in articles)


def _dated(raw: RawArticle) -> Dated:
    source, _ = whole_text(raw.title, raw.text)
    text, day = outline(source), datetime.fromisoformat(raw.published) if raw.published else None
    times = find_times(text, day)
    return Dated(raw.ref, raw.published, source, times, check_times(text, times, day))


def write(found: Iterable[Dated], form: Lines, out: TextIO) -> None:
    """Write what was found as it comes: a line of JSON an article, or rows that a person reads."""
    console = Console(file=out) if out.isatty() else None
    for item in found:
        if form == "jsonl":
            out.write(msgspec.json.encode(item).decode() + "\n")
        elif console:
            console.print(*_rows(item), sep="\n", soft_wrap=True)
        else:
            buffer = io.StringIO()
            Console(file=buffer, width=200).print(*_rows(item), sep="\n", soft_wrap=True)
            out.write(buffer.getvalue())


def _rows(item: Dated) -> Iterator[Line]:
    yield Line("  ".join(words.shown(x) for x in (item.ref, item.published or "no publication date") if x), style="dim")
    for time in item.times:
        why = " ".join(x for x in (time.calendar, time.zone, time.anchor and f"from {time.anchor}", time.rule) if x)
        value = words.time_label(time)
        yield Line.assemble(
            (f"  {time.id:5}", "dim"), (f"{value:28}  ", "blue" if time.value else "dim"), words.flat(time.text),
            (f"  [{why}]", "dim"),
        )  # fmt: skip
    for check in item.checks:
        yield Line.assemble(("  ! " + check.kind, "bold red"), "  ", words.shown(check.message.en))
