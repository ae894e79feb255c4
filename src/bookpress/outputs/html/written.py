"""Documents that extensions write while pages are made, such as those of autosummary.

Each build writes them anew. Those that are the same keep their date, so that Sphinx neither reads
them nor writes their pages again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Container
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bookpress.files import files_of, replace_file, sha256
from bookpress.run.notebook import SOURCE_MAP

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.ext.autosummary.generate import AutosummaryEntry

FILE = "written.json"
"""The file, beside what Sphinx has read, with the SHA-256 and the date of each, by name."""


def when_written(app: Sphinx) -> set[str]:
    """Return the files of a staged source; what comes later is written by extensions.

    To be called before these begin. Once they have written, dates are restored.
    """
    _let_chapters_list_names(app)
    staged = {_name(app, path) for path in files_of(Path(app.srcdir))}
    app.connect("builder-inited", partial(_restore_dates, staged), priority=900)
    return staged


def _let_chapters_list_names(app: Sphinx) -> None:
    """Let autosummary find what chapters in Markdown list: they are staged as notebooks."""
    if "sphinx.ext.autosummary" in app.extensions:
        from sphinx.ext.autosummary import generate

        generate.find_autosummary_in_files = _listed_in


def _listed_in(filenames: list[str]) -> list[AutosummaryEntry]:
    """Return what files list, in place of a function of autosummary."""
    from sphinx.ext.autosummary.generate import find_autosummary_in_lines

    listed: list[AutosummaryEntry] = []
    for path in filenames:
        listed += find_autosummary_in_lines(_as_written(Path(path)).splitlines(), filename=path)
    return listed


def _as_written(path: Path) -> str:
    """Return the text of a file, of a chapter that its author wrote in Markdown the prose."""
    text = path.read_text("utf-8", errors="ignore")
    if path.suffix != ".ipynb" or SOURCE_MAP not in text:
        return text
    cells = json.loads(text)["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def _name(app: Sphinx, path: Path) -> str:
    return path.relative_to(app.srcdir).as_posix()


def _restore_dates(staged: Container[str], app: Sphinx) -> None:
    memory = Path(app.doctreedir, FILE)
    before = json.loads(memory.read_bytes()) if memory.is_file() else {}
    written = {_name(app, path): path for path in files_of(Path(app.srcdir))}
    now = {}
    for name, path in written.items():
        if name in staged:
            continue
        digest = sha256(path.read_bytes())
        was, date = before.get(name, ("", 0))
        if was == digest:
            os.utime(path, ns=(date, date))
        now[name] = (digest, path.stat().st_mtime_ns)
    replace_file(memory, json.dumps(now).encode())
