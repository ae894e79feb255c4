"""The processes of a build, started while it is still being found out what there is to do.

Reading the parameters of all chapters takes half a second; the imports of the process that runs chapters and of the
one that assembles pages take longer. Started first, they import meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from compute_divide.press.binding import Binder
from compute_divide.press.chapters import FOLDER
from compute_divide.press.clock import EPOCH_VARIABLE, build_time
from compute_divide.press.execution import Engine, open_engine
from compute_divide.press.files import files_of, read
from compute_divide.press.project import Project
from compute_divide.press.staging import extra_extensions

IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Started:
    """The processes of a build.

    Parameters
    ----------
    binder : Binder
        Assembles the pages.
    engine : Engine
        Runs the chapters.
    """

    binder: Binder
    engine: Engine


@contextmanager
def started(project: Project, engine: str) -> Iterator[Started]:
    """Start the processes of a build; they are ended on the way out.

    Raises
    ------
    UsageError
        If there is no such engine.
    """
    with (
        open_engine(engine, named_modules(project)) as opened,
        Binder(environment(project), extra_extensions(project)) as binder,
    ):
        yield Started(binder, opened)


def environment(project: Project) -> dict[str, str]:
    """Return what the processes that make pages find in their environment: the evidence and the date."""
    return {
        "COMPUTE_DIVIDE_DATA": str(project.data),
        EPOCH_VARIABLE: str(int(build_time(project.root).timestamp())),
    }


def named_modules(project: Project) -> list[str]:
    """Return what lines of the chapters seem to import, without parsing them; what is no module does not matter."""
    sources = [path for path in files_of(project.root / FOLDER) if path.suffix == ".md"]
    names = [name for path in sources for name in IMPORT.findall(read(path).decode("utf-8", errors="replace"))]
    return list(dict.fromkeys(names))
