"""The functions that fuzzing calls (fuzz/targets.py), over their seeds, over what fuzzing found, and over generated input."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

for extra in ("trafilatura", "warcio", "feedparser", "httpcore2"):
    pytest.importorskip(extra, reason="fuzzing covers all inputs: pip install 'dabir[web,warc]'")

FUZZ = Path(__file__).resolve().parent.parent / "fuzz"
FOUND = Path(__file__).parent / "cases" / "fuzz"  # TARGET-what.suffix: inputs that once broke a promise
sys.path.insert(0, str(FUZZ))

from targets import SEEDS, TARGETS  # noqa: E402

WORDS = tuple(w for w in (FUZZ / "words.txt").read_text(encoding="utf-8").split("\n") if w)
QUICK = [name for name in TARGETS if name not in ("tagged", "html", "warc")]


@pytest.mark.parametrize("target", TARGETS)
def test_seeds(target: str) -> None:
    seeds = sorted((FUZZ / "corpus" / SEEDS.get(target, target)).iterdir())
    assert seeds
    for seed in seeds:
        TARGETS[target](seed.read_bytes())


@pytest.mark.parametrize("path", sorted(FOUND.iterdir()), ids=lambda p: p.stem)
def test_findings(path: Path) -> None:
    TARGETS[path.name.partition("-")[0]](path.read_bytes())


@pytest.mark.parametrize("target", QUICK)
@settings(max_examples=25, deadline=None)
@given(st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.just("\n")), max_size=30).map("".join))
def test_generated(target: str, text: str) -> None:
    TARGETS[target](text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=10, deadline=None)
@given(st.data())
def test_cut_and_changed_seeds(target: str, data: st.DataObject) -> None:
    seed = data.draw(st.sampled_from(sorted((FUZZ / "corpus" / SEEDS.get(target, target)).iterdir()))).read_bytes()
    at = data.draw(st.integers(0, len(seed)))
    TARGETS[target](seed[:at] + data.draw(st.binary(max_size=8)) + seed[at + data.draw(st.integers(0, 40)) :])


def test_a_broken_promise_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("targets.apply_edits", lambda *_: "another text")
    with pytest.raises(AssertionError):
        TARGETS["restore"](b"x")
