"""Build the wheel and check that it carries every data file, template and licence of the source tree."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def expected() -> set[str]:
    """Paths inside the wheel of every shipped file that lies below src/dabir."""
    source = ROOT / "src"
    files = (p for p in (source / "dabir").rglob("*") if p.is_file())
    return {p.relative_to(source).as_posix() for p in files if "__pycache__" not in p.parts}


def main() -> int:
    """Build, compare, print one line; exit status 1 where something is missing."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", folder]
        built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if built.returncode or not wheels:
            sys.stderr.write(built.stdout + built.stderr)
            return 1
        size = wheels[0].stat().st_size
        with zipfile.ZipFile(wheels[0]) as archive:
            inside = set(archive.namelist())
    missing = expected() - inside
    licences = {Path(n).name for n in inside if "licenses/" in n}
    missing |= {"LICENSE", "NOTICE"} - licences
    for name in sorted(missing):
        sys.stderr.write(f"not in the wheel: {name}\n")
    print(f"{wheels[0].name}: {len(inside)} files, {size / 1e6:.1f} MB, {len(missing)} missing")
    return 1 if missing else 0


if __name__ == "__main__":
    raise SystemExit(main())
