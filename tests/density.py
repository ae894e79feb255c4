"""How dense code is: ``python -m tests.density PATH...`` prints a line for each folder or file.

Characters per line of the files: all characters divided by all newlines, as ``cat | wc`` counts them, with
docstrings, comments and blank lines; tests and caches are left out. Characters per line of code: the mean length of
lines of code, without indentation, blank lines, comments on their own lines and docstrings. Nodes per logical line:
the number of nodes in the syntax tree of a statement, without the statements within it, operators and contexts
(``Load``); the median and the 95th percentile over all statements except docstrings.

The last two are repeated without the annotations of arguments, returns and variables, which say what code takes and
returns and not what it does. Only then can typed code be compared with untyped code, such as pooch or papermill.
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


class _Untyped(ast.NodeTransformer):
    """Removes the annotations from code."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        bare = ast.Assign([node.target], node.value) if node.value else ast.Expr(node.target)
        return ast.copy_location(bare, node)


def nodes_of_statements(tree: ast.Module) -> list[int]:
    r"""Return the number of nodes of each statement of a module, without docstrings.

    Examples
    --------
    >>> typed = ast.parse("def double(x: float) -> float:\n    return 2 * x")
    >>> nodes_of_statements(typed)
    [5, 4]
    >>> nodes_of_statements(without_annotations(typed))
    [3, 4]
    """
    documented = set(docstrings(tree))
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    return [nodes_of(node) for node in statements if node not in documented]


def without_annotations(tree: ast.Module) -> ast.Module:
    """Return a module without its types."""
    bare: ast.Module = _Untyped().visit(tree)
    return bare


def lengths_of_code(text: str) -> list[int]:
    """Return the lengths of the lines of code."""
    silent: set[int] = set()
    for node in docstrings(ast.parse(text)):
        silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return [
        len(line.strip())
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.strip().startswith("#") and number not in silent
    ]


def sources(folder: Path) -> Iterator[Path]:
    """Yield the modules of a folder, without its tests."""
    for file in folder.rglob("*.py"):
        if "tests" not in file.relative_to(folder).parts[:-1]:
            yield file


def middle_and_end(counts: list[int]) -> str:
    """Return the median and the 95th percentile of some counts."""
    last = sorted(counts)[int(0.95 * len(counts))]
    return f"median {statistics.median(counts):.0f}, 95th percentile {last}"


def main() -> None:
    """Measure each path in the command line."""
    names = sys.argv[1:]
    if not names:
        raise SystemExit("which files or folders? python -m tests.density PATH...")
    for name in names:
        path = Path(name)
        files = sorted(sources(path)) if path.is_dir() else [path]
        texts = [file.read_text("utf-8") for file in files]
        newlines = sum(text.count("\n") for text in texts)
        if not newlines:
            raise SystemExit(f"{name} holds no Python")
        lengths = [length for text in texts for length in lengths_of_code(text)]
        nodes: list[int] = []
        untyped: list[int] = []
        for text in texts:
            tree = ast.parse(text)
            nodes += nodes_of_statements(tree)
            untyped += nodes_of_statements(without_annotations(tree))
        print(
            f"{name}: {len(files)} files; {sum(map(len, texts)) / newlines:.1f} characters a line "
            f"of the files (all characters by all newlines), {newlines} lines; "
            f"{statistics.mean(lengths):.1f} characters a line of code (no indentation, blank lines, "
            f"comments, docstrings), {len(lengths)} lines; nodes a logical line: "
            f"{middle_and_end(nodes)}; without annotations: {middle_and_end(untyped)}"
        )


if __name__ == "__main__":
    main()
