"""Fetch into a folder from a pretended OpenAlex, as a process of its own that a test can kill."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from openalex_server import Server, make_works

from compute_divide.evidence.openalex.fetch import fetch_records, opened
from compute_divide.evidence.openalex.refresh import Choice, records_query


def main(seed: int, folder: Path) -> None:
    rng = np.random.default_rng(seed)
    server = Server(make_works(3000, rng), rng, pause=0.005)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with opened(folder, records_query(Choice(2012, 2024, subfield="1702"))) as store:
        fetch_records(server.client(), store)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
