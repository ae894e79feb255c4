"""Draw the strings of the hand-labelled samples: run twice, each time before the rules had been tried on them.

Half of a sample is drawn with a probability proportional to how often a string occurs, so that it stands for
authors; the other half uniformly from the remaining distinct strings, so that the long tail is tried too. Strings
that the rule does not try to read (250 characters or more, a line break) are not drawn. A drawn string that names a
person or holds an e-mail address would be passed over and the next one taken; none did.

The lists are read here as they were read then, without resolving escapes in the JSON lists, so that the draw repeats.
"""

from __future__ import annotations

import gzip
import html
import json
import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

FIRST = {"seed": 20261124, "drawn": 220, "kept": 200}
SECOND = {"seed": 20261125, "drawn": 190, "kept": 150}


def first_sample(folder: Path) -> list[tuple[str, str]]:
    """Return (stratum, string) pairs of the first sample, in the order drawn."""
    return _kept(_draw(_counts(folder), FIRST), FIRST, set())


def second_sample(folder: Path) -> list[tuple[str, str]]:
    """Return the second sample, which holds no string that was drawn for the first."""
    counts = _counts(folder)
    earlier = {string for _, string in _draw(counts, FIRST)}
    return _kept(_draw(counts, SECOND), SECOND, earlier)


def _draw(counts: Counter[str], plan: dict[str, int]) -> list[tuple[str, str]]:
    strings = np.array(sorted(counts), dtype=object)
    weights = np.array([counts[string] for string in strings], dtype=float)
    rng = np.random.default_rng(plan["seed"])
    common = rng.choice(len(strings), size=plan["drawn"], replace=False, p=weights / weights.sum())
    rest = np.setdiff1d(np.arange(len(strings)), common)
    rare = rng.choice(rest, size=plan["drawn"], replace=False)
    return [("by authors", strings[i]) for i in common] + [("by strings", strings[i]) for i in rare]


def _kept(drawn: list[tuple[str, str]], plan: dict[str, int], earlier: set[str]) -> list[tuple[str, str]]:
    fresh = [pair for pair in drawn if pair[1] not in earlier]
    return [
        pair
        for stratum in ("by authors", "by strings")
        for pair in [pair for pair in fresh if pair[0] == stratum][: plan["kept"]]
    ]


def _counts(folder: Path) -> Counter[str]:
    slots = (slot.strip() for path in sorted(folder.iterdir()) for slot in _slots(path))
    return Counter(slot for slot in slots if slot and len(slot) < 250 and "\n" not in slot)


def _slots(path: Path) -> Iterator[str]:
    if path.name.endswith(".json.gz"):
        records = json.loads(gzip.decompress(path.read_bytes()))
        yield from chain.from_iterable((one.get("aff") or "").split(";") for one in records if one.get("title"))
    elif path.name.endswith(".tsv"):
        for line in path.read_text(encoding="utf-8").split("\n"):
            yield from ("" if slot.strip() == "none" else slot for slot in line.split("\t")[1:])
    elif path.name.endswith(".jsonl.gz"):
        lines = gzip.decompress(path.read_bytes()).decode("utf-8").split("\n")
        for author in chain.from_iterable(json.loads(line)["authors"] for line in lines if line.strip()):
            text = author.get("affiliation") or ""
            yield html.unescape(re.sub(r"\\x([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), text))
