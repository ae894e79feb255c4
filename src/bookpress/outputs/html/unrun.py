"""Keep MyST-NB from running pages that it reads, whatever they ask: chapters have been run.

Documents that an extension writes while pages are made, such as the notebooks of sphinx-gallery,
are no chapters: MyST-NB runs them, unless the book runs nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from myst_nb.core.config import NbParserConfig

from bookpress.book.configuration import configuration
from bookpress.book.execution import AUTO, MODES, OFF, PREFIX
from bookpress.outputs.html.written import when_written

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.config import Config


class Unrun(NbParserConfig):  # type: ignore[misc]  # myst_nb has no types
    """Settings of MyST-NB that a page may change, except for how it is run."""

    def copy(self, **changes: Any) -> NbParserConfig:
        """Return the settings with the page's changes, except for how it is run."""
        sound = {name: value for name, value in changes.items() if not name.startswith(PREFIX)}
        return super().copy(**sound)


def setup(app: Sphinx) -> dict[str, bool]:
    """Listen before extensions write documents, and once MyST-NB has read its settings."""
    app.connect("config-inited", _list_staged)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _list_staged(app: Sphinx, _config: Config) -> None:
    staged = when_written(app)
    app.connect("builder-inited", partial(_take_place, staged), priority=900)


def _take_place(staged: Container[str], app: Sphinx) -> None:
    """Replace the settings, for every document that was staged."""
    env: Any = app.env
    settings = env.mystnb_config
    own = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    unrun = Unrun(**own)
    execute = configuration(Path(app.srcdir))["execute"]
    mode = execute.get("execute_notebooks", AUTO) or OFF  # YAML reads plain `off` as False
    run = settings.copy(
        execution_mode=mode if mode in MODES else AUTO,
        execution_excludepatterns=execute.get("exclude_patterns") or [],
    )

    def choose(_app: Sphinx, docname: str, _content: object) -> None:
        name = Path(env.doc2path(docname)).relative_to(app.srcdir).as_posix()
        env.mystnb_config = unrun if name in staged else run

    env.mystnb_config = unrun
    app.connect("source-read", choose)
