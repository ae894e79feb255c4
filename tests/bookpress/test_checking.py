"""`check`: each kind of fault is found, with its file and line, and nothing of a chapter is run."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bookpress.book.project import Project, load_settings
from bookpress.check.check import check
from bookpress.check.prose import prose_lines, typed_numbers
from bookpress.cite.deposit import main as write_deposits
from bookpress.commands.main import press
from bookpress.edition.editions import load_edition
from bookpress.errors import PressError
from bookpress.run.runner import run_chapters

pytestmark = pytest.mark.usefixtures("quick")

Find = Callable[..., list[str]]

KERNEL = "---\nkernelspec: {name: python3, display_name: P}\n---\n# T\n"
RIGHT = """
The number is {result}`first:number:value`, {param}`second:factor`; {cite:p}`known2024`; {term}`word`, {ref}`a-place`;
[page](../index.md); {measured}`length:value`; `64` and {math}`10^{25}`. On 24 November 2026,
in the 21st century, as arXiv:2401.02452 says; all are 95% intervals. <!-- 37 -->

```{dropdown} More
x
```
"""


@pytest.fixture
def put(book: Project) -> Callable[..., None]:
    """Write texts at the end of pages: page, text, page, text ..."""
    (book.root / "book/references.bib").write_text(
        "@misc{known2024, title={T}, author={A B}, year={2024}}\n"
    )
    (book.data / "measured.yml").write_text("length: {statement: one, value: 1}\n")
    settings = book.root / "book/settings.yml"
    settings.write_text(settings.read_text() + "reported: {measured: {file: measured.yml}}\n")
    load_settings.cache_clear()
    config = book.root / "_config.yml"
    config.write_text(config.read_text() + "bibtex_bibfiles: [book/references.bib]\n")
    glossary = "\n```{glossary}\nword\n    What one says.\n```\n\n(a-place)=\n## A place\n"
    (book.root / "index.md").write_text((book.root / "index.md").read_text() + glossary)

    def write(*pairs: str) -> None:
        for page, text in zip(pairs[::2], pairs[1::2], strict=True):
            path = book.root / f"{page}.md"
            path.write_text(path.read_text() + "\n" + text + "\n")

    return write


@pytest.fixture
def find(book: Project, put: Callable[..., None]) -> Find:
    """Return what is found when these texts stand at the end of pages."""

    def find(*pairs: str) -> list[str]:
        put(*pairs)
        return [str(problem) for problem in check(book)[0]]

    return find


def test_keys_of_chapters_that_were_run_are_known(find: Find, book: Project) -> None:
    run_chapters(book, load_edition(book, "default"))
    found = find("book/words", "{result}`first:numbr`, {result}`second:number:value`")
    assert found == [
        "book/words.md:5: the chapter 'first' publishes no result 'numbr'; did you mean number? (in: …)"
    ]


def test_keys_of_chapters_are_known_before_these_are_run(find: Find) -> None:
    found = find("book/words", "{result}`first:numbr`, {result}`second:number:value`")
    assert found == [
        "book/words.md:5: the chapter 'first' publishes no result 'numbr'; did you mean number? (in: …)"
    ]


def test_a_fault_in_a_paragraph_has_the_line_of_its_sentence(find: Find) -> None:
    found = find("book/words", "Of one\nthing.\n\nIt is\nnot {result}`first:numbr`\nand more.")
    assert found == [
        "book/words.md:9: the chapter 'first' publishes no result 'numbr'; did you mean number? (in: It is not …)"
    ]


@pytest.mark.parametrize(
    "listing",
    [
        "- So:\n\n  ```\n  {result}`none`\n  ```",
        "```\n{result}`none`\n`````",
        "````{note}\n```\n{result}`none`\n```\n````",
        "```{code-block} md\n{result}`none`\n```",
        "~~~ ```\n{result}`none`\n~~~",
        "```\n{result}`none`",
    ],
)
def test_a_listing_may_show_a_role_wherever_it_stands(find: Find, listing: str) -> None:
    assert find("notebooks/first", listing) == []


def test_a_role_in_a_directive_or_behind_code_in_a_line_is_read(find: Find) -> None:
    said = "```{note}\n{result}`none`\n```\n\n```a``` {result}`nothing`\n"
    assert ["'none'" in one or "'nothing'" in one for one in find("notebooks/first", said)] == [
        True,
        True,
    ]


def test_names_of_the_package_are_known_in_code_and_in_prose(find: Find) -> None:
    code = "import compute_divide as cd\nmodels = cd.data.modls(2020)\ncd.plot.run_tile(models)"
    found = find(
        "notebooks/first",
        f"```{{code-cell}} python\n{code}\ncd.Estimate.anything\n```\n",
        "notebooks/first",
        "All. {holds}`cd.onyl(models, 'A')` {holds}`cd.only(models, 'A')`",
    )
    assert [problem.partition(": ")[2] for problem in found if "compute_divide" in problem] == [
        "compute_divide.data has no 'modls'; did you mean models?",
        "compute_divide.plot has no 'run_tile'; did you mean run_tiles?",
        "compute_divide has no 'onyl'; did you mean only?",
    ]


@pytest.mark.heavy
def test_names_and_comparisons_of_a_chapter_are_known_before_it_is_run(
    find: Find, book: Project
) -> None:
    faults = {
        "It is {result}`numbr`.": "no 'numbr' in the chapter; did you mean number?",
        "It fell. {holds}`below(nmber, 2)`": "no 'nmber' in the chapter; did you mean number?",
    }
    found = find("notebooks/first", "\n\n".join(faults))
    lines = (book.root / "notebooks/first.md").read_text().splitlines()
    for fault, said in faults.items():
        place = f"notebooks/first.md:{lines.index(fault) + 1}: "
        assert len([one for one in found if one.startswith(place) and said in one]) == 1
    found = find("notebooks/first", "It is small. {holds}`number < 2`")
    assert len([one for one in found if "contains a Compare" in one]) == 1


@pytest.mark.heavy
def test_nothing_of_a_chapter_is_run(find: Find, book: Project, tmp_path: Path) -> None:
    """Not a cell, and nothing of the cell of its parameters: neither a type nor a value nor what stands beside them."""
    trap = tmp_path / "trap"
    code = f"open({str(trap)!r}, 'w')"
    find("notebooks/second", f"```{{code-cell}} python\n{code}\n```")
    path = book.root / "notebooks/second.md"
    for line in f"limit: [{code}] = 1", f"limit: int = {code}", code:
        path.write_text(
            path.read_text().replace(":tags: [parameters]\n", f":tags: [parameters]\n\n{line}\n")
        )
        find("book/words", "")
    assert not trap.exists()


def test_faults_have_file_and_line(find: Find, book: Project) -> None:
    faults = {
        "{result}`frist:nmber`": "no chapter 'frist'; did you mean first?",
        "{param}`first:facto`": "the chapter 'first' has no parameter 'facto'; did you mean factor?",
        "{measured}`another`": "no measured 'another'",
        "{cite:p}`other2020`": 'could not find bibtex key "other2020"',
        "{term}`wurd`": "term not in glossary: 'wurd'",
        "{ref}`nowhere`": "undefined label: 'nowhere'",
        "[x](../notebooks/third.md)": "'../notebooks/third.md'",
        "![x](missing.png)": "missing.png",
        "{reslt}`first:number`": 'Unknown interpreted text role "reslt"',
        "```{waring}\nx\n```": "Unknown directive type: 'waring'",
        "Of 86 models": "the number 86 is typed by hand",
    }
    cells = (
        "```{code-cell} python\n:tags: [hide-input]\n\nprint(undefined_thing)\n```\n\nOf {measured}`another` and 77.\n\n"
        "~~~~{code-cell} python\nprint(unheard_thing, title='all 42')\n~~~~"
    )
    (book.root / "codemeta.json").write_text("{}")
    found = find("book/words", "\n\n".join(faults), "notebooks/first", cells)
    old = "codemeta.json:1: is not what book/publication.yml says: run `python -m bookpress.cite.deposit`"
    assert old in found
    words, chapter = (
        (book.root / name).read_text() for name in ("book/words.md", "notebooks/first.md")
    )
    for fault, said in faults.items():
        line = words[: words.index(fault)].count("\n") + 1
        assert [one for one in found if said in one and one.startswith(f"book/words.md:{line}:")], (
            said,
            found,
        )
    lines = chapter.split("\n")
    for said in ("undefined_thing", "unheard_thing", "another", "77", "42"):
        [one] = [one for one in found if said in one and one.startswith("notebooks/first.md")]
        assert said in lines[int(one.split(":")[1]) - 1], one


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("notebooks/second.md", "---\nkernelspec: {\n---\n# T\n", "notebooks/second.md:"),
        (
            "book/words.md",
            "---\na: [\n---\n# T\n",
            "book/words.md:2: the front matter is not plain YAML",
        ),
        ("book/editions/other.yml", "parameters: {nope: 1}\n", "book/editions/other.yml:1: "),
        ("_toc.yml", "format: [\n", "_toc.yml:2: is not plain YAML: line 2: "),
        (
            "_toc.yml",
            "format: jb-book\nroot: index\nchapters: [{file: book/gone}]\n",
            ": lists book/gone.md: no such file",
        ),
    ],
)
def test_a_broken_file_is_named(find: Find, book: Project, file: str, text: str, said: str) -> None:
    (book.root / file).write_text(text)
    assert [one for one in find() if said in one]


def test_what_is_misspelt_is_told_with_what_was_meant(find: Find) -> None:
    faults = {
        "{cite:p}`known2042`": "did you mean known2024?",
        "{ref}`a-plce`": "did you mean a-place?",
        "{reslt}`first:number`": "did you mean result?",
        "[x](wods.md)": "did you mean words.md?",
        "[x](second.md)": "did you mean ../notebooks/second.md?",
    }
    found = find("book/words", "\n\n".join(faults))
    for fault, said in faults.items():
        assert [one for one in found if one.endswith(said)], fault


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It fell. {holds}``", "{holds}`` is empty: give it a name or a comparison"),
        ("It fell. {holds}` `", "a statement is empty: give it a comparison"),
        ("It fell. {holds}`below(round(number), 2)`", "prose has no 'round': call it in a cell"),
        ("Most of it is so. {holds}`frist:most`", "no chapter 'frist'; did you mean first?"),
    ],
)
def test_a_faulty_statement_is_told_in_one_line(text: str, said: str, find: Find) -> None:
    found = find("notebooks/first", text)
    assert [said in one for one in found if one.startswith("notebooks/first.md:")] == [True]


def test_an_unclosed_cell_is_named_and_not_what_it_would_have_bound(
    find: Find, book: Project
) -> None:
    cell = "```{code-cell} python\nsum_of = 1\n\n```{code-cell} python\ny = 2\n```\n\nIs {result}`sum_of`."
    [fault] = [one for one in find("notebooks/first", cell) if one.startswith("notebooks/")]
    lines = (book.root / "notebooks/first.md").read_text().splitlines()
    place = len(lines) - lines[::-1].index("```{code-cell} python")
    said = (
        f"a cell begins within that of line {lines.index('sum_of = 1') + 1}: is its fence closed?"
    )
    assert fault == f"notebooks/first.md:{place}: {said}"
    with pytest.raises(PressError, match="is its fence closed"):
        run_chapters(book, load_edition(book, "default"))


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("_toc.yml", "format: jb-book\nroot: index\nchapters:\n\t- file: book/words\n", 4),
        ("_toc.yml", "format: jb-book\nroot: index\nchapters:\n- file: book/gone\n", 4),
        ("notebooks/first.md", "---\na: 1\n\tb: 2\n---\n# T\n", 3),
        (
            "notebooks/first.md",
            f"{KERNEL}```{{code-cell}}\n---\na:\n  b: 2\n\tc: 3\n---\nx\n```\n",
            5,
        ),
    ],
)
def test_a_fault_of_yaml_is_told_once_at_its_line(
    find: Find, book: Project, file: str, text: str, line: int
) -> None:
    (book.root / file).write_text(text)
    places = [one.split(": ")[0] for one in find() if one.startswith(file)]
    assert places == [f"{file}:{line}"]


def test_a_misspelt_key_of_the_front_matter_is_named(find: Find, book: Project) -> None:
    key = book.settings.front_matter
    (book.root / "book/words.md").write_text(f"---\n{key[:-1]}:\n  finding: So.\n---\n# T\n")
    said = f"the front matter's {key[:-1]!r} is not read; did you mean {key}?"
    assert find() == [f"book/words.md:2: {said}"]


def test_entries_of_the_front_matter_are_known(find: Find, book: Project) -> None:
    key = book.settings.front_matter
    (book.root / "book/words.md").write_text(f"---\n{key}:\n  findng: of 37 models\n---\n# T\n")
    assert find() == [
        f"book/words.md:3: the front matter's `{key}` has no 'findng'; did you mean finding?",
        "book/words.md:3: the number 37 is typed by hand: record it as a result, or quote what others report by {measured}",
    ]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("also: [number]", "`also` is read under `compute_divide:` alone: move it there"),
        ("compute_divide: {also: number}", "`also` is 'number'; allowed: a list of names"),
        ("compute_divide:\n  also:\n  - number\n  - 'fell(1'", "`fell(1` is not Python: "),
    ],
)
def test_what_a_chapter_publishes_besides_is_a_list_in_its_place(
    written: str, said: str, find: Find, book: Project
) -> None:
    path = book.root / "notebooks/first.md"
    path.write_text(path.read_text().replace("compute_divide: {also: [number]}", written))
    line = 2 + written.count("\n") + 1
    assert [one for one in find() if one.startswith(f"notebooks/first.md:{line}: {said}")]


@pytest.mark.heavy
def test_what_is_right_is_not_accused_and_paragraphs_to_look_at_are_no_fault(
    put: Callable[..., None], book: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not run is named, and paragraphs that assert a direction without a statement are listed."""
    key = book.settings.front_matter
    text = "A {result}`first:number:value` of\nall, more than before.\n\nMuch of {result}`first:number:value`. {holds}`first:most`\n"
    (book.root / "book/words.md").write_text(
        f"---\n{key}:\n  finding: It fell to {{result}}`first:number:value`\n---\n# Words\n\n{text}\nWe rose more, twice.\n"
    )
    code = "%matplotlib inline\nfrom math import sqrt\ndisplay(sqrt(number))"
    cell = f"```{{code-cell}} python\n{code}\n```\n{{result}}`number` {{holds}}`most = above(number, 0)`"
    put("book/words", RIGHT, "notebooks/first", cell)
    write_deposits(book.root)
    monkeypatch.chdir(book.root)
    done = CliRunner().invoke(press, ["check"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "to look at" not in done.stderr
    done = CliRunner().invoke(press, ["check", "--verbose"])
    assert (done.exit_code, done.stdout.splitlines()) == (
        0,
        [
            "book/words.md:3: says 'fell' of a result, and rests on no statement",
            "book/words.md:7: says 'more' of a result, and rests on no statement",
        ],
    )
    for words in (
        "not run yet, so that their figures are unchecked: first, second",
        "; 2 paragraphs to look at",
    ):
        assert words in done.stderr
    for code, last in ((0, "untested"), (1, "problem")):
        done = CliRunner().invoke(press, ["check", "--verbose", "--json"])
        assert done.exit_code == code
        assert {frozenset(row) for row in json.loads(done.stdout)} == {
            frozenset({"file", "line", last})
        }
        put("index", "All 86 models.")


def test_what_a_build_has_read_is_not_read_again(
    built: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_deposits(built.root)
    made: list[object] = []
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")  # another day, as after a commit
    monkeypatch.setattr("bookpress.check.warnings.make", lambda *order: made.append(order))
    assert (check(built), made) == (([], []), [])
    words = built.root / "book/words.md"
    words.write_text(f"{words.read_text()}\nMore.\n")
    check(built)
    assert len(made) == 1


def test_what_is_wrong_is_found_although_what_the_cover_shows_was_not_run(
    find: Find, book: Project
) -> None:
    first = book.root / "notebooks/first.md"
    finding = 'finding: "There are some. {holds}`first:most`"'
    first.write_text(first.read_text().replace("also: [number]", f"also: [number], {finding}"))
    cover = "```{chapters}\n```\n\nAs {cite:t}`knwon2024` says."
    some = "There are some. {holds}`most = above(number, 0)`"
    [said] = [one for one in find("index", cover, "notebooks/first", some) if "knwon2024" in one]
    assert said.startswith("index.md:")
    assert said.endswith("did you mean known2024?")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("In 2012 the H100 did not exist; 64% of 86 models came later.", ["64%", "86"]),
        ("rose to 64.5% within 24-hour days", ["64.5%"]),
        ("95% of models, at 95% confidence", ["95%"]),
        ("2020 persons, 2020 moons of 2020", ["2020", "2020"]),
        ("GPT-4, section 3, one or 1", []),
    ],
)
def test_typed_numbers(text: str, numbers: list[str]) -> None:
    assert typed_numbers(text, counted=["moons"]) == numbers


def test_prose_is_told_from_code_and_addresses() -> None:
    text = "See [37 x](a-37.html) {ref}`38 <b>`.\n\n```text\n39\n```\n\n```{note} Of 40\n41\n```\n\n$$\n42\n$$\n"
    text += "~~~text\n43\n~~~\n\n````sh\n```\n44\n````\n\n~~~{note} Of 45\n46\n~~~\n"
    text += "It fell. {holds}`below(a, 47),\nbelow(b, 48)` Then 49 rose.\n"
    assert [number for _, line in prose_lines(text) for number in typed_numbers(line)] == [
        "37",
        "40",
        "41",
        "45",
        "46",
        "49",
    ]


@pytest.mark.heavy
def test_the_book_itself_is_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.at(Path(__file__).parents[2])
    monkeypatch.setenv(project.settings.data_variable, str(project.data))
    problems, _ = check(project)
    assert [str(problem) for problem in problems] == []
