"""The pages are valid HTML, every id is there once, every link and anchor leads somewhere."""

import subprocess

import pytest

from book.browsing import CHECKERS, Site
from bookpress.build.link_check import check_pages

pytestmark = pytest.mark.book

NU_CHECKER = CHECKERS / "vnu-jar/build/dist/vnu.jar"


def test_links_and_anchors_lead_somewhere_and_nothing_comes_from_elsewhere(site: Site) -> None:
    assert check_pages(site.root) == []


def test_the_nu_checker_finds_no_error(site: Site) -> None:
    assert NU_CHECKER.is_file(), "no Nu HTML checker: run `make checkers`"
    command = ["java", "-jar", str(NU_CHECKER), "--errors-only", "--skip-non-html", "--format", "gnu", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.splitlines() == []
