"""Names of the tables of OpenAlex works; apart from the tables, because types of parameters must be quick to import."""

from __future__ import annotations

from compute_divide.evidence.store.files import list_names

SHIPPED = "works"
"""Name of the table of works that the project ships."""

OTHER_FIELDS = "other fields"
"""Sample of the shipped works that are not on machine learning."""


def works_names() -> list[str]:
    """Return the names of the tables of works, the one that ships first.

    Examples
    --------
    >>> works_names()[0]
    'works'
    """
    return [name for name in list_names("openalex", ".parquet") if name == SHIPPED or name.startswith("works-")]
