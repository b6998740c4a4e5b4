"""`dabir mcp`: the store as tools of an assistant."""

from __future__ import annotations

import typer

from dabir.commands.common import usage
from dabir.commands.store import STATUS, StoreOption

_EXAMPLES = (
    "[bold]Examples[/]\n\n"
    "dabir mcp --store news.db   (started by an assistant, which talks to it; docs/mcp.md says how)\n\n"
) + STATUS


def mcp(store: StoreOption) -> None:
    """Answer an assistant's questions to the store by the Model Context Protocol, on standard input and output, until it hangs up.

    The tools are search_events, get_event, find_statements, timeline and read_article; none of them writes.
    """
    try:
        from dabir.assistant import server
    except ModuleNotFoundError as error:
        raise usage(f"this needs the `mcp` extra ({error.name} is missing): pip install 'dabir[mcp]'") from None
    from dabir.store.store import open_store

    with open_store(store) as opened:
        server(opened).run("stdio")


def register(app: typer.Typer) -> None:
    """Put the command into the program."""
    app.command(epilog=_EXAMPLES)(mcp)
