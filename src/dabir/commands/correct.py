"""What an analyst changes from the shell: fields, notes, marks, acts joined and split; and the history, with a way back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
import typer

from dabir.commands.common import usage
from dabir.commands.store import STATUS, StoreOption, clock
from dabir.errors import InputError
from dabir.views.words import shown

if TYPE_CHECKING:
    from dabir.store.correcting import Change
    from dabir.store.corrections import Correction

_CORRECT = (
    "[bold]Examples[/]\n\n"
    "dabir correct 5c2f…e1 begin '۹ اسفند ۱۴۰۳' --by 'M. Rahimi' --why 'the ministry says so' --store news.db\n\n"
    "dabir correct 5c2f…e1 participant 'IRN OMN QAT' --by 'M. Rahimi' --why 'Qatar took part' --store news.db\n\n"
    "dabir correct 5c2f…e1 act talks --report --by 'M. Rahimi' --why 'misread' --store news.db   (in this article alone)\n\n"
    "dabir correct 7b10…3a person 'عباس عراقچی' --by 'M. Rahimi' --why 'he speaks' --store news.db   (a statement's speaker)\n\n"
    "[bold]Fields[/]  of events: act, status, begin, end, duration, place, country, venue, main, participant, actor, recipient, host, "
    "mediator (codes), person:CODE; of statements: speaker, person, state, content, direct; of articles: title, outlet, published.\n\n"
) + STATUS
_UNDO = "[bold]Examples[/]\n\ndabir undo 12 --by 'M. Rahimi' --store news.db\n\n" + STATUS
_CORRECTIONS = (
    "[bold]Examples[/]\n\n"
    "dabir corrections --store news.db\n\n"
    "dabir corrections 5c2f…e1 --json --store news.db\n\n"
) + STATUS
_NOTE = "[bold]Examples[/]\n\ndabir note 5c2f…e1 'ask the embassy' --by 'M. Rahimi' --store news.db\n\n" + STATUS
_MARK = "[bold]Examples[/]\n\ndabir mark 7b10…3a wrong --by 'M. Rahimi' --why 'a headline, no statement' --store news.db\n\n" + STATUS
_JOIN = "[bold]Examples[/]\n\ndabir join 5c2f…e1 9a07…44 --by 'M. Rahimi' --why 'one meeting' --store news.db\n\n" + STATUS
_SPLIT = "[bold]Examples[/]\n\ndabir split 9a07…44 --by 'M. Rahimi' --why 'of the week before' --store news.db\n\n" + STATUS

Id = Annotated[str, typer.Argument(metavar="ID", help="An event, a statement, or an article's version.")]
EventId = Annotated[str, typer.Argument(metavar="ID", help="An event.")]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who makes the change.")]
Why = Annotated[str, typer.Option("--why", metavar="WORDS", help="Why.")]


def _made(store: str, asked: Change, by: str) -> None:
    from dabir.store.store import open_store

    with open_store(store) as opened:
        try:
            print(shown(_line(opened.change(asked, by=by, at=clock()))))
        except InputError as error:
            raise usage(str(error)) from None


def correct(
    target: Id,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="What to set: see below.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What it is; '' for not stated.")],
    by: By,
    why: Why,
    store: StoreOption,
    report: Annotated[bool, typer.Option("--report", help="Of an event: what this article reports, not the act as a whole.")] = False,
) -> None:
    """Set a field to what it should be. What was read is kept beside it; the act shows the analyst's value."""
    from dabir.store.correcting import Change

    _made(store, Change("set", target, why, "report" if report else None, field, value), by)


def note(
    target: Id, words: Annotated[str, typer.Argument(metavar="WORDS", help="The note.")], by: By, store: StoreOption
) -> None:
    """Keep a note on an event, a statement or an article."""
    from dabir.store.correcting import Change

    _made(store, Change("note", target, words), by)


def mark(
    target: Annotated[str, typer.Argument(metavar="ID", help="A statement, or an event as one article reports it.")],
    value: Annotated[Literal["right", "wrong", "notable"], typer.Argument(metavar="right|wrong|notable", help="What it is.")],
    by: By,
    why: Why,
    store: StoreOption,
) -> None:
    """Mark a statement or a report: read right, read wrong (there is none), or worth noting."""
    from dabir.store.correcting import Change

    _made(store, Change("mark", target, why, value=value), by)


def join(
    left: EventId, right: Annotated[str, typer.Argument(metavar="ID", help="Another one.")], by: By, why: Why, store: StoreOption
) -> None:
    """Make two acts one, with all their reports. Unlike judge, which is of two reports, it can be undone."""
    from dabir.store.correcting import Change

    _made(store, Change("join", left, why, value=right), by)


def split(
    report: Annotated[str, typer.Argument(metavar="ID", help="The event of the article that reports something else.")],
    by: By,
    why: Why,
    store: StoreOption,
) -> None:
    """Take a report off the act that it was merged into. It can be undone."""
    from dabir.store.correcting import Change

    _made(store, Change("split", report, why), by)


def undo(
    number: Annotated[int, typer.Argument(metavar="NUMBER", help="The correction's number: see dabir corrections.")],
    by: By,
    store: StoreOption,
) -> None:
    """Take a correction back. It stays in the history, with who took it back and when."""
    from dabir.store.store import open_store

    with open_store(store) as opened:
        try:
            print(shown(_line(opened.undo(number, by=by, at=clock()))))
        except InputError as error:
            raise usage(str(error)) from None


def corrections(
    store: StoreOption,
    target: Annotated[str | None, typer.Argument(metavar="ID", help="Only those of this event, statement or article.")] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only those by this analyst.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """List what analysts changed, the newest first, with what was undone."""
    from dabir.store.store import open_store

    number = 0
    with open_store(store) as opened:
        for number, one in enumerate(opened.each_correction(target, by=by), 1):  # noqa: B007 - counted, to say that there are none
            print(msgspec.json.encode(one).decode() if as_json else "\n".join(map(shown, _lines(one))))
    if not number and not as_json:
        print("no corrections")


def _line(c: Correction) -> str:
    """What a correction is, in a line."""
    what = {
        "set": f"{c.field}: {c.before or '-'} → {c.after or '-'}", "mark": f"marked {c.after}", "note": "note",
        "join": f"joined with {c.after}", "split": f"split off {c.before}",
    }[c.kind]  # fmt: skip
    return f"{c.id}  {c.subject} {c.target}  {what}{'  (undone)' if c.undone_at else ''}"


def _lines(c: Correction) -> Iterator[str]:
    yield _line(c)
    yield f"    {c.by}, {c.at}: {c.why}"
    if c.undone_at:
        yield f"    undone by {c.undone_by}, {c.undone_at}"


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    app.command(epilog=_CORRECT)(correct)
    app.command(epilog=_NOTE)(note)
    app.command(epilog=_MARK)(mark)
    app.command(epilog=_JOIN)(join)
    app.command(epilog=_SPLIT)(split)
    app.command(epilog=_CORRECTIONS)(corrections)
    app.command(epilog=_UNDO)(undo)
