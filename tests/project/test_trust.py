"""What a stranger looks for before trusting the repository says what the book's own sources say."""

import csv
import importlib.util
import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml"))
PINNED = re.compile(r"^[\w-]+/[\w-]+@[0-9a-f]{40}$")


def script(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_list_of_changes_is_that_of_the_releases():
    facts = yaml.safe_load((ROOT / "book/publication.yml").read_text("utf-8"))
    write = script("write_changelog").changelog
    assert (ROOT / "CHANGELOG.md").read_text("utf-8") == write(facts)
    released = {"version": "0.2.0", "date": "2026-12-01", "changes": "More."}
    text = write({"version": "0.3.0", "releases": [released]})
    headings = re.findall("^## .*", text, re.MULTILINE)
    assert headings == ["## 0.3.0, not released yet", "## 0.2.0, 2026-12-01"]


def test_the_licence_of_every_locked_package_is_listed():
    with (ROOT / "dependencies.csv").open(encoding="utf-8") as file:
        listed = [tuple(row.values()) for row in csv.DictReader(file)]
    assert [row[:2] for row in listed] == [row[:2] for row in script("list_licences").rows()]
    assert all(licence for _, _, licence in listed)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_pinned_and_may_do_what_it_must(path):
    content = yaml.safe_load(path.read_text("utf-8"))
    assert content["permissions"] == {}
    for job in content["jobs"].values():
        assert job["permissions"]
        for step in job["steps"]:
            assert PINNED.match(step.get("uses", "a/b@" + "0" * 40)), step
            if "checkout" in step.get("uses", ""):
                assert step["with"]["persist-credentials"] is False


def test_forms_and_container_can_be_read():
    for path in [form for form in FORMS if form.stem != "config"]:
        form = yaml.safe_load(path.read_text("utf-8"))
        fields = [field["id"] for field in form["body"]]
        assert len(set(fields)) == len(fields) > 1
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text("utf-8"))
    assert (ROOT / ".devcontainer" / container["build"]["dockerfile"]).is_file()
