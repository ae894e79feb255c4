"""Editions: values, all errors at once, and an id that depends on what it should and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jupytext  # noqa: F401 - asks for the version of pandoc when it is first imported
import numpy as np
import pytest

from bookpress.book.edition_files import edition_names, file_faults
from bookpress.book.editions import Edition, differences, load_edition
from bookpress.book.project import Project
from bookpress.check.check import check
from bookpress.errors import PressError, UsageError

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


def test_a_range_is_checked_beside_other_errors(edition: Load) -> None:
    with pytest.raises(UsageError) as raised:
        edition("default", "years_first=2020", "factor=0", "first.years_last=x")
    assert raised.value.problems == (
        "factor: 0 is not allowed: input should be greater than 0; allowed: more than 0 and at most 100",
        "first.years_last: x is not allowed: input should be a valid integer, unable to parse string as an integer; "
        "allowed: 1950 to 2030",
        "second: years_first is 2020 and years_last is 2014; allowed: years_first up to years_last",
    )


def test_errors_of_all_kinds_are_reported_together(book: Project, edition: Load) -> None:
    write(book, "bad", "title: Bad\nparameters: {tabel: b, factor: 0}\n")
    for name, only, expected in (
        (
            "bad",
            ["secnd"],
            ["no chapter 'secnd'", "'tabel'", "factor: 0 is", "-p 'foo'", "'vintge'"],
        ),
        ("bda", None, ["no edition 'bda'; did you mean bad?", "-p 'foo'", "'vintge'"]),
    ):
        with pytest.raises(UsageError) as raised:
            edition(name, "foo", "vintge=x", only=only)
        assert len(raised.value.problems) == len(expected)
        for part in expected:
            assert part in str(raised.value)


def test_a_name_is_given_once(book: Project, edition: Load) -> None:
    with pytest.raises(UsageError, match="factor is given more than once: 3, 2"):
        edition("default", "factor=3", "factor=2")
    assert edition("default", "factor=3", "second.factor=2").values["second"]["factor"] == 2
    write(book, "twice", "title: Twice\nparameters: {second.factor: 2, second: {factor: 3}}\n")
    with pytest.raises(UsageError, match=r"second\.factor is given more than once: 2, 3"):
        edition("twice")


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
    with pytest.raises(UsageError, match=r"bad\.yml: no entry 'parameter'; did you mean parameters\?"):
        edition("bad")


def write(book: Project, name: str, text: str) -> None:
    (book.root / f"book/editions/{name}.yml").write_text(text)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("paramters: {table: b}", ["the entry 'title' is missing", "no entry 'paramters'; did you mean parameters?"]),
        ("title: [A]", ["title: input should be a valid string"]),
        ("- title", ["is a list: it holds the entries title, description, parameters"]),
        ("title: [", ["is not YAML"]),
        ("title: A\ntitle: B", ["title is given more than once, in the lines 1, 2"]),
        (
            "title: A\nparameters:\n  table: a\n  factor: 2\n  table: b\n  first: {factor: 1,\n    factor: 2}",
            ["table is given more than once, in the lines 3, 5", "factor is given more than once, in the lines 6, 7"],
        ),
        (
            "title: A\nparameters: {years_first: '2000'}",
            ['years_first: "2000" is not allowed: it is text; for a whole number write 2000, without quotes'],
        ),
        ("title: A\nparameters: {first: 3}", ["first is a chapter, not a parameter: name its parameters"]),
        ("title: A\nparameters: {frist: {factor: 3}}", ["no chapter 'frist'; did you mean first?"]),
        ("title: A\nparameters: {first: {1: 3}}", ["chapter first has no parameter '1'"]),
        ("title: A\nparameters: {first: {table: z}}", ["first.table: z is not allowed"]),
        ("title: A\nparameters: {first: {tabel: a}}", ["chapter first has no parameter 'tabel'; did"]),
        ("title: A\nparameters: {first.years_first: 2020}", ["first: years_first is 2020"]),
    ],
)
def test_a_file_that_is_not_in_order_is_refused(book: Project, edition: Load, text: str, messages: list[str]) -> None:
    write(book, "bad", text)
    with pytest.raises(UsageError) as raised:
        edition("bad")
    assert len(raised.value.problems) == len(messages)
    for message in messages:
        assert message in str(raised.value)


@pytest.mark.parametrize(
    "entries", ["parameters:", "parameters: {first: }", "description:", "parameters: &a {first: {}}"]
)
def test_an_entry_with_nothing_under_it_says_nothing(book: Project, edition: Load, entries: str) -> None:
    write(book, "empty", f"title: Empty\n{entries}\n")
    assert edition("empty").values == edition().values
    assert edition("empty").description == ""


@pytest.mark.parametrize(
    ("file", "asked", "message"),
    [
        ("new.yaml", "new", r"no edition 'new': book/editions/new\.yaml must be renamed to new\.yml"),
        ("default.yaml", "default", r"book/editions/default\.yaml must be renamed to default\.yml"),
        (
            "my own.yml",
            "my own",
            r"no edition 'my own': book/editions/my own\.yml must be renamed: the name of an edition",
        ),
        ("-x.yml", "-x", r"begins with none of - and \."),
        ("0123456789ab.yml", "0123456789ab", "12 hexadecimal digits"),
        ("Default.yml", "Default", r"Default\.yml must be renamed: where case is ignored .* a folder with 'default'"),
        (".hidden.yml", ".hidden", r"no edition '\.hidden'; there are: default, other"),
    ],
)
def test_a_file_whose_name_is_no_name_of_an_edition_is_told(
    book: Project, edition: Load, file: str, asked: str, message: str
) -> None:
    (book.root / "book/editions" / file).write_text("title: A\n")
    with pytest.raises(UsageError, match=message):
        edition(asked)
    assert edition_names(book) == ["default", "other"]
    told = [] if file.startswith(".") else [f"book/editions/{file}"]
    assert list(file_faults(book)) == told
    assert [problem.where for problem in check(book) if problem.what.startswith("must be renamed")] == told


def test_editions_whose_names_differ_in_case_alone_are_both_refused(book: Project, edition: Load) -> None:
    for name in ("New", "new"):
        write(book, name, "title: A")
    for name, twin in (("New", "new"), ("new", "New")):
        with pytest.raises(UsageError, match=rf"{name}\.yml must be renamed: .* a folder with '{twin}'"):
            edition(name)
    assert edition_names(book) == ["default", "other"]
    for name in ("Default", "OTHER"):
        with pytest.raises(UsageError, match=rf"no edition '{name}'; did you mean {name.lower()}\?"):
            edition(name)


@pytest.mark.parametrize("name", ["", ".", "..", "../other", "/tmp/other", "other/", "./other", "x" * 5000])  # noqa: S108
def test_a_name_that_is_a_path_is_no_edition(book: Project, edition: Load, name: str) -> None:
    with pytest.raises(UsageError, match="no edition") as raised:
        edition(name)
    assert len(str(raised.value)) < 200
    if name:
        with pytest.raises(UsageError, match="no edition"):
            replace(edition(), name=name)


def test_what_equals_a_named_edition_is_that_edition(book: Project, edition: Load) -> None:
    assert edition("default", "table=a", "first.factor=1") == edition()
    assert edition("default", only=["second", "first"]) == edition()
    assert edition("other", "second.factor=3") == edition("other")
    assert edition("other", "table=a", "second.factor=1") == edition()
    assert edition("default", "table=b", "second.factor=3").name == ""
    assert edition("default", only=["second"]) == edition()


def test_only_the_chapters_that_are_named_take_new_values(book: Project, edition: Load) -> None:
    write(book, "default", "title: Default\nparameters: {first.factor: 7}\n")
    some = edition("other", "table=a", only=["second"])
    assert [chapter.slug for chapter in some.chapters] == ["first", "second"]
    assert some.values["first"] == edition().values["first"]
    assert (some.values["second"]["table"], some.values["second"]["factor"]) == ("a", 3.0)
    assert some.command.endswith("build other -p table=a --chapters second")
    with pytest.raises(UsageError) as raised:
        edition("other", "first.factor=2", only=["second"])
    assert raised.value.problems == ("first.factor: first is not among the chapters that take new values here: second",)


def test_differences_name_chapter_value_and_default(edition: Load) -> None:
    assert differences(edition("other"), edition()) == [
        {"chapter": "first", "name": "table", "value": "b", "default": "a"},
        {"chapter": "second", "name": "table", "value": "b", "default": "a"},
        {"chapter": "second", "name": "factor", "value": 3.0, "default": 1.0},
    ]


def test_the_command_writes_null_as_it_was_typed(book: Project, edition: Load) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text().replace("table: Annotated", "own: int | None = 1\ntable: Annotated"))
    assert edition("default", "own=null").command == "compute-divide build -p own=null"


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
    package, lock = elsewhere / "package", elsewhere / book.lock.name
    moved = Project(elsewhere, elsewhere / "_build", elsewhere / "data", (package,), lock)
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
