"""The process that runs chapters, started while it is still being found out what there is to do.

Reading the parameters of all chapters takes half a second, the imports of that process more than one. Started first, it
imports meanwhile.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

from bookpress.book.project import CHAPTERS, Project
from bookpress.files import files_of, read
from bookpress.run.engines import DEFAULT_ENGINE, Engine, open_engine

CELL = re.compile(r"^(`{3,}|~{3,}|:{3,})\{code-cell\}.*?^\1", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


def engine_ahead(project: Project, name: str | None = None) -> AbstractContextManager[Engine]:
    """Open an engine, by default the usual one, for whatever chapters there will be to run.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    return open_engine(DEFAULT_ENGINE if name is None else name, named_modules(project), project.packages)


def named_modules(project: Project) -> list[str]:
    """Return what lines of the code cells seem to import, without parsing them; what is no module does not matter."""
    sources = [path for path in files_of(project.root / CHAPTERS) if path.suffix == ".md"]
    texts = [read(path).decode("utf-8", errors="replace") for path in sources]
    cells = [cell.group() for text in texts for cell in CELL.finditer(text)]
    return list(dict.fromkeys(name for cell in cells for name in IMPORT.findall(cell)))
