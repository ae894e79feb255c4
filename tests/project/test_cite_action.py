"""The action that others' papers use: it asks for each file, and fails when a number was revised."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ACTION = Path(__file__).parents[2] / ".github/actions/cite"
STANDS, REVISED, UNKNOWN = "stands", "revised", "unknown"
ASKED = f"""#!{sys.executable}
import json, os, pathlib, sys
with open("asked", "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
text = pathlib.Path(sys.argv[-1]).read_text().strip()
print("chapter:key", text)
sys.exit({{"stands": 0, "revised": 1, "unknown": 2}}[text])
"""


def check(home: Path, *files: str) -> subprocess.CompletedProcess[str]:
    """Run the script of the action on files of a paper, with a command that says what they say."""
    book = home / "the book"
    book.mkdir(exist_ok=True)
    command = home / "command"
    command.write_text(ASKED)
    command.chmod(0o755)
    environment = {**os.environ, "BOOK": str(book), "CITE": str(command)}
    return subprocess.run(
        [ACTION / "check.sh", *files], cwd=home, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize(
    ("says", "code"),
    [
        ([STANDS], 0),
        ([REVISED], 1),
        ([UNKNOWN], 1),
        ([REVISED, STANDS], 1),
        ([STANDS, STANDS], 0),
    ],
)
def test_it_fails_where_any_file_quotes_what_does_not_stand(
    tmp_path: Path, says: list[str], code: int
) -> None:
    names = [f"paper {place}.bib" for place, _ in enumerate(says)]
    for name, word in zip(names, says, strict=True):
        (tmp_path / name).write_text(word)
    done = check(tmp_path, *names)
    assert done.returncode == code
    assert done.stdout.splitlines() == [f"chapter:key {word}" for word in says]
    asked = (tmp_path / "the book/asked").read_text().splitlines()
    wanted = [["cite", "--watch", str(tmp_path / name)] for name in names]
    assert [json.loads(line) for line in asked] == wanted


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    assert "name a bibliography" in check(tmp_path).stderr
    done = check(tmp_path, "gone.bib")
    assert (done.returncode, done.stderr) == (2, "check.sh: there is no file gone.bib\n")


def test_the_action_runs_the_script_with_pinned_actions_and_no_input_in_its_code() -> None:
    action = yaml.safe_load((ACTION / "action.yml").read_text())
    steps = action["runs"]["steps"]
    assert steps[-1]["run"] == '"$GITHUB_ACTION_PATH/check.sh" $FILES'
    for step in steps:
        assert "${{" not in step.get("run", "")
        assert len(step.get("uses", "@" + "0" * 40).partition("@")[2]) == 40
    assert os.access(ACTION / "check.sh", os.X_OK)
