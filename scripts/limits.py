"""Check modules against limits on length and number, and that no two classes share a name.

It prints a line for each violation, by file and line. Docstrings and empty lines do not count;
options of a command and fields of a dataclass are not parameters. Of scripts, styles and templates
it checks the width; ruff checks that, and one statement per line, of modules, and ``chapters.py``
the cells of chapters.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from finding import Finding

ROOT = Path(__file__).resolve().parents[1]
LOOKED_AT = ("src", "scripts")
WRITTEN_BY_HAND = (".js", ".css", ".html", ".xhtml", ".xml", ".opf", ".svg")
"""The endings of files whose width no other program checks."""

LINE = 100  # characters
MODULE = 500  # lines of a module
FUNCTION = 60  # lines of a function
PARAMETERS = 5  # of a function, besides the options of a command

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function
SEVERAL = (ast.Tuple, ast.GeneratorExp, ast.ListComp, ast.IfExp)


class Module(NamedTuple):
    """A parsed module, with its file as shown in messages."""

    file: str
    text: str
    tree: ast.Module


def modules_in(folders: Sequence[Path]) -> list[Module]:
    """Return the modules in some folders and their subfolders."""
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    texts = {file: file.read_text(encoding="utf-8") for file in files}
    return [Module(_named(file), text, ast.parse(text)) for file, text in texts.items()]


def _named(file: Path) -> str:
    """Return a file as shown in messages: relative to the root of the project, if inside it."""
    return (file.relative_to(ROOT) if file.is_relative_to(ROOT) else file).as_posix()


def findings(modules: Sequence[Module]) -> Iterator[Finding]:
    """Yield everything that exceeds a limit."""
    yield from classes_of_one_name(modules)
    for module in modules:
        lines = code_lines(module)
        if lines > MODULE:
            message = f"long-module {lines} lines of code: a module has at most {MODULE}"
            yield Finding(module.file, 1, message)
        for node in ast.walk(module.tree):
            for message in _messages(node):
                yield Finding(module.file, node.lineno, message)  # type: ignore[attr-defined]


def long_lines(folders: Sequence[Path]) -> Iterator[Finding]:
    """Yield the lines of scripts, styles and templates that are too long."""
    for file in sorted(path for folder in folders for path in folder.rglob("*")):
        if file.suffix in WRITTEN_BY_HAND:
            lines = file.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines, 1):
                if len(line) > LINE:
                    message = f"long-line {len(line)} characters: a line has at most {LINE}"
                    yield Finding(_named(file), number, message)


def _messages(node: ast.AST) -> Iterator[str]:
    """Yield the limits that a function, or an assignment, exceeds."""
    if isinstance(node, Function):
        lines = function_lines(node)
        if lines > FUNCTION:
            yield f"long-function {node.name} has {lines} lines: at most {FUNCTION}"
        number = len(parameters_of(node))
        if number > PARAMETERS:
            yield f"many-parameters {node.name} takes {number}: at most {PARAMETERS}"
    elif isinstance(node, ast.Assign):
        is_packed = isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, SEVERAL)
        if is_packed:
            yield "packed several values in one assignment: give each a statement"


def code_lines(module: Module) -> int:
    """Return the lines of a module without its docstrings and empty lines."""
    documented = [node for node in ast.walk(module.tree) if isinstance(node, Documented)]
    docstrings = [ast.get_docstring(node) or "" for node in documented]
    said = sum(_filled(docstring) for docstring in docstrings)
    return _filled(module.text) - said


def _filled(text: str) -> int:
    """Return the number of lines of a text that are not empty."""
    return len([line for line in text.splitlines() if line.strip()])


def function_lines(node: Function) -> int:
    """Return the lines of a function, without its docstring and the options of a command."""
    beside = [parameter for parameter in _all_parameters(node) if _is_option(parameter)]
    places = {line for option in beside for line in _lines(option)}
    if ast.get_docstring(node) is not None:
        places.update(_lines(node.body[0]))
    return len(set(_lines(node)) - places)


def _lines(node: ast.stmt | ast.arg) -> range:
    return range(node.lineno, (node.end_lineno or node.lineno) + 1)


def parameters_of(node: Function) -> list[str]:
    """Return the parameters of a function, except for the options of a command."""
    own = [each for each in _all_parameters(node) if each.arg not in {"self", "cls"}]
    return [each.arg for each in own if not _is_option(each)]


def _all_parameters(node: Function) -> list[ast.arg]:
    return [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]


def _is_option(parameter: ast.arg) -> bool:
    kind = ast.unparse(parameter.annotation) if parameter.annotation else ""
    return "typer." in kind or kind.startswith("opt.")


def classes_of_one_name(modules: Sequence[Module]) -> Iterator[Finding]:
    """Yield classes that share their name with another."""
    for name, places in _classes(modules).items():
        for file, line in places[1:]:
            first, first_line = places[0]
            message = f"name-of-two {name} is a class of {first}:{first_line} too"
            yield Finding(file, line, message)


def _classes(modules: Sequence[Module]) -> Mapping[str, list[tuple[str, int]]]:
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                places[node.name].append((module.file, node.lineno))
    return places


def main() -> int:
    """Print what exceeds a limit; return the exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("folders", nargs="*", type=Path, help="by default src and scripts")
    given = parser.parse_args().folders
    folders = [folder.resolve() for folder in given] or [ROOT / name for name in LOOKED_AT]
    exceeding = {*findings(modules_in(folders)), *long_lines(folders)}
    for finding in sorted(exceeding):
        print(finding)
    return 1 if exceeding else 0


if __name__ == "__main__":
    sys.exit(main())
