#!/usr/bin/env bash
# dist/dabir.cdx.json: the packages of .venv as CycloneDX. With --audit: the same versions against the advisory databases.
# The two tools have an environment of their own, so that what is listed is Dabir's and not theirs.
set -euo pipefail
cd "$(dirname "$0")/.."
venv="${VENV:-.venv}"
[ -x .venv-audit/bin/pip-audit ] || {
    "$venv/bin/python" -m venv .venv-audit
    .venv-audit/bin/python -m pip install --quiet --disable-pip-version-check 'cyclonedx-bom==7.5.0' 'pip-audit==2.10.1'
} || { echo "sbom: its tools could not be had" >&2; exit 2; }
if [ "${1:-}" = --audit ]; then
    exec "$venv/bin/python" scripts/audit.py .venv-audit/bin/pip-audit
fi
mkdir -p dist
.venv-audit/bin/cyclonedx-py environment --output-reproducible --output-format JSON --output-file dist/dabir.cdx.json \
    --pyproject pyproject.toml "$venv/bin/python"
echo "dist/dabir.cdx.json: $(grep -c '"purl"' dist/dabir.cdx.json) packages"
