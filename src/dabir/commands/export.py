"""`dabir export`: a store's events, statements or spans in a format that another program reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dabir.commands.common import Output, usage, written
from dabir.commands.filtering import filtered
from dabir.commands.store import STATUS, StoreOption

if TYPE_CHECKING:
    from dabir.store.filters import Filter

_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir export polecat --output events.tsv --store news.db\n\n"
    "dabir export --corrections --output gold.jsonl --store news.db   (what analysts corrected, for dabir evaluate)\n\n"
    "dabir export geojson --dyad RUS USA --when 1403 --store news.db > map.geojson\n\n"
    "[bold]Formats[/]  jsonl, statements, csv, parquet, polecat, jsonld, ftm, geojson, ical, timelinejs, gexf, graphml, gold, "
    "conll, webannotation (docs/export.md)\n\n"
) + STATUS


@filtered()
def export(
    f: Filter,
    store: StoreOption,
    form: Annotated[str | None, typer.Argument(metavar="FORMAT", help="jsonl, csv, parquet, polecat ...: see below.")] = None,
    path: Output = None,
    corrections: Annotated[
        bool, typer.Option("--corrections", help="Only articles that analysts corrected, as annotation (the format gold).")
    ] = False,
) -> None:
    """Write what a store has in a format that other programs read. A million events take no more memory than a thousand."""
    from dabir.export import annotation
    from dabir.export.formats import named
    from dabir.store.store import open_store

    if form is None and not corrections:
        raise usage("say which format, such as jsonl or csv, or --corrections")
    if corrections and form not in (None, "gold"):
        raise usage(f"corrections are written as gold, not as {form}")
    chunks = annotation.corrected if corrections else named(form or "").chunks
    with open_store(store) as opened, written(path) as out:
        for chunk in chunks(opened, f):
            out.write(chunk.encode() if isinstance(chunk, str) else chunk)


def register(app: typer.Typer) -> None:
    """Put the command into the program."""
    app.command(epilog=_EXAMPLES)(export)
