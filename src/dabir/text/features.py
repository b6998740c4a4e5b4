"""What the models of restoration look at. One definition for training and for use; the weights are data.

`glue`: a place between two letters of a word: was there a half-space? `lean`: a space between two words: was it one?
`near`: a word in «های», which its neighbours make «خانه‌ای» or «خان‌های».
A feature is a short string; the score of a place is the sum of its features' weights, which are kept by the hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from zlib import crc32

from dabir.text.spellings import Spellings, bucket, stems_of

Weights = Mapping[int, int]
"""Weights in eighths by the hash of the feature."""

EIGHTHS = 8
OPEN = frozenset("اأآإدذرزژوؤء")  # never joined to the left: a lost space or half-space after them goes unseen
_SHORT = 8  # a part no longer than this is a feature by itself
_SHARES = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99)


def hashed(feature: str) -> int:
    """The 24 bits that a feature is known by; among so few features two hardly ever share them."""
    return crc32(feature.encode("utf-8", "surrogatepass")) & 0xFFFFFF


def score(weights: Weights, features: list[str]) -> float:
    """The log-odds that a half-space stood there: the sum of the features' weights."""
    get = weights.get
    return sum([get(crc32(z.encode("utf-8", "surrogatepass")) & 0xFFFFFF, 0) for z in features]) / EIGHTHS


def verb_class(known: Spellings, form: str, endings: tuple[str, ...]) -> str:
    """How well `form` is known as what follows «می‌»: `v` as it is, else by its stem's number of forms (0 to 4)."""
    if form in known.verbs:
        return "v"
    return str(min(4, max((known.stems.get(s, 0) for s in stems_of(form, endings)), default=0)))


def glue_features(known: Spellings, endings: tuple[str, ...], letters: str, i: int) -> list[str]:
    """The features of the place before letters[i]; none (so that it stays shut) where nothing speaks for a half-space."""
    a, b = letters[:i], letters[i:]
    met = 0
    total = known.words.get(letters, 0)
    for places, count in known.halves.get(letters, ()):
        total += count
        if i in places:
            met += count
    left, right = known.parts.get(a, 0), known.parts.get(b, 0)
    if not met and not left and not right:
        return []
    ka, kb, shut = min(bucket(left), 5), min(bucket(right), 5), bucket(total - met)
    o = "o" if a[-1] in OPEN else "c"
    seen = "n" if not total else "s" if total < 40 else "m"
    out = [
        "b", f"E{bucket(met)}.{shut}", f"K{ka}.{kb}.{min(shut, 3)}", f"k{ka}{o}", f"q{kb}{o}",
        f"2{letters[max(0, i - 2):i]}", f"3{letters[max(0, i - 3):i]}", f"4{letters[max(0, i - 4):i]}",
        f"R3{letters[i:i + 3]}", f"R4{letters[i:i + 4]}", f"R5{letters[i:i + 5]}", f"R6{letters[i:i + 6]}",
        f"x{a[-1]}{b[0]}", f"X{letters[max(0, i - 2):i]}.{letters[i:i + 2]}",
        f"y{a[-1]}.{b}" if len(b) < 6 else f"Y{a[-1]}.{letters[i:i + 3]}",
    ]  # fmt: skip
    if not met:
        out.append(f"U{ka}.{kb}.{shut}{o}")
    if len(b) <= _SHORT:
        out += (f"r{b}", f"r{b}.{seen}{o}", f"r{b}.{min(ka, 2)}{seen}")
    if i <= _SHORT:
        out += (f"l{a}", f"l{a}.{seen}{min(kb, 2)}")
    if i <= 6 and a.endswith("می"):
        kind = verb_class(known, b, endings)
        out += (f"V{kind}{a}", f"V{kind}.{shut}")
    return out


def lean_features(
    known: Spellings, endings: tuple[str, ...], pairs: Mapping[tuple[str, str], tuple[int, int]], a: str, b: str
) -> list[str]:
    """The features of the space between the words (or last and first parts of words) `a` and `b`; none: it stays."""
    one, two = known.first.get(a, 0), known.second.get(b, 0)
    if not one and not two:
        return []
    joined, apart = pairs.get((a, b), (0, 0))
    alone, other = known.words.get(a, 0), known.words.get(b, 0)
    ra, rb = _share(one, alone), _share(two, other)
    s = bucket(apart)
    seen = "n" if not joined else "s" if joined < 30 else "m"
    out = [
        "b", f"E{bucket(joined)}.{s}", f"S{ra}.{rb}", f"s{ra}.{rb}.{bucket(joined)}", f"k{min(bucket(alone), 5)}.{rb}",
        f"K{min(bucket(other), 5)}.{ra}", f"l{a}", f"l{a}.{seen}", f"r{b}", f"r{b}.{seen}", f"y{a[-1]}.{b}", f"Y{a[-2:]}.{b}",
        f"R{b}.{s}", f"x{a}.{b[0]}", f"X{a}.{b[:2]}", f"g{bucket(known.words.get(a + b, 0))}.{rb}", f"3{a[-3:]}",
        f"R3{b[:3]}", f"e{b[-3:]}", f"2{a[-2:]}.{rb}", f"R2{b[:2]}.{ra}", f"f{b[-2:]}.{ra}", f"n{min(len(a), 5)}.{min(len(b), 5)}",
    ]  # fmt: skip
    if a.endswith("می") and len(a) <= 6:
        out.append(f"V{verb_class(known, b, endings)}{a}.{s}")
    return out


def near_features(known: Spellings, letters: str, before: str, after: str) -> list[str]:
    """The features of a word that ends in «های» between its neighbours: is it «…ه‌ای» («خانه‌ای»), or «…‌های», «…های»?

    None (so that it is not) where no word is known that ends in the silent ه.
    """
    if not known.parts.get(letters[:-2], 0):
        return []
    he = ha = whole = 0
    size = len(letters)
    whole = known.words.get(letters, 0)
    for places, count in known.halves.get(letters, ()):
        if size - 2 in places:
            he += count
        elif size - 3 in places:
            ha += count
        else:
            whole += count
    odds = f"{bucket(he)}.{bucket(ha)}.{bucket(whole)}"
    stems = f"{bucket(known.parts.get(letters[:-2], 0))}.{bucket(known.parts.get(letters[:-3], 0))}"
    first = after[:3] if after.startswith(("می", "نمی")) else ""
    return [
        "b", f"E{odds}", f"S{stems}", f"s{stems}.{odds}", f"p{before}", f"n{after}", f"P{before}.{odds}", f"N{after}.{odds}",
        f"2{before[-2:]}", f"3{after[-2:]}", f"4{after[-3:]}", f"w{letters}", f"v{first}",
    ]  # fmt: skip


def _share(part: int, rest: int) -> int:
    """How much of a word's use is as a part, in steps: 0 for never, 9 for always."""
    if not part:
        return 0
    share = part / (part + rest)
    return 1 + sum(share > t for t in _SHARES)
