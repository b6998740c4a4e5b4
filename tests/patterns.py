"""Every regular expression of the package, and input that makes one that is not linear slow. Run by test_linear.py, by itself."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pkgutil
import re
import signal
import sys
import time
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

SHORT, LONG = 500, 16_000  # characters of an attack: to see which is the worst, and to see that it ends
GUARD = 10.0  # seconds of processor time after which LONG counts as not ending; a linear pattern needs hundredths
LETTERS = "اگی1 \n.,،:«»\"()[]-_<a=@;/'\u200c"
CALLS = {"compile", "match", "search", "fullmatch", "finditer", "findall", "sub", "split"}

Key = tuple[str, bool, int]  # the pattern, whether it is of bytes, its flags


def compiled() -> tuple[dict[Key, str], set[tuple[str, int]]]:
    """What the package compiles while it is imported and reads its samples, with the place; and the places that were seen."""
    found: dict[Key, str] = {}
    sites: set[tuple[str, int]] = set()
    compiler = re._compile  # type: ignore[attr-defined]

    def spy(pattern: Any, flags: int) -> Any:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__") == "re":
            frame = frame.f_back
        module = frame.f_globals.get("__name__", "")
        if module.startswith("dabir"):
            source, flags = (pattern.pattern, pattern.flags) if isinstance(pattern, re.Pattern) else (pattern, flags)
            binary = isinstance(source, bytes)
            found.setdefault((source.decode("latin-1") if binary else source, binary, int(flags)), f"{module}:{frame.f_lineno}")
            sites.add((module, frame.f_lineno))
        return compiler(pattern, flags)

    re._compile = spy  # type: ignore[attr-defined]
    import dabir

    for module in pkgutil.walk_packages(dabir.__path__, "dabir."):
        importlib.import_module(module.name)
    rules = importlib.import_module("dabir.acts.patterns")
    plain = rules.Pattern

    def pattern(source: str, regex: str, heads: frozenset[str]) -> Any:  # compiled at first use, which may not come here
        found.setdefault((regex, False, 0), "dabir.acts.patterns:parse")
        return plain(source, regex, heads)

    rules.Pattern = pattern  # type: ignore[attr-defined]
    reader = dabir.Reader(tagger=False)
    for raw in importlib.import_module("dabir.samples").articles():
        reader.read(raw.text, published=raw.published, outlet=raw.outlet, title=raw.title)
        dabir.check_times(raw.text, published=raw.published)
    for path in sorted((Path(__file__).parent / "cases" / "events").glob("*.toml")):
        for text in sentences(tomllib.loads(path.read_text(encoding="utf-8"))):
            reader.read(text, published="2025-02-28")
    tables()
    re._compile = compiler  # type: ignore[attr-defined]
    return found, sites


def sentences(node: Any) -> Iterator[str]:
    """The sentences of a table of cases."""
    if isinstance(node, str):
        if len(node) > 30:
            yield node
    else:
        for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
            yield from sentences(child)


def tables() -> None:
    """Call every cached function without arguments: each makes a table, some of them of patterns."""
    for name, module in sorted(sys.modules.items()):
        if name.startswith("dabir."):
            for each in vars(module).values():
                if hasattr(each, "cache_clear") and each.__module__ == name and not inspect.signature(each).parameters:
                    each()
    # These are compiled at their first use, which may not come here.
    for rule in importlib.import_module("dabir.times.grammar").rules():
        rule.pattern.match("")
    for cue in importlib.import_module("dabir.acts.cues")._patterns():
        importlib.import_module("dabir.acts.patterns").compiled(cue.regex)


def written(root: Path) -> Iterator[tuple[str, int, int, str | None]]:
    """Every call of `re` in the source: module, first and last line, and the pattern where it is one literal."""
    for path in sorted(root.rglob("*.py")):
        module = ".".join(path.relative_to(root.parent).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = node.func if isinstance(node, ast.Call) else None
            if isinstance(call, ast.Attribute) and isinstance(call.value, ast.Name) and call.value.id == "re" and call.attr in CALLS:
                first = node.args[0]
                literal = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
                yield module, node.lineno, node.end_lineno or node.lineno, literal


def in_class(items: Iterable[Any], char: str) -> bool:
    """Whether a character is in a parsed class."""
    inside, negated = False, False
    for kind, value in items:
        if kind is op.NEGATE:
            negated = True
        elif kind is op.LITERAL:
            inside |= ord(char) == value
        elif kind is op.RANGE:
            inside |= value[0] <= ord(char) <= value[1]
        elif kind is op.CATEGORY:
            name = str(value)
            has = char.isdigit() if "DIGIT" in name else char.isspace() if "SPACE" in name else char.isalnum() or char == "_"
            inside |= has != ("NOT" in name)
    return inside != negated


def parts(kind: Any, value: Any) -> list[Any]:
    """The patterns inside a parsed element."""
    if kind is op.BRANCH:
        return list(value[1])
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    if kind is op.GROUPREF_EXISTS:
        return [p for p in value[1:] if p]
    return [value] if kind is op.ATOMIC_GROUP else []


def letters(tree: Any) -> Iterator[str]:
    """The characters that a pattern names."""
    for kind, value in tree:
        if kind in (op.LITERAL, op.NOT_LITERAL):
            yield chr(value)
        elif kind is op.IN:
            yield from (chr(v if k is op.LITERAL else v[0]) for k, v in value if k in (op.LITERAL, op.RANGE))
        for part in parts(kind, value):
            yield from letters(part)


def sample(tree: Any, wish: str, alphabet: list[str]) -> str:
    """A short string of what a pattern asks for, of the character `wish` where it may be."""
    out = ""
    for kind, value in tree:
        if kind is op.LITERAL:
            out += chr(value)
        elif kind is op.NOT_LITERAL:
            out += next(c for c in (wish, *alphabet) if ord(c) != value)
        elif kind is op.ANY:
            out += wish if wish != "\n" else "ا"
        elif kind is op.IN:
            out += next((c for c in (wish, *alphabet) if in_class(value, c)), "")
        elif kind is op.BRANCH:
            out += sample(value[1][0], wish, alphabet)
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            out += sample(value[2], wish, alphabet) * value[0]
        elif kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
            out += sample(parts(kind, value)[0], wish, alphabet)
    return out


def loops(tree: Any, before: str, alphabet: list[str]) -> Iterator[tuple[str, Any]]:
    """What may be repeated eight times or more, each with a string that leads to it."""
    for at, (kind, value) in enumerate(tree):
        lead = before + sample(tree[:at], "ا", alphabet)
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and value[1] >= 8:
            yield lead, value[2]
        for part in parts(kind, value):
            yield from loops(part, lead, alphabet)


def attacks(pattern: str, flags: int) -> set[tuple[str, str]]:
    """(lead, pump) pairs: the lead, then the pump over and over, then a NUL that nothing matches."""
    tree = _parser.parse(pattern, flags)
    named = sorted(set(letters(tree)))
    alphabet = [*named[:200], *LETTERS]
    found = {("", c) for c in (*named[:40], *LETTERS)}
    whole = sample(tree, "ا", alphabet)
    found |= {("", w) for w in (whole, whole[:-1], whole + " ") if w}
    for lead, body in loops(tree, "", alphabet):
        for wish in "ا1 .«\na-":
            if pump := sample(body, wish, alphabet):
                found |= {(lead, pump), ("", lead + pump)}
    return found


class Hangs(Exception):
    """The guard went off."""


def hang(*_: object) -> None:
    raise Hangs


def spent(regex: re.Pattern[Any], lead: str, pump: str, size: int) -> float:
    """Seconds of processor time for all matches in one attack; GUARD where it does not end."""
    text: Any = lead + pump * (size // len(pump)) + "\0"
    text = text.encode() if isinstance(regex.pattern, bytes) else text
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, GUARD)
    try:
        for _ in regex.finditer(text):
            continue
    except Hangs:
        return GUARD
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begun


def worst(pattern: str, binary: bool, flags: int) -> tuple[float, float, str, str]:
    """The worst attack on a pattern: seconds for a LONG text and for a quarter of it, lead, pump."""
    flags &= ~re.UNICODE.value if binary else -1
    regex = re.compile(pattern.encode("latin-1") if binary else pattern, flags)
    tried = sorted(((spent(regex, *a, SHORT), a) for a in sorted(attacks(pattern, flags))), reverse=True)[:2]
    long = max((spent(regex, *a, LONG), a) for _, a in tried)
    return long[0], spent(regex, *long[1], LONG // 4), *long[1]


def main() -> None:
    """Print as JSON how many patterns there are, which call sites were not seen, and the patterns that grow too fast."""
    signal.signal(signal.SIGVTALRM, hang)
    found, seen = compiled()
    unseen = []
    for module, first, last, literal in written(Path(sys.argv[1])):
        if literal is not None:
            found.setdefault((literal, False, 0), f"{module}:{first}")
        elif not any(m == module and first <= n <= last for m, n in seen):
            unseen.append(f"{module}:{first}")
    slow = []
    for (pattern, binary, flags), place in found.items():
        long, quarter, lead, pump = worst(pattern, binary, flags)
        # Four times the text takes four times as long, sixteen times where it is quadratic; short times say nothing.
        if long >= GUARD or (long > 0.05 and long > 9 * quarter):
            slow.append({"place": place, "pattern": pattern, "lead": lead, "pump": pump, "seconds": [quarter, long]})
    print(json.dumps({"patterns": len(found), "unseen": unseen, "slow": slow}, ensure_ascii=False))


if __name__ == "__main__":
    main()
