"""Keep MyST-NB from running pages that it reads, whatever they ask: chapters have been run."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from myst_nb.core.config import NbParserConfig

from bookpress.book.execution import PREFIX

if TYPE_CHECKING:
    from sphinx.application import Sphinx


class Unrun(NbParserConfig):  # type: ignore[misc]  # myst_nb has no types
    """Settings of MyST-NB that a page may change, except for how it is run."""

    def copy(self, **changes: Any) -> NbParserConfig:
        """Return the settings with the page's changes, except for how it is run."""
        sound = {name: value for name, value in changes.items() if not name.startswith(PREFIX)}
        return super().copy(**sound)


def setup(app: Sphinx) -> dict[str, bool]:
    """Replace the settings once MyST-NB has read them."""
    app.connect("builder-inited", _take_place, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _take_place(app: Sphinx) -> None:
    env: Any = app.env
    settings = env.mystnb_config
    own = {field.name: getattr(settings, field.name) for field in dataclasses.fields(settings)}
    env.mystnb_config = Unrun(**own)
