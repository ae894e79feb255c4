"""Runs cells in this process with ipykernel's own shell.

Messages go through a connection instead of a socket.
"""

from __future__ import annotations

import asyncio
import base64
import codecs
import importlib
import io
import json
import os
import sys
import tempfile
import threading
import time
from multiprocessing.connection import Connection
from typing import Any

import comm
from comm.base_comm import BaseComm
from ipykernel.compiler import XCachingCompiler
from ipykernel.zmqshell import ZMQInteractiveShell as KernelShell
from jupyter_client.jsonutil import json_clean, json_default
from jupyter_client.session import Session
from traitlets.config import Config

from bookpress.run.forked.request import PARENT

FLUSH_EVERY = 0.2
"""The interval at which printed text is sent, in seconds, as in a kernel: a cell may hang."""
OF_TERMINAL = 0
OF_KERNEL = 20
"""The columns of a table that pandas shows: in a terminal as many as fit (0), in a kernel 20."""
PIECE = 1_000_000
"""The most bytes of printed text in one message."""


def packed(message: Any) -> bytes:
    """Return a message as one line of JSON.

    An unpaired surrogate, which no file can contain, becomes a question mark.
    """
    try:
        text = json.dumps(message, default=json_default, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        text = json.dumps(json_clean(message), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="replace")


class ConnectionSession(Session):
    """A session that sends through a connection instead of a socket.

    Before each message it sends what has been printed so far.
    """

    connection: Connection
    printed: tuple[Printed, ...] = ()

    def begin(self, connection: Connection) -> None:
        """Redirect standard output and error permanently."""
        self.connection = connection
        self.lock = threading.RLock()
        self.printed = (Printed("stdout", 1), Printed("stderr", 2))
        # a fork in the middle of a message would copy a lock that nobody releases
        os.register_at_fork(
            before=self.lock.acquire,
            after_in_parent=self.lock.release,
            after_in_child=self.lock.release,
        )
        threading.Thread(target=self._keep_flushing, daemon=True).start()

    def send(
        self,
        stream: Any,  # noqa: ARG002
        msg_or_type: Any,
        content: Any = None,
        *_: Any,
        **__: Any,
    ) -> None:
        """Send the type and content of a message."""
        if not isinstance(msg_or_type, str):
            content = msg_or_type["content"]
            msg_or_type = msg_or_type["msg_type"]
        self.tell({"msg_type": msg_or_type, "content": content})

    def tell(self, message: Any) -> None:
        """Send a message of any form."""
        content = packed(message)
        with self.lock:
            self.flush()
            self.connection.send_bytes(content)

    def flush(self) -> None:
        """Send what was printed."""
        with self.lock:
            for printed in self.printed:
                while text := printed.read():
                    content = {"name": printed.name, "text": text}
                    message = {"msg_type": "stream", "content": content}
                    self.connection.send_bytes(packed(message))

    def _keep_flushing(self) -> None:
        while True:
            time.sleep(FLUSH_EVERY)
            self.flush()


class _Stream(io.TextIOWrapper):
    name = ""


class Printed:
    """What is written to a descriptor, by Python or by anything else, in order."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self._read = 0
        # stays open as long as the process lives
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        os.dup2(self._file.fileno(), descriptor)
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        raw = open(descriptor, "wb", buffering=0, closefd=False)  # noqa: SIM115
        stream = _Stream(raw, "UTF-8", "replace", newline="\n", write_through=True)
        stream.name = name
        setattr(sys, name, stream)

    def read(self) -> str:
        """Return what has been written since the last call, at most `PIECE` bytes."""
        raw = os.pread(self._file.fileno(), PIECE, self._read)
        self._read += len(raw)
        return self._decode(raw)


class ZMQInteractiveShell(KernelShell):
    """The kernel's shell, under the name by which libraries recognise where they run."""

    __module__ = KernelShell.__module__  # plotly looks at it

    def ask_exit(self) -> None:
        """Do nothing: there is no kernel to leave."""

    def enable_gui(self, gui: Any = None) -> None:
        """Do nothing: ``%matplotlib inline`` opens no window, and there is no kernel."""


class _Kernel:
    """The part of a kernel that an output widget uses."""

    def get_parent(self) -> dict[str, Any]:
        return PARENT


def _open_comms(session: ConnectionSession, shell: Any) -> None:
    """Let widgets send their states as in a kernel, for the reader of the outputs to keep."""

    class SessionComm(BaseComm):
        kernel = _Kernel()

        def publish_msg(
            self,
            msg_type: str,
            data: Any = None,
            metadata: Any = None,  # noqa: ARG002
            buffers: Any = None,
            **keys: Any,
        ) -> None:
            content = {"data": data or {}, "comm_id": self.comm_id, **keys}
            encoded = [base64.b64encode(buffer).decode() for buffer in buffers or ()]
            session.tell({"msg_type": msg_type, "content": content, "buffers": encoded})

    comm.create_comm = SessionComm
    shell.set_parent(PARENT)


def serve(connection: Connection) -> None:
    """Run the cells that arrive, in a shell of their own.

    The process is killed when there are no more.
    """
    session = ConnectionSession()
    session.begin(connection)
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.HistoryManager.enabled = False
    config.IPKernelApp.connection_file = ""  # libraries look for it to find out where they run
    shell: Any = ZMQInteractiveShell.instance(config=config, compiler_class=XCachingCompiler)
    shell.displayhook.session = shell.display_pub.session = session
    _open_comms(session, shell)
    _join_matplotlib()
    _join_pandas()
    asyncio.run(_answer(connection, session, shell))


def _join_matplotlib() -> None:
    """Let figures appear below their cells although matplotlib's backend is already imported.

    It looks for a shell on import, and before the fork there was none.
    """
    backend = sys.modules.get("matplotlib_inline.backend_inline")
    if backend:
        importlib.reload(backend)


def _join_pandas() -> None:
    """Limit tables to the columns that a kernel shows although pandas is already imported.

    It looks for a shell on import, and assumes a terminal if there is none.
    """
    pandas = sys.modules.get("pandas")
    if pandas and pandas.get_option("display.max_columns") == OF_TERMINAL:
        pandas.set_option("display.max_columns", OF_KERNEL)


async def _answer(connection: Connection, session: ConnectionSession, shell: Any) -> None:
    loop = asyncio.get_running_loop()
    connection.send_bytes(b"{}")
    while True:
        source = json.loads(await loop.run_in_executor(None, connection.recv_bytes))
        begun = {"code": source, "execution_count": shell.execution_count}
        session.send(None, "execute_input", begun)
        result = await _result(shell, source)
        ended_well = result.success and not shell._last_traceback_during_displayhook
        session.tell({"done": bool(ended_well)})


async def _result(shell: Any, source: str) -> Any:
    """Run a cell as ipykernel does: as a task of the loop if it awaits, otherwise directly."""
    try:
        transformed = shell.transform_cell(source)
        awaits = shell.should_run_async(source, transformed_cell=transformed)
    except Exception:  # noqa: BLE001 - the shell raises it again, as the cell's error
        awaits = False
    if not awaits:
        return shell.run_cell(source, store_history=True)
    cell = shell.run_cell_async(source, store_history=True, transformed_cell=transformed)
    result = await asyncio.ensure_future(cell)
    shell.events.trigger("post_execute")
    shell.events.trigger("post_run_cell", result)
    return result
