"""Terms of the glossary explain themselves where they are used: a tip for pointer and keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from bookpress.page.base.roles import store_of

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def definitions(doctree: nodes.document) -> dict[str, str]:
    """Return the first paragraph of the definition of each glossary term, by the id of the term.

    Parameters
    ----------
    doctree : docutils.nodes.document
        A page, as read.
    """
    found: dict[str, str] = {}
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            definition = next(iter(item.findall(nodes.definition)))
            text = " ".join(next(iter(definition.findall(nodes.paragraph))).astext().split())
            for term in item.findall(nodes.term):
                found.update(dict.fromkeys(term["ids"], text))
    return found


class ExplainTerms(SphinxPostTransform):
    """Give every link to a term the definition of the term."""

    default_priority = 120  # when links are resolved
    formats = ("html",)

    def run(self, **kwargs: object) -> None:  # noqa: ARG002
        """Look at every link."""
        known = {id_: text for page in store_of(self.env).pages.values() for id_, text in page.terms.items()}
        for link in self.document.findall(nodes.reference):
            term = link.get("refid") or str(link.get("refuri", "")).rpartition("#")[2]
            if term in known and any("std-term" in part["classes"] for part in link.findall(nodes.inline)):
                link["reftitle"] = known[term]
                link["classes"].append("term")


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(ExplainTerms)
