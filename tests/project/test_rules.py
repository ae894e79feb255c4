"""The rules of the project that a machine can hold."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parents[2]
BINARY = {".png", ".parquet", ".gz", ".ico", ".woff2"}


def tracked():
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def texts():
    return {
        path: path.read_text(encoding="utf-8") for path in tracked() if path.suffix not in BINARY
    }


def test_the_layers_import_only_downwards():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout


REGISTRIES = r"(?i)(?:pypi|pythonhosted|npmjs|anaconda)\.(?:org|com)"
HOMES = re.escape(str(ROOT.parent)) + r"/|(?<![\w.])/(?:root|home/\w+)/"


@pytest.mark.parametrize(
    "named", [REGISTRIES, HOMES], ids=["a package registry", "the machine it was written on"]
)
def test_no_file_names(named):
    assert [
        str(path.relative_to(ROOT)) for path, text in texts().items() if re.search(named, text)
    ] == []


def test_released_results_are_never_changed():
    def git(*words):
        return subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    for commit in git("log", "--format=%H", "--", "data/released").split():
        for name in git("ls-tree", "--name-only", commit, "data/released/").split():
            if not name.endswith(".json"):
                continue  # the table of names follows what is written now
            before, now = (
                json.loads(git("show", f"{commit}:{name}")),
                json.loads((ROOT / name).read_text("utf-8")),
            )
            assert before.items() <= now.items(), f"{name} lost what it held at {commit}"


def modules():
    return {
        path: text
        for path, text in texts().items()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "src")
    }


MORE_PARAMETERS = {
    "bookpress/run/papermill_engines.py execute_managed_notebook": 7,  # papermill asks for them
    "compute_divide/evidence/models/refresh.py refresh_epoch": 6,
    "compute_divide/evidence/openalex/snapshot.py count_corpus": 6,
    "compute_divide/evidence/store/tables.py derive": 7,
    "compute_divide/plot/base/marks.py dots_with_intervals": 7,
    "compute_divide/plot/base/marks.py end_labels": 7,
    "compute_divide/plot/base/wording.py describe_series": 6,
}
"""What is over a limit of old, and by how much at most: nothing is to join these."""


def place_of(path):
    return path.relative_to(ROOT / "src").as_posix()


def functions():
    """Yield every function with its place and name."""
    for path, text in modules().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{place_of(path)} {node.name}", node


def test_modules_have_a_size_that_can_be_read():
    sizes = {place_of(path): code_of(text) for path, text in modules().items()}
    assert {name: lines for name, lines in sizes.items() if lines > 400} == {}


def test_functions_have_few_parameters_but_for_the_options_of_commands():
    many = {}
    for name, node in functions():
        parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        own = [parameter for parameter in parameters if parameter.arg not in {"self", "cls"}]
        number = len([parameter for parameter in own if not is_option(parameter)])
        if number > MORE_PARAMETERS.get(name, 5):
            many[name] = number
    assert many == {}


def is_option(parameter):
    """Return whether a parameter is an option or argument of a command."""
    kind = ast.unparse(parameter.annotation) if parameter.annotation else ""
    return "typer." in kind or kind.startswith("opt.")


def test_no_name_of_a_class_stands_for_two():
    names = Counter(
        node.name
        for path, text in modules().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
    )
    assert [name for name, number in names.items() if number > 1] == []


def code_of(text):
    """Return the lines of a module without its docstrings and empty lines."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    said = 0
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            said += len([line for line in ast.get_docstring(node).splitlines() if line.strip()])
    return len([line for line in text.splitlines() if line.strip()]) - said


def test_no_statement_binds_several_computed_values():
    packed = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, text in modules().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Tuple)
        and isinstance(node.value, ast.Tuple | ast.GeneratorExp | ast.ListComp | ast.IfExp)
    ]
    assert packed == []


def test_no_folder_holds_more_than_twelve_modules():
    folders = Counter(
        path.parent.relative_to(ROOT) for path in modules() if path.name != "__init__.py"
    )
    one_each = {"commands", "plot"}  # a module a command, a module a chapter
    crowded = {
        str(folder): number
        for folder, number in folders.items()
        if number > 12 and folder.name not in one_each
    }
    assert crowded == {}


def test_functions_fit_on_a_screen():
    long = [(name, code_lines(node)) for name, node in functions() if code_lines(node) > 40]
    assert long == []


def code_lines(function):
    """Return the lines of a function without its docstring."""
    documented = ast.get_docstring(function) is not None
    return function.end_lineno - (
        function.body[0].end_lineno if documented else function.lineno - 1
    )


def test_no_import_runs_in_a_circle_not_even_within_functions():
    graph = grimp.build_graph("bookpress", "compute_divide", cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imported).prepare()  # raises CycleError with the modules of the circle


@pytest.mark.raw
def test_no_raw_file_is_copied_into_the_project():
    raw = os.environ.get("COMPUTE_DIVIDE_RAW")
    if not raw:
        pytest.skip("NOT TESTED: set COMPUTE_DIVIDE_RAW to the folder of the raw files")
    sources = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(raw).rglob("*")
        if path.is_file()
    }
    copied = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if path.stat().st_size and hashlib.sha256(path.read_bytes()).hexdigest() in sources
    ]
    assert copied == []
