"""Which kernels a fork can replace."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def is_this_python(kernel_name: str) -> bool:
    """Return whether a kernel is IPython's, in the Python of this process."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        spec = KernelSpecManager().get_kernel_spec(kernel_name)
    except NoSuchKernel:
        return False
    is_ipython = spec.language == "python" and "ipykernel_launcher" in spec.argv
    program = Path(spec.argv[0])
    # a plain name is looked up on the PATH of this Python
    is_plain = re.fullmatch(r"python[\d.]*", str(program))
    return is_ipython and bool(is_plain or program.absolute() == Path(sys.executable).absolute())
