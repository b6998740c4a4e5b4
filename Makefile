# `make demo` and `make test` do all their own set-up in .venv; so does every other target.
# Needs python3 (3.11 to 3.13, with venv) and make; uses uv where it is installed.
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
export VENV

.DEFAULT_GOAL := help
.PHONY: help demo test lint types bench peers wheel fuzz sbom audit lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

$(READY): constraints.txt pyproject.toml scripts/setup.sh
	@bash scripts/setup.sh
	@touch $@

demo: $(READY)  ## read the sample articles: records in the terminal, demo/index.html to open in a browser
	@$(BIN)/dabir demo --output demo

test: $(READY)  ## run the tests
	@$(BIN)/python -m pytest -n auto --dist loadgroup

lint: $(READY)  ## ruff: rules and formatting of imports
	@$(BIN)/python -m ruff check hatch_build.py src tests benchmarks scripts fuzz $(wildcard training)

types: $(READY)  ## mypy, strict
	@$(BIN)/python -m mypy

bench: $(READY)  ## articles a second on one core, and peak memory
	@$(BIN)/python benchmarks/speed.py

peers: $(READY)  ## other libraries that the benchmarks compare with, in .venv-peers (benchmarks/peers/README.md)
	@bash benchmarks/peers/setup.sh

wheel: $(READY)  ## build wheel and source distribution, twice the same; and what the second gives; both whole and running
	@$(BIN)/python scripts/check_wheel.py

MINUTES ?= 1
fuzz: $(READY)  ## fuzz each kind of input for MINUTES (1) minutes; TARGETS="read html" for some (SECURITY.md)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'atheris==3.0.0'
	@$(BIN)/python fuzz/run.py --minutes $(MINUTES) $(TARGETS)

sbom: $(READY)  ## dist/dabir.cdx.json: what is installed, as CycloneDX
	@bash scripts/sbom.sh

audit: $(READY)  ## look the pinned versions up in the advisory databases; says so where none can be reached
	@bash scripts/sbom.sh --audit

lock:  ## renew constraints.txt (needs uv)
	uv pip compile pyproject.toml --upgrade --universal --python-version 3.11 --extra web --extra warc --extra postgres --extra frames --extra calendar --extra network --extra desk --extra mcp --group dev \
	    --no-emit-find-links --no-emit-index-url --custom-compile-command "make lock" --quiet --output-file constraints.txt

clean:  ## remove what the targets made
	rm -rf $(VENV) .venv-peers .venv-audit fuzz/found fuzz/findings dist demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
