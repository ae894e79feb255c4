"""Which documents of a book have cells, and whether these are run."""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from bookpress.book.configuration import configuration
from bookpress.book.execution import EXCLUDING, excluding
from bookpress.book.project import Project, load_settings
from bookpress.errors import PressError
from bookpress.files import decoded, front_matter, parse_json, read
from bookpress.myst import FENCED

OF_NOTEBOOK = ("kernelspec", "jupytext", "file_format")
"""Entries in the front matter of a text that has cells; the press writes only the first."""
MYST_NB = "mystnb"
"""The `file_format` of a text that MyST-NB reads as a notebook; its key in metadata."""
NEVER_RUN = "skip-execution"
"""The tag of a cell that nbclient leaves out."""
CODE_CELL = re.compile(r"^ {0,3}(?:`{3,}|~{3,}|:{3,})\{code-cell\}", re.MULTILINE)
BLOCK = r"[-*+][ \t]|(?:[-*_][ \t]*){3,}$|\(.*\)=[ \t]*$|:{3,}|<!--|<[^>]*>[ \t]*$"
"""What begins a line that is no paragraph: an item, a rule, a label, a directive, HTML."""
WORDS = rf" {{0,3}}(?!{BLOCK})[^\s#>|%]"
"""The beginning of a line of a paragraph."""
HEADING = re.compile(
    r"^ {0,3}#{1,6}[ \t]+(?P<words>\S.*?)(?:[ \t]+#+)?[ \t]*$"
    rf"|(?:\A|\n[ \t]*\n|\)=\n)(?P<underlined>(?:{WORDS}.*\n)+?) {{0,3}}(?:=+|-+)[ \t]*$",
    re.MULTILINE,
)
"""A heading of Markdown, behind signs or above a line of them."""


def has_cells(
    path: Path, where: str, formats: Container[str] = (), *, strict: bool = False
) -> bool:
    """Return whether a document has code cells to run.

    Any document in a format of the book's own, by its suffix in `formats`, is taken for a notebook.
    """
    if path.suffix == ".ipynb":
        content = parse_json(decoded(path, lenient=not strict), where)
        with suppress(KeyError, TypeError, AttributeError):
            return any("".join(source) for source in _code_of(content))
        raise PressError(f"{where} is not a notebook of nbformat: it has no list of cells")
    if path.suffix in formats:
        return True
    if path.suffix != ".md":
        return False
    text = decoded(path, lenient=not strict)
    if not CODE_CELL.search(text):
        return False
    matter = front_matter(text, where, strict=strict)
    return any(name in matter for name in OF_NOTEBOOK)


def is_skipped(cell: Mapping[str, Any]) -> bool:
    """Return whether a cell is never run, whatever runs the rest: it shows what its file stores."""
    return NEVER_RUN in cell["metadata"].get("tags", [])


def first_heading(markdown: str) -> str | None:
    r"""Return the first heading of a text in Markdown, with its markup; None if there is none.

    Examples
    --------
    >>> first_heading("```bash\n# a comment\n```\n\nAll *winds*\n=========")
    'All *winds*'
    >>> first_heading("Words.\n\n## Of a part ##\n# Later")
    'Of a part'
    >>> first_heading("Winds\nof the north\n---\n")
    'Winds of the north'
    """
    heading = HEADING.search(FENCED.sub("\n", f"{markdown}\n"))
    return " ".join((heading["words"] or heading["underlined"]).split()) if heading else None


def display_options(metadata: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return what a cell asks of MyST-NB for its ``figure`` or ``image``.

    Empty if that is no mapping, of which MyST-NB warns.

    Examples
    --------
    >>> display_options({"mystnb": {"figure": {"name": "winds"}}}, "figure")
    {'name': 'winds'}
    >>> display_options({"mystnb": {"figure": "winds"}}, "figure")
    {}
    """
    own = metadata.get(MYST_NB)
    options = own.get(name) if isinstance(own, Mapping) else None
    return options if isinstance(options, Mapping) else {}


def is_notebook(text: str) -> bool:
    """Return whether Jupyter Book, too, reads cells in a text: its front matter says what it is.

    A kernel alone does not.
    """
    matter = front_matter(text, "", strict=False)
    if matter.get("file_format") == MYST_NB:
        return True
    described = matter.get("jupytext")
    form = described.get("text_representation") if isinstance(described, dict) else None
    return isinstance(form, dict) and form.get("format_name") == "myst"


def _code_of(notebook: dict[str, Any]) -> Iterator[Any]:
    """Yield the code of a notebook's cells, of nbformat 4 or of 3 and earlier."""
    for sheet in notebook.get("worksheets") or [notebook]:
        for cell in sheet["cells"]:
            if cell["cell_type"] == "code":
                yield cell["source"] if "source" in cell else cell["input"]


def is_chapter(env: Any, docname: str) -> bool:
    """Return whether a document that Sphinx has read is a chapter; `env` is Sphinx's environment.

    Either it was staged as one, or it is a notebook with code cells.
    """
    metadata = env.metadata[docname]
    front = json.loads(metadata.get(load_settings(Path(env.srcdir)).front_matter, "{}"))
    if "chapter" in front:
        return True
    if "kernelspec" not in metadata:
        return False
    path = Path(env.doc2path(docname))
    return has_cells(path, docname) and (path.suffix != ".md" or is_notebook(decoded(path)))


def excluded_from_running(project: Project, path: Path) -> bool:
    """Return whether ``execute: exclude_patterns`` in ``_config.yml`` excludes a document.

    The patterns match paths from their end, as `PurePath.match` does. A document's own patterns
    take precedence.
    """
    patterns = _own_patterns(project, path)
    if patterns is None:
        patterns = configuration(project.root)["execute"].get("exclude_patterns") or []
    posix_path = PurePosixPath(path.as_posix())
    return any(posix_path.match(pattern) for pattern in patterns)


def _own_patterns(project: Project, path: Path) -> list[str] | None:
    """Return the patterns in a document's own metadata; None if it has none."""
    if path.suffix not in {".md", ".ipynb"} or EXCLUDING.encode() not in read(path):
        return None
    where = path.relative_to(project.root).as_posix()
    strict = project.settings.strict
    text = decoded(path, lenient=not strict)
    metadata: Any
    if path.suffix == ".md":
        metadata = front_matter(text, where, strict=strict)
    else:
        notebook = parse_json(text, where)
        metadata = notebook.get("metadata") if isinstance(notebook, dict) else None
    return excluding(metadata, where, strict=strict) if isinstance(metadata, dict) else None
