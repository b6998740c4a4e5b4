"""`dabir export`: a store's events, statements or spans in a format that another program reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dabir.commands.common import Output, written
from dabir.commands.filtering import filtered
from dabir.commands.store import STATUS, StoreOption

if TYPE_CHECKING:
    from dabir.store.filters import Filter

_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir export polecat --output events.tsv --store news.db\n\n"
    "dabir export geojson --dyad RUS USA --when 1403 --store news.db > map.geojson\n\n"
    "[bold]Formats[/]  jsonl, statements, csv, parquet, polecat, jsonld, ftm, geojson, ical, timelinejs, gexf, graphml, conll, "
    "webannotation (docs/export.md)\n\n"
) + STATUS


@filtered()
def export(
    f: Filter,
    form: Annotated[str, typer.Argument(metavar="FORMAT", help="jsonl, csv, parquet, polecat ...: see below.")],
    store: StoreOption,
    path: Output = None,
) -> None:
    """Write what a store has in a format that other programs read. A million events take no more memory than a thousand."""
    from dabir.export.formats import named
    from dabir.store.store import open_store

    found = named(form)
    with open_store(store) as opened, written(path) as out:
        for chunk in found.chunks(opened, f):
            out.write(chunk.encode() if isinstance(chunk, str) else chunk)


def register(app: typer.Typer) -> None:
    """Put the command into the program."""
    app.command(epilog=_EXAMPLES)(export)
