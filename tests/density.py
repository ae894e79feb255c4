"""How dense code is: ``python -m tests.density PATH...``, a line for each folder or file.

Characters a line of the files: all characters by all newlines, as ``cat | wc`` counts them, with
docstrings, comments and blank lines; tests and caches are left out. Characters a line of code: the
mean length of lines of code, indentation aside, without blank lines, comments that stand alone and
docstrings. Nodes a logical line: how many nodes of the syntax tree a statement has without the
statements within it, operators and contexts (``Load``) aside; the median and the 95th percentile
over all statements but docstrings.
"""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

SCOPES = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
ASIDE = (ast.stmt, ast.expr_context, ast.operator, ast.cmpop, ast.boolop, ast.unaryop)


def docstrings(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the statements that document a module, a class or a function."""
    for node in ast.walk(tree):
        if isinstance(node, SCOPES) and ast.get_docstring(node, clean=False) is not None:
            yield node.body[0]


def nodes_of(statement: ast.AST) -> int:
    """Return how many nodes a statement has without the statements within it."""
    children = ast.iter_child_nodes(statement)
    return 1 + sum(nodes_of(child) for child in children if not isinstance(child, ASIDE))


def measure(text: str) -> tuple[list[int], list[int]]:
    """Return the lengths of the lines of code, and the nodes of each statement."""
    tree = ast.parse(text)
    documented = set(docstrings(tree))
    silent: set[int] = set()
    for node in documented:
        silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lengths = [
        len(line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#") and number not in silent
    ]
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return lengths, [nodes_of(node) for node in statements if node not in documented]


def sources(folder: Path) -> Iterator[Path]:
    """Yield the modules of a folder, without its tests."""
    for file in folder.rglob("*.py"):
        if "tests" not in file.relative_to(folder).parts[:-1]:
            yield file


def main() -> None:
    """Measure each path of the command line."""
    for name in sys.argv[1:]:
        path = Path(name)
        files = sorted(sources(path)) if path.is_dir() else [path]
        texts = [file.read_text("utf-8") for file in files]
        newlines = sum(text.count("\n") for text in texts)
        measured = [measure(text) for text in texts]
        lengths = [length for found, _ in measured for length in found]
        nodes = sorted(number for _, found in measured for number in found)
        print(
            f"{name}: {len(files)} files; {sum(map(len, texts)) / newlines:.1f} characters a line "
            f"of the files (all characters by all newlines), {newlines} lines; "
            f"{statistics.mean(lengths):.1f} characters a line of code (no indentation, blank lines, "
            f"comments, docstrings), {len(lengths)} lines; nodes a logical line: median "
            f"{statistics.median(nodes):.0f}, 95th percentile {nodes[int(0.95 * len(nodes))]}"
        )


if __name__ == "__main__":
    main()
