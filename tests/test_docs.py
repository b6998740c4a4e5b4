"""The documentation is tested: its commands run, its Python runs, no command or option is undocumented."""

from __future__ import annotations

import gzip
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dabir import samples

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^ {4}(dabir .+)$", re.M)
COMMANDS = sorted({m[1] for p in PAGES for m in COMMAND.finditer(p.read_text(encoding="utf-8"))})
PYTHON = [m[1] for p in PAGES for m in re.finditer(r"```python\n(.*?)```", p.read_text(encoding="utf-8"), re.S)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that the documentation names, and a `dabir` on the path."""
    path = tmp_path_factory.mktemp("docs")
    (path / "samples.jsonl").write_text(samples.text(), encoding="utf-8")
    (path / "article.txt").write_text("وزیران خارجه ایران و عمان دیروز در مسقط دیدار کردند.\n", encoding="utf-8")
    shutil.copy(ROOT / "tests" / "cases" / "samples" / "gold.jsonl", path / "gold.jsonl")
    page = page_of("وزیران خارجه ایران و عمان روز شنبه در مسقط دیدار و درباره روابط دو کشور گفت‌وگو کردند. " * 4)
    (path / "page.html").write_bytes(page)
    (path / "archive.warc.gz").write_bytes(gzip.compress(record_of(page)))
    script = path / "bin" / "dabir"
    script.parent.mkdir()
    script.write_text(
        f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -c 'from dabir.cli import main; main()' \"$@\"\n",
        encoding="utf-8",
    )
    script.chmod(0o755)
    run(path, "dabir read samples.jsonl --format jsonl > records.jsonl")
    run(path, "dabir add samples.jsonl --store news.db")
    return path


def page_of(text: str) -> bytes:
    return f"<html><head><title>دیدار</title></head><body><article><p>{text}</p></article></body></html>".encode()


def record_of(page: bytes) -> bytes:
    """A web archive's record of a page."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:0>\r\nWARC-Target-URI: https://www.example.ir/1\r\n"
        f"Content-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def run(folder: Path, command: str) -> None:
    env = {**os.environ, "PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_run(command: str, folder: Path) -> None:
    if command.startswith("dabir batch"):
        pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install 'dabir[cluster]'")
    run(folder, command)


@pytest.mark.parametrize("code", PYTHON, ids=range(len(PYTHON)))
def test_python_runs(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    names: dict[str, object] = {}
    exec(compile(code, "docs", "exec"), names)
    for m in re.finditer(r"^(record\.\S+)\s+# '(.*)'$", code, re.M):
        assert eval(m[1], names) == m[2]


def test_command_reference_is_up_to_date() -> None:
    reference = runpy.run_path(str(ROOT / "scripts" / "cli_reference.py"))["reference"]
    written = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert written == reference(), "run: python scripts/cli_reference.py --write"


def test_reference_of_the_fields_is_up_to_date() -> None:
    reference = runpy.run_path(str(ROOT / "scripts" / "record_reference.py"))["reference"]
    written = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
    assert written == reference(), "run: python scripts/record_reference.py --write"


def test_the_design_names_every_layer_and_folder_of_data() -> None:
    page = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    folders = {p.name for p in (ROOT / "src" / "dabir").iterdir() if p.is_dir() and p.name not in ("__pycache__", "data")}
    folders |= {p.name for p in (ROOT / "src" / "dabir" / "data").iterdir() if p.is_dir()} - {"prepared", "samples"}
    assert {name for name in folders if f"`{name}/`" not in page} == set()


def test_the_guide_names_every_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    page = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8").partition("## Reading files")[0]
    assert {name for name in extras if f"`{name}`" not in page} == set()


def test_every_command_is_shown_at_work() -> None:
    commands = re.findall(r"^## dabir (\S+)", (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), re.M)
    pages = "\n".join(p.read_text(encoding="utf-8") for p in PAGES if p.name != "cli.md")
    assert len(commands) > 20
    assert [name for name in commands if not re.search(rf"\bdabir {name}\b", pages)] == []


def test_make_targets_of_the_docs_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    pages = [*PAGES, ROOT / "CONTRIBUTING.md"]
    named = {
        m for p in pages for m in re.findall(r"^ {4}make ([a-z]+)|`make ([a-z]+)`", p.read_text(encoding="utf-8"), re.M)
    }
    assert {a or b for a, b in named} <= targets


def test_links_lead_to_files() -> None:
    for p in [*PAGES, ROOT / "CONTRIBUTING.md"]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", p.read_text(encoding="utf-8")):
            assert (p.parent / target).exists(), f"{p.name}: {target}"


def test_every_field_of_the_record_is_documented() -> None:
    from dabir import model

    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    for kind in (model.Article, model.Time, model.Statement, model.Event, model.Actor):
        for name in kind.__struct_fields__:
            known = {"id", "start", "end", "text", "language", "rule", "score", "name"}
            assert name in known or f"`{name}`" in page, f"{kind.__name__}.{name} is not in docs/record.md"
