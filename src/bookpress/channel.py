"""How processes of the press speak to each other: messages in JSON, each after its length."""

from __future__ import annotations

import json
from multiprocessing.connection import Connection
from typing import Any, Self


class Channel:
    """One end of a line to another process.

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
        """Return the end of a pipe that messages come out of."""
        return cls(Connection(descriptor, writable=False))

    @classmethod
    def writing(cls, descriptor: int) -> Channel:
        """Return the end of a pipe that messages go into."""
        return cls(Connection(descriptor, readable=False))

    def send(self, message: Any) -> None:
        """Send a message; an `OSError` says that nobody is there any more."""
        self.connection.send_bytes(json.dumps(message, default=str).encode())

    def receive(self, limit: int | None = None) -> Any:
        """Return the next message, of at most so many bytes.

        An `EOFError` or `OSError` says that there will be none.
        """
        return json.loads(self.connection.recv_bytes(limit))

    def close(self) -> None:
        """Close this end."""
        self.connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
