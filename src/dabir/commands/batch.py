"""`dabir batch`: the same reading over this machine's processes or a cluster."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import Annotated

import typer

from dabir import __version__
from dabir.commands.common import Jobs, Published, cores, given, say

_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir batch news.jsonl.gz --output batch\n\n"
    "dabir batch s3://archive/2025/ --output s3://records/2025 --address auto\n\n"
    "dabir batch news.jsonl.gz --output batch --merge\n\n"
    "dabir add batch --store news.db   (the result into a store)\n\n"
    "[bold]Exit status[/]  0 every article was read; 1 some could not be (they are in failures.jsonl, with reasons), or the run "
    "ended before its end: the same command goes on where it was; 2 wrong usage."
)


def batch(
    inputs: Annotated[
        list[str],
        typer.Argument(metavar="INPUT...", help=".jsonl, .jsonl.gz, .parquet, .warc, .warc.gz, folders of these; paths or URLs."),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FOLDER|URL", help="Where the result goes; all machines must see it.")
    ],
    address: Annotated[
        str | None,
        typer.Option("--address", metavar="ADDRESS", help="A Ray cluster: auto, HOST:PORT or ray://HOST:PORT. Else this machine."),
    ] = None,
    published: Published = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", metavar="NAME", help="Outlet of articles that name none.")
    ] = None,
    merge: Annotated[
        bool, typer.Option("--merge", help="Merge reports of one act as well, into FOLDER/merged; of a finished batch, too.")
    ] = False,
    jobs: Jobs = None,
) -> None:
    """Read many articles, on this machine or a cluster, into Parquet by day; a run cut off goes on where it was."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from dabir.batch.merging import finished
    from dabir.batch.run import run
    from dabir.errors import InputError

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.completed} articles"), TaskProgressColumn(show_speed=True))
    try:
        # What Ray prints of machines that died must not come among the results.
        with redirect_stdout(sys.stderr), Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task("", total=None)
            result = run(
                inputs, output, given(published, outlet), reader=__version__, address=address, jobs=cores(jobs), merge=merge,
                progress=lambda count: bar.update(task, advance=count),
            )  # fmt: skip
    except OSError as error:
        raise InputError(f"cannot be used ({error.strerror or error}); the same command goes on where it was", output) from None
    if result.failures:
        say(f"{result.failures:,} articles could not be read; {output.rstrip('/')}/failures.jsonl says why")
    print(f"{result.records:,} records of {result.days:,} days in {output}")
    if merge and (merged := finished(output)):
        print(f"{merged.reports:,} reports of {merged.acts:,} acts in {output.rstrip('/')}/merged; {merged.pairs:,} pairs compared")
    raise typer.Exit(1 if result.failures else 0)


def register(app: typer.Typer) -> None:
    """Put the command into the program."""
    app.command(epilog=_EXAMPLES)(batch)
