"""Restoration runs in linear time, however the input is built: measured against ordinary text of the same length."""

from __future__ import annotations

import random
import time

import pytest

from dabir.text.clean import mend

HALF = "\u200c"
SIZE = 200_000
PLAIN = "وزیر امور خارجه در دیدار با همتای خود گفت مذاکرات دو کشور ادامه می‌یابد و سفارتخانههای آنها باز می شود. "
LETTERS = "ابپتثجچحخدذرزژسشصضطظعغفقکگلمنوهی"
_chance = random.Random(7)
WORDS = ["".join(_chance.choices(LETTERS, k=_chance.randint(2, 12))) for _ in range(SIZE // 8)]
AFFIXED = ["می" + "".join(_chance.choices(LETTERS, k=4)) + _chance.choice(["های", "شده", "کنندگان", "ای"]) for _ in range(SIZE // 11)]
HOSTILE = {
    "mi": "می",
    "mi apart": "می ",
    "mi half": "می" + HALF,
    "half-spaces": HALF,
    "a letter and a half-space": "ب" + HALF,
    "one letter": "ب",
    "letters without a space": "".join(_chance.choices(LETTERS, k=SIZE)),
    "the longest word, with spaces": "".join(_chance.choices(LETTERS, k=30)) + " ",
    "plurals": "ها ",
    "haye": "های",
    "glued and split by turns": "می شود میشود ",
    "unknown words": " ".join(WORDS),
    "unknown affixed words": " ".join(AFFIXED),
    "run together": "وزیرامورخارجهدرحالیکه",
    "the beginning of a compound": "گفت و ",
    "lines": "می شود\n",
    "empty lines": "\n",
    "spaces": " ",
    "unseen marks": "\u200f" + HALF + " ",
    "vowel marks": "ب\u064e\u0651",
    "vowel marks alone": "\u064e",
    "tatweel": "ـ",
    "ampersands": "&",
    "entities in entities": "&amp;",
    "broken entities": "&amp;amp;#1",
    "brackets": "<<الف",
    "open brackets": "<<",
    "Arabic letters": "ي",
    "Arabic digits": "١",
    "presentation forms": "ﻻ",
    "full stops": ".",
}


def seconds(text: str) -> float:
    """The better of two runs: another process on the core, or a collection of garbage, may fall into one."""
    return min(_once(text), _once(text))


def _once(text: str) -> float:
    begun = time.process_time()
    mend(text)
    return time.process_time() - begun


@pytest.fixture(scope="module")
def plain() -> float:
    mend(PLAIN)
    return max(seconds((PLAIN * SIZE)[:SIZE]), 0.05)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_input_takes_longer_than_its_length_explains(name: str, plain: float) -> None:
    unit = HOSTILE[name]
    whole = (unit * (SIZE // len(unit) + 1))[:SIZE]
    assert seconds(whole) < 40 * plain, "many times longer than ordinary text of the same length"
    quarter = seconds(whole[: SIZE // 4])
    # Four times the length, about four times the time; short times are noise.
    assert seconds(whole) < 10 * max(quarter, 0.05)
