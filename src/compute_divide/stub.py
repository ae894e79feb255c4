"""Reads what a module offers from its stub, which type checkers and editors read too (SPEC 1)."""

from __future__ import annotations

import ast
from pathlib import Path


def offered(module: str) -> dict[str, tuple[str, str]]:
    """Return what the stub beside a module imports: by name here, the module and the name there.

    Parameters
    ----------
    module : str
        The file of the module.

    Examples
    --------
    >>> import compute_divide
    >>> offered(compute_divide.__file__)["Estimate"]
    ('holdtrue.estimates', 'Estimate')
    """
    stub = ast.parse(Path(module).with_suffix(".pyi").read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
