"""`dabir track`: the negotiations and disputes of a group of states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from dabir.commands.common import usage
from dabir.commands.store import STATUS, StoreOption
from dabir.errors import InputError
from dabir.views.words import shown

if TYPE_CHECKING:
    from dabir.store.tracks import Item, Moment, Round, Track

_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir track RUS USA --store news.db\n\n"
    "dabir track IRN GBR FRA DEU --since '۱ دی ۱۴۰۳' --until 2025-06-01 --store news.db --json\n\n"
) + STATUS


def _day(option: str, value: str | None) -> str | None:
    from dabir.ingest.dates import publication_date

    try:
        return publication_date(value)[:10] if value else None
    except InputError as error:
        raise usage(f"{option}: {error.message}") from None


def track(
    states: Annotated[
        list[str], typer.Argument(metavar="STATE...", help="Two or more states or organisations, by code: RUS USA.")
    ],
    store: StoreOption,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="From this day, Jalali or Gregorian.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Up to this day, itself not included.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines, a track each.")] = False,
) -> None:
    """Show negotiations and disputes: rounds, agenda with each side's words, measures and answers, accords, what is open."""
    from dabir.store.store import open_store

    with open_store(store) as opened:
        try:
            found = opened.track([s.upper() for s in states], since=_day("--since", since), until=_day("--until", until))
        except InputError as error:
            raise usage(error.message) from None
    for one in found:
        print(msgspec.json.encode(one).decode() if as_json else "\n".join(map(shown, _lines(one))))
    if not found and not as_json:
        print("no track: no two dated acts of these states on one subject")


def _lines(t: Track) -> Iterator[str]:
    yield f"{t.kind}  {' '.join(t.states)}  {t.begin} – {t.end}  {', '.join(i.name.en or i.subject for i in t.agenda)}"
    yield "  rounds"
    yield from (f"    {_round(r)}" for r in t.rounds)
    for item in t.agenda:
        yield f"  {item.name.en or item.subject}{' (open)' if item.open else ''}"
        yield from _positions(item)
    yield from _section("agreed", [_moment(m) for m in t.agreed])
    yield from _section("planned", [_moment(m) for m in t.planned])
    ledger = [
        f"{m.day}  {' '.join(m.by) or '?'} → {' '.join(m.against) or '?'}  {m.act} {m.status}"
        f"{'  in answer to ' + m.answers if m.answers else ''}  [{m.event}]"
        for m in t.ledger
    ]
    yield from _section("measures", ledger)


def _section(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}"
        yield from (f"    {line}" for line in lines)


def _round(r: Round) -> str:
    sides = " / ".join(f"{s.state} {', '.join(s.people)}".strip() for s in r.delegations)
    number = f"no. {r.number}" if r.number else ""
    parts = (r.day, r.act, r.status, number, r.place, r.venue, r.level, r.duration, sides)
    return "  ".join(str(p) for p in parts if p) + f"  {r.outlets} outlet{'s' if r.outlets > 1 else ''}  [{r.events[0]}]"


def _moment(m: Moment) -> str:
    return f"{m.day}{'' if m.dated else ' (reported)'}  {m.act} {m.status}  {m.words}  [{m.event}]"


def _positions(item: Item) -> Iterator[str]:
    for state, positions in item.positions.items():
        for p in positions:
            yield f"    {p.day[:10]}  {state}  {p.person or ''}: {p.words}"


def register(app: typer.Typer) -> None:
    """Put the command into the program."""
    app.command(epilog=_EXAMPLES)(track)
