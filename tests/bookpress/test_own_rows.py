"""Rows that a reader lays over the evidence: another edition, marked on every page, and compared with what ships."""

from bookpress.book.editions import load_edition
from bookpress.book.project import Project
from bookpress.build.build import build
from bookpress.explore.compare import compare, sides
from bookpress.progress import Reporter
from bookpress.run.runner import RunOptions

OWN = """
```{code-cell} python
there = Path(os.environ["BOOKPRESS_DATA"], "own", "x.csv").exists()
record("own", SimpleNamespace(value=float(there), low=None, high=None, k=None, n=None, unit="count", label="own"))
```
"""


def test_own_rows_make_another_edition_that_says_so_and_can_be_compared(book: Project) -> None:
    settings, first = book.root / "book" / "settings.yml", book.root / "notebooks" / "first.md"
    settings.write_text(f"{settings.read_text()}own: own\n")
    first.write_text(first.read_text() + OWN)
    published = load_edition(book)
    (book.data / "own").mkdir()
    (book.data / "own" / "x.csv").write_text("name,value\nMine & <b>,1\n")
    own = load_edition(book)
    assert (own.is_default, own.id == published.id) == (False, False)
    comparison = compare(*sides(book, ("default", "default"), RunOptions(), Reporter()))
    assert [side.id for side in comparison.sides] == [published.id, own.id]
    moved = {change.key: [result.value for result in change.results if result] for change in comparison.changes}
    assert moved == {"own": [0.0, 1.0]}
    pages = build(book, own).folder / "html"
    for page in ("index", "notebooks/first", "notebooks/second", "book/words"):
        assert "with own rows (x: Mine &amp; &lt;b&gt;)" in (pages / f"{page}.html").read_text()
    (book.data / "own" / "x.csv").unlink()
    assert load_edition(book).id == published.id
