"""The command line: only results on standard output, all else on standard error, exit codes that say how it went."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest
from processes import add_cell

import bookpress
from bookpress.assembly.published import build_lock
from bookpress.book import discovery
from bookpress.book.project import Project
from bookpress.commands.main import COMMANDS
from bookpress.errors import quoted
from bookpress.files import tree

Said = tuple[int, str, str]
SCRIPT = Path(sys.executable).with_name("compute-divide")


def test_run_prints_json_and_nothing_else(said: Callable[..., Said]) -> None:
    for _ in range(2):  # run, then from the cache
        code, out, error = said("run", "second", "-p", "factor=2.5", "--json")
        assert code == 0
        nothing = dict.fromkeys(("low", "high", "range", "k", "n"))
        assert json.loads(out) == {
            "second": {"number": {"value": 2.5, **nothing, "unit": "count", "label": "the number"}}
        }
        assert "second" in error
    assert said("run", "second", "--edition", "other", "--json")[1].count("6.0") == 1


@pytest.mark.parametrize("package", ["bookpress", "compute_divide_evidence"])
def test_a_command_that_is_stopped_while_it_starts_says_so(package: str, tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-m", package, "params"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "stopped\n")


def test_run_reads_the_book_once(
    said: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    listed = discovery.listed_documents

    def count(project: Project) -> object:
        reads.append(project)
        return listed(project)

    monkeypatch.setattr(discovery, "listed_documents", count)
    assert said("run", "second", "--json")[0] == 0
    assert len(reads) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "frist"), "did you mean first?"),
        (("run", "first", "-p", "factr=1"), "did you mean factor?"),
        (("run", "first", "-p", "factor=0", "-p", "table=z"), "2 problems"),
        (("run", "first", "--engine", "warp"), "'warp' is not one of"),
        (("run", "first", "--time-limit", "0"), "more than 0"),
        (("build", "othr"), "did you mean other?"),
        (("build", "--jobs", "0"), "1 or more"),
        (("build", "--time-limit", "nan"), "the time limit is nan seconds"),
        (("build", "-p", "table=a", "-p", "table=b"), "table is given more than once: a, b"),
        (("build", "-p", "table"), "NAME=VALUE"),
        (("build", "--chapters", "first,secnd"), "did you mean second?"),
        (("build", "--format", "html,docx"), "no format 'docx'"),
        (("build", "-p", "table=b", "--save", "mine", "--format", "docx"), "no format 'docx'"),
        (("build", "--format", ""), "no format is named; allowed: html, pdf, epub"),
        (("run", "first", "-p", ""), "-p '' is not NAME=VALUE"),
        (("sweep", "first", "-g", "factor=0,1"), "0 is not allowed"),
        (("sweep", "first"), "nothing to vary"),
        (("compare", "default", "nothing"), "no edition 'nothing'"),
        (("clean", "default"), "no built edition 'default'"),
        (("cite", "frist"), "no chapter 'frist'; did you mean first?"),
        (("cite", "--edition", "othr"), "no edition 'othr'; did you mean other?"),
        (
            ("cite", "--format", "mla"),
            "no format 'mla'; there are: bibtex, biblatex, ris, csl-json, markdown, apa",
        ),
        (("nonsense",), "nonsense"),
        (("run",), "Missing argument"),
    ],
)
def test_wrong_use_is_exit_code_2_and_starts_nothing(
    said: Callable[..., Said], book: Project, arguments: tuple[str, ...], message: str
) -> None:
    code, out, error = said(*arguments)
    assert (code, out) == (2, "")
    assert message.lower() in " ".join(error.split()).lower()
    assert "Traceback" not in error
    assert not book.cache.exists()
    assert not (book.root / "book/editions/mine.yml").exists()


NAMES = [
    "",
    ".",
    "..",
    "../../x",
    "other/",
    ".versions",
    "-",
    "{outside}",
    "{outside}/x",
    "notes.txt",
]
WITH_A_NAME = [
    ("build", "--", "{name}"),
    ("serve", "--port", "0", "--", "{name}"),
    ("run", "first", "--edition", "{name}"),
    ("sweep", "first", "-g", "factor=1,2", "--edition", "{name}"),
    ("compare", "--", "default", "{name}"),
    ("clean", "--", "{name}"),
    ("release", "--to", "{outside}/dist", "--", "{name}"),
    ("cite", "--edition", "{name}"),
]


@pytest.mark.parametrize("command", WITH_A_NAME, ids=lambda command: command[0])
def test_a_name_never_becomes_a_path_elsewhere(
    said: Callable[..., Said], book: Project, tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Whatever lies where a path made of the name leads: it is not taken for an edition, and nothing is removed."""
    outside = tmp_path / "outside"
    for folder in (outside, book.root, book.build, book.editions, book.editions / ".versions"):
        for file in (
            "html/index.html",
            "source/edition.json",
            "edition.json",
            "results.json",
            "notes.txt",
        ):
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text("{}")
    (book.root / "book/editions/x.txt").write_text("no edition")
    (tmp_path / "outside.yml").write_text("title: Mine\n")
    (book.root / "book/x.yml").write_text("title: Mine\n")
    before = tree(tmp_path)
    for name in NAMES:
        given = name.format(outside=outside)
        code, out, error = said(*(word.format(name=given, outside=outside) for word in command))
        assert (code, out) == (2, ""), name
        words = " ".join(error.split())
        assert any(f"edition {shown}" in words for shown in (repr(given), quoted(given))), words
        assert "there are: " in words or "did you mean" in words or "there is none" in words
    assert tree(tmp_path) == before


def test_the_manual_names_every_command() -> None:
    manual = (Path(bookpress.__file__).parent / "README.md").read_text("utf-8")
    table = manual.partition("\n## Commands")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([a-z]+)", table))
    assert {*COMMANDS, "new"} <= named


def test_the_version_is_that_of_the_package(said: Callable[..., Said]) -> None:
    assert said("--version") == (0, f"{version('bookpress')}\n", "")
    done = subprocess.run([SCRIPT, "--version"], capture_output=True, text=True)
    assert done.stdout == f"{version('compute-divide')}\n"


def test_a_chapter_that_fails_is_exit_code_1(said: Callable[..., Said], book: Project) -> None:
    add_cell(book.root / "notebooks/first.md", "[][1]")
    code, out, error = said("run", "first", "--json")
    assert (code, out) == (1, "")
    assert "code cell 3 (`[][1]`) failed with IndexError" in " ".join(error.split())
    assert "Traceback" not in error


def test_build_prints_where_the_book_is_and_clean_removes_it(
    said: Callable[..., Said], built: Project
) -> None:
    book = built
    code, out, error = said("build", "other")
    assert (code, "nothing to do" in error) == (0, True)
    assert Path(out.strip()) == book.editions / "other/html/index.html"
    assert Path(out.strip()).is_file()

    code, out, error = said("compare", "default", "other", "--json")
    assert code == 0, "a comparison that finds differences is good"
    assert len(json.loads(out)["results"]) == 2
    assert "default-other/index.html" in "".join(error.split())

    with build_lock(book):
        code, _, error = said("clean", "other")
        assert (
            code,
            "a build or a release is running; wait for it or stop it" in " ".join(error.split()),
        ) == (
            1,
            True,
        )
    assert said("clean", "other")[0] == 0
    assert not (book.editions / "other").exists()
    assert said("clean", "--keep-runs")[0] == 0
    assert {path.name for path in book.build.iterdir()} - {".lock", ".gitignore"} == {"cache"}
    assert said("clean")[0] == 0
    assert {path.name for path in book.build.iterdir()} - {".lock", ".gitignore"} == set()


def test_params_as_json_is_a_schema_that_takes_the_defaults_and_nothing_else(
    said: Callable[..., Said], book: Project
) -> None:
    code, out, _ = said("params", "--json")
    assert code == 0
    schemas = json.loads(out)
    assert list(schemas) == ["first", "second"]
    for schema in schemas.values():
        jsonschema.Draft202012Validator.check_schema(schema)
        defaults = {name: one["default"] for name, one in schema["properties"].items()}
        jsonschema.validate(defaults, schema)
        for wrong in ({"table": "c"}, {"factor": 0}, {"years_first": 1900}, {"unknown": 1}):
            with pytest.raises(jsonschema.ValidationError):
                jsonschema.validate({**defaults, **wrong}, schema)
    assert "times" in said("params", "first")[1]


@pytest.mark.parametrize(
    ("columns", "width"),
    [("60", 60), ("24", 24), ("300", 300), (None, 160), ("0", 160), ("x", 160)],
)
def test_tables_are_as_wide_as_they_are_told_and_break_no_word(
    said: Callable[..., Said],
    book: Project,
    monkeypatch: pytest.MonkeyPatch,
    columns: str | None,
    width: int,
) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(
        path.read_text().replace("which table", "which " + "of-the-tables " * 30 + "a-rather-long")
    )
    monkeypatch.delenv("COLUMNS", raising=False)
    if columns:
        monkeypatch.setenv("COLUMNS", columns)
    _, out, _ = said("params", "first")
    lines = [line.rstrip() for line in out.splitlines()]
    assert width / 2 < max(map(len, lines)) <= width
    assert out.count("of-the-tables") == 30
    for word in ("a-rather-long", "factor", "years_first", "2010"):
        assert word in out


@pytest.mark.parametrize(
    ("words", "offers"),
    [
        ("run fi", {"first"}),
        ("run first -p table=", {"table=a", "table=b"}),
        ("build oth", {"other"}),
        ("build -p second.fac", {"second.factor="}),
        ("build -p second.table=b", {"second.table=b"}),
        ("compare default o", {"other"}),
        ("params s", {"second"}),
        ("clean b", {"built"}),
        ("build --chapters s", {"second"}),
        ("cite --edition b", {"built"}),
        ("run no -p x", {""}),
    ],
)
def test_a_shell_is_offered_what_fits_and_runs_nothing_of_a_chapter(
    said: Callable[..., Said],
    book: Project,
    monkeypatch: pytest.MonkeyPatch,
    words: str,
    offers: set[str],
) -> None:
    (book.editions / "built").mkdir(parents=True)
    path = book.root / "notebooks/second.md"
    path.write_text(
        path.read_text().replace(
            "from tiny_types", "from nowhere_at_all import nothing\nfrom tiny_types"
        )
    )
    monkeypatch.setenv("_BOOKPRESS_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", f"bookpress {words}")
    _, out, _ = said()
    assert {line.split("\t")[0] for line in out.splitlines()} == offers


def test_the_menu_is_quick_because_it_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['compute-divide', '--help']\nfrom compute_divide_evidence.commands import main as cli\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "print([m for m in ('pandas', 'jupytext', 'papermill', 'sphinx', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for command in (
        "build",
        "run",
        "params",
        "check",
        "sweep",
        "compare",
        "clean",
        "serve",
        "data",
        "cite",
    ):
        assert f" {command} " in done.stdout


@pytest.mark.heavy
def test_a_job_in_the_background_ends_when_it_is_told_to(book: Project) -> None:
    """A shell lets such a job ignore Ctrl-C; it must not ignore a request to end, too."""
    add_cell(
        book.root / "notebooks/first.md",
        f"open({str(book.root / 'begun')!r}, 'w')\nimport time\ntime.sleep(600)",
    )
    script = f"{SCRIPT} run first & until [ -e begun ]; do sleep 0.1; done; kill $!; wait $!"
    done = subprocess.run(
        ["sh", "-c", script], cwd=book.root, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr.split()[0]) == (130, "stopped;"), done.stderr
