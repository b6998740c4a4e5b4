"""The house shows the flow: a module imports what stands to its left, never what stands to its right."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parent.parent / "src" / "dabir"
ORDER = (
    {"errors", "model", "resources", "prepared"},
    {"text"},
    {"times", "encoder"},
    {"names"},
    {"acts"},
    {"reading", "timing"},
    {"store"},
    {"__init__"},
    {"evaluate", "gold", "views", "ingest"},
    {"parallel", "scoring", "output", "dating", "lookup", "restoring", "samples"},
    {"adding", "assistant", "batch", "export"},
    {"desk"},
    {"commands"},
    {"cli"},
    {"__main__"},
)
# What opens sockets when the network is asked for, and where commands ask the clock, to pass it in.
MACHINE = (SOURCE / "ingest" / "network.py", SOURCE / "commands" / "store.py")
RANK = {name: rank for rank, group in enumerate(ORDER) for name in group}
# Only these open files or know the machine; the stages between them are plain functions.
MODULES = sorted(SOURCE.rglob("*.py"))


def layer(path: Path) -> str:
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def imported(tree: ast.AST) -> set[str]:
    """Layers of dabir that a module imports; the package itself is `__init__`."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            names = [f"{module}.{a.name}" for a in node.names] if module == "dabir" else [module]
        else:
            continue
        for name in names:
            head, _, rest = name.partition(".")
            if head == "dabir":
                first = rest.partition(".")[0]
                found.add(first if first in RANK else "__init__")
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_only_leftwards(path: Path) -> None:
    here = layer(path)
    assert here in RANK, f"give {here} its place in ORDER"
    for name in imported(ast.parse(path.read_text(encoding="utf-8"))):
        same = RANK[name] == RANK[here]
        assert RANK[name] < RANK[here] or same, f"{here} imports {name}, which stands to its right"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_no_clock_no_network_no_random(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    modules = {n.partition(".")[0] for n in names - {"urllib.parse"}}  # addresses are text; opening them is not
    assert not modules & {"random", "socket", "urllib", "http", "requests", "time", "ssl", "httpcore2"} or path in MACHINE
    calls = {n.func.attr for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)}
    assert not calls & {"now", "today", "utcnow"} or path in MACHINE


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_faults_are_not_swallowed(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            assert not (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
            assert not all(isinstance(x, ast.Pass) for x in node.body), f"{path.name}:{node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_only_resources_opens_data(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if layer(path) not in ("resources", "prepared", "views"):
        assert "importlib.resources" not in text
    assert len(text.splitlines()) <= 420, "split this module"
