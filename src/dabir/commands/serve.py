"""`dabir serve` and `dabir token`: the desk in a browser, and who may use it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from dabir.commands.common import say, usage
from dabir.commands.store import STATUS, StoreOption, clock
from dabir.errors import InputError

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SERVE = (
    "[bold]Examples[/]\n\n"
    "dabir serve --store news.db\n\n"
    "dabir serve --store news.db --tokens tokens.jsonl --port 8080\n\n"
) + STATUS
_TOKEN = (
    "[bold]Examples[/]\n\n"
    "dabir token maryam --role analyst --tokens tokens.jsonl\n\n"
    "dabir token maryam --remove --tokens tokens.jsonl\n\n"
    "[bold]Exit status[/]  0 done; 2 wrong usage, or a file that cannot be used."
)
Tokens = Annotated[Path, typer.Option("--tokens", metavar="FILE", help="The file that keeps the tokens' digests.")]


def serve(
    store: StoreOption,
    host: Annotated[
        str, typer.Option("--host", metavar="ADDRESS", help="Address to listen on; others than this machine's need --tokens.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="Port to listen on.")
    ] = 8000,
    tokens: Annotated[
        Path | None, typer.Option("--tokens", metavar="FILE", help="Tokens by dabir token: reading and writing need one.")
    ] = None,
    name: Annotated[
        list[str] | None, typer.Option("--name", metavar="HOST", help="A name that the desk is reached by. May be given again.")
    ] = None,
    fetch: Annotated[
        bool, typer.Option("--fetch", help="Readers may give the address of a page to be fetched and read (extra `web`).")
    ] = False,
    https: Annotated[
        bool, typer.Option("--https", help="It stands behind a proxy that speaks HTTPS: cookies go over HTTPS alone.")
    ] = False,
) -> None:
    """Open the store as pages in a browser and as an API, until it is stopped (Ctrl-C)."""
    try:
        import uvicorn

        from dabir.desk.app import LOOPBACK, create
        from dabir.desk.guard import Desk
    except ModuleNotFoundError as error:
        raise usage(f"serving needs the `desk` extra ({error.name} is missing): pip install 'dabir[desk]'") from None
    from dabir.desk import tokens as tokens_
    from dabir.ingest.fetch import fetcher, visitor
    from dabir.store.store import open_store

    if host not in _LOOPBACK and not tokens:
        raise usage(f"--host {host}: others can reach this address; give --tokens, or listen on 127.0.0.1")
    try:
        known = tokens_.load(tokens) if tokens else ()
        if fetch:
            visitor()  # where its extra is missing, that is said now and not to the first reader
    except InputError as error:
        raise usage(str(error)) from None
    if tokens and not known:
        raise usage(f"{tokens}: no token is in it; make one: dabir token NAME --tokens {tokens}")
    with open_store(store) as opened:
        app = create(Desk(opened, clock, known, secure=https, fetch=fetcher() if fetch else None), [*LOOPBACK, host, *(name or ())])
        say(f"http://{host}:{port}/ shows {opened.name}; Ctrl-C stops it")
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


def token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who is to hold it.")],
    tokens: Tokens,
    role: Annotated[Literal["reader", "analyst"], typer.Option("--role", metavar="reader|analyst", help="What it allows.")] = "reader",
    remove: Annotated[bool, typer.Option("--remove", help="Take it back.")] = False,
) -> None:  # fmt: skip
    """Make an access token for the desk, shown once; or take one back. A running desk learns of it when it is started again."""
    from dabir.desk import tokens as tokens_

    try:
        if remove:
            tokens_.remove(tokens, name)
        else:
            print(tokens_.make(tokens, name, role, clock()))
    except InputError as error:
        raise usage(str(error)) from None


def register(app: typer.Typer) -> None:
    """Put the commands into the program."""
    app.command(epilog=_SERVE)(serve)
    app.command(epilog=_TOKEN)(token)
