"""Chapters in other languages: a made-up kernel stands for R, strict about how it is started."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import html
from processes import ROOT, write_files

KERNEL = """
import json
import os
import re
import sys

if len(sys.argv) != 2:
    sys.exit(f"unknown options: {sys.argv[2:]}")
sys.path[:] = [path for path in sys.path if not os.path.isdir(os.path.join(path, "bookpress"))]
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

if json.load(open(sys.argv[1]))["transport"] != "tcp":
    sys.exit("knows nothing but tcp")


class R(Kernel):
    implementation = "made up"
    implementation_version = banner = "1"
    language_info = {"name": "R", "mimetype": "text/x-r-source", "file_extension": ".r"}
    bound = {}

    def do_execute(self, code, silent, *args, **kwargs):
        for line in code.splitlines():
            if assigned := re.match(r"\\s*([\\w.]+) (?:<-|=) ([^#]*[^# ])", line):
                self.bound[assigned[1]] = assigned[2]
            elif called := re.match(r"(print|message)\\((\\w+)\\)", line):
                name = "stdout" if called[1] == "print" else "stderr"
                content = {"name": name, "text": self.bound[called[2]] + "\\n"}
                self.send_response(self.iopub_socket, "stream", content)
            elif line and line[0] not in "#)":
                error = {"ename": "ERROR", "evalue": f"Error: {line}", "traceback": [line]}
                self.send_response(self.iopub_socket, "error", error)
                return {"status": "error", "execution_count": self.execution_count, **error}
        return {"status": "ok", "execution_count": self.execution_count, "payload": []}


IPKernelApp.launch_instance(kernel_class=R, argv=["-f", sys.argv[1]])
"""
HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {KERNEL}
---

"""
R_HEAD = HEAD.replace("KERNEL", "name: ir, display_name: R, language: R")
COUNTS = """# Counts

```{code-cell} r
:tags: [parameters]
year <- 2000  # first year of the count [a]
side <- "left"
whole <- 5L
all <- TRUE
```

```{code-cell} r
print(year)
message(side)
print(whole)
print(all)
```
"""
BARE = """# Bare

```{code-cell}
x <- 7
print(x)
```

```{code-cell}
nonsense
```
"""
QUOTED = """# Quoted

```{code-cell} r
x <- 7
```

It is {result}`x`.
"""
FILES = {
    "_config.yml": "title: Tongues\nauthor: Ada Author\n",
    "_toc.yml": "format: jb-book\nroot: counts\nchapters: [{file: bare}, {file: elvish}]\n",
    "counts.md": R_HEAD + COUNTS,
    "bare.md": HEAD.replace("KERNEL", "name: ir, display_name: R") + BARE,
    "elvish.md": HEAD.replace("KERNEL", "name: elvish, display_name: E, language: elvish")
    + "# Elvish\n\n```{code-cell} elvish\n:tags: [parameters]\nn = 5\n```\n\n"
    + "```{code-cell} elvish\nprint(n)\n```\n",
}


def press(home: Path, *words: str, code: int = 0) -> str:
    """Run a command where the made-up kernels are installed; return all that it says."""
    variables = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "JUPYTER_PATH": str(home / ".jup")}
    command = [sys.executable, "-P", "-m", "bookpress", *words]
    done = subprocess.run(command, env=variables, cwd=home, text=True, capture_output=True)
    assert done.returncode == code, done.stderr + done.stdout
    return done.stderr + done.stdout


def written(home: Path, files: dict[str, str]) -> Path:
    """Write a book, and the kernels that it needs into a folder of it that no build copies."""
    for name, language in {"ir": "R", "elvish": "elvish"}.items():
        argv = [sys.executable, str(home / ".jup/kernel.py"), "{connection_file}"]
        spec = {"argv": argv, "display_name": name, "language": language}
        files = {**files, f".jup/kernels/{name}/kernel.json": json.dumps(spec)}
    return write_files(home, {**files, ".jup/kernel.py": KERNEL})


@pytest.fixture(scope="module", name="home")
def tongues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("tongues") / "book", FILES)


@pytest.fixture(scope="module", name="said")
def said_by_build(home: Path) -> str:
    return press(home, "build")


def printed(home: Path, said: str, name: str) -> list[str]:
    """Return what the cells of a page have printed, by output."""
    assert said
    page = home / f"_build/editions/default/html/{name}.html"
    tree = html.parse(str(page), html.HTMLParser(encoding="utf-8"))
    outputs = tree.xpath("//article//div[contains(@class, 'cell_output')]/div")
    return [output.text_content().strip() for output in outputs]


def test_a_kernel_of_another_environment_runs_and_streams_keep_their_order(
    home: Path, said: str
) -> None:
    assert "2 of 3 chapters run" in said
    assert printed(home, said, "counts") == ["2000", '"left"', "5L\nTRUE"]


def test_a_kernel_without_a_language_is_python_only_where_its_name_says_so(
    home: Path, said: str
) -> None:
    assert printed(home, said, "bare") == ["7", "nonsense"]
    assert "bare: code cell 2 (`nonsense`) failed with ERROR: Error: nonsense (bare.md:14)" in said


def test_a_chapter_in_another_language_has_no_parameters(home: Path, said: str) -> None:
    for name, language, kernel in ("counts", "R", "ir"), ("elvish", "elvish", "elvish"):
        note = f"{name}.md: the parameters cell is {language} (kernel {kernel}), not Python: "
        assert said.count(f"{note}{name} counts as a chapter without parameters") == 1
    assert printed(home, said, "elvish") == ["5"]
    assert "counts has no parameters." in press(home, "params", "counts")


@pytest.mark.parametrize(
    "words",
    ["run counts -p year=1990", "sweep counts -g year=1990,2000", "explore counts -g year=1990"],
)
def test_values_for_a_chapter_in_another_language_are_refused(home: Path, words: str) -> None:
    why = "it is in R, and only chapters in Python have parameters"
    told = press(home, *words.split(), code=2).splitlines()
    assert told[-1] == f"error: chapter counts has no parameter 'year'; {why}"


def test_results_of_other_languages_are_refused_in_one_line(tmp_path: Path) -> None:
    files = {**FILES, "_toc.yml": "format: jb-book\nroot: counts\n", "counts.md": R_HEAD + QUOTED}
    told = press(written(tmp_path, files), "build", code=1)
    assert told.splitlines()[-1] == (
        "error: counts.md:12: `x` is quoted from a chapter in R; only chapters in Python have "
        "results and comparisons to quote"
    )


@pytest.mark.heavy
def test_a_kernel_that_does_not_start_says_why(tmp_path: Path) -> None:
    files = {**FILES, "_toc.yml": "format: jb-book\nroot: counts\n"}
    home = written(tmp_path, files)
    (home / ".jup/kernel.py").write_text("raise SystemExit('there is no package called bean')")
    told = press(home, "run", "counts", code=1)
    assert "counts: before its first cell, it did not end" in told
    assert "there is no package called bean" in told


@pytest.mark.heavy
def test_a_notebook_of_another_language_to_download_has_no_cell_in_python(tmp_path: Path) -> None:
    files = {**FILES, "_toc.yml": "format: jb-book\nroot: cover\nchapters: [{file: counts}]\n"}
    files |= {"cover.md": "# Tongues\n", "book/settings.yml": "layout: press\n"}
    home = written(tmp_path, files)
    press(home, "build")
    (path,) = (home / "_build/editions/default/html").rglob("counts.ipynb")
    cells = json.loads(path.read_text())["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    assert len(code) == 2
    assert code[0].startswith("year <- 2000")
