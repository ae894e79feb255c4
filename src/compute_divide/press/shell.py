"""Cells run in this process, by IPython's own kernel shell, without a kernel.

The shell is the one of ipykernel. Only its session differs: the messages that a kernel would send to the iopub socket
are handed to a function. Whoever reads them treats them as a notebook client treats a kernel's.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell as KernelShell
from jupyter_client.session import Session

Message = dict[str, Any]
Send = Callable[[Message], None]


class FunctionSession(Session):
    """A session that hands messages to a function instead of a socket."""

    hand_over: Send

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *_: Any, **__: Any) -> None:  # noqa: ARG002
        """Hand over the type and content of a message."""
        if isinstance(msg_or_type, str):
            self.hand_over({"msg_type": msg_or_type, "content": content})
        else:
            self.hand_over({"msg_type": msg_or_type["msg_type"], "content": msg_or_type["content"]})


class ZMQInteractiveShell(KernelShell):
    """The kernel's shell, under the kernel's name: libraries look for it to tell where they run."""

    def ask_exit(self) -> None:
        """Do nothing: there is no kernel to leave."""


class Stream(io.TextIOBase):
    """Standard output or error of the cells: what was written becomes a message when it is flushed.

    Parameters
    ----------
    name : str
        ``"stdout"`` or ``"stderr"``.
    descriptor : int
        The file descriptor that libraries and subprocesses write to, past Python.
    send : callable
        Takes the messages.
    """

    encoding = "utf-8"

    def __init__(self, name: str, descriptor: int, send: Send) -> None:
        self._name, self._send = name, send
        self._text: list[str] = []
        self._lock = threading.RLock()
        self._raw = tempfile.TemporaryFile()  # noqa: SIM115 - stays open as long as the process
        os.dup2(self._raw.fileno(), descriptor)
        self._read = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Keep text until the next flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            self._text.append(text)
        return len(text)

    def flush(self) -> None:
        """Send what was written since the last flush."""
        with self._lock:
            raw = os.pread(self._raw.fileno(), os.fstat(self._raw.fileno()).st_size - self._read, self._read)
            self._read += len(raw)
            text = "".join(self._text) + raw.decode("utf-8", errors="replace")
            self._text.clear()
        if text:
            self._send({"msg_type": "stream", "content": {"name": self._name, "text": text}})


class CellRunner:
    """One notebook's session: a name space and an execution counter. It takes over descriptors 1 and 2 for good.

    Parameters
    ----------
    send : callable
        Takes each message as it comes.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._streams = Stream("stdout", 1, send), Stream("stderr", 2, send)
        session = FunctionSession()
        session.hand_over = send
        ZMQInteractiveShell.clear_instance()
        shell: Any = ZMQInteractiveShell.instance(config=_config())
        self.shell = shell
        self.shell.displayhook.session = session
        self.shell.display_pub.session = session

    def run(self, source: str) -> bool:
        """Run a cell and return whether it ended well."""
        self._send(
            {
                "msg_type": "execute_input",
                "content": {"code": source, "execution_count": self.shell.execution_count},
            }
        )
        before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._streams
        try:
            succeeded = self.shell.run_cell(source, store_history=True).success
            return bool(succeeded and not self.shell._last_traceback_during_displayhook)
        finally:
            for stream in self._streams:
                stream.flush()
            sys.stdout, sys.stderr = before


def _config() -> Any:
    """Return IPython's settings: no history file, nothing read from the user's profile."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.HistoryManager.enabled = False
    return config
