"""The Sphinx extension: charts on the page, results in prose, parameter box, citation, downloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Let Sphinx load ``bookpress.page`` as an extension."""
    from bookpress.page.extension import setup as set_up

    return set_up(app)
