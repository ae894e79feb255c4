"""Parse a line of MyST that does not stand in the text: a finding in the front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.utils import new_document
from sphinx.util.docutils import LoggingReporter

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment


def parse_line(text: str, env: BuildEnvironment, settings: Any) -> list[nodes.Node]:
    """Return the nodes of one paragraph, as part of the page that is being read.

    Parameters
    ----------
    text : str
        MyST; emphasis and roles work, blocks do not.
    env : BuildEnvironment
        With the page that is being read.
    settings : object
        Docutils settings of its document.
    """
    from myst_parser.mdit_to_docutils.sphinx_ import SphinxRenderer
    from myst_parser.parsers.mdit import create_md_parser

    document = new_document(str(env.doc2path(env.docname)), settings)
    document.reporter = LoggingReporter.from_reporter(document.reporter)
    parser = create_md_parser(env.myst_config, SphinxRenderer)  # type: ignore[attr-defined]
    parser.options["document"] = document
    parser.render(text)
    first = next(document.findall(nodes.paragraph), None)
    return list(first.children) if first is not None else []
