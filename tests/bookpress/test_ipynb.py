"""A usual notebook is read as nbformat reads it and written as jupytext writes it; others are left."""

import json
from typing import Any

import jupytext
import nbformat
import pytest

from bookpress.ipynb import usual_notebook
from bookpress.myst_writer import usual_text

PYTHON = {"name": "python3", "display_name": "Python 3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3", "codemirror_mode": {"version": 3}}
METADATA = {"kernelspec": PYTHON, "language_info": LANGUAGE}


def prose(source: Any, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def code(source: Any, *outputs: Any, **more: Any) -> dict[str, Any]:
    ran = {"outputs": list(outputs), "execution_count": 1}
    return {"cell_type": "code", "metadata": {}, "source": source, **ran, **more}


def notebook(*cells: Any, minor: int = 4, metadata: Any = METADATA, **more: Any) -> str:
    content = {"nbformat": 4, "nbformat_minor": minor, "metadata": metadata, "cells": list(cells)}
    return json.dumps({**content, **more})


def shown(data: Any, kind: str = "display_data", **more: Any) -> dict[str, Any]:
    return {"output_type": kind, "data": data, "metadata": {}, **more}


TEXT = {"output_type": "stream", "name": "stdout", "text": ["1\n", "2\n"]}
ERROR = {"output_type": "error", "ename": "E", "evalue": "no", "traceback": ["a", "b"]}
TAGS = {"tags": ["hide-input", "x"], "jupyter": {"source_hidden": True}, "scrolled": True}
PICTURE = {"a.png": {"image/png": ["AA", "BB"]}}
USUAL = {
    "no cells": notebook(),
    "prose and code": notebook(prose(["# One\n", "\n", "Words."]), code(["1\n", "2"], TEXT)),
    "prose behind prose": notebook(prose("One.\n"), prose("Two."), code(""), prose("")),
    "ids": notebook(code("1", id="a"), prose("Words", id="b-2"), minor=5),
    "outputs": notebook(
        code("1", shown({"text/plain": ["a", "b"], "application/json": ["kept"]}), ERROR),
        code("2", shown({"text/html": "b"}, "execute_result", execution_count=None)),
    ),
    "tags": notebook(code("1", metadata=TAGS), prose("Words.", metadata={"slideshow": {"a": 1}})),
    "empty tags": notebook(code("1", metadata={"tags": [], "trusted": True, "collapsed": False})),
    "nested options": notebook(code("1", metadata={"mystnb": {"image": {"alt": "é, “q”"}}})),
    "code that looks like options": notebook(code(":a"), code("---\na"), code("\n1\n\n")),
    "fences": notebook(code("```\n````x\n"), prose("```\n1\n```"), code("  ```")),
    "line ends": notebook(code("1\r\n```\x0b````"), prose("a\u2028b\r\n")),
    "a raw cell": notebook({"cell_type": "raw", "metadata": {}, "source": ["<b>"]}, prose("One.")),
    "a picture of its own": notebook(prose("Words.", attachments=PICTURE)),
    "no kernel": notebook(code("1"), metadata={"orphan": True, "own": {"a": 1}, "signature": "x"}),
    "another language": notebook(code("1"), metadata={"language_info": {"name": "julia"}}),
}
NOT_READ = {
    "no JSON": "{",
    "no notebook": "[]",
    "an older format": notebook(nbformat=3),
    "more than a notebook has": notebook(own=1),
    "no id": notebook(code("1"), minor=5),
    "two of an id": notebook(code("1", id="a"), code("2", id="a"), minor=5),
    "an id too early": notebook(code("1", id="a")),
    "a type that is not there": notebook({**prose("1"), "cell_type": "heading"}),
    "a source of numbers": notebook(code([1])),
    "a tag twice": notebook(code("1", metadata={"tags": ["a", "a"]})),
    "tags that are a text": notebook(code("1", metadata={"tags": "a"})),
    "no metadata": notebook({"cell_type": "markdown", "source": "1"}),
    "an output without data": notebook(code("1", {"output_type": "display_data"})),
    "a count that is a text": notebook(code("1", execution_count="1")),
    "a kernel without a name": notebook(metadata={"kernelspec": {"name": "python3"}}),
    "a title": notebook(metadata={"title": 1}),
}
NOT_WRITTEN = {
    "settings of jupytext": notebook(metadata={"jupytext": {"formats": "ipynb,md"}}),
    "old settings of it": notebook(metadata={"jupytext_formats": "ipynb,md"}),
    "a name with a space": notebook(code("1", metadata={"own words": 1})),
    "front matter in a cell": notebook({**prose("---\na: 1\n---"), "cell_type": "raw"}),
}


@pytest.mark.parametrize("content", USUAL.values(), ids=USUAL)
def test_what_is_usual_is_read_and_written_as_by_nbformat_and_jupytext(content: str) -> None:
    node = nbformat.reads(content, as_version=4)
    read = usual_notebook(content)
    assert read is not None
    assert read == node
    assert usual_text(read) == jupytext.writes(node, "md:myst")


@pytest.mark.parametrize("content", NOT_READ.values(), ids=NOT_READ)
def test_what_is_not_usual_is_not_read(content: str) -> None:
    assert usual_notebook(content) is None


@pytest.mark.parametrize("content", NOT_WRITTEN.values(), ids=NOT_WRITTEN)
def test_what_jupytext_would_treat_is_not_written(content: str) -> None:
    read = usual_notebook(content)
    assert read is not None
    assert usual_text(read) is None
