"""Facts of the tables of people and offices that contradict each other, and names that ordinary words would set off."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from dabir import resources
from dabir.names.kb import squeeze
from dabir.resources import values
from dabir.text.lexicon import lexicon

# Seats that one person holds at a time, by the beginning of their titles.
SEATS = (
    "وزیر دفاع",
    "وزیر کشور",
    "وزیر خزانه‌داری",
    "وزیر اطلاعات",
    "دبیر شورای عالی امنیت ملی",
    "دبیر شورای امنیت",
    "رئیس سازمان انرژی اتمی",
    "دبیرکل سازمان",
    "دبیرکل ناتو",
    "دبیرکل اوپک",
    "دبیرکل اتحادیه عرب",
    "دبیرکل شورای همکاری",
    "مدیرکل آژانس",
    "مسئول سیاست خارجی اتحادیه اروپا",
    "کمیسر عالی",
    "سفیر ایران در",
)
COMMON = 900  # times in the lexicon's sample: as common as «مرز»


def _names(row: Mapping[str, str]) -> Iterator[str]:
    yield row["fa"]
    yield from values(row["variants"])


def _seated() -> Iterator[tuple[str, list[Mapping[str, str]]]]:
    held = defaultdict(list)
    for row in resources.tables("kb/offices"):
        if row["begin"] and row["title"].startswith(SEATS):
            held[row["state"], row["title"]].append(row)
    for (state, title), rows in held.items():
        yield f"{title} ({state})", sorted(rows, key=lambda r: r["begin"])


def overlaps(first: Mapping[str, str], second: Mapping[str, str]) -> bool:
    """Whether the second holding begins before the first ends, at the precision that both have."""
    if not first["end"]:
        return True
    known = min(len(first["end"]), len(second["begin"]))
    return second["begin"][:known] < first["end"][:known]


def test_a_seat_has_one_holder_at_a_time() -> None:
    twice = [
        (seat, a["person"], b["person"])
        for seat, rows in _seated()
        for n, a in enumerate(rows)
        for b in rows[n + 1 :]
        if a["person"] != b["person"] and overlaps(a, b)
    ]
    assert not twice


@pytest.mark.parametrize(
    ("end", "begin", "expected"),
    [("2013-09", "2013-09-10", False), ("2013", "2013-05", False), ("2014", "2013-05", True), ("", "2020", True)],
)
def test_overlaps_heed_the_precision_of_dates(end: str, begin: str, expected: bool) -> None:
    assert overlaps({"end": end}, {"begin": begin}) is expected


def test_namesakes_of_one_state_are_one_person() -> None:
    found = defaultdict(set)
    for row in resources.tables("kb/people"):
        for name in _names(row):
            found[row["state"], squeeze(name)].add(row["id"])
    assert not {k: v for k, v in found.items() if len(v) > 1}


def test_surnames_name_no_state() -> None:
    taken = {
        squeeze(name)
        for row in resources.table("kb/states.tsv")
        for column in ("fa", "variants", "former", "adjectives", "capital")
        for name in values(row[column])
    }
    assert not [
        (row["id"], short)
        for row in resources.tables("kb/people")
        for short in values(row["short"])
        if squeeze(short) in taken
    ]


def other_words(name: str) -> list[tuple[str, str]]:
    """The two common words that the letters of a name also spell: «تام رز» is «تا مرز»."""
    own, length = set(), 0
    for part in name.replace("‌", " ").replace("-", " ").split():
        length += len(squeeze(part))
        own.add(length)
    letters, words = squeeze(name), lexicon().words
    splits = ((letters[:n], letters[n:]) for n in range(1, len(letters)) if n not in own)
    return [pair for pair in splits if all(words.get(w, 0) >= COMMON for w in pair)]


def test_no_name_is_spelled_like_two_common_words() -> None:
    assert other_words("تام رز") == [("تا", "مرز")]
    found = [(r["id"], n, w) for r in resources.tables("kb/people") for n in _names(r) if (w := other_words(n))]
    assert not found
