"""The options that say what is asked for, the same ones for every command that asks a store."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dabir.commands.common import usage
from dabir.errors import InputError

if TYPE_CHECKING:
    from dabir.store.filters import Filter


def _many(name: str, metavar: str, help: str) -> Any:
    return typer.Option(name, metavar=metavar, help=f"{help} May be given again.", rich_help_panel="Which ones")


def _one(name: str, metavar: str, help: str) -> Any:
    return typer.Option(name, metavar=metavar, help=help, rich_help_panel="Which ones")


def _asked(
    state: Annotated[list[str] | None, _many("--state", "STATE", "A state or organisation that takes part: IRN, روسیه, Oman.")] = None,
    actor: Annotated[str | None, _one("--actor", "NAME", "A person: لاوروف, 'Sergey Lavrov'.")] = None,
    office: Annotated[str | None, _one("--office", "WORDS", "Words of the person's title: 'وزیر خارجه'.")] = None,
    dyad: Annotated[tuple[str, str] | None, _one("--dyad", "STATE STATE", "Two that both take part.")] = None,
    act: Annotated[list[str] | None, _many("--act", "ACT", "An act: meet, call, sanction.")] = None,
    plover: Annotated[list[str] | None, _many("--plover", "TYPE", "A PLOVER type: CONSULT, SANCTION.")] = None,
    status: Annotated[list[str] | None, _many("--status", "STATUS", "held, planned, denied ...")] = None,
    place: Annotated[str | None, _one("--place", "NAME", "A place's name, or a country.")] = None,
    outlet: Annotated[str | None, _one("--outlet", "NAME", "Reported by this outlet.")] = None,
    since: Annotated[str | None, _one("--since", "DATE", "From this day, Jalali or Gregorian.")] = None,
    until: Annotated[str | None, _one("--until", "DATE", "Up to this day, itself not included.")] = None,
    when: Annotated[
        str | None, _one("--when", "DATES", "«از ۱ اسفند ۱۴۰۳ تا ۱۵ اسفند ۱۴۰۳», both days included; «اسفند ۱۴۰۳»; 2025-03.")
    ] = None,
    text: Annotated[str | None, _one("--text", "WORDS", "Words of the articles, however spelt; «...» together.")] = None,
) -> Filter:
    from dabir.store.filters import asked

    try:
        return asked(
            states=state or (), actor=actor, office=office, dyad=dyad or (), acts=act or (), plover=plover or (),
            status=status or (), place=place, outlet=outlet, since=since, until=until, when=when, text=text,
        )  # fmt: skip
    except InputError as error:
        raise usage(error.message) from None


def filtered(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command, whose first parameter is a `Filter`, the options of one instead, but those named.

    What the command raises as InputError is wrong usage.
    """
    every = inspect.signature(_asked, eval_str=True, locals={"Filter": object}).parameters
    options = {n: p for n, p in every.items() if n not in without}

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(command, eval_str=True, locals={"Filter": object}).parameters.values())[1:]

        @functools.wraps(command)
        def run(**given: Any) -> None:
            chosen = {n: given.pop(n) for n in options}
            try:
                command(_asked(**chosen), **given)
            except InputError as error:
                raise usage(error.message) from None

        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *options.values())]
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        del run.__wrapped__
        return run

    return decorate
