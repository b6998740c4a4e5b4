"""`dabir events`, `statements`, `actors`, `timeline`, `dyad`, `search`: questions to a store, as a table, JSON Lines or CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import msgspec
import typer
from msgspec import Struct

from dabir.commands.common import Output, lines, say
from dabir.commands.filtering import filtered
from dabir.commands.store import STATUS, StoreOption
from dabir.views.words import shown

if TYPE_CHECKING:
    from dabir.store.filters import Filter
    from dabir.store.paging import Page
    from dabir.store.query import EventRow
    from dabir.store.series import Bucket

_WIDTH = 1000  # of tables that go into a file or a pipe: none of their lines is broken
_LONGEST = 120
Form = Annotated[
    Literal["table", "jsonl", "csv"], typer.Option("--format", "-f", metavar="table|jsonl|csv", help="What to print.")
]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="So many rows.")]
All = Annotated[bool, typer.Option("--all", help="All rows, however many.")]
After = Annotated[
    str | None, typer.Option("--after", metavar="CURSOR", help="Go on behind this row: what the page before it said at its end.")
]
Reverse = Annotated[bool, typer.Option("--reverse", help="The last ones first.")]


def _examples(*commands: str) -> str:
    return "[bold]Examples[/]\n\n" + "\n\n".join(commands) + "\n\n" + STATUS


def _shown(cell: object) -> str:
    """A cell of a table: one line, and no more of a long text than its beginning."""
    words = "" if cell is None else " ".join(shown(str(cell)).split())
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…"


def _write(rows: Iterable[Struct], kind: type[Struct], form: str, columns: Sequence[str], out: TextIO) -> None:
    """Rows one by one; a table, whose columns fit their cells, when all are there."""
    from dabir.store.flat import flat, safe

    if form == "jsonl":
        for row in rows:
            out.write(msgspec.json.encode(row).decode() + "\n")
    elif form == "csv":
        writer = csv.writer(out)
        writer.writerow(kind.__struct_fields__)
        writer.writerows([safe(c) for c in flat(row).values()] for row in rows)
    else:
        from rich.console import Console
        from rich.table import Table

        table = Table(*columns, box=None, pad_edge=False)
        for row in rows:
            cells = flat(row)
            table.add_row(*(_shown(cells[c]) for c in columns))
        console = Console(file=out, markup=False, highlight=False)
        if not console.is_terminal:
            console.width = _WIDTH
        console.print(table)


def _answer(
    fetch: Callable[[int, str | None], Page[Any]], kind: type[Struct], columns: Sequence[str], form: str, path: Any, limit: int,
    every: bool, after: str | None,
) -> None:  # fmt: skip
    """Pages from `after` on, until `limit` rows are there; where there are more, a line on standard error says how to go on."""
    from dabir.store.paging import LARGEST, each

    more: str | None = None

    def step(cursor: str | None) -> Page[Any]:
        return fetch(LARGEST, cursor or after)

    if every:
        rows: Iterable[Any] = each(step)
    elif limit <= LARGEST:
        page = fetch(limit, after)
        rows, more = page.rows, page.next
    else:
        rows = islice(each(step), limit)
    with lines(path) as out:
        _write(rows, kind, form, columns, out)
    if more:
        say(f"there are more: --after {more}, or --all")


@filtered()
def events(
    f: Filter,
    store: StoreOption,
    form: Form = "table",
    path: Output = None,
    sort: Annotated[
        Literal["day", "reported", "outlets", "intensity"],
        typer.Option("--sort", metavar="day|reported|outlets|intensity", help="What to sort by; those without it come last."),
    ] = "day",
    reverse: Reverse = False,
    limit: Limit = 50,
    every: All = False,
    after: After = None,
) -> None:
    """List merged events: what happened between whom, when, where, by how many independent outlets."""
    from dabir.store.query import EventRow
    from dabir.store.store import open_store

    columns = ("begin", "act", "status", "parties", "place", "plover", "intensity", "outlets", "words", "id")
    with open_store(store) as opened_store:
        _answer(
            lambda n, cursor: opened_store.events(f, sort=sort, descending=reverse, limit=n, cursor=cursor),
            EventRow, columns, form, path, limit, every, after,
        )  # fmt: skip


@filtered()
def statements(
    f: Filter, store: StoreOption, form: Form = "table", path: Output = None, reverse: Reverse = False, limit: Limit = 50,
    every: All = False, after: After = None,
) -> None:  # fmt: skip
    """List statements, by date of publication: who said what, in which article."""
    from dabir.store.query import StatementRow
    from dabir.store.store import open_store

    columns = ("published", "state", "person", "speaker", "content", "outlet")
    with open_store(store) as opened_store:
        _answer(
            lambda n, cursor: opened_store.statements(f, descending=reverse, limit=n, cursor=cursor),
            StatementRow, columns, form, path, limit, every, after,
        )  # fmt: skip


@filtered()
def actors(
    f: Filter, store: StoreOption, form: Form = "table", path: Output = None, limit: Limit = 50, every: All = False,
    after: After = None,
) -> None:  # fmt: skip
    """List who takes part in events, those in most events first."""
    from dabir.store.query import ActorRow
    from dabir.store.store import open_store

    with open_store(store) as opened_store:
        _answer(
            lambda n, cursor: opened_store.actors(f, limit=n, cursor=cursor),
            ActorRow, ActorRow.__struct_fields__, form, path, limit, every, after,
        )  # fmt: skip


@filtered("text")
def search(
    f: Filter,
    words: Annotated[str, typer.Argument(metavar="WORDS", help="Words, however spelt; \"...\" or «...» together, * for an ending.")],
    store: StoreOption,
    form: Form = "table",
    path: Output = None,
    limit: Limit = 50,
    every: All = False,
    after: After = None,
) -> None:
    """Search the words of articles and statements, newest first; --state, --dyad, --outlet and dates narrow."""
    from dabir.store.query import TextRow
    from dabir.store.store import open_store

    wanted = msgspec.structs.replace(f, text=words)
    with open_store(store) as opened_store:
        _answer(
            lambda n, cursor: opened_store.texts(wanted, limit=n, cursor=cursor),
            TextRow, ("published", "outlet", "kind", "words", "version"), form, path, limit, every, after,
        )  # fmt: skip


@filtered()
def timeline(
    f: Filter,
    store: StoreOption,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
    path: Output = None,
) -> None:
    """Print dated events day by day, with both calendars; undated ones are counted at the end."""
    from dabir.store.store import open_store

    day, undated = "", 0
    with open_store(store) as opened_store, lines(path) as out:
        for event in opened_store.each_event(f):
            if event.since is None:
                undated += 1
                continue
            if as_json:
                out.write(msgspec.json.encode(event).decode() + "\n")
                continue
            if event.since != day:
                day = event.since
                out.write(f"{_both(day)}\n")
            out.write(f"    {_line(event)}\n")
    if undated:
        say(f"{undated:,} more events have no date")


def _both(day: str) -> str:
    """A day in both calendars."""
    from dabir.times.calendars import from_date

    return "{}  ({:04}-{:02}-{:02})".format(day, *from_date("jalali", date.fromisoformat(day)))


def _line(e: EventRow) -> str:
    who = " ".join(dict.fromkeys(p.state for p in e.parties if p.state))
    people = "، ".join(dict.fromkeys(n for p in e.parties if (n := p.person or p.name)))
    sources = f"{e.outlets} outlet{'s' if e.outlets > 1 else ''}"
    precision = e.begin if e.begin and e.begin[:10] != e.since else None
    return "  ".join(x for x in (e.act, e.status, who, people, e.place, precision, sources, f"[{e.id}]") if x)


@filtered("dyad")
def dyad(
    f: Filter,
    states: Annotated[tuple[str, str], typer.Argument(metavar="STATE STATE", help="Two states or organisations: RUS USA.")],
    store: StoreOption,
    by: Annotated[Literal["day", "week", "month"], typer.Option("--by", metavar="day|week|month", help="Step.")] = "month",
    calendar: Annotated[
        Literal["jalali", "gregorian"], typer.Option("--calendar", metavar="jalali|gregorian", help="Whose weeks and months.")
    ] = "gregorian",
    form: Form = "table",
    path: Output = None,
) -> None:
    """Show two states over time: events, their PLOVER classes and mean intensity, acts of one towards the other."""
    from dabir.store.filters import asked
    from dabir.store.series import Bucket
    from dabir.store.store import open_store

    pair = asked(dyad=states).dyad
    with open_store(store) as opened_store:
        series = opened_store.dyad(msgspec.structs.replace(f, dyad=pair), by, calendar)
    with lines(path) as out:
        if form == "table":
            _print_series(series.buckets, series.states, out)
        else:
            _write(series.buckets, Bucket, form, (), out)
    if series.undated:
        say(f"{series.undated:,} more events have no date")


def _print_series(buckets: Iterable[Bucket], states: tuple[str, str], out: TextIO) -> None:
    from rich.console import Console
    from rich.table import Table

    one, other = states
    table = Table("", box=None, pad_edge=False)
    for name in ("events", "cooperation", "conflict", "intensity", f"{one} → {other}", f"{other} → {one}"):
        table.add_column(name, justify="right")
    for b in buckets:
        cells = (b.events, b.quads[0] + b.quads[1], b.quads[2] + b.quads[3], b.intensity, b.first, b.second)
        table.add_row(b.label, *map(_shown, cells))
    Console(file=out, markup=False, highlight=False).print(table)


_COMMANDS: Mapping[Callable[..., None], str] = MappingProxyType({
    events: _examples(
        "dabir events --state RUS --state USA --since '۱ اسفند ۱۴۰۳' --store news.db",
        "dabir events --dyad RUS USA --when 'از ۱ اسفند ۱۴۰۳ تا ۱۵ فروردین ۱۴۰۴' --format csv --all --store news.db",
    ),
    statements: _examples("dabir statements --actor لاوروف --text سفارت --store news.db"),
    actors: _examples("dabir actors --act meet --when 1403 --store news.db"),
    timeline: _examples("dabir timeline --dyad RUS USA --store news.db"),
    dyad: _examples("dabir dyad RUS USA --by month --calendar jalali --store news.db"),
    search: _examples("dabir search 'گفتگو سفارت*' --store news.db"),
})


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    for command, examples in _COMMANDS.items():
        app.command(epilog=examples)(command)
