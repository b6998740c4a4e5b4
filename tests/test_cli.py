"""The command line: exit statuses, what goes where, every format."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import msgspec
import pytest

import dabir
from dabir import samples
from dabir.model import Record

PERSIAN = "وزیران امور خارجه ایران و عمان دیروز در مسقط دیدار و درباره روابط دو کشور گفت‌وگو کردند.\n"


def run(*words: str | Path, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from dabir.cli import main; main()", *map(str, words)]
    return subprocess.run(command, input=stdin, capture_output=True, encoding="utf-8", cwd=cwd, check=False)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "samples.jsonl"
    path.write_text(samples.text(), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def lines(articles: Path) -> list[str]:
    done = run("read", articles, "--format", "jsonl")
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_json_lines_are_records_in_input_order(articles: Path, lines: list[str]) -> None:
    records = [msgspec.json.decode(x, type=Record) for x in lines]
    ids = [json.loads(x)["id"] for x in articles.read_text(encoding="utf-8").splitlines()]
    assert [r.article.ref for r in records] == ids
    assert all(json.loads(x)["schema"] == "dabir/1" for x in lines)


def test_reading_is_deterministic_whatever_the_processes(articles: Path, lines: list[str]) -> None:
    twice = run("read", articles, articles, "--format", "jsonl", "--jobs", "2")  # more than one process reads by itself
    assert twice.stdout.splitlines() == [*lines, *lines]


def test_records_keep_the_schema(lines: list[str]) -> None:
    done = run("schema")
    assert done.returncode == 0
    validator = jsonschema.Draft202012Validator(json.loads(done.stdout))
    for line in lines:
        validator.validate(json.loads(line))


def test_formats(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text(PERSIAN, encoding="utf-8")
    known = ("--published", "۱۰ اسفند ۱۴۰۳", "--outlet", "ایرنا", "--url", "https://example.org/1")
    one = json.loads(run("read", text, "--format", "json", *known).stdout)
    assert (one["article"]["published"], one["article"]["outlet"]) == ("2025-02-28", "ایرنا")
    assert one["article"]["url"] == "https://example.org/1"
    assert one["article"]["text"] == PERSIAN
    many = json.loads(run("read", text, text, "--format", "json").stdout)
    assert len(many) == 2
    shown = run("read", text, *known)
    assert "2025-02-27" in shown.stdout
    assert "\x1b" not in shown.stdout
    assert run("read", text, "--format", "html").stdout.startswith("<!doctype html>")


def test_output_goes_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    done = run("read", "-", "--format", "jsonl", "--output", path, stdin=PERSIAN)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(path.read_text(encoding="utf-8"))["article"]["text"] == PERSIAN


def test_faults_are_named_and_the_rest_is_read(tmp_path: Path) -> None:
    good, empty = tmp_path / "good.txt", tmp_path / "empty.txt"
    good.write_text(PERSIAN, encoding="utf-8")
    empty.write_text("", encoding="utf-8")
    done = run("read", empty, good, tmp_path / "none.txt", "--format", "jsonl")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert len(done.stderr.splitlines()) == 2
    assert "empty.txt" in done.stderr
    assert "none.txt" in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("read",),
        ("read", "a.txt", "--format", "xml"),
        ("read", "a.txt", "--published", "۳۱ اسفند ۱۴۰۳"),
        ("read", "-", "--output", "no/such/folder/x"),
        ("read", "a.txt", "--jobs", "0"),
        ("nonsense",),
        ("evaluate", "none.jsonl", "none.jsonl"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], tmp_path: Path) -> None:
    done = run(*words, stdin=PERSIAN, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr
    assert "Traceback" not in done.stderr


def test_version_and_help() -> None:
    assert run("--version").stdout.strip() == f"dabir {dabir.__version__}"
    assert "read" in run("--help").stdout
    assert "dabir read" in run("read", "--help").stdout


def test_demo(tmp_path: Path) -> None:
    done = run("demo", "--output", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    assert "index.html" in done.stdout
    assert (tmp_path / "demo" / "index.html").read_text(encoding="utf-8").count('class="record"') >= 8


def test_evaluate(articles: Path, lines: list[str], tmp_path: Path) -> None:
    gold = Path(__file__).parent / "cases" / "samples" / "gold.jsonl"
    records = tmp_path / "records.jsonl"
    records.write_text("\n".join(lines), encoding="utf-8")
    from_records = run("evaluate", gold, records, "--json")
    assert json.loads(from_records.stdout)["times.found"]["gold"] > 20
    assert run("evaluate", gold, articles, "--json").stdout == from_records.stdout
    assert "times.value" in run("evaluate", gold, records).stdout
    shown = json.loads(run("evaluate", gold, records, "--json", "--show", "events").stdout)
    assert set(shown) == {"figures", "differences"}


def test_restore_is_a_filter_line_for_line(tmp_path: Path) -> None:
    source = "مذاکرهکنندگان می توانند بروند\r\n\nآخر ميشود"
    done = subprocess.run(
        [sys.executable, "-c", "from dabir.cli import main; main()", "restore"],
        input=source.encode(), capture_output=True, check=False,
    )  # fmt: skip
    expect = "مذاکره‌کنندگان می‌توانند بروند\r\n\nآخر می‌شود"
    assert (done.returncode, done.stdout.decode()) == (0, expect)
    one, two = tmp_path / "one.txt", tmp_path / "two.txt"
    one.write_bytes(b"\xef\xbb\xbf" + source.encode())
    two.write_text("درست است\n", encoding="utf-8")
    out = tmp_path / "out.txt"
    assert run("restore", two, one, "--output", out).returncode == 0
    assert out.read_bytes().decode() == "درست است\n" + expect


def test_restore_shows_its_edits() -> None:
    source = "او رفت\nمذاکرهکنندگان می توانند بروند\n"
    done = run("restore", "-", "--edits", stdin=source)
    edits = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(e["line"], e["start"], e["end"], e["rule"]) for e in edits] == [(2, 6, 6, "half-space"), (2, 16, 17, "join")]
    assert all(e["file"] == "-" and source.split("\n")[1][e["start"] : e["end"]] == e["text"] for e in edits)


def test_restore_names_what_it_cannot_read(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.txt", tmp_path / "good.txt"
    bad.write_bytes("خوب\n".encode() + b"\xc7\xe1\n")
    good.write_text("می شود\n", encoding="utf-8")
    done = run("restore", bad, tmp_path / "none.txt", good)
    assert done.returncode == 1
    assert done.stdout == "خوب\nمی‌شود\n"
    told = done.stderr.splitlines()
    assert len(told) == 2
    assert f"{bad}:2: not UTF-8" in told[0]
    assert "none.txt" in told[1]


def test_help_waits_for_nothing_that_it_does_not_need() -> None:
    program = "import sys; import dabir.cli; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "dabir.cli" in loaded
    heavy = {"dabir.reading", "dabir.ingest.files", "jinja2", "numpy", "onnxruntime", "sqlalchemy", "pyarrow", "ray"}
    assert not loaded & heavy
