"""`dabir add` and what else keeps a store."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated

import typer

from dabir import __version__
from dabir.commands.common import Faults, Jobs, Published, given
from dabir.ingest.files import articles

STATUS = (
    "[bold]Exit status[/]  0 all was done; 1 some could not be (each named on standard error with the reason, the others are "
    "done); 2 wrong usage; 3 the store cannot be used (locked, full, broken, of a newer Dabir: the line says which and what to do)."
)
_ADD_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir add news.jsonl.gz --store news.db\n\n"
    "dabir add article.txt --published '۱۰ اسفند ۱۴۰۳' --outlet ایرنا --store news.db\n\n"
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


def add(
    files: Annotated[
        list[str], typer.Argument(metavar="INPUT...", help=".txt, .html, .jsonl, .jsonl.gz, a folder of these, or - (text).")
    ],
    store: StoreOption,
    published: Published = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", metavar="NAME", help="Outlet of articles that name none.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Address of articles that give none.")] = None,
    reread: Annotated[
        bool, typer.Option("--reread", help="Read articles that are there already again, with this version of Dabir.")
    ] = False,
    jobs: Jobs = 1,
) -> None:
    """Read articles and store them with their records. Adding again changes nothing; a run cut off goes on where it was."""
    from dabir.adding import add_all
    from dabir.store.store import open_store

    defaults, faults, done = given(published, outlet, url), Faults(), Counter[str]()
    with open_store(store) as opened:
        found = articles(files, defaults, sys.stdin.buffer)
        for outcome in faults.through(add_all(opened, found, at=clock(), reader=__version__, jobs=jobs, reread=reread)):
            done[outcome.added] += 1
    words = {"new": "new", "version": "new versions", "reread": "read again", "known": "there already"}
    counts = [f"{done[k]:,} {word}" for k, word in words.items() if done[k] or k == "new"]
    print(", ".join([*counts, f"{faults.count:,} not read"] if faults.count else counts))
    raise typer.Exit(1 if faults.count else 0)


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    app.command(epilog=_ADD_EXAMPLES)(add)
