"""The pages are valid HTML; that every link and anchor leads somewhere is held by the build itself."""

import subprocess

from book.browsing import CHECKERS, Site

NU_CHECKER = CHECKERS / "vnu-jar/build/dist/vnu.jar"


def test_the_nu_checker_finds_no_error(site: Site) -> None:
    assert NU_CHECKER.is_file(), "no Nu HTML checker: run `make checkers`"
    command = ["java", "-jar", str(NU_CHECKER), "--errors-only", "--skip-non-html", "--format", "gnu", str(site.root)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr.splitlines() == []
