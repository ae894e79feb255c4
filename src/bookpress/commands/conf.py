"""The command `conf`: a book without Jupyter Book."""

from __future__ import annotations

import typer

from bookpress.commands.base import options as opt


def conf() -> None:
    """Print a conf.py with which Sphinx and MyST-NB build the same pages without Jupyter Book.

    For example: conf > conf.py
    """
    from bookpress.outputs.html.conf import conf_of

    typer.echo(conf_of(opt.current_project()), nl=False)
