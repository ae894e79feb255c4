"""How the processes of the press talk to each other: length-prefixed JSON messages."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any, Self


class Channel:
    """One end of a connection to another process.

    Examples
    --------
    >>> from multiprocessing import Pipe
    >>> ours, theirs = map(Channel, Pipe())
    >>> ours.send({"page": "index"})
    >>> theirs.receive()
    {'page': 'index'}
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def reading(cls, descriptor: int) -> Channel:
        """Return the reading end of a pipe."""
        return cls(Connection(descriptor, writable=False))

    @classmethod
    def writing(cls, descriptor: int) -> Channel:
        """Return the writing end of a pipe."""
        return cls(Connection(descriptor, readable=False))

    def send(self, message: Any) -> None:
        """Send a message; raise an `OSError` if the other end is gone."""
        self.connection.send_bytes(json.dumps(message, default=str).encode())

    def receive(self, limit: int | None = None) -> Any:
        """Return the next message, of at most `limit` bytes.

        Raise an `EOFError` or `OSError` if no more messages will come.
        """
        return json.loads(self.connection.recv_bytes(limit))

    def close(self) -> None:
        """Close this end."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
