"""Bytes to text, and whether the text is Persian prose at all. Every refusal says what was tried and what to do."""

from __future__ import annotations

import codecs
import re

from dabir.errors import InputError

MAX_CHARACTERS = 20_000_000

_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_SIGNATURES = (b"%PDF", b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
_ONE_BYTE = frozenset({"cp1256", "iso8859-6"})
_DECLARED = re.compile(rb"charset\s{0,9}=\s{0,9}[\"']?([A-Za-z0-9_-]{1,40})", re.I)
_TAG = re.compile(r"<[^<>]*>")
_LETTER = re.compile(r"[^\W\d_]")
_ARABIC_SCRIPT = re.compile(r"[ء-غف-يٮ-ۓۮۯۺ-ۿﭐ-﷿ﹰ-ﻼ]")
_PERSIAN_ONLY = re.compile("[پچژگ]")
_ARABIC_HINT = re.compile(r"(?<!\w)(?:ال\w{3,}|[وبفك]ال\w{3,}|في|من|على|إلى|هذا|هذه|التي|الذي|أن)(?!\w)")
_WORD = re.compile(r"[^\W\d_]{2,}")
_OTHERS = (
    ("Urdu", re.compile("[ٹڈڑںے]")),
    ("Pashto", re.compile("[ټډړښځڅڼې]")),
    ("Kurdish", re.compile("[ڵێۆڕ]")),
)
_SAMPLE = 20_000
NO_MARKUP = dict.fromkeys((*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF))
"""For str.translate: takes out what XML has no place for. lxml lets them in, and refuses to set them."""
_PAGE_SAMPLE = 400_000


def decode(data: bytes) -> str:
    """The characters of a text file: UTF-8, or UTF-16 or UTF-32 with a byte-order mark.

    Raises InputError for an empty or binary file and for any other encoding (windows-1256 is named where it fits).
    """
    marked = _by_mark(data)
    if marked is not None:
        return marked
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(_wrong_encoding(data, error.start)) from None


def decode_page(data: bytes, charset: str | None = None) -> str:
    """The characters of an HTML page. Raises InputError for an empty or binary one and for an encoding that nothing fits.

    Valid UTF-8 is UTF-8, whatever the server (`charset`) or the page's own meta says: other encodings do not pass for it by
    chance, and both are often wrong. Else the named encoding or windows-1256 counts, if it gives letters of the Arabic
    script; else UTF-8 with a few broken bytes, shown as U+FFFD.
    """
    marked = _by_mark(data)
    if marked is not None:
        return marked
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start
    broken = data.decode("utf-8", errors="replace")
    if broken.count("\ufffd") <= max(3, len(broken) // 1000):
        return broken
    declared = _DECLARED.search(data[:_SAMPLE])
    for name in (charset, declared[1].decode("ascii") if declared else None, "windows-1256"):
        text = _decoded(data, name) if name else None
        if text and _share(_TAG.sub("", text)[:_SAMPLE]) > 0.3:
            return text
    raise InputError(f"not UTF-8 (byte {at}), and no named encoding nor windows-1256 gives Persian letters")


def _decoded(data: bytes, name: str) -> str | None:
    try:
        known = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a NUL, or half a character, in the name
        return None
    return data.decode(known, errors="replace") if known in _ONE_BYTE else None


def _by_mark(data: bytes) -> str | None:
    """The text by its byte-order mark, null where it has none; empty and binary data are refused."""
    if not data.strip():
        raise InputError("the file is empty")
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise InputError(f"has a {encoding} byte-order mark but is not {encoding} ({error.reason})") from None
    if data.startswith(_SIGNATURES) or len(_BINARY.findall(data[:_SAMPLE])) > 2:
        raise InputError("a binary file, not text; give a .txt, .html, .jsonl or .jsonl.gz file")
    return None


def _wrong_encoding(data: bytes, at: int) -> str:
    tried = f"not UTF-8 (byte {at}); tried utf-8, and utf-8-sig, utf-16 and utf-32 by their byte-order mark"
    guess = data[:_SAMPLE].decode("windows-1256", errors="ignore")
    if _share(guess) > 0.6:
        return f"{tried}; it looks like windows-1256: convert it with `iconv -f WINDOWS-1256 -t UTF-8`"
    return f"{tried}; save it as UTF-8"


def _share(text: str) -> float:
    letters = len(_LETTER.findall(text))
    return len(_ARABIC_SCRIPT.findall(text)) / letters if letters else 0.0


def looks_persian(markup: str) -> bool:
    """Whether a page is likely Persian, by its letters: enough of the Arabic script, with «پچژگ» among them and without the
    letters of its neighbours. Cheap: it is asked of every page of an archive."""
    letters = "".join(_ARABIC_SCRIPT.findall(markup[:_PAGE_SAMPLE]))
    if len(letters) < 100 or len(_PERSIAN_ONLY.findall(letters)) < 0.01 * len(letters):
        return False
    return all(len(special.findall(letters)) <= 0.03 * len(letters) for _, special in _OTHERS)


def check_persian(text: str) -> None:
    """Raise InputError where `text` is empty, too long, or plainly not Persian; else do nothing.

    Short texts get the benefit of the doubt: only the script is looked at.
    """
    if not text.strip():
        raise InputError("there is no text in it")
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{len(text):,} characters; one article may have {MAX_CHARACTERS:,}: split it")
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    if not letters:
        raise InputError("there are no words in it")
    share = _share(sample)
    # Scraped items may be half script or links; some Persian sentences in them are reason enough to read.
    if share < 0.05 or (share < 0.4 and share * letters < 40):
        raise InputError(f"not Persian: {share:.0%} of the letters are of the Arabic script")
    if letters < 100:
        return
    words = len(_WORD.findall(sample)) or 1
    if len(_ARABIC_HINT.findall(sample)) / words > 0.25 and len(_PERSIAN_ONLY.findall(sample)) / letters < 0.01:
        raise InputError("not Persian: it reads like Arabic")
    for language, special in _OTHERS:
        if len(special.findall(sample)) / letters > 0.03:
            raise InputError(f"not Persian: it has the letters of {language}")
