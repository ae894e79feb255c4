"""The models database at several dates (Epoch AI, CC BY 4.0): one table per vintage, one schema."""

from __future__ import annotations

from pandas import DataFrame

from compute_divide.sources.models import own
from compute_divide.sources.models.schema import SCHEMA
from compute_divide.sources.store import files, tables
from compute_divide.sources.store.files import EvidenceError, Strict


class Snapshot(Strict):
    """A raw file whose table the project ships; see ``data/snapshots.yml``."""

    date: str
    file: str
    mirror: str
    notable: str | None = None


TABLES = (tables.EvidenceTable("models/*.csv", SCHEMA),)


def load_models(vintage: str) -> DataFrame:
    """Return the models of a vintage of the models database.

    Parameters
    ----------
    vintage : str
        One of `vintages`, such as ``"2026-08"``.

    Returns
    -------
    pandas.DataFrame
        One row per model, in the order of the raw file, with the columns of `SCHEMA`: among them
        ``model``, ``published``, ``year``, ``organisations``, ``team_type``, ``scope`` (notable or
        all), ``training_compute_flop`` (in FLOP), ``parameters`` (a number) and ``base_model``.
        ``own`` marks models that a reader added or changed.

    Raises
    ------
    EvidenceError
        If there is no such vintage, or its table is damaged.

    Examples
    --------
    >>> models = load_models("2026-08")
    >>> models.loc[models["year"] == 2022, "team_type"].eq("industry-only").sum()
    np.int64(50)
    """
    if vintage not in files.vintages():
        raise EvidenceError(f"{vintage!r} is not a vintage; allowed: {', '.join(files.vintages())}")
    models = tables.read_table(files.table_name(vintage), SCHEMA)
    return own.with_own(models, vintage)


def shipped_snapshots() -> list[Snapshot]:
    """Return the raw files whose tables the project ships."""
    return files.read_yaml("snapshots.yml", list[Snapshot])
