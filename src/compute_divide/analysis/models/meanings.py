"""The definitions of large-scale by name, and what each means.

Apart from the rules themselves, because types of parameters are read often and must import nothing heavy.
"""

from __future__ import annotations

MEANINGS: dict[str, str] = {
    "all": "every model of the vintage",
    "notability-filter": "listed for a state-of-the-art advance, historical significance or high citation "
    "(the paper's filter)",
    "compute-known": "training compute is known",
    "notability-filter-compute-known": "the paper's filter, and training compute is known",
    "compute-or-parameters-known": "training compute or the number of parameters is known",
    "top-k-per-year": "among the largest by training compute of its calendar year",
    "near-record": "training compute near the largest of any model up to its date",
}
"""The closed set of definitions of large-scale: what a model is or has that counts."""
