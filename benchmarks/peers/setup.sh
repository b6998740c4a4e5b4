#!/usr/bin/env bash
# Makes .venv-peers with the peers that requirements.txt pins. Run by `make peers`; safe to run again. What cannot be
# installed is named on standard error and left out; the others go on. Where packages come from is the environment's
# business: the usual PIP_* or UV_* variables and configuration files count, nothing is set here.
set -euo pipefail
cd "$(dirname "$0")/../.."

base="${VENV:-.venv}/bin/python"
venv="${PEERS_VENV:-.venv-peers}"
list=benchmarks/peers/requirements.txt
python="$venv/bin/python"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

echo "peers: making $venv with $("$base" --version)" >&2
if ! [ -x "$python" ]; then
    "$base" -m venv "$venv" >"$log" 2>&1 || uv venv --quiet --clear --python "$base" "$venv" || {
        cat "$log" >&2
        exit 1
    }
fi

install() {
    if "$python" -m pip --version >/dev/null 2>&1; then
        "$python" -m pip install --quiet --disable-pip-version-check --no-deps "$@"
    else
        uv pip install --quiet --python "$python" --no-deps "$@"
    fi
}

if ! install -r "$list" >"$log" 2>&1; then
    grep -v '^ *\(#\|$\)' "$list" | while read -r line; do
        install "$line" </dev/null >"$log" 2>&1 || {
            echo "peers: cannot install $line, going on without it: $(grep -i error "$log" | tail -1)" >&2
        }
    done
fi
"$python" benchmarks/peers/run.py check
