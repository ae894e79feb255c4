"""The commands `data audit`: rows for a stranger to check again, and corrections to offer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def sample(
    seed: Annotated[int, typer.Option(help="The same seed draws the same rows.", min=0)] = 1,
    rows: Annotated[int, typer.Option(help="How many rows.")] = 30,
) -> None:
    """Print a sheet of audited runs drawn at random: what was claimed, and where to look.

    Fill in its last column, and `data audit agreement SHEET` says how far you agree.
    """
    from compute_divide_evidence.audit.reproduced import drawn_rows

    typer.echo(drawn_rows(seed, rows).to_csv(index=False), nl=False)


def agreement(
    sheet: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A sheet, filled in.")],
) -> None:
    """Print how far a filled sheet agrees with the audit (Cohen's kappa), and where it does not."""
    from compute_divide_evidence.audit.reproduced import ANSWER, kappa, read_sheet

    answered = read_sheet(sheet)
    claimed = answered["team_type"]
    given = answered[ANSWER]
    apart = answered[claimed.ne(given)]
    value = kappa([*claimed], [*given])
    shown = "not defined, as there is one answer alone" if value is None else f"{value:.2f}"
    same = len(answered) - len(apart)
    typer.echo(f"{same} of {len(answered)} agree; Cohen's kappa: {shown}")
    for row in apart.to_dict("records"):
        typer.echo(f"{row['model']}: the audit says {row['team_type']}, you say {row[ANSWER]}")


def corrections() -> None:
    """Print what the audit would change in the models database: its columns, reason and source."""
    from compute_divide_evidence.audit import reproduced

    typer.echo(reproduced.corrections().to_csv(index=False), nl=False)
