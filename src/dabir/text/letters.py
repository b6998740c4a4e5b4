"""The first round of cleaning: characters. Arabic letters made Persian, stray marks out, entities read."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from dabir.text.offsets import Change

HALF_SPACE = "\u200c"

_LETTERS = {"ي": "ی", "ى": "ی", "ې": "ی", "ے": "ی", "ك": "ک", "ڪ": "ک", "ہ": "ه", "ھ": "ه", "ە": "ه"}
# A letter with its hamza or madda as a mark of its own; «هٔ» has no single sign and stays.
_COMPOSED = {
    "\u0627\u0653": "آ", "\u0627\u0654": "أ", "\u0627\u0655": "إ", "\u0648\u0654": "ؤ",
    "\u064a\u0654": "ئ", "\u06cc\u0654": "ئ", "\u0649\u0654": "ئ",
}  # fmt: skip
_DIGITS = dict(zip("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", strict=True))
_ENTITIES = {
    "nbsp": " ", "ensp": " ", "emsp": " ", "thinsp": " ", "zwnj": HALF_SPACE, "zwj": "", "rlm": "",
    "lrm": "",     "shy": "",    "quot": '"', "apos": "'", "lt": "<", "gt": ">", "laquo": "«", "raquo": "»",
    "hellip": "…", "ndash": "–",
    "mdash": "—", "lsquo": "‘", "rsquo": "’", "ldquo": "“", "rdquo": "”", "middot": "·", "bull": "•",
}  # fmt: skip
_BLANK = " \u00a0\t\u1680\u2000-\u200a\u202f\u205f\u3000"
_HIDDEN = (
    "\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffc"
)
_GAP_ENTITY = r"&(?:amp;)*(?:(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|rlm|lrm|shy)|\#0*(?:160|8204|8205|8206|8207|173));"
_TROUBLE = re.compile(
    # A gap: blanks and unseen marks together, unless it is one plain space.
    rf"(?P<gap>(?! [^{_BLANK}{_HIDDEN}&])(?:[{_BLANK}{_HIDDEN}]|{_GAP_ENTITY})+)"
    r"|(?P<entity>&(?:amp;)*(?:" + "|".join(_ENTITIES) + r");)"
    r"|&(?:amp;)*\#(?P<number>[0-9]{2,6}|[xX][0-9a-fA-F]{2,6});"
    r"|(?P<amp>&(?:amp;)+)"
    r"|(?P<tatweel>ـ+)"
    r"|(?P<not>(?<=[\u0621-\u06d3])¬(?=[\u0621-\u06d3]))"  # some word processors' half-space
    r"|(?P<composed>[\u0627\u0648\u064a\u06cc\u0649][\u0653-\u0655])"
    rf"|(?P<letter>[{''.join(_LETTERS)}])"
    r"|(?P<digit>[٠-٩])"
    # Angle brackets or small guillemets doubled, around words, for «».
    r"|(?P<quote>(?:<<|‹‹)[^\s<>‹›][^<>‹›\n]{0,300}(?<!\s)(?:>>|››))"
    r"|(?P<form>[\ufb50-\ufd3d\ufd50-\ufdfb\ufe70-\ufefc])"
)


@cache
def _shape(char: str) -> str:
    """The letters that a presentation form stands for (or itself, where it is none)."""
    plain = unicodedata.normalize("NFKC", char)
    if char == "\ufdf2":  # part of names: «عبدﷲ»
        return plain
    # A word ligature («ﷺ») is a sign of its own; spelling it out would put words into the text.
    return "".join(_LETTERS.get(c, c) for c in plain) if len(plain) <= 2 and " " not in plain else char


def _letter_at(text: str, at: int) -> bool:
    return 0 <= at < len(text) and (text[at].isalnum() or "\u064b" <= text[at] <= "\u0670")


def _persian_at(text: str, at: int) -> bool:
    return 0 <= at < len(text) and "\u0621" <= text[at] <= "\u06d3" and text[at].isalpha()


def _gap(text: str, start: int, end: int) -> str:
    """What belongs where blanks and unseen marks stand: a space, a half-space between two letters, or nothing."""
    run = text[start:end]
    if re.search(rf"[{_BLANK}]|nbsp|ensp|emsp|thinsp|160;", run):
        return " "
    half = HALF_SPACE in run or "zwnj" in run or "8204" in run
    if half and _letter_at(text, start - 1) and _letter_at(text, end):
        return HALF_SPACE
    # Marks of direction and zero-width spaces stand inside a word only where an editor had them for a half-space.
    if run in ("\u200b", "\u200e", "\u200f") and _persian_at(text, start - 1) and _persian_at(text, end):
        return HALF_SPACE
    return "\u200d" if run == "\u200d" and _between_signs(text, start, end) else ""


def _between_signs(text: str, start: int, end: int) -> bool:
    """True between two emoji: a joiner there makes them one picture."""
    return start > 0 and end < len(text) and text[start - 1] > "\u2190" and text[end] > "\u2190"


def _number(digits: str) -> str | None:
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if 33 <= code <= 126 or 0xA1 <= code <= 0x2BFF:
        return chr(code)
    return None


def letter_changes(text: str) -> list[Change]:
    """The changes to single characters that `text` needs; none for a text that has been through."""
    out: list[Change] = []
    for m in _TROUBLE.finditer(text):
        start, end, kind = m.start(), m.end(), m.lastgroup
        if kind in ("letter", "digit"):
            out.append((start, end, (_LETTERS if kind == "letter" else _DIGITS)[m[0]], kind))
        elif kind == "not":
            out.append((start, end, HALF_SPACE, "gap"))
        elif kind == "quote":
            out += [(start, start + 2, "«", "quote"), (end - 2, end, "»", "quote")]
        elif kind == "composed":
            if (one := _COMPOSED.get(m[0], m[0])) != m[0]:
                out.append((start, end, one, "letter"))
        elif kind == "gap":
            new = _gap(text, start, end)
            if new != m[0]:
                out.append((start, end, new, "gap"))
        elif kind == "form":
            if (new := _shape(m[0])) != m[0]:
                out.append((start, end, new, "form"))
        elif kind == "tatweel":
            inside = _letter_at(text, start - 1) or _letter_at(text, end)
            out.append((start, end, "" if inside else "-", "tatweel"))
        elif kind == "entity":
            out.append((start, end, _ENTITIES[m[0].rpartition("&")[2].split(";")[-2]], "entity"))
        elif kind == "amp":
            out.append((start, end, "&", "entity"))
        elif (char := _number(m["number"])) is not None:
            out.append((start, end, char, "entity"))
    return out
