"""Editions: values, all errors at once, and an id that depends on what it should and nothing else."""

from collections.abc import Callable
from pathlib import Path

import jupytext  # noqa: F401 - asks for the version of pandoc when it is first imported
import numpy as np
import pytest

from bookpress.book.project import Project, load_settings
from bookpress.edition.editions import Edition, load_edition
from bookpress.edition.files import edition_names, file_faults
from bookpress.errors import UsageError, nearest
from sampling import count

Load = Callable[..., Edition]


def write(book: Project, name: str, text: str) -> None:
    (book.root / f"book/editions/{name}.yml").write_text(text)


def problems(edition: Load, *arguments: str, only: list[str] | None = None) -> tuple[str, ...]:
    with pytest.raises(UsageError) as raised:
        edition(*arguments, only=only)
    assert raised.value.exit_code == 2
    assert not any("\n" in problem or len(problem) > 600 for problem in raised.value.problems)
    return raised.value.problems


def add_setting(book: Project, setting: str) -> None:
    with (book.root / "book/settings.yml").open("a") as file:
        file.write(f"{setting}\n")
    load_settings.cache_clear()


def test_the_nearer_wins_chapter_over_book_and_command_line_over_file(edition: Load) -> None:
    assert [chapter.slug for chapter in edition().chapters] == ["first", "second"]
    values = edition("other").values
    assert [(values[slug]["table"], values[slug]["factor"]) for slug in ("first", "second")] == [
        ("b", 1),
        ("b", 3),
    ]
    values = edition("other", "table=a", "first.factor=7").values
    assert (values["first"]["table"], values["first"]["factor"], values["second"]["factor"]) == (
        "a",
        7,
        3,
    )


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (
            "{fator: {given: Take}}",
            "parameters: no chapter has a parameter 'fator'; did you mean factor?",
        ),
        (
            "{frist.factor: {given: Take}}",
            "parameters: frist.factor: no chapter 'frist'; did you mean first?",
        ),
        ("{factor: {titel: A factor}}", "no entry 'parameters.factor.titel'; did you mean title?"),
        ("{factor: Take}", "parameters.factor: 'Take' holds no named entries"),
        ("{factor: {given: 3}}", "parameters.factor.given: 3 is no text; put it in quotes"),
        ("[factor]", "parameters: ['factor'] holds no named entries"),
    ],
)
def test_what_is_asked_of_no_parameter_is_one_line(
    book: Project, edition: Load, entries: str, said: str
) -> None:
    add_setting(book, f"parameters: {entries}")
    assert problems(edition) == (f"book/settings.yml: {said}",)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "main_choices: [[table], [fator]]",
            "main_choices: no chapter has a parameter 'fator'; did you mean factor?",
        ),
        (
            "main_choices: [[first.factor]]",
            "main_choices: no chapter has a parameter 'first.factor'; did you mean factor?",
        ),
        ("survival: tabel", "survival: no chapter has a parameter 'tabel'; did you mean table?"),
        (
            "data_version_parameter: tabel",
            "data_version_parameter: no chapter has a parameter 'tabel'; did you mean table?",
        ),
    ],
)
def test_a_setting_that_names_no_parameter_is_one_line(
    book: Project, edition: Load, setting: str, said: str
) -> None:
    add_setting(book, setting)
    assert problems(edition) == (f"book/settings.yml: {said}",)


def test_all_errors_are_reported_together(book: Project, edition: Load) -> None:
    asked = (
        "tabel=b",
        "frist.factor=1",
        "factor=0",
        "table=c",
        "first.tabel=a",
        "first.years_last=x",
    )
    assert problems(edition, "default", *asked) == (
        "no chapter has a parameter 'tabel'; did you mean table?",
        "factor: 0 is not allowed; allowed: more than 0 and at most 100",
        "table: c is not allowed; allowed: a, b",
        "frist.factor: no chapter 'frist'; did you mean first?",
        "chapter first has no parameter 'tabel'; did you mean table?",
        "first.years_last: x is not allowed; allowed: 1950 to 2030",
    )
    write(book, "bad", "title: Bad\nparameters: {tabel: b, factor: 0}\n")
    found = "\n".join(problems(edition, "bad", "foo", "vintge=x", only=["secnd"]))
    file = "book/editions/bad.yml: "
    for part in ("no chapter 'secnd'", f"{file}factor: 0 is", "-p 'foo'", "'vintge'"):
        assert part in found
    assert f"{file}no chapter has a parameter 'tabel'; did you mean table?" in found
    assert problems(edition, "othre", "foo") == (
        "-p 'foo' is not NAME=VALUE or CHAPTER.NAME=VALUE",
        "no edition 'othre'; did you mean other?",
    )
    assert nearest("x", [f"name_{number}" for number in range(30)]).endswith("name_19 and 10 more")


def test_a_name_is_given_once(book: Project, edition: Load) -> None:
    assert problems(edition, "default", "factor=3", "factor=2") == (
        "factor is given more than once: 3, 2",
    )
    assert edition("default", "factor=3", "second.factor=2").values["second"]["factor"] == 2
    write(book, "twice", "title: Twice\nparameters: {second.factor: 2, second: {factor: 3}}\n")
    assert problems(edition, "twice") == (
        "book/editions/twice.yml: second.factor is given more than once: 2, 3",
    )


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            "paramters: {table: b}",
            ["the entry 'title' is missing", "no entry 'paramters'; did you mean parameters?"],
        ),
        ("title: [A]", ["title: ['A'] is no text; put it in quotes"]),
        ("- title", ["is a list: it contains the entries title, description, parameters"]),
        ("title: [", ["is not plain YAML: line 1: "]),
        ("title: A\ntitle: B", ["line 2: title is given more than once, first in line 1"]),
        (
            "title: A\nparameters: {first: {factor: 1,\n  factor: 2}}",
            ["line 3: factor is given more than once"],
        ),
        (
            "title: A\nparameters: {years_first: '2000'}",
            ['years_first: the text "2000" is not allowed; allowed: 1950'],
        ),
        ("title: A\nparameters: {frist: {factor: 3}}", ["no chapter 'frist'; did you mean first?"]),
        (
            "title: A\nparameters: {first: {table: z, tabel: a}}",
            ["first.table: z is not", "has no parameter 'tabel'"],
        ),
        ("title: A\nparameters: {first.factor: .nan}", ["first.factor: nan is not allowed"]),
        ("title: A\nparameters: &a {x: *a}", ["line 2: a reference (*) to what holds it"]),
        (
            "title: !!python/object/apply:os.system [exit]",
            ["could not determine a constructor for the tag"],
        ),
        ("title: " + "[" * 20_000, ["is nested too deeply"]),
    ],
)
def test_a_file_that_is_not_in_order_is_refused(
    book: Project, edition: Load, text: str, messages: list[str]
) -> None:
    write(book, "bad", text)
    found = problems(edition, "bad")
    assert len(found) == len(messages)
    for message in messages:
        assert message in "\n".join(found)


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("new.yaml", "no edition 'new': book/editions/new.yaml must be renamed to new.yml"),
        (
            "my own.yml",
            "no edition 'my own': book/editions/my own.yml must be renamed: the name of an edition",
        ),
        ("-x.yml", "does not begin with - or ."),
        ("0123456789ab.yml", "12 hexadecimal digits"),
    ],
)
def test_a_file_whose_name_is_no_name_of_an_edition_is_told(
    book: Project, edition: Load, file: str, message: str
) -> None:
    (book.root / "book/editions" / file).write_text("title: A\n")
    assert message in problems(edition, Path(file).stem)[0]
    assert edition_names(book) == ["default", "other"]
    assert list(file_faults(book)) == [f"book/editions/{file}"]


def test_what_equals_a_named_edition_is_that_edition(edition: Load) -> None:
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
    assert problems(edition, "other", "first.factor=2", only=["second"]) == (
        "first.factor: first is not among the chapters that take new values here: second",
    )


def test_the_command_builds_the_same_edition(book: Project, edition: Load) -> None:
    one = edition("other", "first.factor=2")
    assert one.command == "compute-divide build other -p first.factor=2"
    assert one.name == ""
    assert one.folder == one.id == edition("other", "first.factor=2").id
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text().replace("table: Table", "own: Limit = 1\ntable: Table"))
    assert edition("default", "own=null").command == "compute-divide build -p own=null"


def test_the_id_does_not_depend_on_pages_settings_place_python_time_or_platform(
    book: Project, edition: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = edition().id
    assert edition("other").id == edition("default", "table=b", "second.factor=3").id != before
    for path in ("book/words.md", "_config.yml", "index.md"):
        (book.root / path).write_text("title: x\n")
    monkeypatch.setattr("platform.python_version", lambda: "3.13.9")
    monkeypatch.setattr("platform.system", lambda: "Elsewhere")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    elsewhere = tmp_path / "a" / "b"
    elsewhere.parent.mkdir()
    book.root.rename(elsewhere)
    package, lock = elsewhere / "package", elsewhere / book.lock.name
    moved = Project(elsewhere, elsewhere / "_build", elsewhere / "data", (package,), lock)
    assert load_edition(moved).id == before


@pytest.mark.heavy
def test_generated_bad_parameter_sets_are_all_refused(
    edition: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set holds at least one bad value or name; none may pass, and nothing may be started for any."""

    def no_process(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr("subprocess.Popen", no_process)
    monkeypatch.setattr("os.fork", no_process)
    rng = np.random.default_rng(0)
    good = ["table=b", "factor=2", "first.years_first=2000", "second.years_last=2020"]
    bad = [
        lambda: f"{''.join(rng.choice(list('abcxyz_'), 6))}q=1",
        lambda: (
            f"factor={rng.choice(['0', '-1', '101', 'nan', 'inf', 'x', '', 'null', '[1]', '1,5', 'true', '1e999'])}"
        ),
        lambda: f"table={rng.choice(['c', 'A', '', 'a,b', 'null', '1', '[', '{}'])}",
        lambda: (
            f"years_first={rng.choice(['1949', '2031', '2010.5', 'MMX', '2e9', 'true', '-2010', '9' * 5000])}"
        ),
        lambda: f"third.factor={rng.integers(1, 9)}",
        lambda: str(rng.choice(["table", "=", "factor", ".=1", "first.=1"])),
    ]
    for _ in range(count(200, 1000)):
        asked = [good[i] for i in rng.permutation(len(good))[: rng.integers(0, 2)] if i < 2]
        asked += [bad[i]() for i in rng.integers(0, len(bad), rng.integers(1, 4))]
        problems(edition, "default", *rng.permutation(asked))
