"""The command `conf`: a book without Jupyter Book."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout

import typer

from bookpress.commands.base import options as opt


def conf() -> None:
    """Print a conf.py with which Sphinx and MyST-NB build the same pages without Jupyter Book.

    For example: conf > conf.py
    """
    from bookpress.outputs.html.conf import conf_of

    with redirect_stdout(sys.stderr):  # what Jupyter Book says of settings is no part of it
        settings = conf_of(opt.current_project())
    typer.echo(settings, nl=False)
