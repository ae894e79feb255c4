"""Fetch into a folder from a pretended OpenAlex, as a process of its own that a test can kill."""

from __future__ import annotations

import sys
from pathlib import Path

from openalex_server import reach

from compute_divide.evidence.openalex.client import Client
from compute_divide.evidence.openalex.fetch import Store, fetch_records, records_query


def main(port: int, folder: Path) -> None:
    client = Client.from_environment(sleep=lambda _: None)
    reach(client.session, port)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    with Store(folder).locked() as store:
        fetch_records(client, records_query(first=2012, last=2024, subfield="1702"), store)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
