"""Web pages to articles, with trafilatura (the `html` extra) and what Persian news sites need besides."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from dabir.errors import InputError
from dabir.ingest.decode import NO_MARKUP, check_persian, decode_page
from dabir.ingest.published import find_published, marks, site
from dabir.ingest.raw import NO_DEFAULTS, Defaults, RawArticle
from dabir.model import NoDate
from dabir.names.kb import squeeze
from dabir.resources import toml
from dabir.text.keys import key

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MAX_PAGE = 20_000_000
_LINKS = ("ul", "ol", "a", "div", "p", "section", "li")
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u00ad\u2060\ufeff"
_LETTERS = ("𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇", "𐑐𐑑𐑒𐑓𐑔𐑕𐑖𐑗", "𐒰𐒱𐒲𐒳𐒴𐒵𐒶𐒷", "𐔀𐔁𐔂𐔃𐔄𐔅𐔆𐔇")  # of scripts that no Persian page is in
_MOST_LINKS = 50  # siblings that a heading of other news may open
_SHORTEST_LEAD, _LONGEST_LEAD, _MOST_LEADS = 40, 1500, 20  # characters of a lead; elements looked at
_ABOVE = 8  # lines among which the headline is looked for
_LABEL_LINE = 90  # characters of a line that is a label with its value


class Page(Struct, frozen=True):
    """What a web page says of itself; `published` ISO, with `reason` where it is null."""

    text: str
    title: str | None = None
    published: str | None = None
    reason: NoDate | None = None
    outlet: str | None = None
    url: str | None = None


def read_page(data: bytes, url: str | None = None, charset: str | None = None) -> Page:
    """The article of an HTML page: its body without menus, captions, links to other news and comments; title, date, outlet.

    In: the page's bytes, the address it came from and the encoding that the server named, where known. Raises InputError
    where trafilatura is not installed, the bytes are no text, or the page holds no article.
    """
    try:
        import lxml.html
        import trafilatura
    except ImportError:
        raise InputError("reading web pages needs trafilatura: pip install 'dabir[html]'") from None
    if len(data) > MAX_PAGE:
        raise InputError(f"more than {MAX_PAGE // 1_000_000} MB; a web page may have that: save its text as .txt")
    text = decode_page(data, charset)
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
    try:
        tree = lxml.html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError):
        raise InputError("no article was found in the page; save its text as .txt") from None
    _drop_controls(tree)
    known = site(url or _own_address(tree))
    published = find_published(tree, known.zone)
    _strip(tree)
    lead = _lead(tree)
    shown = _show(tree, text)
    # Dates are found above: trafilatura's own search reads neither Jalali months nor zones.
    found = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, include_tables=False, with_metadata=True,
        date_extraction_params={"extensive_search": False, "original_date": True, "max_date": "2100-01-01"},
    )  # fmt: skip
    title = found.title.translate(shown) if found is not None and found.title else None
    body = _body((found.text or "").translate(shown), title) if found is not None else ""
    if body.strip() and lead and squeeze(lead) not in squeeze(body):
        body = f"{lead}\n{body}"
    if found is None or not body.strip():
        raise InputError("no article was found in the page; save its text as .txt")
    return Page(
        text=body,
        title=title,
        published=published.value,
        reason=published.reason,
        outlet=known.outlet or (found.sitename or "").translate(shown) or None,
        url=url or found.url or None,
    )


def from_page(
    data: bytes, where: str, defaults: Defaults = NO_DEFAULTS, url: str | None = None, charset: str | None = None
) -> RawArticle:
    """The article of a web page. Raises InputError where there is none, or it is not Persian.

    `url` is the address the page came from and `charset` the encoding its server named, where known.
    """
    page = read_page(data, url or defaults.url, charset)
    check_persian(page.text)
    given = defaults.published is not None
    return RawArticle(
        text=page.text,
        title=page.title,
        published=defaults.published if given else page.published,
        published_basis="given" if given else "page" if page.published else None,
        published_reason=None if given else page.reason,
        outlet=defaults.outlet or page.outlet,
        url=url or defaults.url or page.url,
        where=where,
    )


def _drop_controls(tree: HtmlElement) -> None:
    """Take out the characters that lxml parses (raw, or as `&#1;`) but refuses to move to another element."""
    for element in tree.iter():
        if element.text and (kept := element.text.translate(NO_MARKUP)) != element.text:
            element.text = kept
        if element.tail and (kept := element.tail.translate(NO_MARKUP)) != element.tail:
            element.tail = kept


def _own_address(tree: HtmlElement) -> str | None:
    for element in tree.iter("link", "meta"):
        if element.get("rel") == "canonical" and element.get("href"):
            return str(element.get("href"))
        if element.get("property") == "og:url" and element.get("content"):
            return str(element.get("content"))
    return None


def _strip(tree: HtmlElement) -> None:
    """Take out of the tree what is not the article's text: captions, shares, blocks of links to other news.

    An element that holds the headline or half of the page's text stays, whatever it is called.
    """
    words = toml("ingest/pages.toml")["aside"]
    tags, classes = set(words["tags"]), set(words["classes"])
    openers = tuple(sorted((key(w) for w in words["openers"]), key=len, reverse=True))
    body = tree.find("body")
    half = len((tree if body is None else body).text_content()) / 2
    doomed: list[HtmlElement] = []
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag in ("html", "head", "body", "meta", "link", "title"):
            continue
        if element.tag in tags or marks(element) & classes:
            doomed.append(element)
        elif key((element.text or "").strip()[:60]).startswith(openers):
            doomed.extend(_opened(element, openers))
    gone: set[HtmlElement] = set()
    for element in doomed:
        if element in gone or any(a in gone for a in element.iterancestors()):
            continue
        if element.tag in ("script", "style") or not _is_article(element, half):
            gone.add(element)
            element.drop_tree()


def _lead(tree: HtmlElement) -> str | None:
    """The lead, where an element is marked as one beside the headline; trafilatura leaves it where it stands apart."""
    classes = set(toml("ingest/pages.toml")["lead"]["classes"])
    marked = (e for e in tree.iter() if isinstance(e.tag, str) and e.tag not in ("html", "body") and marks(e) & classes)
    for element in islice(marked, _MOST_LEADS):
        text = " ".join(element.text_content().split())
        linked = any(a.tag in ("li", "a") for a in (element, *element.iterancestors()))
        if _SHORTEST_LEAD <= len(text) <= _LONGEST_LEAD and not linked and element.find(".//h1") is None:
            return text
    return None


def _show(tree: HtmlElement, source: str) -> dict[int, str]:
    """Put letters in the place of characters that show nothing, and return what turns them back.

    trafilatura deletes whatever does not print, and with it every half-space of a Persian text.
    """
    letters = next((block for block in _LETTERS if not any(c in source for c in block)), _LETTERS[0])
    there = {ord(c): letter for c, letter in zip(_UNSEEN, letters, strict=True)}
    for element in tree.iter():
        if element.text:
            element.text = element.text.translate(there)
        if element.tail:
            element.tail = element.tail.translate(there)
        if element.tag == "meta" and element.get("content"):
            element.set("content", element.get("content").translate(NO_MARKUP | there))
    return {ord(letter): c for c, letter in zip(_UNSEEN, letters, strict=True)}


def _is_article(element: HtmlElement, half: float) -> bool:
    holds = element.find(".//h1") is not None or element.find(".//*[@itemprop='articleBody']") is not None
    return holds or len(element.text_content()) > half


def _opened(element: HtmlElement, openers: tuple[str, ...]) -> list[HtmlElement]:
    """The links to other news that `element` opens: itself where it holds them, or what follows it where it is a heading."""
    text = " ".join(element.text_content().split())
    linked = " ".join(" ".join(a.text_content().split()) for a in element.iter("a"))
    rest = key(text).strip()
    rest = rest.removeprefix(next(w for w in openers if rest.startswith(w))).strip(" :؛…»«.-|/")
    if rest:
        return [element] if len(linked) > len(rest) / 2 else []
    top = element
    parent = top.getparent()
    while parent is not None and parent.tag != "body" and " ".join(parent.text_content().split()) == text:
        top, parent = parent, parent.getparent()
    if top.tail and top.tail.strip():
        return []
    following = []
    for after in islice(top.itersiblings(), _MOST_LINKS):
        if after.tag not in _LINKS or not _all_links(after):
            break
        following.append(after)
    return [top, *following] if following else []


def _all_links(element: HtmlElement) -> bool:
    linked = sum(len("".join(a.text_content().split())) for a in element.iter("a"))
    return linked > 0 and linked >= 0.8 * len("".join(element.text_content().split()))


def _body(text: str, title: str | None) -> str:
    """The body without the headline and what stands above it (section, date), and without lines that are a label of the page
    and its value, such as «کد خبر: ۱۲۳۴»."""
    labels = tuple(sorted((key(w) for w in toml("ingest/pages.toml")["aside"]["lines"]), key=len, reverse=True))
    lines = text.split("\n")
    headline = squeeze(title or "")
    for number, line in enumerate(lines[:_ABOVE]):
        if headline and squeeze(line) == headline:
            lines = lines[number + 1 :]
            break
        if len(line) > _LABEL_LINE:
            break
    return "\n".join(line for line in lines if not _is_label(line, labels))


def _is_label(line: str, labels: tuple[str, ...]) -> bool:
    folded = key(line).strip()
    label = next((w for w in labels if folded.startswith(w)), None)
    if label is None or len(folded) > _LABEL_LINE:
        return False
    rest = folded[len(label) :].strip()
    return not rest or rest[0] in ":：|؛" or rest[0].isdigit() or rest.startswith("http")
