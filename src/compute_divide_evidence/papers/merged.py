"""The lists of one venue and year, read and merged: a title counts once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bookpress.files import sha256
from compute_divide.sources.store.raw_csv import Findings
from compute_divide_evidence.papers import lists

_FACTS = ("keywords", "abstract", "affiliations", "domains", "authors", "pairs", "citations")


def read_list(
    paper_list: lists.PaperList, ledger: Findings
) -> Iterator[tuple[str, str, lists.RawPaper]]:
    """Yield key, place and record of every accepted paper of a list.

    Other records and the source go to the ledger.
    """
    records = paper_list.records()
    path = paper_list.path
    for record in records:
        place = f"{path.name}, {record.place}"
        if isinstance(record, lists.Unusable):
            ledger.add(f"malformed: {record.reason}", place)
        elif fault := lists.status_fault(record.status):
            ledger.add(fault, place)
        else:
            pairs = tuple((paper_list.with_abstracts, *pair[1:]) for pair in record.pairs)
            paper = replace(record, pairs=pairs) if pairs else record
            yield paper_key(record.title), place, paper
    origin = paper_list.kind.origin
    title = f"{origin.title}: {paper_list.venue} {paper_list.year}"
    named = replace(origin, title=title)
    digest = sha256(path.read_bytes())
    ledger.sources.append(named.source(path.name, digest, len(records)))


def merge_lists(group: Sequence[lists.PaperList], ledger: Findings) -> dict[str, lists.RawPaper]:
    """Return the accepted papers of one venue and year by key, each with all known facts."""
    papers: dict[str, lists.RawPaper] = {}
    for number, paper_list in enumerate(group):
        here: set[str] = set()
        for key, place, record in read_list(paper_list, ledger):
            if key in here:
                ledger.add("the title stands twice in the list", place)
            elif key in papers:
                papers[key] = _completed(papers[key], record)
                ledger.add("in a second list too: what it adds is kept", place)
            elif number and paper_list.kind.adds_only:
                ledger.add("not among the venue's papers under this title", place)
            else:
                papers[key] = record
            here.add(key)
    return papers


def _completed(paper: lists.RawPaper, other: lists.RawPaper) -> lists.RawPaper:
    """Return a paper, completed from another record of it."""
    lacking = [name for name in _FACTS if getattr(paper, name) in (None, ())]
    return replace(paper, **{name: getattr(other, name) for name in lacking})


def paper_key(title: str) -> str:
    """Return the key of a paper, which identifies its title without keeping it.

    Parameters
    ----------
    title : str
        The title; accents, case, spaces and signs do not matter.

    Returns
    -------
    str
        The first 16 hexadecimal digits of the SHA-256 of the normalised title.

    Examples
    --------
    >>> paper_key("Generative Adversarial Nets") == paper_key("generative adversarial  nets")
    True
    """
    normalised = lists.title_key(title)
    return hashlib.sha256(normalised.encode()).hexdigest()[:16]
