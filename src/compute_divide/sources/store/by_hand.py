"""Tables added to the evidence by hand, without a schema, such as those of a new chapter."""

from __future__ import annotations

import io

import pandas as pd

from bookpress.errors import nearest
from compute_divide.sources.store import files
from compute_divide.sources.store.files import EvidenceError


def tables_by_hand() -> list[str]:
    """Return the CSV files of the evidence that have no sidecar."""
    return [name for name in files.evidence_files(files.data_dir()) if is_by_hand(name)]


def is_by_hand(name: str) -> bool:
    """Return whether the evidence has a CSV file of this name, and no sidecar for it."""
    folder = files.data_dir()
    is_table = name.endswith(".csv") and (folder / name).is_file()
    return is_table and not (folder / files.sidecar_name(name)).is_file()


def load_table(name: str) -> pd.DataFrame:
    """Return a table maintained by hand, such as one of your own, as it is.

    Parameters
    ----------
    name : str
        Its path in ``data/``, such as ``"my-gpus.csv"``.

    Returns
    -------
    pandas.DataFrame
        Its rows, with the types that pandas reads.

    Raises
    ------
    EvidenceError
        If there is no such table, or it is not readable as CSV.

    Examples
    --------
    >>> load_table("organisations.csv").columns[:2].tolist()
    ['pattern', 'sector']
    """
    known = tables_by_hand()
    if name not in known:
        raise EvidenceError(
            f"no table {name!r} in data/ that is kept by hand{nearest(name, known)}"
        )
    try:
        return pd.read_csv(io.BytesIO(files.read_bytes(name)))
    except ValueError as error:
        problem = str(error).strip()
        raise EvidenceError(f"data/{name} cannot be read as CSV: {problem}") from error
