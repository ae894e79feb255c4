"""Roles by which prose takes values from chapters, once every page has been read.

Each notes what the page uses, so that an incremental build writes it again when a value changes.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from bookpress.book import number_formats as numbers
from bookpress.book.statements import full_name
from bookpress.page.base.nodes import later, mark, value
from bookpress.page.base.store import QUOTES, Store, UnknownNameError, store_of

logger = logging.getLogger(__name__)
JOINTS = {"value": " to ", "dash": "–"}
"""What stands between the first and the last year of a period, by format."""
FORMATS = {"result": set(numbers.FORMATS), "years": set(JOINTS)}
KINDS = ("result", "param", "years", "claim", "related")


def note_use(name: str, env: BuildEnvironment) -> None:
    """Note from where the page that is being read takes the value of a full name."""
    source = name.partition(":")[0]
    store_of(env).page(env.docname).uses.add(QUOTES if source in {"claim", "related"} else source)


class ValueRole(SphinxRole):
    """``{result}``, ``{param}``, ``{years}``, ``{claim}``, ``{related}``: a value."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Leave it for later."""
        name, how = split_name(self.name, self.text.strip(), self.env.docname)
        note_use(name, self.env)
        node = later(make=write_value, kind=self.name, name=name, how=how)
        self.set_source_info(node)
        return [node], []


def split_name(kind: str, text: str, docname: str) -> tuple[str, str]:
    """Return the full name that the text of a role means, and the format."""
    if kind in {"claim", "related"}:
        name, _, how = text.partition(":")
        return f"{kind}:{name}", how or "value"
    head, _, last = text.rpartition(":")
    if head and last in FORMATS.get(kind, ()):
        return full_name(head, docname), last
    if kind == "result" and text.count(":") > 1:
        return head, last
    return full_name(text, docname), "value"


def write_value(node: later, env: BuildEnvironment) -> list[nodes.Node]:
    """Return the text of a value; what it measures is its title."""
    kind = node["kind"]
    try:
        text, title = value_text(kind, node["name"], node["how"], store_of(env))
    except (UnknownNameError, numbers.FormatError) as error:
        logger.error("%s", error, location=node, type="bookpress", subtype=kind)  # noqa: TRY400
        return [nodes.problematic("", f"{kind} {node['name']}")]
    return [value("", text, kind=kind, title=title, missing=missing(kind, node["name"], store_of(env)))]


def value_text(kind: str, name: str, how: str, store: Store) -> tuple[str, str]:
    """Return a value in words, and what it measures; an unknown name or format is an error."""
    key = name.partition(":")[2]
    if kind == "result":
        result = store.result(name)
        return numbers.write(result, how), f"{result.label}: {numbers.full(result)}" if result.label else ""
    if kind == "years":
        return numbers.period(*store.years(name), JOINTS[how]), f"period {key} of this edition"
    if kind == "param":
        return numbers.setting(store.parameter(name)), f"parameter {key} of this edition"
    quoted = store.quote(name)
    full = f"{quoted.text} ({quoted.provenance})"
    forms = {"value": quoted.text, "statement": quoted.statement, "provenance": quoted.provenance, "full": full}
    if how not in forms:
        raise numbers.FormatError(f"no format {how!r}; there are {', '.join(forms)}")
    return forms[how], f"{quoted.statement} ({quoted.provenance})"


def missing(kind: str, name: str, store: Store) -> str:
    """Return what a value would measure that is not there; empty where it is."""
    if kind == "result" and store.result(name).value is None:
        return store.result(name).label or name
    return f"the period {name.partition(':')[2]}" if kind == "years" and None in store.years(name) else ""


def count_words(doctree: nodes.document) -> int:
    """Return how many words the paragraphs have, but for those that may not show."""
    paragraphs = doctree.findall(lambda node: isinstance(node, nodes.paragraph) and not isinstance(node.parent, later))
    return sum(len(paragraph.astext().split()) for paragraph in paragraphs)


def refuse_in_headings(app: Sphinx, doctree: nodes.document) -> None:  # noqa: ARG001
    """Report values and marks in headings, and take them out."""
    for title in doctree.findall(nodes.title):
        for node in [*title.findall(later), *title.findall(mark)]:
            text = f"a heading cannot hold a {{{node['kind']}}}: menus need its text before results are known"
            logger.error(text, location=node, type="bookpress", subtype="heading")
            node.replace_self(nodes.Text(node["kind"]))


def setup(app: Sphinx) -> None:
    """Register roles."""
    for kind in KINDS:
        app.add_role(kind, ValueRole())
    app.connect("doctree-read", refuse_in_headings, priority=1)  # before menus are made
