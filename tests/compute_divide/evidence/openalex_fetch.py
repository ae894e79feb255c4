"""Fetch into a folder from a pretended OpenAlex, as a process of its own that a test can kill."""

from __future__ import annotations

import sys
from pathlib import Path

from openalex_server import reach

from compute_divide.evidence.openalex.client import Client
from compute_divide.evidence.openalex.fetch import fetch_records, opened
from compute_divide.evidence.openalex.refresh import Choice, records_query


def main(port: int, folder: Path) -> None:
    client = Client.from_environment(sleep=lambda _: None)
    reach(client.session, port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with opened(folder, records_query(Choice(2012, 2024, subfield="1702"))) as store:
        fetch_records(client, store)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
