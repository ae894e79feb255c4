"""The process that runs chapters, started while it is still being found out what there is to do.

Reading the parameters of all chapters takes half a second, the imports of that process more than one. Started first, it
imports meanwhile.
"""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

from compute_divide.press.chapters import FOLDER
from compute_divide.press.execution import Engine, open_engine
from compute_divide.press.files import files_of, read
from compute_divide.press.project import Project

IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


def engine_ahead(project: Project, name: str) -> AbstractContextManager[Engine]:
    """Open an engine for whatever chapters there will be to run.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    return open_engine(name, named_modules(project))


def named_modules(project: Project) -> list[str]:
    """Return what lines of the chapters seem to import, without parsing them; what is no module does not matter."""
    sources = [path for path in files_of(project.root / FOLDER) if path.suffix == ".md"]
    names = [name for path in sources for name in IMPORT.findall(read(path).decode("utf-8", errors="replace"))]
    return list(dict.fromkeys(names))
