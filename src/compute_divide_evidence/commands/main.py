"""The command ``compute-divide``: the commands of the press and those of the evidence, in order."""

from __future__ import annotations

import typer

from bookpress.commands import main as press
from compute_divide_evidence.commands import adding, auditing, fetching, tables

app = typer.Typer(rich_markup_mode=None)
data = typer.Typer(
    rich_markup_mode=None,
    no_args_is_help=True,
    help="List, verify, derive, add or refresh the evidence.",
)
add = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Add evidence that the project does not ship."
)
refresh = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Fetch newer data than the project ships."
)
audit = typer.Typer(
    rich_markup_mode=None, no_args_is_help=True, help="Check the audit again, or offer it."
)
app.add_typer(data, name="data")
data.add_typer(add, name="add")
data.add_typer(audit, name="audit")
data.add_typer(refresh, name="refresh")

data.command("list")(tables.list_)
data.command()(tables.loaders)
data.command()(tables.verify)
data.command()(tables.derive)
data.command("seal")(tables.seal_)
data.command("changed-results")(tables.changed_results_)
data.command("remove")(adding.remove_row)
add.command("models")(adding.add_models)
add.command("row")(adding.add_row)
add.command("papers")(adding.add_papers)
audit.command()(auditing.sample)
audit.command()(auditing.agreement)
audit.command()(auditing.corrections)
refresh.command("openalex")(fetching.refresh_openalex)
refresh.command("epoch")(fetching.refresh_epoch)
app.command()(fetching.corpus)


def main() -> None:
    """Run the command line."""
    press.main(app, distribution="compute-divide")
