"""The merge: copies, judgements and their evidence, groups that respect what must stay apart, analysts' decisions, disagreements."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dabir
from dabir.errors import InputError
from dabir.model import Record
from dabir.resources import toml
from dabir.store import copies, ids
from dabir.store.cluster import groups, pair
from dabir.store.compare import compare, features, weights
from dabir.store.opinions import disagree, independent, opinions, summary
from dabir.store.reports import DATA, Party, Report, blocks, families, gist, house
from dabir.store.store import Store
from dabir.store.words import indexed

NOW = "2025-03-01T08:00:00+00:00"


def report(id: str, **fields: object) -> Report:
    base = Report(
        id=id, version=f"v{id}", origin=f"v{id}", outlet="ایرنا", house=f"h{id}", published="2025-02-28", act="meet", status="held",
        parties=(Party("IRN", None, "participant"), Party("OMN", None, "participant")), begin="2025-02-27", finish=None,
        days=(date(2025, 2, 27), date(2025, 2, 28)), place="مسقط", country="OMN", venue=None, duration=None, main=True,
        words=frozenset(["دیدار", "مسقط", "البوسعیدی", "عراقچی", "هسته\u200cای"]), lead=frozenset(["دیدار", "مسقط", "البوسعیدی", "عراقچی"]),
        body=frozenset(["دیدار", "مسقط", "البوسعیدی", "عراقچی", "هسته\u200cای"]), plover="CONSULT", mode=None, quad=1, intensity=1.0,
    )  # fmt: skip
    return msgspec.structs.replace(base, **fields)


def days(a: str, b: str) -> dict[str, object]:
    return {"begin": a, "days": (date.fromisoformat(a), date.fromisoformat(b))}


# Copies.

TEXT = (
    "وزیر امور خارجه ژاپن در پایان سفر سه‌روزه خود به تهران گفت دو کشور بر سر ازسرگیری پروازهای مستقیم به تفاهم رسیده‌اند و "
    "کارشناسان دو طرف در هفته‌های آینده در توکیو درباره جزئیات آن گفت‌وگو خواهند کرد تا زمینه برای امضای سند نهایی فراهم شود."
)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (TEXT, True),
        (TEXT.replace("\u200c", ""), True),
        (TEXT.replace("گفت‌وگو", "گفتگو").replace("ی", "ي"), True),
        ("به گزارش خبرگزاری ما، " + TEXT + " پایان پیام", True),
        (TEXT[: len(TEXT) * 3 // 5], True),
        (TEXT + " " + "نمایندگان مجلس نیز از این سفر استقبال کردند و خواستار گسترش بازرگانی شدند. " * 4, True),
        ("وزیر امور خارجه ژاپن در پایان سفر سه‌روزه خود به پکن از گفت‌وگوهای خود با مقام‌های چینی ابراز خرسندی کرد.", False),
        ("رئیس‌جمهور ترکیه به بغداد سفر می‌کند.", False),
        ("", False),
    ],
)
def test_copies_are_told(other: str, expected: bool) -> None:
    a, b = copies.shingles(indexed(TEXT)), copies.shingles(indexed(other))
    assert copies.likeness(a, b).copies is expected
    assert copies.likeness(a, b) == copies.likeness(b, a)


def test_short_texts_are_copies_only_of_the_very_same_words() -> None:
    a, b = (copies.shingles(indexed(t)) for t in ("روسیه سفیر لهستان را احضار کرد", "روسیه سفیر فنلاند را احضار کرد"))
    assert not copies.likeness(a, b).copies and copies.likeness(a, a).copies


def test_bands_find_what_is_half_alike_and_pass_over_what_is_not() -> None:
    """The measured rate of found pairs follows 1 - (1 - j^3)^42."""
    rng = random.Random(1403)
    words = [f"w{n}" for n in range(5000)]

    def met(shared: int, own: int) -> bool:
        chosen = rng.sample(words, shared + 2 * own)
        a = frozenset(chosen[: shared + own])
        b = frozenset(chosen[:shared] + chosen[shared + own :])
        sides = [copies.bands(copies.digest(x)) for x in (a, b)]
        return any(x == y for x, y in zip(*sides, strict=True))

    assert sum(met(100, 50) for _ in range(40)) >= 38  # Jaccard .5
    assert sum(met(4, 98) for _ in range(40)) <= 2  # Jaccard .02


def test_a_digest_is_the_same_in_every_process_and_order() -> None:
    found = sorted(copies.shingles(indexed(TEXT)))
    assert copies.digest(found) == copies.digest(reversed(found))
    assert copies.digest(["a b c", "b c d"]).hex()[:16] == "0a90f0e0819399c9", "stored bands would no longer meet new ones: make them anew"


# Judgements.

NEAR_MISSES = tomllib.loads((Path(__file__).parent / "cases" / "store" / "compare.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", NEAR_MISSES, ids=lambda c: c["label"])
def test_judgements(case: dict[str, object]) -> None:
    a, b = (report(x, **_fields(case.get(side, {}))) for x, side in (("1", "left"), ("2", "right")))  # type: ignore[arg-type]
    found = compare(a, b)
    assert found == compare(b, a)
    assert (found.score >= weights().same) is case["same"], found
    wanted = case.get("evidence", {})
    assert {k: v for k, v in found.evidence.items() if k in wanted} == wanted  # type: ignore[operator]


def _fields(given: dict[str, object]) -> dict[str, object]:
    fields = dict(given)
    if "begin" in fields:
        span = dabir_days(str(fields["begin"])) if fields["begin"] else None
        fields |= {"days": span, "begin": fields["begin"] or None}
    if "parties" in fields:
        fields["parties"] = tuple(Party(*(p or None for p in row)) for row in fields["parties"])  # type: ignore[attr-defined]
    for name in ("words", "lead"):
        if name in fields:
            fields[name] = frozenset(str(fields[name]).split())
            fields["body"] = frozenset(fields.get("body", ())) | fields[name]  # type: ignore[call-overload]
    return {k: (v or None if k in ("place", "country") else v) for k, v in fields.items()}


def dabir_days(value: str) -> tuple[date, date] | None:
    from dabir.times.values import days as of

    return of(value)


def test_every_feature_has_a_weight_and_is_in_bounds() -> None:
    names = {n for n, _ in features(report("1"), report("2"))} | {n for n, _ in features(report("1"), report("2", days=None, begin=None))}
    assert names | {"bias"} == set(weights().of)
    for a in (report("1"), report("3", days=None, begin=None, place=None, country=None), report("4", **days("2015-07-14", "2015-07-15"))):
        for name, value in features(a, report("2")):
            assert -1.5 <= value <= 1, name


def test_reports_a_day_apart_share_a_block_and_other_years_do_not() -> None:
    a, b = report("1"), report("2", **days("2025-02-28", "2025-03-01"))
    assert blocks(a) & blocks(b)
    assert blocks(a) & blocks(report("2", days=None, begin=None))
    assert not blocks(a) & blocks(report("2", published="2024-02-28", **days("2024-02-27", "2024-02-28")))
    assert not blocks(a) & blocks(report("2", act="sanction", main=False))
    assert len(blocks(report("1", parties=tuple(Party(s, None, "participant") for s in "ABCDEFGHIJK")))) <= 2 * 21 * 3


def test_families_are_of_known_acts() -> None:
    acts = {p.name.removesuffix(".toml") for p in Path(dabir.__file__).parent.joinpath("data/acts/frames").iterdir()}
    assert set(families()) <= acts
    assert set(toml(DATA)["weights"]) == set(weights().of)


def test_gist_is_of_the_triggers_own_line() -> None:
    text = "تیتر خبر\nوزیر خارجه قطر در دوحه با سفیر ژاپن دیدار کرد.\nخط دیگر درباره فوتبال"
    at = text.index("دیدار")
    words = gist(text, at, at + 5)
    assert "دوحه" in words and "فوتبال" not in words and "تیتر" not in words


def test_an_outlet_has_one_name() -> None:
    assert len({house("ایسنا"), house("خبرگزاری ایسنا"), house("isna.ir"), house("https://www.isna.ir")}) == 1
    assert house("روزنامه ما") == house("روزنامه‌ما") != house("ایسنا")
    assert house(None) is None and house("  ") is None


# Groups.

IDS = [f"e{n}" for n in range(7)]
pairs_of = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda p: p[0] != p[1]), max_size=8)
scores_of = st.dictionaries(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS)).filter(lambda p: p[0] < p[1]), st.floats(0.0, 1.0), max_size=21
)


@given(scores=scores_of, apart=pairs_of, together=pairs_of, order=st.permutations(IDS))
def test_groups_are_a_partition_that_respects_what_must_stay_apart(
    scores: dict[tuple[str, str], float], apart: list[tuple[str, str]], together: list[tuple[str, str]], order: Sequence[str]
) -> None:
    found = groups(IDS, scores, 0.5, together, apart)
    assert sorted(i for g in found for i in g) == IDS
    for g in found:
        assert not any(pair(a, b) in {pair(*p) for p in apart} for a in g for b in g if a < b)
    assert groups(order, scores, 0.5, together, apart) == found
    if not apart:
        for a, b in together:
            assert any(a in g and b in g for g in found)


def test_a_chain_of_half_alike_pairs_is_not_one_act() -> None:
    chain = {(f"e{n}", f"e{n + 1}"): 0.6 for n in range(6)}
    assert max(len(g) for g in groups(IDS, chain, 0.45)) <= 3
    assert groups("abc", {("a", "b"): 0.9, ("a", "c"): 0.9, ("b", "c"): 0.9}, 0.45) == (("a", "b", "c"),)
    assert groups("ab", {("a", "b"): 0.9}, 0.45, neutral=[("a", "b")]) == (("a",), ("b",))


# What reports say together.


def test_copies_outlets_and_agencies_count_once() -> None:
    a, b = report("1"), report("2")
    assert independent([a, b]) == 2
    assert independent([a, msgspec.structs.replace(b, origin=a.origin)]) == 1
    assert independent([a, msgspec.structs.replace(b, house=a.house)]) == 1
    c = report("3", origin=a.origin, house=b.house)  # a copy of one by the outlet of the other
    assert independent([a, b, c]) == 1 and independent([]) == 0


def test_the_value_of_most_independent_outlets_stands_first() -> None:
    copied = [report(f"{n}", origin="one", place="تهران", country="IRN") for n in range(4)]
    found = [o for o in opinions([*copied, report("8"), report("9")]) if o.field == "place"]
    assert [(o.value, o.outlets, o.reports) for o in found] == [("مسقط", 2, 2), ("تهران", 1, 4)]
    one = summary([*copied, report("8"), report("9")])
    assert (one.place, one.reports, one.outlets, one.id) == ("مسقط", 6, 3, "0")


def test_status_is_the_last_one_settled() -> None:
    before = report("1", published="2025-02-25", status="planned")
    after = report("2", published="2025-02-28", status="held")
    assert summary([before, after]).status == "held"
    assert summary([before]).status == "planned"
    assert summary([before, report("3", published="2025-02-27", status="cancelled")]).status == "cancelled"
    assert (summary([before, after]).first_report, summary([before, after]).last_report) == ("2025-02-25", "2025-02-28")


def test_less_precise_or_later_is_no_contradiction() -> None:
    def on(field: str, *values: str) -> bool:
        from dabir.store.opinions import Opinion

        return disagree(field, [Opinion(field, v, 1, 1, None, None) for v in values])

    assert not on("begin", "2025-02", "2025-02-27") and on("begin", "2025-02-26", "2025-02-27")
    assert not on("status", "planned", "held") and on("status", "denied", "held")
    assert on("place", "مسقط", "دوحه") and not on("participant", "IRN", "OMN")
    assert on("person:OMN", "بدر البوسعیدی", "یوسف بن علوی")


# On a store.


def filled(url: str, found: Sequence[Record]) -> Store:
    store = dabir.open_store(url)
    for r in found:
        store.add(r)
    store.merge()
    return store


def test_reports_of_the_embassy_talks_are_one_act(url: str, embassies: tuple[Record, ...]) -> None:
    with filled(url, embassies) as store:
        talks = next(e for e in store.merged_events() if e.begin == "2025-02-27" and e.reports > 2)
        assert (talks.act, talks.status, talks.place) == ("talks", "held", "استانبول")
        assert {p.state for p in talks.parties} == {"RUS", "USA"}
        assert [t.status for t in talks.told] == ["planned", "held", "held", "held"]
        assert talks.outlets < len(talks.told) == talks.reports, "the copy counts once"
        assert len({t.origin for t in talks.told}) == 3
        assert (talks.first_report, talks.last_report) == ("2025-02-26", "2025-02-28")
        assert all(store.merged(t.event) == talks for t in talks.told)
        reasons = store.reasons(talks.id)
        assert reasons and all(r.score and r.evidence for r in reasons)
        assert store.merge().reports == 0
        second = next(e for e in store.merged_events() if e.begin == "2025-04-10" and e.act == "talks")
        assert second.reports == 1, "the second round is another act"


def test_the_order_of_adding_does_not_matter(url: str, new_url: object, embassies: tuple[Record, ...]) -> None:
    with filled(url, embassies) as one:
        expected = {e.id: [t.event for t in e.told] for e in one.merged_events()}
    with dabir.open_store(new_url()) as other:  # type: ignore[operator]
        for r in reversed(embassies):
            other.add(r)
            other.merge()
        assert {e.id: [t.event for t in e.told] for e in other.merged_events()} == expected


def test_an_analyst_overrules_and_it_lasts(url: str, embassies: tuple[Record, ...]) -> None:
    with filled(url, embassies) as store:
        talks = next(e for e in store.merged_events() if e.reports > 3)
        first, last = talks.told[0].event, talks.told[-1].event
        store.judge(first, last, "different", by="رحیمی", at=NOW, note="دو نشست")
        assert store.merged(first).id != store.merged(last).id
        rebuilt(store)
        assert store.merged(first).id != store.merged(last).id
        decided = [r for r in store.reasons(first) if r.by]
        assert [(r.by, r.at, r.note, r.verdict) for r in decided] == [("رحیمی", NOW, "دو نشست", "different")]
        store.judge(last, first, "same", by="رحیمی", at=NOW)
        assert store.merged(first).id == store.merged(last).id, "the last word counts"
        second = next(e for e in store.merged_events() if e.begin == "2025-04-10" and e.act == "talks")
        store.judge(first, second.id, "same", by="رحیمی", at=NOW)
        rebuilt(store)
        assert store.merged(first).id == store.merged(second.told[0].event).id
        store.judge(first, second.id, "unsure", by="رحیمی", at=NOW)
        assert store.merged(first).id != store.merged(second.told[0].event).id
        assert list(store.check()) == []


def rebuilt(store: Store) -> None:
    from dabir.store.migrate import rebuild

    with store._database.writing() as connection:
        rebuild(connection)
    store.merge()


def test_an_analyst_overrules_copies(url: str, embassies: tuple[Record, ...]) -> None:
    by_ref = {r.article.ref: ids.version_id(r.article) for r in embassies}
    with filled(url, embassies) as store:
        before = next(e for e in store.merged_events() if e.reports > 3)
        store.judge(by_ref["istanbul-copy"], by_ref["istanbul-fars"], "different", by="x", at=NOW)
        after = store.merged(before.told[0].event)
        assert len({t.origin for t in after.told}) == len({t.origin for t in before.told}) + 1
        store.judge(by_ref["istanbul"], by_ref["announce"], "same", by="x", at=NOW)
        origins = {t.version: t.origin for t in store.merged(before.told[0].event).told}
        assert origins[by_ref["istanbul"]] == origins[by_ref["announce"]]


@pytest.mark.parametrize(("left", "right", "by"), [("a", "a", "x"), ("a", "b", "x"), ("a", "b", " ")])
def test_decisions_that_cannot_be_kept(url: str, left: str, right: str, by: str) -> None:
    with dabir.open_store(url) as store, pytest.raises(InputError):
        store.judge(left, right, "same", by=by, at=NOW)


def test_a_corrected_article_leaves_the_merge_with_its_old_words(url: str, embassies: tuple[Record, ...]) -> None:
    with filled(url, embassies) as store:
        before = next(e for e in store.merged_events() if e.reports > 3)
        old = next(r for r in embassies if r.article.ref == "istanbul")
        new = dabir.read("وزیر خارجه ژاپن به پکن سفر کرد.", url=old.article.url, outlet=old.article.outlet, published="2025-02-28")
        assert store.add(new) == "version"
        store.merge()
        assert store.merged(before.told[0].event).reports == before.reports - 1
        assert store.counts()["members"] == sum(e.reports for e in store.merged_events())


def test_disagreements_are_listed(url: str) -> None:
    texts = (
        ("ایرنا", "وزیران خارجه ایران و عمان روز پنجشنبه ۹ اسفند ۱۴۰۳ در مسقط دیدار کردند و درباره مذاکرات هسته‌ای گفت‌وگو کردند."),
        ("تابناک", "دیدار وزیران خارجه ایران و عمان درباره مذاکرات هسته‌ای روز پنجشنبه ۹ اسفند ۱۴۰۳ در صلاله برگزار شد؛ دو وزیر دیدار کردند."),
    )
    found = [dabir.read(text, outlet=outlet, published="2025-02-28") for outlet, text in texts]
    with filled(url, found) as store:
        place = [d for d in store.disagreements() if d.field == "place"]
        assert place and all({o.value for o in d.values} == {"مسقط", "صلاله"} for d in place)
        assert all(o.outlets == 1 for d in place for o in d.values)
