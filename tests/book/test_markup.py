"""The pages are valid HTML, every id is there once, every link and anchor leads somewhere."""

import subprocess
from collections import Counter

import html5lib
import pytest
from lxml import html

from book.browsing import CHECKERS, Site
from bookpress.build.link_check import check_pages

pytestmark = pytest.mark.book

NU_CHECKER = CHECKERS / "vnu-jar/build/dist/vnu.jar"


def test_links_and_anchors_lead_somewhere_and_nothing_comes_from_elsewhere(site: Site) -> None:
    assert check_pages(site.root) == []


def test_every_page_parses_without_an_error_and_every_id_is_there_once(site: Site) -> None:
    for name in site.pages:
        ids = Counter(html.parse(str(site.root / name)).getroot().xpath("//@id"))
        assert [one for one, times in ids.items() if times > 1] == [], name
        parser = html5lib.HTMLParser()
        parser.parse((site.root / name).read_text(encoding="utf-8"))
        assert [error for error in parser.errors if error[1] != "non-void-element-with-trailing-solidus"] == [], name


def test_the_nu_checker_finds_no_error(site: Site) -> None:
    assert NU_CHECKER.is_file(), "no Nu HTML checker: run `make checkers`"
    command = ["java", "-jar", str(NU_CHECKER), "--errors-only", "--skip-non-html", "--format", "gnu", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.splitlines() == []
