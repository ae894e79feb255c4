"""Editions: values, all errors at once, and an id that depends on what it should and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import jupytext  # noqa: F401 - asks for the version of pandoc when it is first imported
import numpy as np
import pytest

from compute_divide.press.editions import Edition, differences, load_edition
from compute_divide.press.errors import PressError, UsageError
from compute_divide.press.project import Project

Load = Callable[..., Edition]


def test_chapters_come_in_the_order_of_the_book(edition: Load) -> None:
    assert [chapter.slug for chapter in edition().chapters] == ["first", "second"]


def test_a_name_reaches_every_chapter_and_a_chapter_beats_it(edition: Load) -> None:
    values = edition("other").values
    assert [values[slug]["table"] for slug in ("first", "second")] == ["b", "b"]
    assert [values[slug]["factor"] for slug in ("first", "second")] == [1, 3]


def test_the_command_line_beats_the_file(edition: Load) -> None:
    values = edition("other", "table=a", "first.factor=7").values
    assert (values["first"]["table"], values["first"]["factor"], values["second"]["factor"]) == ("a", 7, 3)


def test_all_errors_are_reported_together(edition: Load) -> None:
    with pytest.raises(UsageError) as raised:
        edition("default", "tabel=b", "frist.factor=1", "factor=0", "table=c", "first.tabel=a", "years_first=1000")
    message = str(raised.value)
    assert "6 problems" in message
    for part in (
        "did you mean table?",
        "did you mean first?",
        "factor: 0 is not allowed",
        "more than 0",
        "table: c is not allowed",
        "a, b",
        "chapter first has no parameter 'tabel'",
        "1950 to 2030",
    ):
        assert part in message
    assert raised.value.exit_code == 2


def test_a_reversed_range_is_refused(edition: Load) -> None:
    with pytest.raises(UsageError, match=r"second: years_first is 2020 and years_last is 2014"):
        edition("default", "second.years_first=2020")


@pytest.mark.parametrize("option", ["table", "=b", "first.=b", ""])
def test_an_option_has_a_name_and_a_value(edition: Load, option: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        edition("default", option)


def test_an_unknown_edition_or_chapter_suggests_the_nearest(edition: Load) -> None:
    with pytest.raises(UsageError, match="did you mean other"):
        edition("othre")
    with pytest.raises(UsageError, match="did you mean second"):
        edition("default", only=["secnd"])


def test_a_file_with_an_unknown_entry_is_refused(book: Project, edition: Load) -> None:
    (book.root / "book/editions/bad.yml").write_text("title: Bad\nparameter: {table: b}\n")
    with pytest.raises(UsageError, match=r"bad\.yml: parameter"):
        edition("bad")


def test_a_file_may_leave_chapters_out(book: Project, edition: Load) -> None:
    (book.root / "book/editions/small.yml").write_text(
        "title: Small\nchapters: [second]\nparameters: {first: {factor: 2}}\n"
    )
    small = edition("small")
    assert ([chapter.slug for chapter in small.chapters], small.left_out) == (["second"], ("first",))


def test_differences_name_chapter_value_and_default(edition: Load) -> None:
    assert differences(edition("other"), edition()) == [
        {"chapter": "first", "name": "table", "value": "b", "default": "a"},
        {"chapter": "second", "name": "table", "value": "b", "default": "a"},
        {"chapter": "second", "name": "factor", "value": 3.0, "default": 1.0},
    ]


def test_the_command_builds_the_same_edition(edition: Load) -> None:
    one = edition("other", "first.factor=2")
    assert one.command == "compute-divide build other -p first.factor=2"
    assert one.name == ""
    assert one.folder == one.id == edition("other", "first.factor=2").id


@pytest.mark.parametrize(
    "path", ["notebooks/first.md", "data/a.csv", "package/code.py", "requirements.lock", "data/new.csv"]
)
def test_the_id_depends_on_each_ingredient(book: Project, edition: Load, path: str) -> None:
    before = edition().id
    file = book.root / path
    file.write_text((file.read_text() if file.exists() else "") + "\n")
    assert edition().id != before


def test_the_id_depends_on_values_alone_not_on_how_they_were_given(edition: Load) -> None:
    assert edition("other").id == edition("default", "table=b", "second.factor=3").id != edition().id


@pytest.mark.parametrize("path", ["book/words.md", "_config.yml", "index.md"])
def test_the_id_does_not_depend_on_pages_settings_or_place(book: Project, edition: Load, path: str) -> None:
    before = edition().id
    (book.root / path).write_text("title: x\n")
    assert edition().id == before


def test_the_id_does_not_depend_on_python_time_or_platform(edition: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition().id
    monkeypatch.setattr("platform.python_version", lambda: "3.13.9")
    monkeypatch.setattr("platform.system", lambda: "Elsewhere")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    assert edition().id == before


def test_the_id_does_not_depend_on_where_the_book_is(book: Project, edition: Load, tmp_path: Path) -> None:
    before = edition().id
    elsewhere = tmp_path / "a" / "b"
    elsewhere.parent.mkdir()
    book.root.rename(elsewhere)
    moved = Project(
        elsewhere, elsewhere / "_build", elsewhere / "data", elsewhere / "package", elsewhere / book.lock.name
    )
    assert load_edition(moved).id == before


def test_a_missing_chapter_is_named(book: Project, edition: Load) -> None:
    (book.root / "notebooks/second.md").unlink()
    with pytest.raises(PressError, match=r"_toc\.yml lists notebooks/second\.md"):
        edition()


def test_generated_bad_parameter_sets_are_all_refused(
    edition: Load, count: Callable[[int, int], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set holds at least one bad wish; none may pass, and nothing may be started for any."""

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("subprocess.Popen", no_process)
    monkeypatch.setattr("os.fork", no_process)
    rng = np.random.default_rng(0)
    good = ["table=b", "factor=2", "first.years_first=2000", "second.years_last=2020"]
    bad = [
        lambda: f"{''.join(rng.choice(list('abcxyz_'), 6))}q=1",
        lambda: f"factor={rng.choice(['0', '-1', '101', 'nan', 'inf', 'x', '', 'null', '[1]', '1,5'])}",
        lambda: f"table={rng.choice(['c', 'A', '', 'a,b', 'null', '1'])}",
        lambda: f"years_first={rng.choice(['1949', '2031', '2010.5', 'MMX', '2e9', 'true', '-2010'])}",
        lambda: f"first.years_first={rng.integers(2015, 2031)}",
        lambda: f"second.years_last={rng.integers(1950, 2000)}",
        lambda: f"third.factor={rng.integers(1, 9)}",
        lambda: str(rng.choice(["table", "=", "factor", ".=1", "first.=1"])),
    ]
    refused = 0
    wanted = count(200, 1000)
    for _ in range(wanted):
        wishes = [good[i] for i in rng.permutation(len(good))[: rng.integers(0, 2)] if i < 2]
        wishes += [bad[i]() for i in rng.integers(0, len(bad), rng.integers(1, 4))]
        with pytest.raises(UsageError):
            edition("default", *rng.permutation(wishes))
        refused += 1
    assert refused == wanted
