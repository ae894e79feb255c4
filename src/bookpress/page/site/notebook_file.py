"""The notebook that a reader takes away: prose in plain words with values, what it is, and a check of its choices."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from typing import Any

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from bookpress.book import number_formats as numbers
from bookpress.book.statements import full_name, marks_of, note
from bookpress.page.base.contents import chapter_reference, citation_of
from bookpress.page.base.roles import KINDS, split_name, value_text
from bookpress.page.base.store import Page, UnknownNameError, store_of
from bookpress.run.tidy import as_file

ROLE = re.compile(
    r"\s*\{holds\}(?P<mark>`+).+?(?P=mark)|\{(?P<kind>[\w:-]+)\}(?P<tick>`+)(?P<text>.+?)(?P=tick)", re.DOTALL
)
OTHERWISE = re.compile(r"^(`{3,})\{otherwise\} *(\S+)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
MARKUP = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"^\([\w-]+\)=\n", re.MULTILINE), ""),
    (re.compile(r"\[([^\]]*)\]\((?!https?:)[^)]*\)"), r"\1"),
)
"""What only a page of the book can make something of."""
CHECK = """# Values are checked here, also those that papermill put in.
from bookpress.book.parameters import check_values

check_values(globals())"""
ABOUT = """> **{reference}**
>
> This notebook is a chapter of a book that can be run again: {source}. There, `make book` installs all it needs;
> `{command}` made this edition. With that environment's kernel the notebook runs anywhere, also in an empty folder:
> `papermill {slug}.ipynb out.ipynb{example}`, or open it in JupyterLab. Choices stand in the first code cell."""


def as_notebook(content: bytes, page: Page, app: Sphinx) -> bytes:
    """Return an executed notebook as a reader takes it away."""
    notebook = json.loads(content)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = plain(_otherwise("".join(cell["source"]), page.docname, app.env), page.docname, app.env)
            cell["source"] = text.splitlines(keepends=True)
    cells = [cell for cell in notebook["cells"] if "injected-parameters" not in cell["metadata"].get("tags", [])]
    for place, cell in enumerate(cells):
        if "parameters" in cell["metadata"].get("tags", []):
            cell["source"] = chosen("".join(cell["source"]), page.parameters).splitlines(keepends=True)
            cells.insert(place + 1, _cell("checked", "code", CHECK))
            break
    notebook["cells"] = [_cell("about", "markdown", _about(page, app)), *cells]
    return as_file(notebook)


def chosen(source: str, values: Mapping[str, Any]) -> str:
    """Return the code of a parameters cell with these values: papermill would forget them when it puts in another.

    Examples
    --------
    >>> chosen('top_k: Count = 10  # how many', {"top_k": 5})
    'top_k: Count = 5  # how many'
    """
    lines = source.split("\n")
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            value, new = node.value, values[node.target.id]
            if ast.literal_eval(value) != new:
                first, last = value.lineno - 1, (value.end_lineno or value.lineno) - 1
                before, after = lines[first].encode()[: value.col_offset], lines[last].encode()[value.end_col_offset :]
                lines[first : last + 1] = [before.decode() + repr(new) + after.decode()]
    return "\n".join(lines)


def plain(text: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown without what only the book's pages understand: values stand in words, notes before paragraphs."""
    parts = [f"{_note(part, docname, env)}{part}" for part in re.split(r"(\n\s*\n)", text)]
    text = ROLE.sub(lambda role: _role(role, docname, env), "".join(parts))
    for markup, words in MARKUP:
        text = markup.sub(words, text)
    return text


def _note(text: str, docname: str, env: BuildEnvironment) -> str:
    store = store_of(env)
    try:
        fallen = [one for mark in marks_of(docname, text) if (one := store.statement(mark.name)).holds is not True]
    except UnknownNameError:  # the page has told
        return ""
    return f"> {note(fallen)}\n\n" if fallen else ""


def _otherwise(text: str, docname: str, env: BuildEnvironment) -> str:
    def shown(block: re.Match[str]) -> str:
        try:
            statement = store_of(env).statement(full_name(block[2], docname))
        except UnknownNameError:
            return ""
        return block[3] if statement.holds is False else ""

    return OTHERWISE.sub(shown, text)


def _role(role: re.Match[str], docname: str, env: BuildEnvironment) -> str:
    """Return the words of a role; of one that no page could make, its text."""
    kind, text = role["kind"], (role["text"] or "").strip()
    if role["mark"]:
        return ""
    if kind in KINDS:
        try:
            return value_text(kind, *split_name(kind, text, docname), store_of(env))[0]
        except (UnknownNameError, numbers.FormatError):
            return "…"
    if kind.startswith("cite:"):
        works = "; ".join(_work(key.strip(), env) for key in text.split(","))
        return works if kind == "cite:t" else f"({works})"
    if kind == "numref":
        titles = {one.name: one.title for page in store_of(env).pages.values() for one in page.charts}
        return f"Figure “{titles[text]}”" if text in titles else "The table"
    return re.sub(r"\s*<[^>]*>$", "", text)


def _work(key: str, env: BuildEnvironment) -> str:
    """Return a work as prose names it, "Sevilla et al. 2022", else its key."""
    domain: Any = env.get_domain("cite")
    entry = domain.bibdata.data.entries.get(key)
    names = [" ".join(one.last_names).strip("{}") for one in entry.persons.get("author", ())] if entry else []
    if not names:
        return key
    who = names[0] + (f" and {names[1]}" if len(names) == 2 else " et al." if len(names) > 2 else "")
    return f"{who} {entry.fields.get('year', '')}".rstrip()


def _about(page: Page, app: Sphinx) -> str:
    citation = citation_of(app.config)
    reference, address = chapter_reference(app.env, page.docname)
    source = citation.book.repository or address or "it comes with its sources"
    command = citation.edition.command if citation.edition else "jupyter-book build ."
    first = next(iter(page.parameters.items()), None)
    example = f" -p {first[0]} {json.dumps(first[1])}" if first else ""
    return ABOUT.format(reference=reference, source=source, command=command, slug=page.slug, example=example)


def _cell(name: str, kind: str, source: str) -> dict[str, Any]:
    code: dict[str, Any] = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"id": name, "cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True), **code}
