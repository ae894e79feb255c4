"""What stands for Python: it asks for a fork that has its open files, and ends as that does."""

import json
import os
import re
import signal
import socket
import sys

QUICK = re.compile(
    r"(-P )?-m (bookpress|compute_divide_evidence)( .*)?"
    r"|-P -m bookpress\.outputs\.(html\.pages|epub\.epub)"
    r"|-P -c (import sys; )?from bookpress\.\S+ import main; main\(.*",
    re.DOTALL,
)
"""The commands that are forked; for all else there is Python itself."""
HIGHEST = 1024
"""More than the number of any open file here."""
PASSED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def open_files() -> list[int]:
    """Return the files that a program which is started now would have."""
    files = []
    for number in range(HIGHEST):
        try:
            if os.get_inheritable(number):
                files.append(number)
        except OSError:
            continue
    return files


def main() -> None:
    """Have a fork made, pass signals on to it, and end as it does."""
    words = sys.argv[1:]
    if not QUICK.fullmatch(" ".join(words)):
        os.execv(sys.executable, [sys.executable, *words])  # noqa: S606 - as it is called
    files = open_files()
    order = {
        "words": words,
        "folder": os.getcwd(),  # noqa: PTH109 - pathlib takes longer than the rest
        "environment": dict(os.environ),
        "files": files,
        "leads": os.getsid(0) == os.getpid(),
    }
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(f"{sys.argv[0]}.socket")
        socket.send_fds(line, [b"+"], files)
        line.sendall(json.dumps(order).encode() + b"\n")
        with line.makefile() as answers:
            pid = int(answers.readline())
            for number in PASSED:
                signal.signal(number, lambda number, _: os.kill(pid, number))
            code = int(answers.readline())
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
