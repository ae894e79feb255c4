"""Checks, before any chapter runs, that a book's theme can make a page here."""

from __future__ import annotations

import os
import re
import tempfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import yaml

from bookpress.book.configuration import FILE, configuration, sphinx_settings
from bookpress.book.project import BUILD, Project
from bookpress.errors import PressError, short
from bookpress.files import canonical, read, replace_file, sha256
from bookpress.outputs.base.process import make
from bookpress.outputs.html import FORMAT as PAGES
from bookpress.run.processes import scratch

OF_SPHINX = ("sphinx_book_theme", "alabaster")
"""Themes that come with Jupyter Book and Sphinx."""
PAGE = "page-of-the-theme"
"""The only document of the book that tests the theme."""
BROKEN = (
    r"Theme error:|Extension error \({package}[\w.]*\):"
    r"|Extension error:\s+Could not import extension {package}\b"
    r'|Exception occurred:\s+File "[^"]*/{package}/'
)
"""The beginning of Sphinx's messages about a package's theme."""
END = re.compile(r"The full traceback|\(all that Jupyter Book said")
"""The text that follows such a message."""
STAMP = "theme"
"""The file, in the cache, of the settings with which a theme has made a page."""


def check_theme(project: Project, epoch: int) -> None:
    """Raise if the theme of a book is installed but cannot make a page.

    A success with the same settings is not repeated.
    """
    settings = sphinx_settings(project.root)
    theme = str(settings.get("html_theme") or "")
    is_known = not theme or theme in OF_SPHINX or "html_theme_path" in settings
    if project.settings.is_laid_out or is_known:
        return
    stamp = project.cache / STAMP
    digest = sha256(canonical([theme, _versions(theme), str(configuration(project.root))]).encode())
    if stamp.is_file() and read(stamp) == digest.encode():
        return
    with tempfile.TemporaryDirectory(dir=scratch(), ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        _prepare(project, home / "source")
        try:
            make([PAGES], home, home / "source", epoch)
        except PressError as error:
            reason = _reason(str(error), theme)
            if reason:
                raise PressError(
                    f"the theme {theme} is installed but makes no page here, nor does it in plain "
                    f"Jupyter Book: {reason}"
                ) from error
    replace_file(stamp, digest.encode())


def _versions(theme: str) -> list[str]:
    """Return the versions of the packages that a theme consists of."""
    versions = []
    for name in (theme, "sphinx", "sphinx-book-theme", "pydata-sphinx-theme"):
        with suppress(metadata.PackageNotFoundError):
            versions.append(f"{name} {metadata.version(name)}")
    return versions


def _prepare(project: Project, source: Path) -> None:
    """Make a book of one page with a book's settings and the files they may name."""
    source.mkdir()
    config = {
        **configuration(project.root),
        "execute": {"execute_notebooks": "off"},
        "only_build_toc_files": True,
    }
    files = {
        FILE: yaml.safe_dump(config, allow_unicode=True),
        "_toc.yml": f"format: jb-book\nroot: {PAGE}\n",
        f"{PAGE}.md": "# Page\n\nWords.\n",
    }
    for name, text in files.items():
        (source / name).write_text(text, encoding="utf-8")
    for entry in os.scandir(project.root):
        if not entry.name.startswith(".") and entry.name not in {*files, BUILD}:
            (source / entry.name).symlink_to(entry.path)


def _reason(log: str, theme: str) -> str:
    """Return Sphinx's message about a theme; empty if something else is wrong."""
    package = re.escape(theme.replace("-", "_"))
    begins = BROKEN.format(package=package)
    fault = re.search(begins, log)
    if not fault:
        return ""
    lines = [line.strip() for line in END.split(log[fault.start() :])[0].splitlines()[1:]]
    wanted = [line for line in lines if line and "WARNING" not in line]
    is_trace = "File" in fault[0]
    return short(" ".join(wanted[-1:] if is_trace else wanted[:2]), 200)
