"""The pages are valid HTML; that every link and anchor leads somewhere is held by the build itself."""

import subprocess

import pytest

from book.browsing import CHECKERS, JAVA, Site
from sampling import LONG

pytestmark = pytest.mark.heavy

NU_CHECKER = CHECKERS / "vnu-jar/build/dist/vnu.jar"


def test_the_nu_checker_finds_no_error(site: Site) -> None:
    assert NU_CHECKER.is_file(), "no Nu HTML checker: run `make checkers`"
    files = [site.root] if LONG else [site.root / page for page in site.pages]
    command = [*JAVA, NU_CHECKER, "--errors-only", "--skip-non-html", "--format", "gnu", *files]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.splitlines() == []
