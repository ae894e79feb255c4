"""Tabs of an extension whose script our pages do not load."""

from pathlib import Path
from typing import Any

import pytest
from lxml import html
from processes import press, write_files

pytestmark = pytest.mark.heavy

EXTENSION = '''\
"""Tabs as sphinx-tabs makes them: a row of buttons, and panels of which a script shows one."""

from docutils import nodes
from sphinx.util.docutils import SphinxDirective


class Part(nodes.container):
    pass


def visit(translator, part):
    told = {name: part[name] for name in ("role", "hidden", "aria-controls") if name in part}
    translator.body.append(translator.starttag(part, part["tag"], **told))


def depart(translator, part):
    translator.body.append(f"</{part['tag']}>")


class Tabs(SphinxDirective):
    has_content = True

    def run(self):
        row = Part(tag="div", role="tablist")
        tabs = nodes.container("", row)
        for number, line in enumerate(self.content):
            label, words = line.split(": ")
            name = f"panel-{number}"
            row += Part("", nodes.Text(label), tag="button", role="tab", **{"aria-controls": name})
            told = {"tag": "div", "role": "tabpanel", "ids": [name], "classes": ["wind"]}
            panel = Part("", nodes.paragraph("", words), **told)
            if number:
                panel["hidden"] = "true"
            tabs += panel
        return [tabs]


def setup(app):
    app.add_node(Part, html=(visit, depart))
    app.add_directive("winds", Tabs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
'''
PAGE = "# Start\n\n```{winds}\nWarm: From the south.\nCold: From the north.\n```\n"


def article(home: Path) -> Any:
    page = html.parse(str(home / "_build/editions/default/html/start.html")).getroot()
    return page.xpath("//article")[0]


def test_each_panel_stands_below_its_label_where_no_script_opens_it(tmp_path: Path) -> None:
    files = {
        "_config.yml": "title: Winds\nsphinx: {local_extensions: {tabbed: .}}\n",
        "_toc.yml": "format: jb-book\nroot: start\n",
        "start.md": PAGE,
        "tabbed.py": EXTENSION,
    }
    write_files(tmp_path, files)
    press(tmp_path, "build")
    under_theme = article(tmp_path)
    assert len(under_theme.xpath(".//button[@role='tab']")) == 2
    assert len(under_theme.xpath(".//*[@hidden]")) == 1
    assert len(under_theme.find_class("wind")) == 2
    write_files(tmp_path, {"book/settings.yml": "layout: press\n"})
    press(tmp_path, "build")
    laid_out = article(tmp_path)
    assert not laid_out.xpath(".//*[@role='tab' or @role='tabpanel' or @hidden]")
    assert not laid_out.find_class("wind")
    words = " ".join(laid_out.text_content().split())
    assert "Warm From the south. Cold From the north." in words
