"""Different ways to one answer: what is common is looked for along an index, what is rare is fetched; the rows are the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from dabir.store import choosing, query
from dabir.store.filters import Filter, asked
from dabir.store.query import EventRow
from dabir.store.store import Store

ASKED = {
    "nothing": Filter(), "person": asked(actor="لاوروف"), "words of a name": asked(actor="سرگ"), "office": asked(office="وزیر"),
    "outlet": asked(outlet="ایرنا"), "text": asked(text="گفتگو"), "text, days": asked(text="سفارت*", when="1403"), "state": asked(states=["RUS"]),
    "states": asked(states=["RUS", "IRN"]), "dyad": asked(dyad=("RUS", "USA")), "dyad, other way": asked(dyad=("USA", "RUS")),
    "dyad, states": asked(dyad=("RUS", "USA"), states=["TUR", "RUS"]), "dyad, act": asked(dyad=("RUS", "USA"), acts=["talks"]), "days": asked(when="1403"),
    "state, text": asked(states=["RUS"], text="سفارت*"), "status": asked(status=["held"]),
}  # fmt: skip


@pytest.fixture
def store(filled: Store) -> Store:
    return filled


def pages(store: Store, f: Filter, descending: bool) -> Iterator[tuple[EventRow, ...]]:
    page = store.events(f, limit=3, descending=descending)
    yield page.rows
    while page.next:
        page = store.events(f, limit=3, descending=descending, cursor=page.next)
        yield page.rows


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("name", ASKED)
def test_what_is_common_and_what_is_rare_give_the_same_pages(
    store: Store, name: str, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rare = list(pages(store, ASKED[name], descending))
    assert rare[0], "a filter that lets nothing through tests nothing"
    monkeypatch.setattr(choosing, "COMMON", 1)
    assert list(pages(store, ASKED[name], descending)) == rare


@pytest.mark.parametrize("words", ["گفتگو", '"وزیر امور خارجه"', "سفارت*"])
def test_texts_are_the_same_either_way(store: Store, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rare = store.texts(asked(text=words), limit=1000)
    assert len(rare.rows) > 1
    monkeypatch.setattr(query, "COMMON", 1)
    assert store.texts(asked(text=words), limit=1000) == rare


@pytest.mark.parametrize("descending", [False, True])
def test_statements_are_the_same_either_way(store: Store, descending: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    f = asked(states=["RUS", "IRN"], since="1390-01-01")
    rare = store.statements(f, limit=1000, descending=descending)
    assert len({r.state for r in rare.rows}) == 2
    monkeypatch.setattr(query, "COMMON", 1)
    assert store.statements(f, limit=1000, descending=descending) == rare


@pytest.mark.parametrize("name", ASKED)
def test_facets_count_what_the_pages_have(store: Store, name: str) -> None:
    rows = [r for page in pages(store, ASKED[name], False) for r in page]
    found = store.facets(ASKED[name], limit=1000)
    for facet in ("act", "status", "plover", "country"):
        counts = Counter(v for r in rows if (v := getattr(r, facet)) is not None)
        assert [(c.value, c.events) for c in found[facet]] == sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))  # type: ignore[index]
    states = Counter(s for r in rows for s in {p.state for p in r.parties if p.state})
    assert {c.value: c.events for c in found["state"]} == states
    outlets = Counter(o for r in rows for o in {t.outlet for t in store.merged(r.id).told if t.outlet})
    assert {c.value: c.events for c in found["outlet"]} == outlets
    assert store.facets(ASKED[name], ["act"], limit=2)["act"] == found["act"][:2]
    assert store.facets(ASKED[name], []) == {}
