"""A Python that starts at once, for tests that start the press hundreds of times.

Its processes are forked from one that has imported the packages of others, which is most of what a
short command does. The press and the book are imported anew in each, and all else is as in any
Python: folder, environment, open files, exit code. Where a test asks how a command starts or is
killed, it takes `sys.executable`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from bookpress.run.processes import STEADY

HERE = Path(__file__).parent


@cache
def quick_python() -> str:
    """Return the path of a program that is used as `sys.executable` is.

    The process that it forks from ends with this one, and removes the program.
    """
    if sys.platform != "linux":
        return sys.executable
    program = Path(tempfile.mkdtemp(prefix="quick-"), "python")
    text = (HERE / "launcher.py").read_text("utf-8")
    program.write_text(f"#!{sys.executable} -IS\n{text}", "utf-8")
    program.chmod(0o755)
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    server = subprocess.Popen(
        [sys.executable, "-P", str(HERE / "server.py"), str(program)],
        env={**environment, **STEADY},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd="/",
    )
    assert server.stdout is not None
    assert server.stdout.read(1), "the process that quick ones are forked from has ended"
    return str(program)
