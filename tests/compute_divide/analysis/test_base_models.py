"""Whose models are built on: the counts that a rebuild must reproduce, and odd cells."""

import pandas as pd

from compute_divide.analysis.models.base_models import base_counts, base_share, with_bases
from compute_divide.evidence.models.table import load_models


def test_academic_systems_of_2024_11_build_on_industrys():
    """Of 54 academic systems with a stated base, 29 build on an industry-only one (strict rule)."""
    based = with_bases(load_models("2024-11"))
    share = base_share(based, "academia-only", "industry-only", "share")
    assert (share.k, share.n) == (29, 54)


def test_bases_of_several_makers_and_unknown_ones():
    models = pd.DataFrame(
        {
            "model": ["A", "B", "C", "D", "E"],
            "team_type": ["industry-only", "academia-only", "academia-only", "academia-only", "unknown"],
            "base_model": [None, "A", "A|B", "Nowhere|A", "Nowhere"],
        }
    )
    based = with_bases(models)
    assert based["base_team"].tolist() == ["industry-only", "collaboration", "industry-only", "unknown"]
    share = base_share(based, "academia-only", "industry-only", "share")
    assert (share.k, share.n) == (2, 3)
    assert base_counts(based)["models"].sum() == 3
