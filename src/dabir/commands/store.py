"""`dabir add` and what else keeps a store."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Annotated

import typer

from dabir import __version__
from dabir.commands.common import Faults, Files, Jobs, Private, Published, cores, given
from dabir.views.words import shown

if TYPE_CHECKING:
    from dabir.store.merging import Merging
    from dabir.store.store import Store

STATUS = (
    "[bold]Exit status[/]  0 all was done; 1 some could not be (each named on standard error with the reason, the others are "
    "done); 2 wrong usage; 3 the store cannot be used (locked, full, broken, of a newer Dabir: the line says which and what to do)."
)
_BACKUP_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir backup news-2025-03.db --store news.db\n\n"
    "dabir backup news.db --store postgresql://desk@db.example/news   (a server's store as one file)\n\n"
    "dabir backup postgresql://desk@db.example/news --store news.db   (and back, to an empty database)\n\n"
) + STATUS
_CHECK_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir check --store news.db\n\n"
    "[bold]Exit status[/]  0 all is well; 1 faults were found, a line each; 2 wrong usage; 3 the store cannot be read at all."
)
_ADD_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir add news.jsonl.gz --store news.db\n\n"
    "dabir add article.txt --published '۱۰ اسفند ۱۴۰۳' --outlet ایرنا --store news.db\n\n"
    "dabir add batch --store news.db   (what dabir batch wrote: its records are stored as they are)\n\n"
    "dabir add folder/ --store postgresql://desk@db.example/news --jobs 4\n\n"
) + STATUS

StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        "-s",
        metavar="FILE|URL",
        envvar="DABIR_STORE",
        help="The store: a SQLite file, or postgresql://user@host/name. Also by the variable DABIR_STORE.",
    ),
]


def clock() -> str:
    """Now, as an ISO date-time in UTC, to the second: the one place where a store's commands ask the clock."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def merge_all(opened: Store) -> Merging:
    """Merge what is new, with a progress line on a terminal."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} reports merged"), TaskProgressColumn(show_speed=True))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=None)
        return opened.merge(lambda count: bar.update(task, advance=count))


def add(
    files: Files,
    store: StoreOption,
    published: Published = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", metavar="NAME", help="Outlet of articles that name none.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Address of articles that give none.")] = None,
    reread: Annotated[
        bool, typer.Option("--reread", help="Read articles that are there already again, with this version of Dabir.")
    ] = False,
    merge: Annotated[
        bool, typer.Option("--merge/--no-merge", help="Merge afterwards what the articles report, or leave that to dabir merge.")
    ] = True,
    jobs: Jobs = None,
    private: Private = False,
) -> None:
    """Read articles and store them with their records. Adding again changes nothing; a run cut off goes on where it was."""
    from dabir.adding import add_all, keep_all
    from dabir.batch.run import is_batch, records
    from dabir.ingest.fetch import fetcher
    from dabir.ingest.files import articles
    from dabir.store.store import open_store

    defaults, faults, done = given(published, outlet, url), Faults(), Counter[str]()
    with open_store(store) as opened:
        batches = [place for place in files if is_batch(place)]
        found = articles((f for f in files if f not in batches), defaults, sys.stdin.buffer, fetcher(private=private))
        at = clock()
        outcomes = chain(
            *(keep_all(opened, records(place), at=at, reader=__version__, reread=reread) for place in batches),
            add_all(opened, found, at=at, reader=__version__, jobs=cores(jobs), reread=reread),
        )
        for outcome in faults.through(outcomes):
            done[outcome.added] += 1
        acts = merge_all(opened).reports if merge else 0
    words = {"new": "new", "version": "new versions", "reread": "read again", "known": "there already"}
    counts = [f"{done[k]:,} {word}" for k, word in words.items() if done[k] or k == "new"]
    counts += [f"{faults.count:,} not read"] if faults.count else []
    print(", ".join([*counts, f"{acts:,} reports merged"] if acts else counts))
    raise typer.Exit(1 if faults.count else 0)


def backup(
    target: Annotated[
        str, typer.Argument(metavar="FILE|URL", help="A file that is not there yet, or a database without tables.")
    ],
    store: StoreOption,
) -> None:
    """Copy a whole store, while others go on writing to it."""
    from dabir.store.store import open_store

    with open_store(store) as opened:
        opened.backup(target)


def check(store: StoreOption) -> None:
    """Check a store: the database, each record, each span's words, the full-text index."""
    from dabir.store.store import open_store

    count = 0
    with open_store(store) as opened:
        for fault in opened.check():
            count += 1
            print(shown(str(fault)))
        articles = opened.counts()["versions"]
    print(f"{articles:,} articles checked, {count:,} faults")
    raise typer.Exit(1 if count else 0)


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    app.command(epilog=_ADD_EXAMPLES)(add)
    app.command(epilog=_BACKUP_EXAMPLES)(backup)
    app.command(epilog=_CHECK_EXAMPLES)(check)
