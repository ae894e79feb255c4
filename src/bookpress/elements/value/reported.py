"""What others report: the roles that a book's settings name, and the files of their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from bookpress.book.project import FILE, Project, ReportedValues
from bookpress.elements.base.registry import elements
from bookpress.elements.base.store import Reported
from bookpress.errors import UsageError, collecting, quoted, some_of
from bookpress.files import as_mapping, checked, read

UNNAMED = "as the work itself reports it"
"""How a value became known whose entry does not say it."""
MOST = 10
"""The most words that a message lists."""


class ReportedEntry(BaseModel):
    """What the press reads of an entry, which may say more."""

    model_config = ConfigDict(strict=True)

    statement: str
    value: float | None
    """None of a statement without a number."""
    unit: str = ""
    provenance: str = ""


def load_reported(project: Project) -> dict[str, dict[str, Reported]]:
    """Return what others report, by role and name.

    Raises
    ------
    UsageError
        If a role has a name that is taken, or a file is not what it should be.
    """
    problems = [*_taken(project)]
    reported: dict[str, dict[str, Reported]] = {}
    for role, values in project.settings.reported.items():
        with collecting(problems):
            reported[role] = _read(project, role, values)
    if problems:
        raise UsageError(*problems)
    return reported


def reported_faults(project: Project) -> list[str]:
    """Return what is wrong with the roles for what others report, and with their files."""
    faults: list[str] = []
    with collecting(faults):
        load_reported(project)
    return faults


def _taken(project: Project) -> Iterator[str]:
    """Yield what is wrong with roles whose names mean something else in any book."""
    if not project.settings.reported:
        return
    names = _roles()
    for role in project.settings.reported:
        if role in names:
            yield f"{FILE}: reported.{role}: {{{role}}} is a role already; choose another name"


def _roles() -> set[str]:
    """Return the roles of the press and of Sphinx, which writes some without their domain."""
    # imported here: only a book with roles of its own needs them, and they take their time
    from docutils.parsers.rst.languages import en
    from sphinx.domains.python import PythonDomain
    from sphinx.domains.std import StandardDomain
    from sphinx.roles import generic_docroles, specific_docroles

    of_press = {name for element in elements() for name in element.roles}
    of_domains = {*PythonDomain.roles, *StandardDomain.roles}
    return of_press | of_domains | {*en.roles, *generic_docroles, *specific_docroles}


def _read(project: Project, role: str, values: ReportedValues) -> dict[str, Reported]:
    """Return the content of a file, or raise with all that is wrong with it."""
    path = (project.data / values.file).resolve()
    if not path.is_file() or not path.is_relative_to(project.data):
        place = _place(project, project.data)
        raise UsageError(
            f"{FILE}: reported.{role}.file: no file {quoted(values.file)}; "
            f"allowed: a YAML file in {place}"
        )
    where = _place(project, path)
    entries = as_mapping(read(path), where, "named entries: statement, value, unit, provenance")
    problems: list[str] = []
    reported: dict[str, Reported] = {}
    for name, content in entries.items():
        with collecting(problems):
            reported[str(name)] = _reported(content, f"{where}: {name}", role, values.provenance)
    if problems:
        raise UsageError(*problems)
    return reported


def _place(project: Project, path: Path) -> str:
    """Return a path as messages name it: within the book if it is there."""
    if path.is_relative_to(project.root):
        return path.relative_to(project.root).as_posix()
    return str(path)


def _reported(content: Any, where: str, role: str, meanings: Mapping[str, str]) -> Reported:
    entry = checked(ReportedEntry, content, where)
    known = {"": UNNAMED, **meanings}
    if entry.provenance not in known:
        words = some_of([*meanings], MOST) or "none"
        raise UsageError(
            f"{where}: provenance: {quoted(entry.provenance)} has no meaning; "
            f"allowed, as reported.{role}.provenance of {FILE} lists them: {words}"
        )
    return Reported(entry.statement, entry.value, entry.unit, known[entry.provenance])
