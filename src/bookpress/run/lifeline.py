"""Processes that end with another one, whatever they are doing at that moment.

A thread that watches is not enough: a cell in the midst of a long computation in C never lets it run. Linux itself can
watch: it sends a signal when the last writer of a pipe is gone. A signal at the death of the parent
(``PR_SET_PDEATHSIG``) would do less: it comes already when the thread ends that started the process, and it reaches
the process alone, not what that has started.
"""

from __future__ import annotations

import os
import select
import signal
import sys

from bookpress.run.processes import kill_group


def end_group_with(descriptor: int, leader: int) -> None:
    """Kill a process group as soon as the other end of a pipe is closed, at the latest when its holder ends.

    The descriptor must stay open in a process of the group, and nothing may ever be written to the pipe. Elsewhere than
    on Linux nothing happens.

    Parameters
    ----------
    descriptor : int
        The end to read from. Its file description must not be shared with another group: `reopened` gives one's own.
        In a process of `multiprocessing`, ``parent_process().sentinel`` is such a descriptor.
    leader : int
        Process id of the leader of the group.
    """
    if sys.platform != "linux":
        return
    from fcntl import F_GETFL, F_SETFL, F_SETOWN, F_SETSIG, fcntl

    fcntl(descriptor, F_SETOWN, -leader)
    fcntl(descriptor, F_SETSIG, signal.SIGKILL)
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | os.O_ASYNC)
    if select.select([descriptor], [], [], 0)[0]:  # it was closed before there was a watch
        kill_group(leader)


def reopened(descriptor: int) -> int:
    """Return a descriptor of the same pipe that shares nothing with the given one; elsewhere than on Linux a copy."""
    if sys.platform != "linux":
        return os.dup(descriptor)
    return os.open(f"/proc/self/fd/{descriptor}", os.O_RDONLY)
