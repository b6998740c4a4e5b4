"""Build wheel and source distribution twice: both builds are the same and whole, a wheel built from the source distribution is
the same once more, and the wheel runs by itself. With --install, pip makes an environment of its own for each of the two and
takes their dependencies from the network, at their newest."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PREPARED = "dabir/data/prepared/"  # made by the build: in the wheel, not in the source distribution
SMOKE = (
    "import dabir; from pathlib import Path; assert 'clean' in Path(dabir.__file__).parts, dabir.__file__; "
    "[event] = dabir.read('وزیران خارجه ایران و عمان در مسقط دیدار کردند.', published='2025-02-28').events; "
    "assert event.act == 'meet'; from dabir.cli import main; import sys; sys.argv = ['dabir', 'samples']; main()"
)
# The tables that the build made are in use: nothing makes them anew.
LOADED = (
    "from dabir.acts import frames; from dabir.names import kb; from dabir.text import lexicon; import dataclasses; "
    "[dataclasses.replace(m.TABLE, make=lambda: 1 / 0).load() for m in (lexicon, kb, frames)]; "
)
INSTALLED = LOADED + SMOKE.partition("; ")[0] + "; " + SMOKE.partition("dabir.__file__; ")[2]


def expected() -> set[str]:
    """Paths inside the wheel of every shipped file that lies below src/dabir."""
    source = ROOT / "src"
    files = (p for p in (source / "dabir").rglob("*") if p.is_file())
    return {p.relative_to(source).as_posix() for p in files if "__pycache__" not in p.parts}


def build(folder: Path, root: Path = ROOT) -> dict[str, Path]:
    """The wheel and the source distribution of a source tree, by suffix. Raises CalledProcessError with what hatchling said."""
    environment = {**os.environ, "SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "1735689600")}
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(folder)]
    subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=True)
    return {p.suffix: p for p in folder.iterdir()}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def packed(path: Path) -> set[str]:
    """The paths inside a wheel or a source distribution (without its first folder)."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return set(archive.namelist())
    with tarfile.open(path) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def rebuilt(source: Path, folder: Path) -> Path:
    """The wheel that the source distribution gives by itself."""
    with tarfile.open(source) as archive:
        archive.extractall(folder, filter="data")
    return build(folder / "wheel", next(folder.iterdir()))[".whl"]


def installs(package: Path, folder: Path) -> str:
    """Empty where pip installs the file into a clean environment, dependencies as it resolves them, and the program then reads
    an article; else what was said."""
    venv.create(folder, with_pip=True)
    for command in (["-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(package)], ["-I", "-c", INSTALLED]):
        done = subprocess.run([folder / "bin" / "python", *command], capture_output=True, text=True, check=False, cwd=folder)
        if done.returncode:
            return done.stdout[-500:] + done.stderr[-2000:]
    return ""


def runs(wheel: Path, folder: Path) -> str:
    """Empty where the wheel, unpacked by pip into an empty environment, reads an article; else what went wrong.

    Dependencies are those of this environment, so that nothing is downloaded; Dabir itself comes from the wheel alone.
    """
    place = folder / "clean"
    venv.create(folder / "env", with_pip=False)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    here = next(p for p in map(Path, sys.path) if (p / "msgspec").is_dir())
    # -I -S: no user packages, and no .pth file that would lead back to the source tree.
    code = f"import sys; sys.path[:0] = [{str(place)!r}, {str(here)!r}]; {LOADED}{SMOKE}"
    command = [folder / "env" / "bin" / "python", "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return "" if done.returncode == 0 and done.stdout.startswith('{"') else done.stdout[-500:] + done.stderr[-2000:]


def main() -> int:
    """Build, compare, print one line; exit status 1 where something is missing, differs or does not run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            first, second = build(folder / "1"), build(folder / "2")
        except subprocess.CalledProcessError as error:
            sys.stderr.write(error.stdout + error.stderr)
            return 1
        wheel, source = first[".whl"], first[".gz"]
        inside = packed(wheel)
        missing = expected() - inside
        missing |= {"LICENSE", "NOTICE"} - {Path(n).name for n in inside if "licenses/" in n}
        missing |= {f"src/{n}" for n in expected() if not n.startswith(PREPARED)} - packed(source)
        faults = [f"not packed: {n}" for n in sorted(missing)]
        faults += [f"two builds differ: {p.name}" for s, p in first.items() if digest(p) != digest(second[s])]
        faults += ["the source distribution has prepared tables"] if any(PREPARED in n for n in packed(source)) else []
        again = rebuilt(source, folder / "3")
        faults += ["the source distribution gives another wheel"] if digest(again) != digest(wheel) else []
        faults += [f"the wheel does not run: {said}"] if (said := runs(again, folder)) else []
        if "--install" in sys.argv:
            faults += [f"{p.name}: {said}" for s, p in first.items() if (said := installs(p, folder / f"installed{s}"))]
        size = wheel.stat().st_size / 1e6
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    print(f"{wheel.name}: {len(inside)} files, {size:.1f} MB; built three times, once from {source.name}; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
