"""`dabir fetch` and `dabir watch`: articles from the web, only when asked."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TextIO

import msgspec
import typer

from dabir import output
from dabir.commands.common import Faults, Output, Private, opened, usage
from dabir.errors import InputError

if TYPE_CHECKING:
    from dabir.ingest.raw import Failure, RawArticle

_FETCH_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir fetch https://www.example.ir/news/1234 > articles.jsonl\n\n"
    "dabir fetch page.html archive.warc.gz > articles.jsonl   (files, too: anything that read takes)\n\n"
    "[bold]Exit status[/]  as for read."
)
_WATCH_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir watch feeds.toml --once >> articles.jsonl\n\n"
    "dabir watch feeds.toml --format records >> records.jsonl   (until it is stopped)\n\n"
    "[bold]Exit status[/]  0 every feed and page was had; 1 some were not (each named on standard error, they are tried "
    "again later); 2 wrong usage, or a feeds.toml or state file that cannot be used. docs/ingest.md describes both."
)


def fetch(
    sources: Annotated[
        list[str], typer.Argument(metavar="URL|FILE...", help="Addresses of pages, or whatever read takes.")
    ],
    path: Output = None,
    private: Private = False,
) -> None:
    """Take articles in without reading them: JSON Lines of text, title, date and outlet, for read or for looking at."""
    from dabir.ingest.fetch import fetcher
    from dabir.ingest.files import articles

    faults = Faults()
    with opened(path) as out:
        _write(faults.through(articles(sources, fetch=fetcher(private=private))), out)
    raise typer.Exit(1 if faults.count else 0)


def watch(
    feeds: Annotated[Path, typer.Argument(metavar="FEEDS.TOML", help="The list of feeds.")],
    once: Annotated[bool, typer.Option("--once", help="Visit the feeds that are due now, and end.")] = False,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="PATH", help="What was seen is kept there; else beside the list, as NAME.state.json."),
    ] = None,
    form: Annotated[
        Literal["articles", "records"],
        typer.Option("--format", "-f", metavar="articles|records", help="What to print, as JSON Lines."),
    ] = "articles",
    private: Private = False,
) -> None:
    """Visit RSS and Atom feeds when they are due, and print their new articles."""
    from dabir.parallel import read_all

    faults = Faults()
    _begin_anew(sys.stdout)
    try:
        found = _watched(feeds, state or feeds.with_suffix(".state.json"), once, private)
        if form == "records":
            output.write(faults.through(read_all(found)), "jsonl", sys.stdout)
        else:
            _write(faults.through(found), sys.stdout)
    except InputError as error:
        raise usage(str(error)) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    raise typer.Exit(1 if faults.count else 0)


def _begin_anew(out: TextIO) -> None:
    """End the line that a run which was killed may have left half, before new ones are appended to it: with an empty line, which
    readers of JSON Lines pass over, where the output is a file that holds something."""
    try:
        found = os.fstat(out.fileno())
    except OSError:  # no file at all
        return
    if stat.S_ISREG(found.st_mode) and found.st_size:
        out.write("\n")


def _watched(feeds: Path, state: Path, once: bool, private: bool) -> Iterator[RawArticle | Failure]:
    from dabir.ingest.feeds import load_feeds
    from dabir.ingest.fetch import visitor
    from dabir.ingest.watch import watch as visits

    listed = load_feeds(feeds)
    visit = visitor(private=private, delay=listed.watch.delay, contact=listed.watch.contact)
    from dabir.ingest import network  # the web extra is there: `visitor` has looked

    return visits(listed, state, visit, now=network.utc_now, sleep=network.sleep, once=once)


def _write(found: Iterable[RawArticle], out: TextIO) -> None:
    from dabir.ingest.files import as_line

    for article in found:
        out.write(msgspec.json.encode(as_line(article)).decode() + "\n")
        out.flush()


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    app.command(epilog=_FETCH_EXAMPLES)(fetch)
    app.command(epilog=_WATCH_EXAMPLES)(watch)
