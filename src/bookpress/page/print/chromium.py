"""Chromium as a printer: an HTML document becomes a tagged PDF. Nothing is fetched from anywhere but this machine."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.errors import PressError

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Names under which systems install Chromium."""
OPTIONS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
)
SECONDS = 120
"""Time that one step of one document may take."""
UNDRAWN = "[...document.images].filter(one => !one.complete || !one.naturalWidth).map(one => one.getAttribute('src'))"


def browser_path() -> str | None:
    """Return the path of the browser that prints: the first one found."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def missing() -> str | None:
    """Return what this machine lacks to print and how to get it; nothing when all is there."""
    if browser_path() is not None:
        return None
    return (
        f"it needs Chromium, and there is none on the PATH (looked for {', '.join(BROWSERS)}). On Debian and Ubuntu "
        "`make browser` or `sudo apt-get install chromium fonts-liberation` installs it"
    )


class Printer:
    """An open browser that prints.

    Parameters
    ----------
    browser : playwright.sync_api.Browser
        The browser.
    folder : pathlib.Path
        Where documents lie while they are printed.
    """

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser = browser
        self._folder = folder

    def print(self, document: str, *, final: bool = True) -> bytes:
        """Return a document as PDF, with tags and outline.

        Parameters
        ----------
        document : str
            HTML; addresses of style and pictures are absolute.
        final : bool
            False for a draft, of which only the numbers of the pages matter: it has neither tags nor outline.

        Raises
        ------
        PressError
            If a file that the document names cannot be had.
        """
        path = self._folder / "document.html"
        path.write_text(document, encoding="utf-8")
        page = self._browser.new_page(offline=True, color_scheme="light", java_script_enabled=True)
        page.set_default_timeout(SECONDS * 1000)
        failed: list[str] = []
        page.on("requestfailed", lambda request: failed.append(request.url))
        page.emulate_media(media="print")
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready.then(() => true)")
        failed += page.evaluate(UNDRAWN)
        if failed:
            raise PressError(f"what is to be printed names files that cannot be had: {', '.join(sorted(set(failed)))}")
        printed = page.pdf(prefer_css_page_size=True, print_background=True, tagged=final, outline=final)
        page.close()
        return printed


@contextmanager
def printer() -> Iterator[Printer]:
    """Open a browser for printing; it is closed at the end, whatever happens.

    Raises
    ------
    PressError
        If there is none, or it does not start.
    """
    from playwright.sync_api import Error, sync_playwright

    lacking = missing()
    if lacking:
        raise PressError(lacking)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=browser_path(), args=list(OPTIONS), timeout=SECONDS * 1000
            )
        except Error as error:
            raise PressError(f"the browser {browser_path()} does not start: {error.message.splitlines()[0]}") from error
        try:
            yield Printer(browser, Path(folder))
        except Error as error:
            raise PressError(f"the browser could not print: {error.message.splitlines()[0]}") from error
        finally:
            browser.close()
