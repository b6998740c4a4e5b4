"""The command line: arguments to calls, no more. `dabir --help` is the manual's first page.

A command imports what it runs when it is run, so that help and the first article come soon.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Annotated

import typer

from dabir import __version__, output
from dabir.commands import ask, batch, correct, export, intake, merge, serve, store, track
from dabir.commands.common import Faults, Files, Jobs, Output, Private, Published, cores, given, opened, say, usage
from dabir.errors import DabirError, InputError
from dabir.gold import Evaluation, Layer
from dabir.output import Format, Lines
from dabir.views.words import shown

app = typer.Typer(
    name="dabir",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    help="Reads Persian news about diplomacy into records: who met, called, sanctioned or quoted whom, "
    "where, when, according to whom; every field tied to the article's own words.",
    epilog="Start with  [bold]dabir demo[/]  (sample articles, read and shown), then  [bold]dabir read article.txt "
    "--published 1403-12-10[/].  [bold]dabir COMMAND --help[/] explains each command with examples.",
)

_READ_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir read article.txt --published 2025-02-28\n\n"
    "dabir read article.txt --published '۱۰ اسفند ۱۴۰۳' --outlet ایرنا --format html --output article.html\n\n"
    "dabir read news.jsonl.gz more/ --format jsonl --jobs 4 > records.jsonl\n\n"
    "cat article.txt | dabir read - --format json\n\n"
    "dabir read https://www.example.ir/news/1234   (an address is fetched: docs/ingest.md)\n\n"
    "[bold]Exit status[/]  0 every article was read; 1 some could not be (each named on standard error with the "
    "reason, the others are there); 2 wrong usage."
)
_TIMES_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir times article.txt --published 2025-02-28\n\n"
    "echo 'دیروز ساعت ۵ عصر دیدار کردند.' | dabir times - --published '۱۰ اسفند ۱۴۰۳'\n\n"
    "dabir times news.jsonl.gz --format jsonl > times.jsonl\n\n"
    "[bold]Exit status[/]  as for read."
)
_RESTORE_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "echo 'مذاکرهکنندگان می توانند بروند' | dabir restore\n\n"
    "dabir restore article.txt > restored.txt\n\n"
    "dabir restore article.txt --edits   (what would change, and why)\n\n"
    "[bold]Exit status[/]  0 all was restored; 1 a file could not be read or is not UTF-8 (named on standard error with "
    "the line, the other files are done); 2 wrong usage."
)
_KB_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir kb لاوروف\n\n"
    "dabir kb --state RUS --office foreign-minister --on 2025-02-28\n\n"
    "dabir kb --state PSE   (the offices that the tables have holders for)\n\n"
    "dabir kb --counts\n\n"
    "[bold]Exit status[/]  0 something was found; 1 nothing was; 2 wrong usage."
)
_EVALUATE_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir evaluate gold.jsonl records.jsonl\n\n"
    "dabir evaluate gold.jsonl gold.jsonl --show events   (reads the articles of the gold file, then compares)\n\n"
    "dabir evaluate gold.jsonl records.jsonl --json"
)

def _version(wanted: bool) -> None:
    if wanted:
        print(f"dabir {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    del version


@app.command(epilog=_READ_EXAMPLES)
def read(
    files: Files,
    published: Published = None,
    outlet: Annotated[
        str | None, typer.Option("--outlet", metavar="NAME", help="Outlet of articles that name none.")
    ] = None,
    url: Annotated[str | None, typer.Option("--url", metavar="URL", help="Address of articles that give none.")] = None,
    form: Annotated[
        Format, typer.Option("--format", "-f", metavar="text|json|jsonl|html", help="What to print.")
    ] = "text",
    path: Output = None,
    jobs: Jobs = None,
    private: Private = False,
) -> None:
    """Read articles into records."""
    from dabir.ingest.fetch import fetcher
    from dabir.ingest.files import articles
    from dabir.parallel import read_all

    defaults = given(published, outlet, url)
    faults = Faults()
    with opened(path) as out:
        found = articles(files, defaults, sys.stdin.buffer, fetcher(private=private))
        output.write(faults.through(read_all(found, cores(jobs))), form, out)
    raise typer.Exit(1 if faults.count else 0)


@app.command(epilog=_TIMES_EXAMPLES)
def times(
    files: Files,
    published: Published = None,
    form: Annotated[
        Lines, typer.Option("--format", "-f", metavar="text|jsonl", help="A table, or a line of JSON an article.")
    ] = "text",
    path: Output = None,
    private: Private = False,
) -> None:
    """Find the expressions of time in articles: words, ISO value, and what the value rests on; contradictions as checks."""
    from dabir import dating
    from dabir.ingest.fetch import fetcher
    from dabir.ingest.files import articles

    faults = Faults()
    with opened(path) as out:
        found = articles(files, given(published), sys.stdin.buffer, fetcher(private=private))
        dating.write(faults.through(dating.date_all(found)), form, out)
    raise typer.Exit(1 if faults.count else 0)


@app.command(epilog=_RESTORE_EXAMPLES)
def restore(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE...]", help="Text files, UTF-8; - or none is standard input."),
    ] = None,
    edits: Annotated[
        bool, typer.Option("--edits", help="Print the edits with their rules, as JSON Lines, instead of the text.")
    ] = False,
    path: Output = None,
) -> None:
    """Restore lost half-spaces, glued and split words, letters and signs of Persian text, line for line."""
    from dabir import restoring

    failed = False
    with opened(path) as out:
        for name in files or ["-"]:
            lines = restoring.opened(name, sys.stdin.buffer)
            try:
                for line in restoring.changes(name, lines) if edits else restoring.restored(name, lines):
                    out.write(line)
                    out.flush()
            except InputError as error:
                failed = True
                say(str(error))
    raise typer.Exit(1 if failed else 0)


@app.command(epilog=_KB_EXAMPLES)
def kb(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="Names in Persian, of people, states, bodies or places.")
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="CODE", help="A state (ISO alpha-3) or organisation: its offices.")
    ] = None,
    office: Annotated[
        str | None, typer.Option("--office", metavar="OFFICE", help="With --state: who held it, such as foreign-minister.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="With --office: on that day alone.")] = None,
    tally: Annotated[bool, typer.Option("--counts", help="How much there is of each kind.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask the knowledge base: whom a name may stand for, who held what office when."""
    import msgspec

    from dabir import lookup
    from dabir.names.kb import load

    if sum((bool(names), bool(state), tally)) != 1 or (office and not state) or (on and not office):
        raise usage("give names, or --state with --office and --on as needed, or --counts")
    base, day = load(), (given(on, option="--on").published or "")[:10] or None
    found: object
    if tally:
        found = lookup.counts(base)
        rows = [f"{name:20}{count:8,}" for name, count in found.items()]
    elif state and office:
        found = lookup.holders(base, state, office, day)
        rows = list(lookup.held_lines(found))
    elif state:
        found = lookup.offices_of(base, state)
        rows = list(found)
    else:
        found = tuple(entry for name in names or () for entry in lookup.named(base, name))
        rows = list(lookup.lines(found))
    print(msgspec.json.encode(found).decode() if as_json else "\n".join(rows), end="\n" if rows or as_json else "")
    raise typer.Exit(0 if rows else 1)


@app.command()
def schema(path: Output = None) -> None:
    """Print the JSON Schema of a record."""
    with opened(path) as out:
        out.write(output.schema() + "\n")


@app.command(name="samples")
def samples_(path: Output = None) -> None:
    """Print the sample articles that ship with Dabir, as JSON Lines: something to try the other commands on."""
    from dabir import samples

    with opened(path) as out:
        out.write(samples.text())


@app.command()
def demo(
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where index.html and records.jsonl go.")
    ] = Path("demo"),
) -> None:
    """Read the sample articles, show each record, and write an HTML page with the articles' words marked."""
    from dabir import samples
    from dabir.parallel import read_all

    faults = Faults()
    records = tuple(faults.through(read_all(samples.articles())))
    output.write(records, "text", sys.stdout)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise usage(f"{folder}: cannot be made ({error.strerror or error})") from None
    page = folder / "index.html"
    written: tuple[tuple[Format, Path], ...] = (("html", page), ("jsonl", folder / "records.jsonl"))
    for form, path in written:
        with opened(path) as out:
            output.write(records, form, out)
    print(f"{len(records)} articles read. Open {page} in a browser; the records are in {folder / 'records.jsonl'}")
    raise typer.Exit(1 if faults.count else 0)


@app.command(epilog=_EVALUATE_EXAMPLES)
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Gold, JSON Lines in the guidelines' format.")],
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="Records (.jsonl), or articles that are read first (as for read).")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
    show: Annotated[
        Layer | None,
        typer.Option("--show", metavar="times|statements|events", help="List the differences of this layer."),
    ] = None,
    jobs: Jobs = None,
) -> None:
    """Compare records with gold: precision, recall and F1 of times, statements and events."""
    from dabir import scoring
    from dabir.ingest.files import articles
    from dabir.parallel import read_all

    faults = Faults()
    try:
        wanted = scoring.load_gold(gold)
        records = scoring.load_records(source)
        if records is None:
            found = faults.through(read_all(articles([source], stdin=sys.stdin.buffer), cores(jobs)))
            records = [scoring.scored(r) for r in found]
        result = scoring.evaluate(wanted, records, show)
    except InputError as error:
        raise usage(str(error)) from None
    if as_json:
        print(scoring.as_json(result, show is not None))
    else:
        _print_evaluation(result)
    raise typer.Exit(1 if faults.count else 0)


def _print_evaluation(result: Evaluation) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    for d in result.differences:
        print("\t".join(map(shown, (d.ref, d.fault, d.gold, d.found))))
    table = Table("layer", box=None)
    for name in ("precision", "recall", "F1", "gold", "predicted"):
        table.add_column(name, justify="right")
    for name, row in result.figures.items():
        figures = (f"{row.precision:.3f}", f"{row.recall:.3f}", f"{row.f1:.3f}", str(row.gold), str(row.pred))
        table.add_row(escape(name), *figures)
    Console().print(table)


intake.register(app)
batch.register(app)
store.register(app)
merge.register(app)
correct.register(app)
track.register(app)
ask.register(app)
export.register(app)
serve.register(app)


def main() -> None:
    """The `dabir` command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # records are UTF-8 whatever the machine's locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace" if stream is sys.stderr else "strict")
    try:
        app()
    except DabirError as error:
        say(str(error))
        sys.exit(error.status)
