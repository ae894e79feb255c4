"""Completion in zsh as its user has it: what stands on the line after Tab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from bookpress.book.project import Project

BIN = Path(sys.executable).parent
SETTINGS = r"""
PROMPT='> '
fpath+=~/.zfunc; autoload -Uz compinit; compinit -u
_note() { print -r -- "$BUFFER" >| ~/part; mv -f ~/part ~/line; BUFFER='' }
zle -N _note
bindkey '^X^N' _note
print ready
"""
"""What `--install-completion` writes, and a key that notes the line that is being typed."""

pytestmark = pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed: scripts/install-parts checkers")


@pytest.fixture
def after_tab(book: Project, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Type in an interactive zsh, press Tab, and return the line."""
    path = book.root / "notebooks/first.md"
    more = 'chip: Literal["A 100", "B 200 (x)"] = "A 100"\ntable: Ann'
    path.write_text(path.read_text().replace("table: Ann", more))
    home = tmp_path / "home"
    (home / ".zfunc").mkdir(parents=True)
    environment = {**os.environ, "HOME": str(home), "ZDOTDIR": str(home), "PATH": f"{BIN}:{os.environ['PATH']}"}
    source = {**environment, "_COMPUTE_DIVIDE_COMPLETE": "source_zsh"}
    script = subprocess.run([BIN / "compute-divide"], env=source, capture_output=True, text=True, check=True).stdout
    (home / ".zfunc/_compute-divide").write_text(script.strip())
    (home / ".zshrc").write_text(SETTINGS)
    line = home / "line"
    shell = pexpect.spawn("zsh", ["-i"], cwd=str(book.root), env={**environment, "TERM": "dumb"}, timeout=30)
    shell.expect_exact("ready\r\n")

    def type_in(words: str) -> str:
        line.unlink(missing_ok=True)
        shell.send(f"compute-divide {words}\t\x18\x0e")
        deadline = time.monotonic() + 60
        while not line.exists():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return line.read_text().removesuffix("\n").removeprefix("compute-divide ")

    type_in("")  # the first Tab loads the completion
    yield type_in
    shell.close(force=True)


def test_zsh_completes_names_and_values(after_tab: Callable[[str], str]) -> None:
    for typed, line in {
        "par": "params ",
        "run fi": "run first ",
        "run first -p tab": "run first -p table=",
        "run first -p table=": "run first -p table=",
        "run first -p chip=A": r"run first -p chip=A\ 100 ",
        "run first -p 'chip=B": "run first -p 'chip=B 200 (x)' ",
        "build -p second.fac": "build -p second.factor=",
        "build oth": "build other ",
        "build --format=p": "build --format=pdf ",
        "build --format html,p": "build --format html,pdf ",
        "build --chapters second,": "build --chapters second,first ",
        "sweep first -g table=b,": "sweep first -g table=b,a ",
        "data ver": "data verify ",
        "run nothing": "run nothing",
    }.items():
        assert after_tab(typed) == line
