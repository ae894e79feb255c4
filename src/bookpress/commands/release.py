"""The command `release`: editions that are published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bookpress.commands.base import options as opt
from bookpress.terminal.messages import say

FOLDER = Path("dist")
"""Where a release is laid out unless another folder is named, which may be one to commit."""


def release(
    editions: opt.BuiltEditions = None,
    older: Annotated[
        list[Path] | None, typer.Option(help="Archive of an earlier release; may be repeated.")
    ] = None,
    to: Annotated[
        Path, typer.Option(help="Folder for the site, the archives and SHA256SUMS.")
    ] = FOLDER,
    tag: Annotated[bool, typer.Option("--tag", help="Tag the commit with the version.")] = False,
) -> None:
    """Pack built editions with checksums; by default all published ones.

    Earlier releases stay on the site. Files already in the folder are kept, and released
    files never change.
    """
    from bookpress.edition.fingerprint import RELEASED
    from bookpress.files import hide_from_git
    from bookpress.release.release import release as release_editions

    project = opt.current_project()
    ids = release_editions(project, editions or [], older or [], to, tag=tag)
    if to == FOLDER:
        hide_from_git(to)
    say(f"editions on the site: {', '.join(ids)}")
    ledger = f"{project.data.name}/{RELEASED}"
    say(f"commit {ledger}: it says what was released, so that later releases lose none of it")
    typer.echo(to / "site" / "index.html")
