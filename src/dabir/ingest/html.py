"""Web pages to articles, with trafilatura (the `html` extra)."""

from __future__ import annotations

from msgspec import Struct

from dabir.errors import InputError


class Page(Struct, frozen=True):
    """What a web page says of itself; `published` as the page has it (ISO), null where it says nothing."""

    text: str
    title: str | None = None
    published: str | None = None
    outlet: str | None = None
    url: str | None = None


def read_page(data: bytes) -> Page:
    """The article of an HTML page: its body without menus and comments, title, date and site.

    Raises InputError where trafilatura is not installed or the page holds no article.
    """
    try:
        import trafilatura
    except ImportError:
        raise InputError("reading web pages needs trafilatura: pip install 'dabir[html]'") from None
    if not data.strip():
        raise InputError("the file is empty")
    # Only dates that the page's own metadata states; guesses from the text would pass for facts. The far maximum
    # keeps the machine's clock out of the result.
    dates = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}
    found = trafilatura.bare_extraction(
        data, include_comments=False, include_tables=False, with_metadata=True, date_extraction_params=dates
    )
    body = found.text if found is not None else None
    if found is None or not body or not body.strip():
        raise InputError("no article was found in the page; save its text as .txt")
    return Page(body, found.title or None, found.date or None, found.sitename or None, found.url or None)
