"""Cells run in this process, by IPython's own kernel shell, without a kernel.

The shell is the one of ipykernel. Only its session differs: the messages that a kernel would send to the iopub socket
are handed to a function. Whoever reads them treats them as a notebook client treats a kernel's.
"""

from __future__ import annotations

import asyncio
import codecs
import io
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any

from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell as KernelShell
from jupyter_client.session import Session

Message = dict[str, Any]
Send = Callable[[Message], None]

FLUSH_EVERY = 0.2
"""Seconds between two flushes of what is printed, as in a kernel: a cell that hangs is seen as far as it got."""

FLUSH_BEYOND = 1_000_000
"""Characters that are kept until the next flush."""


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

    What subprocesses and libraries write to the descriptor stands where it was written: before whatever Python writes
    later.

    Parameters
    ----------
    name : str
        ``"stdout"`` or ``"stderr"``.
    descriptor : int
        The file descriptor that libraries and subprocesses write to, past Python.
    send : callable
        Takes the messages.
    """

    encoding = "UTF-8"

    def __init__(self, name: str, descriptor: int, send: Send) -> None:
        self.name = name
        self._descriptor, self._send = descriptor, send
        self._text = io.StringIO()
        self._lock = threading.RLock()
        self._raw = tempfile.TemporaryFile()  # noqa: SIM115 - stays open as long as the process
        os.dup2(self._raw.fileno(), descriptor)
        self._read = 0
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        # a fork in the midst of a flush would leave the child with a lock that nobody opens
        os.register_at_fork(
            before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._lock.release
        )

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the descriptor that subprocesses may write to."""
        return self._descriptor

    def write(self, text: str) -> int:
        """Keep text until the next flush."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            self._take_raw()
            self._text.write(text)
            if self._text.tell() > FLUSH_BEYOND:
                self.flush()
        return len(text)

    def flush(self) -> None:
        """Send what was written since the last flush."""
        with self._lock:
            self._take_raw()
            text = self._text.getvalue()
            if text:
                self._text = io.StringIO()
                self._send({"msg_type": "stream", "content": {"name": self.name, "text": text}})

    def _take_raw(self) -> None:
        """Append what was written past Python."""
        written = os.fstat(self._raw.fileno()).st_size
        if written > self._read:
            raw = os.pread(self._raw.fileno(), written - self._read, self._read)
            self._read += len(raw)
            self._text.write(self._decode(raw))


class CellRunner:
    """One notebook's session: a name space and an execution counter. It takes over standard output and error for good.

    Parameters
    ----------
    send : callable
        Takes each message as it comes.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._streams = Stream("stdout", 1, send), Stream("stderr", 2, send)
        sys.stdout, sys.stderr = self._streams
        session = FunctionSession()
        session.hand_over = send
        ZMQInteractiveShell.clear_instance()
        shell: Any = ZMQInteractiveShell.instance(config=_config(), compiler_class=XCachingCompiler)
        self.shell = shell
        self.shell.displayhook.session = session
        self.shell.display_pub.session = session
        threading.Thread(target=self._keep_flushing, daemon=True).start()

    def _keep_flushing(self) -> None:
        while True:
            time.sleep(FLUSH_EVERY)
            self._flush()

    def _flush(self) -> None:
        for stream in self._streams:
            stream.flush()

    async def run(self, source: str) -> bool:
        """Run a cell and return whether it ended well. It finds a running event loop, as in a kernel."""
        self._send(
            {
                "msg_type": "execute_input",
                "content": {"code": source, "execution_count": self.shell.execution_count},
            }
        )
        try:
            result = await self._result(source)
            return bool(result.success and not self.shell._last_traceback_during_displayhook)
        finally:
            self._flush()

    async def _result(self, source: str) -> Any:
        """Run a cell as ipykernel does: one that awaits as a task of the loop, any other at once."""
        try:
            transformed = self.shell.transform_cell(source)
            awaits = self.shell.should_run_async(source, transformed_cell=transformed)
        except Exception:  # noqa: BLE001 - the shell meets it again and shows it as the cell's error
            awaits = False
        if not awaits:
            return self.shell.run_cell(source, store_history=True)
        cell = self.shell.run_cell_async(source, store_history=True, transformed_cell=transformed)
        result = await asyncio.ensure_future(cell)
        self.shell.events.trigger("post_execute")
        self.shell.events.trigger("post_run_cell", result)
        return result


def _config() -> Any:
    """Return IPython's settings: no history file, nothing read from the user's profile."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.HistoryManager.enabled = False
    return config
