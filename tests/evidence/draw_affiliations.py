"""Draw the strings of the hand-labelled test set: run once, before any rule existed; repeated by a test.

Half of the sample is drawn with a probability proportional to how often a string occurs, so that it stands for
authors; the other half uniformly from the remaining distinct strings, so that the long tail is tried too. Strings
that the rule does not try to read (250 characters or more, a line break) are not drawn. A drawn string that names a
person or holds an e-mail address is passed over and the next one taken.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from compute_divide.evidence.papers_raw import RawPaper, find_lists

SEED = 20261124


def draw(folder: Path, size: int) -> list[tuple[str, str]]:
    """Return (stratum, string) pairs in the order drawn, `size` of each stratum."""
    counts: Counter[str] = Counter()
    for paper_list in find_lists(folder):
        for record in paper_list.records():
            if isinstance(record, RawPaper):
                counts.update(slot for slot in record.affiliations if slot and len(slot) < 250 and "\n" not in slot)
    strings = np.array(sorted(counts), dtype=object)
    weights = np.array([counts[string] for string in strings], dtype=float)
    rng = np.random.default_rng(SEED)
    common = rng.choice(len(strings), size=size, replace=False, p=weights / weights.sum())
    rest = np.setdiff1d(np.arange(len(strings)), common)
    rare = rng.choice(rest, size=size, replace=False)
    return [("by authors", strings[i]) for i in common] + [("by strings", strings[i]) for i in rare]
