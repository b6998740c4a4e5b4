"""What commands share: their common options, lines on standard error, output files and the progress line."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO, TypeVar

import typer

from dabir.errors import InputError
from dabir.ingest.raw import Defaults, Failure
from dabir.views.words import shown

Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="PATH", help="Write there instead of standard output.")
]
Files = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help=".txt, .html, .jsonl, .jsonl.gz, .warc, .warc.gz, a folder of these, an address, or - (text)."
    ),
]
Private = Annotated[
    bool, typer.Option("--allow-private", help="Fetch addresses of private networks and of this machine, too.")
]
Published = Annotated[
    str | None,
    typer.Option(
        "--published",
        metavar="DATE",
        help="Publication date of articles that have none: 2025-02-28, 1403-12-10 or '۱۰ اسفند ۱۴۰۳'. "
        "Without a date, «امروز» and the like stay unresolved.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs", "-j", min=1, max=256, metavar="N", help="Read with this many processes; else one for each core, few articles by one."
    ),
]


def say(message: str) -> None:
    """A line for a person, on standard error; what it quotes from an input can neither break it nor steer the terminal."""
    print(f"dabir: {shown(message)}", file=sys.stderr)


def cores(jobs: int | None) -> int:
    """How many processes `--jobs` means on this machine; null, the cores that this process may use."""
    return jobs or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(os.cpu_count() or 1))


def usage(message: str) -> typer.Exit:
    """Say what is wrong with the command; to be raised."""
    say(message)
    return typer.Exit(2)


def given(
    published: str | None, outlet: str | None = None, url: str | None = None, option: str = "--published"
) -> Defaults:
    """What options say of articles that do not say it themselves. A date that is none ends the command with status 2."""
    from dabir.ingest.dates import publication_date

    try:
        return Defaults(publication_date(published) if published else None, outlet, url)
    except InputError as error:
        raise usage(f"{option}: {error.message}") from None


@contextmanager
def opened(path: Path | None) -> Iterator[TextIO]:
    """The file at `path` to write to, standard output for None."""
    if path is None:
        yield sys.stdout
        return
    try:
        file = path.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise usage(f"{path}: cannot be written ({error.strerror or error})") from None
    with file:
        yield file


@contextmanager
def written(path: Path | None) -> Iterator[BinaryIO]:
    """A file that has its name only when all of it is there, `NAME.part` until then; standard output for None. Where it cannot
    be written to its end, the part goes, what stood under the name stays, and the command ends with status 1."""
    if path is None:
        yield sys.stdout.buffer
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        say(f"{path}: cannot be written ({error.strerror or error})")
        raise typer.Exit(1) from None
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def lines(path: Path | None) -> Iterator[TextIO]:
    """`written`, for text in UTF-8."""
    if path is None:
        yield sys.stdout
        return
    with written(path) as file:
        out = io.TextIOWrapper(file, encoding="utf-8", newline="\n", write_through=True)
        yield out
        out.detach()


_T = TypeVar("_T")


class Faults:
    """Lets results through and names failures on standard error, where a progress line runs for many articles."""

    def __init__(self) -> None:
        self.count = 0

    def through(self, results: Iterable[_T | Failure]) -> Iterator[_T]:
        """The results that are none; the others are counted and named."""
        from rich.console import Console
        from rich.progress import Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.completed} articles"), TaskProgressColumn(show_speed=True))
        with Progress(
            *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task("", total=None, visible=False)
            for number, result in enumerate(results, 1):
                bar.update(task, completed=number, visible=number > 1)
                if isinstance(result, Failure):
                    self.count += 1
                    say(str(result))
                else:
                    yield result
