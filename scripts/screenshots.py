"""Pictures of every page of the desk, over a store of the sample articles and desk-articles.jsonl (invented, too), in both languages,
narrow and wide.

    python scripts/screenshots.py FOLDER [--store news.db]
    python scripts/screenshots.py docs --for-docs

Needs Debian's chromium and the development requirements. With `--store` the pictures are of that store. `--for-docs` makes
docs/desk-*.png alone, the upper part of some pages.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from dabir import Reader, open_store, samples
from dabir.desk.app import create
from dabir.desk.guard import Desk
from dabir.ingest.files import articles
from dabir.model import Record
from dabir.parallel import read_raw
from dabir.store.filters import Filter
from dabir.store.store import Store

NOW = "2025-03-01T08:00:00+00:00"
WIDTHS = {"wide": 1280, "narrow": 390}
PAGES = {
    "today": "", "search": "/search", "search-many": "/search?state=IRN&act=meet&act=talks", "statements": "/statements",
    "history": "/statements?state=IRN&subject=nuclear", "dyad": "/dyad?dyad=IRN&dyad=USA", "track": "/track?state=IRN+USA",
    "network": "/network", "persons": "/network?between=persons", "map": "/map", "map-near": "/map?view=near", "read": "/read",
    "actor": "/actor/IRN", "event": "/event/EVENT", "article": "/article/ARTICLE", "zone": "/zone", "fault": "/search?state=none-such",
    "empty": "/network?since=1300-01-01&until=1300-01-02",
}  # fmt: skip


# The documentation's pictures: page, language, width and height.
DOCS = (
    ("event", "fa", 900, 700),
    ("dyad", "en", 390, 640),
    ("track", "fa", 900, 760),
    ("network", "fa", 900, 940),
    ("map", "en", 900, 800),
)


def filled(store: Store) -> None:
    reader = Reader()
    for raw in (*samples.articles(), *articles([Path(__file__).with_name("desk-articles.jsonl")])):
        record = read_raw(reader, raw)
        if isinstance(record, Record):
            store.add(record)
    store.merge()


@contextmanager
def served(store: Store) -> Iterator[str]:
    """The address of a desk over a store."""
    server = uvicorn.Server(uvicorn.Config(create(Desk(store, lambda: NOW, rate=10**9)), port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.05)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def browsing() -> Iterator[Browser]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"] if os.getuid() == 0 else [])
        yield browser
        browser.close()


def pictures(browser: Browser, address: Callable[[str, str], str], folder: Path, only: list[str]) -> None:
    for size, width in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": 900})
        for code in ("fa", "en"):
            for name in only or PAGES:
                page.goto(address(name, code))
                page.screenshot(path=folder / f"{name}-{code}-{size}.png", full_page=True)


def documentation(browser: Browser, address: Callable[[str, str], str], folder: Path) -> None:
    for name, code, width, height in DOCS:
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(address(name, code))
        page.screenshot(path=folder / f"desk-{name}-{code}.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", help="a store that is there, instead of one of these articles")
    parser.add_argument("--for-docs", action="store_true", help="the pictures of the documentation alone")
    parser.add_argument("--only", nargs="*", default=[], choices=sorted(PAGES), metavar="PAGE", help=", ".join(PAGES))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, open_store(args.store or Path(scratch) / "samples.db") as store:
        if not args.store:
            filled(store)
        event = store.events(Filter(acts=("talks", "meet"), status=("held",)), sort="outlets", descending=True).rows[0]
        with served(store) as base, browsing() as browser:

            def address(name: str, code: str) -> str:
                return f"{base}/{code}{PAGES[name].replace('EVENT', event.id).replace('ARTICLE', event.version)}"

            if args.for_docs:
                documentation(browser, address, args.folder)
            else:
                pictures(browser, address, args.folder, args.only)


if __name__ == "__main__":
    main()
