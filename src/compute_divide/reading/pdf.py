"""The book and its chapters as PDF: the finished pages, put on paper by Chromium."""

from __future__ import annotations

import shutil

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Names under which systems install Chromium."""


def browser() -> str | None:
    """Return the path of the browser that prints, the first one found."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def missing() -> str | None:
    """Return what this machine lacks to print, and how to get it; nothing when all is there."""
    if browser() is None:
        return (
            f"it needs Chromium, and none of {', '.join(BROWSERS)} is on the PATH; on Debian or Ubuntu "
            "`sudo apt-get install chromium fonts-liberation` installs it"
        )
    return None
