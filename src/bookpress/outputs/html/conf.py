"""A ``conf.py``, written by `conf`, for building a book with Sphinx and MyST-NB alone."""

from __future__ import annotations

import json
import pprint
import re
from collections.abc import Mapping
from typing import Any

from bookpress.book.cells import is_notebook
from bookpress.book.configuration import configuration
from bookpress.book.discovery import discover
from bookpress.book.documents import source_files
from bookpress.book.parsed import KERNEL
from bookpress.book.project import BUILD, Project
from bookpress.elements.base.registry import elements
from bookpress.files import decoded, front_matter
from bookpress.terminal.messages import note

HEAD = '''\
"""Settings of Sphinx, written by `bookpress conf` from _config.yml: neither Jupyter Book nor the
command of the press is needed. Build the pages by: sphinx-build . {build}/html
"""
'''
ELEMENTS = "bookpress.elements"
GONE = {"jupyter_book"}
"""Extensions that only serve Jupyter Book."""
IMPORTS = "import os\nimport sys\n\nsys.path += [os.path.abspath(path) for path in {paths!r}]\n"


def conf_of(project: Project) -> str:
    """Return the text of a ``conf.py`` to put beside the ``_config.yml`` of a book.

    It names the press's extension if pages need it.
    """
    from jupyter_book.config import get_final_config

    given = configuration(project.root)
    settings, _ = get_final_config(
        user_yaml={name: value for name, value in given.items() if value is not None},
        sourcedir=project.root,
        cli_config={"latex_individualpages": False},
    )
    settings = {**settings, "external_toc_path": "_toc.yml"}
    settings["extensions"] = list(_extensions(project, settings["extensions"]))
    excluded = [*settings.get("exclude_patterns", ()), BUILD, "conf.py"]
    aliases = {**_aliases(project), **settings.get("nb_kernel_rgx_aliases", {})}
    if aliases:
        settings["nb_kernel_rgx_aliases"] = aliases
    settings["exclude_patterns"] = list(dict.fromkeys(excluded))
    settings.pop("use_jupyterbook_latex", None)
    settings.pop("use_multitoc_numbering", None)
    lines = [f"{name} = {pprint.pformat(settings[name])}" for name in sorted(settings)]
    parts = [HEAD.format(build=BUILD), *_paths(given), "\n".join(lines)]
    return "\n".join(parts) + "\n"


def _extensions(project: Project, listed: list[str]) -> list[str]:
    """Return the extensions that the pages need, without repeats."""
    wanted = [name for name in listed if name not in GONE]
    texts = [
        decoded(path, lenient=True)
        for name, path in source_files(project).items()
        if name.endswith((".md", ".ipynb"))
    ]
    adds_roles = project.settings.is_laid_out or project.settings.reported
    names = [name for element in elements() for name in (*element.directives, *element.roles)]
    ours = re.compile(rf"\{{(?:{'|'.join(map(re.escape, names))})\}}")
    if adds_roles or any(map(ours.search, texts)):
        wanted.append(ELEMENTS)
    return list(dict.fromkeys(wanted))


def _aliases(project: Project) -> dict[str, str]:
    """Return the kernels to use for chapters that name one which is not installed."""
    aliases = {}
    for chapter in discover(project):
        if chapter.path.suffix == ".md" and not is_notebook(chapter.source):
            note(f"{chapter.where}: only the press runs it; `file_format: mystnb` lets Sphinx too")
        if chapter.path.suffix == ".ipynb":
            written = json.loads(decoded(chapter.path, lenient=True))["metadata"]
        else:
            written = front_matter(decoded(chapter.path, lenient=True), chapter.where, strict=False)
        named = str((written.get("kernelspec") or {}).get("name") or "")
        kernel = chapter.notebook["metadata"].get("kernelspec", KERNEL)["name"]
        if named and named != kernel:
            aliases[re.escape(named)] = str(kernel)
    return aliases


def _paths(given: Mapping[str, Any]) -> list[str]:
    """Return the lines that make the book's own extensions importable, if it has any."""
    local = (given.get("sphinx") or {}).get("local_extensions") or {}
    if local:
        return [IMPORTS.format(paths=[*local.values()])]
    return []
