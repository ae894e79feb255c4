"""The names of roles and directives that `check` knows are those that Sphinx registers for the book."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bookpress.check.markup import DIRECTIVES, ROLES, is_directive, is_role

ROOT = Path(__file__).parents[2]
REGISTERED = """
import json, sys
from pathlib import Path
from docutils.parsers.rst import directives, roles
from docutils.parsers.rst.languages import en
from jupyter_book.config import get_final_config
from sphinx.application import Sphinx

root, out = map(Path, sys.argv[1:])
settings = {"latex_individualpages": False}
config, _ = get_final_config(user_yaml=root / "_config.yml", sourcedir=root, cli_config=settings)
app = Sphinx(root, None, out, out, "dummy", confoverrides=config, status=None, warning=None)

def names(kind, *plain):
    prefixed = [f"{name}:{one}" for name, domain in app.env.domains.items() for one in getattr(domain, kind)]
    return [*getattr(app.env.domains["std"], kind), *prefixed, *(name for known in plain for name in known)]

json.dump({
    "roles": names("roles", roles._role_registry, roles._roles, en.roles),
    "directives": names("directives", directives._directive_registry, directives._directives, en.directives),
}, sys.stdout)
"""
NOT_FOR_PAGES = {
    *("anonymous-reference", "citation-reference", "footnote-reference", "named-reference", "substitution-reference"),
    *("target", "uri", "uri-reference", "url", "restructuredtext-unimplemented-role"),  # not implemented by docutils
    *("_all-octicon", "restructuredtext-test-directive"),
}
MYST = {"eval-rst"}
"""What the parser takes care of itself, without registering it."""


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return what is registered, in a process of its own: registering is for good."""
    command = [sys.executable, "-c", REGISTERED, str(ROOT), str(tmp_path_factory.mktemp("out"))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {kind: set(names) - NOT_FOR_PAGES for kind, names in json.loads(done.stdout).items()}


def test_what_is_registered_is_known(registered: dict[str, set[str]]) -> None:
    assert [name for name in sorted(registered["roles"]) if not is_role(name)] == []
    assert [name for name in sorted(registered["directives"]) if not is_directive(name)] == []


def test_what_is_known_is_registered(registered: dict[str, set[str]]) -> None:
    assert sorted(ROLES - registered["roles"]) == []
    assert sorted(DIRECTIVES - registered["directives"] - MYST) == []
