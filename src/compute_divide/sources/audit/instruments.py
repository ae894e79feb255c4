"""Policy instruments in all places, each with its date, status, means of access and source.

The facts come from the audit; what an instrument does is described in our own words, under its
name, in ``instruments.yml``. What may be said about it depends on which source was seen: see
`SEEN`.
"""

from __future__ import annotations

import re

import pandas as pd
import pandera.pandas as pa
from pydantic import Field

from compute_divide.sources.store import tables
from compute_divide.sources.store.files import EvidenceError, Strict, read_yaml
from compute_divide.sources.store.raw_csv import Findings, Labels, Row, same

REMEDIES = Labels(
    "kind of instrument",
    {
        "public-computing": "public computing",
        "open-science": "open science",
        "structured-access": "structured access",
        "auditing": "auditing",
        "vendor": "vendor",
    },
)
"""Which remedy an instrument serves; ``vendor`` is a programme of a company."""

BINDING = Labels("answer whether it binds", same("yes", "partly", "no"))

DOORS = Labels(
    "way in for academics",
    {
        "right": "by right",
        "application": "on application",
        "invited": "by invitation",
        "none": "no",
        "not-stated": "not stated",
    },
)
"""How academics get access."""

SEEN = Labels("how a source was seen", same("primary", "excerpt", "secondary"))
"""Whether the text itself was read, a passage of its own page, or only what others report.

A claim may rest on the first two; what only others report must be said to be so.
"""

_SHELF_MARKS = re.compile(
    r"\(earlier dossier\)|earlier dossier[^;]*|find_string id \d+"
    r"|dataset of its recommendations, (?=find_string)|, shared/data/[^;]*\.csv"
)
"""The audit's notes on where it looked a text up, which are of no use to a reader."""

AS_OF = "2026-11"
_IN_EFFECT = r"running|pilot|voluntary|legal base in force|60 members appointed"
_IN_FORCE = r"in force(?: (\d{4}-\d\d-\d\d))?"
"""The beginning of a status in effect; an instrument in force from a later day is not yet."""

_ISO_DATE = pa.Check.str_matches(r"^20\d\d(-\d\d){0,2}$")


def _source(row: Row, _: str, __: Findings) -> str:
    parts = [part.strip(" ,") for part in _SHELF_MARKS.sub("", row["source"]).split(";")]
    return "; ".join(filter(None, parts))


FIELDS = {
    "name": tables.as_text("name", nullable=False),
    "place": tables.as_text("place", nullable=False),
    "remedy": tables.as_label("kind", REMEDIES, blank=None),
    "date": tables.Field(tables.text(_ISO_DATE), lambda row, _, __: row["date"]),
    "status": tables.as_text("status", nullable=False),
    "binding": tables.as_label("binding", BINDING, blank=None),
    "academics": tables.as_label("academics", DOORS, blank=None),
    "money_usd": tables.as_number("money_usd"),
    "machine": tables.as_text("machine"),
    "source": tables.Field(tables.text(), _source),
    "seen": tables.as_label("label", SEEN, blank=None),
}
INSTRUMENTS = tables.EvidenceTable(
    "audit/instruments.csv",
    tables.schema_of(FIELDS),
    "instruments of policy: place, date, status, whether they bind, who gets in, money, source",
    "compute_divide.sources.audit.instruments.derive_instruments",
)


class Words(Strict):
    """What we add to the table about an instrument."""

    does: str = Field(description="what it does, in our words")
    short: str | None = Field(default=None, description="how the time line names it, if it does")
    earmark: bool = Field(
        default=False,
        description="sets money or computing apart for interpretability, safety or security",
    )
    chips: int | None = Field(default=None, gt=0, description="chips that the money bought")
    covers: str | None = Field(default=None, description="what the money covers")
    cite: str | None = Field(default=None, description="key in book/references.bib")


def load_instruments() -> pd.DataFrame:
    """Return the instruments of policy of all places that we could trace, as of November 2026.

    Returns
    -------
    pandas.DataFrame
        One row per instrument: ``name``, ``place``, the ``remedy`` that it serves, ``date`` of the
        act, the call or the opening (ISO 8601), ``status``, whether it is ``binding`` (yes, partly,
        no), how ``academics`` get in, ``money_usd`` (US dollars), ``machine``, ``source``, and how
        that was ``seen`` (primary, excerpt, secondary); in our words what it ``does``, whether it
        has an ``earmark`` for interpretability, safety or security, how many ``chips`` the money
        bought and what it ``covers``, where both are known, the work to ``cite``, whether it is
        ``in_effect`` as of the audit, and the ``short`` name that the time line has for it.

    Raises
    ------
    EvidenceError
        If the table is damaged, or it and ``instruments.yml`` do not name the same instruments.

    Examples
    --------
    >>> instruments = load_instruments().set_index("name")
    >>> instruments.loc["NAIRR pilot", ["place", "seen"]].tolist()
    ['United States', 'excerpt']
    """
    table = INSTRUMENTS.read()
    words = read_yaml("instruments.yml", dict[str, Words])
    unmatched = set(table["name"]) ^ words.keys()
    if unmatched:
        raise EvidenceError(
            f"data/instruments.yml: {min(unmatched)!r} is not in both this file and "
            "data/audit/instruments.csv"
        )
    ours = pd.DataFrame([words[name].model_dump() for name in table["name"]], index=table.index)
    return table.join(ours).assign(in_effect=_in_effect(table["status"]))


def _in_effect(status: pd.Series[str]) -> pd.Series[bool]:
    """Return which instruments, also voluntary ones, were in effect at the time of the audit."""
    return status.map(_is_effective)


def _is_effective(status: str) -> bool:
    in_force = re.match(_IN_FORCE, status)
    if in_force and (in_force[1] or "") < AS_OF:
        return True
    return bool(re.match(_IN_EFFECT, status))
