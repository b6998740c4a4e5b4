"""Print docs/cli.md: every command with its arguments and options, from the program itself."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import typer

from dabir.cli import app


def reference() -> str:
    """The command reference as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    root = typer.main.get_command(app)
    yield "# Command reference"
    yield ""
    yield "<!-- made by scripts/cli_reference.py; a test compares -->"
    yield ""
    yield inspect.cleandoc(root.help or "")
    for name, command in sorted(root.commands.items()):  # type: ignore[attr-defined]
        yield ""
        yield f"## dabir {name}"
        yield ""
        yield inspect.cleandoc(command.help or "")
        yield ""
        yield "| | |"
        yield "| --- | --- |"
        for parameter in command.params:
            label = parameter.metavar if parameter.param_type_name == "argument" else ", ".join(parameter.opts)
            value = "" if parameter.param_type_name == "argument" else (parameter.metavar or "")
            shown = " ".join(x for x in (label, value) if x).replace("|", "\\|")
            yield f"| `{shown}` | {parameter.help} |"


if __name__ == "__main__":
    text = reference()
    if "--write" in sys.argv:
        (Path(__file__).resolve().parent.parent / "docs" / "cli.md").write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
