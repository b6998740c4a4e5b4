#!/usr/bin/env bash
# Makes .venv with the versions that constraints.txt pins and dabir itself, editable. Run by `make`; safe to run again.
# Uses uv where it is installed and works here, venv and pip otherwise. Where packages come from is the environment's
# business: the usual PIP_* or UV_* variables and configuration files count, nothing is set here.
set -euo pipefail
cd "$(dirname "$0")/.."

venv="${VENV:-.venv}"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

python=""
for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
        python="$candidate"
        break
    fi
done
if [ -z "$python" ]; then
    echo "setup: no Python 3.11, 3.12 or 3.13 found; install one, or name it: make PYTHON=/path/to/python3.12 ..." >&2
    exit 1
fi

with_uv() {
    command -v uv >/dev/null 2>&1 || return 1
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$python" "$venv" || return 1
    uv pip install --quiet --python "$venv/bin/python" -r constraints.txt || return 1
    uv pip install --quiet --python "$venv/bin/python" --no-deps --no-build-isolation -e . || return 1
}

with_pip() {
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r constraints.txt
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
}

echo "setup: making $venv with $("$python" --version) (once)" >&2
if with_uv >"$log" 2>&1; then
    exit 0
fi
with_pip
