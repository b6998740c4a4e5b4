"""A record as a person reads it at a terminal: the main event first, then the others, who said what, times, checks."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text as Line

from dabir.model import Event, Record
from dabir.views import words
from dabir.views.words import Index

_STATUS = {"held": "green", "ongoing": "green", "planned": "cyan", "proposed": "cyan", "denied": "red"}


def render(record: Record) -> RenderableType:
    """`record` for a rich console. Persian is printed as it stands: terminals order it themselves."""
    parts = words.index(record)
    lines = [*_head(record), *_events(record, parts), *_statements(record), *_times(record), *_checks(record)]
    return Group(*lines, Line(""))


def _row(label: str, value: str, style: str = "") -> list[Line]:
    return [Line.assemble(("    " + label.ljust(14), "dim"), (words.shown(value), style))] if value else []


def _heading(title: str, count: int) -> list[Line]:
    return [Line(""), Line(f"  {title} ({count})", "bold underline")] if count else []


def _head(record: Record) -> list[Line]:
    article = record.article
    first = next((line for line in article.text.splitlines() if line.strip()), "")
    source = (article.outlet, article.published or "no publication date", article.variety, article.ref)
    return [
        Line("─" * 78, "dim"),
        Line(words.short(article.title or first, 110), "bold"),
        Line(words.shown("  ".join(x for x in source if x)), "dim"),
    ]


def _event(event: Event, parts: Index) -> list[Line]:
    mark, style = ("●", "bold yellow") if event.main else ("○", "bold")
    title = Line.assemble(
        (f"  {mark} {event.act}", style), "  ", (event.status, _STATUS.get(event.status, "yellow")),
        f"  «{words.flat(event.trigger.text)}»", ("  main" if event.main else "", "yellow"),
    )  # fmt: skip
    lines = [title]
    for role, names in words.roles(event):
        lines += _row(role, names)
    lines += _row("when", words.when(event, parts)) + _row("where", words.where(event, parts))
    lines += _row("form", ", ".join(event.format))
    lines += _row("about", "؛ ".join(words.short(t.text, 80) for t in event.topics))
    lines += _row("according to", words.source_label(event.source))
    lines += _row("not known", ", ".join(f"{k} ({v})" for k, v in event.missing.items()), "dim")
    return lines + _row("PLOVER", words.code(event), "dim")


def _events(record: Record, parts: Index) -> list[Line]:
    lines = _heading("Events", len(record.events))
    for event in words.ordered_events(record):
        lines += _event(event, parts)
    return lines or [Line(""), Line("  No events found", "dim")]


def _statements(record: Record) -> list[Line]:
    lines = _heading("Statements", len(record.statements))
    for statement in record.statements:
        quote = "direct" if statement.direct else "indirect"
        lines.append(Line.assemble(("  " + words.speaker_label(statement), "bold cyan"), ("  " + quote, "dim")))
        lines.append(Line("    " + words.short(statement.content.text)))
    return lines


def _times(record: Record) -> list[Line]:
    lines = _heading("Times", len(record.times))
    for time in record.times:
        value = words.time_label(time)
        lines.append(Line.assemble(("  " + value.ljust(28), "blue" if time.value else "dim"), words.flat(time.text)))
    return lines


def _checks(record: Record) -> list[Line]:
    lines = _heading("Checks", len(record.checks))
    for check in record.checks:
        lines.append(Line.assemble(("  ! " + check.kind, "bold red"), "  ", words.shown(check.message.en)))
        lines.append(Line("    " + words.shown(check.message.fa)))
    return lines
