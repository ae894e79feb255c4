"""A watch on the evidence that a chapter opens, so that no read escapes the cache.

The loaders of the evidence note what they read in the file that ``COMPUTE_DIVIDE_READS`` names. A chapter may open a
file of the evidence by other means; the watch notes that too. It sees what Python opens, not what a library written in
C opens by itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

START = "__import__('compute_divide.press.reads').press.reads.watch()"
"""The line that starts the watch in a kernel."""


def watch() -> None:
    """Note every file below ``COMPUTE_DIVIDE_DATA`` that this process opens from now on."""
    log, data = os.environ.get("COMPUTE_DIVIDE_READS"), os.environ.get("COMPUTE_DIVIDE_DATA")
    if not log or not data:
        return
    root = os.path.realpath(data) + os.sep
    busy = threading.local()

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(arguments[0], str | os.PathLike) or getattr(busy, "now", False):
            return
        busy.now = True
        try:
            path = os.path.realpath(arguments[0])
            if path.startswith(root) and Path(path).is_file():
                name = Path(path).relative_to(root).as_posix()
                mark = hashlib.sha256(Path(path).read_bytes()).hexdigest()
                with Path(log).open("a", encoding="utf-8") as file:
                    file.write(json.dumps({"name": name, "sha256": mark}) + "\n")
        except (OSError, ValueError):
            return  # what cannot be opened is not read
        finally:
            busy.now = False

    sys.addaudithook(note)
