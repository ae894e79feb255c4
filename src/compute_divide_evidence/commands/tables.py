"""The commands on the tables of the evidence: list them, check them, derive them, seal them.

Each calls one function of the evidence, which is imported when it is called.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from compute_divide_evidence.commands.messages import working


def list_(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """List the evidence: every table with its rows, source and licence."""
    from bookpress.terminal.tables import folding_table, standard_output
    from compute_divide_evidence import catalogue as deriving

    entries = deriving.entries()
    if as_json:
        typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    table = folding_table("file", "rows", "set aside", "snapshot", "licence", "what")
    for entry in entries:
        rows = "" if entry["rows"] is None else f"{entry['rows']:,}"
        aside = f"{entry['set_aside']:,}" if entry["set_aside"] else ""
        what = entry["description"]
        table.add_row(entry["file"], rows, aside, entry["snapshot"], entry["licence"], what)
    standard_output().print(table)


def loaders(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_page: Annotated[bool, typer.Option("--page", help="Print book/loaders.md.")] = False,
) -> None:
    """List every loader with what it returns, its columns and an example."""
    from bookpress.terminal.tables import folding_table, standard_output
    from compute_divide_evidence import loaders as evidence_loaders

    described = evidence_loaders.loaders()
    if as_json:
        typer.echo(json.dumps(described, indent=2))
    elif as_page:
        typer.echo(evidence_loaders.as_page(described), nl=False)
    else:
        table = folding_table("loader", "gives", "columns", "example")
        for loader in described:
            gives = f"{loader['what']} {loader['gives']}"
            columns = ", ".join(loader["columns"])
            table.add_row(loader["name"], gives, columns, loader["example"])
        standard_output().print(table)


def verify() -> None:
    """Check every file: hash, sidecar, schema. None may be missing or left over."""
    from compute_divide.sources import catalogue
    from compute_divide.sources.store.files import data_dir, evidence_files

    with working("checking the evidence") as say:
        problems = catalogue.verify(lambda table: say(f"checking {table}"))
    for problem in problems:
        typer.echo(problem)
    if problems:
        raise typer.Exit(1)
    _note_outdated()
    typer.echo(f"{len(evidence_files(data_dir()))} files are sound")


def _note_outdated() -> None:
    """Note the tables that were derived before what they rest on was changed by hand."""
    from bookpress.terminal.messages import note
    from compute_divide_evidence.catalogue import outdated

    for line in outdated():
        note(line)


def derive(
    raw: Annotated[
        Path,
        typer.Option(
            exists=True,
            file_okay=False,
            help="Folder that contains models/, papers/ and the others.",
        ),
    ],
    only: Annotated[
        list[str] | None, typer.Option(help="A family of tables; may be repeated. [default: all]")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a table even if raw files of it are missing.")
    ] = False,
) -> None:
    """Derive the tables from raw files. The same files give the same bytes."""
    from compute_divide_evidence import catalogue as deriving

    with working("deriving") as say:

        def progressed(family: str) -> None:
            say(f"deriving {family}")

        written = deriving.derive(raw, only or (), progressed, replace=replace)
    for sidecar in written:
        aside = sidecar.rows_in - sidecar.rows_out
        set_aside = f", {aside} set aside" if aside else ""
        typer.echo(f"{sidecar.table}  {sidecar.rows_out} rows{set_aside}")


def seal_() -> None:
    """Renew data/MANIFEST.sha256 after edits by hand; derived tables are refused."""
    from compute_divide.sources.store.files import MANIFEST
    from compute_divide_evidence.catalogue import seal_by_hand

    typer.echo(f"{seal_by_hand()} files listed in data/{MANIFEST}")
    _note_outdated()


def changed_results_() -> None:
    """Renew the table of results that audited records change, then the seals."""
    from bookpress.commands.base.options import current_project
    from bookpress.run.runner import RunOptions
    from bookpress.terminal.progress import reporting
    from compute_divide_evidence.catalogue import seal_by_hand
    from compute_divide_evidence.commands.changed_results import write_changed_results

    with reporting() as bar:
        count = write_changed_results(current_project(), RunOptions(reporter=bar))
    seal_by_hand()
    typer.echo(f"{count} results differ between records as listed and audited ones")
