"""Fuzz the targets with atheris (libFuzzer): `python fuzz/run.py [TARGET ...] --minutes N`, N minutes a target.

What it finds lies in fuzz/findings/, one file a finding, which `--replay FILE TARGET` runs again; new inputs that reach
new code are kept in fuzz/found/ for the next run. Both stay out of git: a finding that is mended becomes a test
(tests/cases/fuzz/). Prints a line a target; exit status 1 where there was a finding.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FINDINGS, FOUND, CORPUS = HERE / "findings", HERE / "found", HERE / "corpus"
FRAMES = HERE.parent / "benchmarks" / "frames"  # layouts of web pages: more seeds for `html`
_SLOW = 25  # seconds after which one input counts as a hang
_MEMORY = 3000  # megabytes
_LONGEST = 6000  # bytes of an input; what grows with length has its own tests
_RUNS = re.compile(r"number_of_executed_units:\s+(\d+)")


def fuzz(target: str, options: list[str]) -> None:
    """Fuzz one target in this process; libFuzzer ends it."""
    import atheris

    with atheris.instrument_imports(include=["dabir", "feedparser"]):
        import targets

    atheris.Setup(["fuzz", *options], targets.TARGETS[target])
    atheris.Fuzz()


def dictionary(path: Path) -> None:
    """The words of words.txt as libFuzzer wants them."""
    words = (HERE / "words.txt").read_text(encoding="utf-8").split("\n")
    coded = (word.encode().hex("/").replace("/", "\\x") for word in words if word)
    path.write_text("".join(f'"\\x{word}"\n' for word in coded), encoding="ascii")


def rounds(target: str, seeds: str, seconds: float, folder: Path) -> tuple[int, int]:
    """Fuzz a target until the time is spent, from where it stopped after each finding; inputs run, and findings."""
    end, ran, found = time.monotonic() + seconds, 0, 0
    (FOUND / target).mkdir(parents=True, exist_ok=True)
    FINDINGS.mkdir(exist_ok=True)
    corpora = [str(FOUND / target), str(CORPUS / seeds), *([str(FRAMES)] if target == "html" else [])]
    while (left := int(end - time.monotonic())) > 0:
        options = [
            f"-max_total_time={left}", f"-timeout={_SLOW}", f"-rss_limit_mb={_MEMORY}", f"-max_len={_LONGEST}",
            f"-dict={folder / 'words.dict'}", f"-artifact_prefix={FINDINGS}/{target}-", "-print_final_stats=1", *corpora,
        ]  # fmt: skip
        command = [sys.executable, str(Path(__file__).resolve()), "--inside", target, *options]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        ran += sum(map(int, _RUNS.findall(done.stderr)))
        if done.returncode == 0:
            break
        found += 1
        said = (done.stdout + done.stderr).strip()
        (FINDINGS / f"{target}-{found}.log").write_text(said[-8000:], encoding="utf-8")
        if "number_of_executed_units" not in said:  # it did not so much as begin
            sys.stderr.write(said[-2000:] + "\n")
            break
    return ran, found


def main() -> int:
    """Fuzz each named target, or all."""
    if sys.argv[1:2] == ["--inside"]:
        fuzz(sys.argv[2], sys.argv[3:])
        return 0
    sys.path.insert(0, str(HERE))
    from targets import SEEDS, TARGETS

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    arguments.add_argument("--minutes", type=float, default=1.0, help="minutes a target")
    arguments.add_argument("--replay", type=Path, help="run this file through the targets instead, once")
    given = arguments.parse_args()
    chosen = given.targets or list(TARGETS)
    if unknown := set(chosen) - set(TARGETS):
        arguments.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    if given.replay:
        for target in chosen:
            TARGETS[target](given.replay.read_bytes())
        return 0
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        dictionary(Path(folder) / "words.dict")
        for target in chosen:
            ran, found = rounds(target, SEEDS.get(target, target), given.minutes * 60, Path(folder))
            print(f"{target}: {ran:,} inputs, {found} findings", flush=True)
            total += found
    return 1 if total else 0


if __name__ == "__main__":
    raise SystemExit(main())
