"""`dabir merge` and what an analyst does with merged events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

import msgspec
import typer

from dabir.commands.common import usage
from dabir.commands.store import STATUS, StoreOption, clock, merge_all
from dabir.errors import InputError
from dabir.views.words import shown

_MERGE_EXAMPLES = "[bold]Examples[/]\n\ndabir merge --store news.db\n\n" + STATUS
_JUDGE_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir judge 5c2f…e1 9a07…44 same --by 'M. Rahimi' --store news.db\n\n"
    "dabir judge 5c2f…e1 9a07…44 different --by 'M. Rahimi' --note 'two rounds' --store news.db\n\n"
) + STATUS
_DISAGREEMENTS_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir disagreements --store news.db\n\n"
    "dabir disagreements --store news.db --json\n\n"
) + STATUS


def merge(store: StoreOption) -> None:
    """Tie new articles to their copies, and new reports to the acts that they are of. add does it, unless told not to."""
    from dabir.store.store import open_store

    with open_store(store) as opened:
        done = merge_all(opened)
        counts = opened.counts()
    print(f"{done.reports:,} reports of {done.articles:,} articles merged; the store has {counts['merged']:,} acts")


def judge(
    left: Annotated[str, typer.Argument(metavar="ID", help="An event (or an article's version).")],
    right: Annotated[str, typer.Argument(metavar="ID", help="Another one.")],
    verdict: Annotated[
        Literal["same", "different", "unsure"],
        typer.Argument(metavar="same|different|unsure", help="One act (one text), or not, or not to be told."),
    ],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")],
    store: StoreOption,
    note: Annotated[str | None, typer.Option("--note", metavar="WORDS", help="Why.")] = None,
) -> None:
    """Overrule the merge: two events are one act or not, two articles are copies or not. It holds for every later merge."""
    from dabir.store.store import open_store

    with open_store(store) as opened:
        try:
            opened.judge(left, right, verdict, by=by, at=clock(), note=note)
        except InputError as error:
            raise usage(str(error)) from None


def disagreements(
    store: StoreOption,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines.")] = False,
) -> None:
    """List where outlets contradict each other on one act: its date, place, length, persons, or whether it took place."""
    from dabir.store.store import open_store

    with open_store(store) as opened:
        found = opened.disagreements()
        _print(found) if as_json else print("\n".join(map(shown, _lines(found))) or "no disagreements")


def _print(found: Iterable[object]) -> None:
    for one in found:
        print(msgspec.json.encode(one).decode())


def _lines(found: Iterable[object]) -> Iterator[str]:
    from dabir.store.merged import Disagreement

    for d in found:
        assert isinstance(d, Disagreement)
        yield f"{d.event}  {d.act}  {d.field}"
        for o in d.values:
            dates = " – ".join(dict.fromkeys(x[:10] for x in (o.first, o.last) if x))
            yield f"    {o.value}  {o.outlets} outlet{'s' if o.outlets > 1 else ''}  {dates}".rstrip()


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    app.command(epilog=_MERGE_EXAMPLES)(merge)
    app.command(epilog=_JUDGE_EXAMPLES)(judge)
    app.command(epilog=_DISAGREEMENTS_EXAMPLES)(disagreements)
