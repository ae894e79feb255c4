"""The second book with a parameter that is a period, and names that were published under another one."""

from pathlib import Path

from processes import edit, new_home

TYPES = """
from bookpress.chapter.periods import period_type

Period = period_type(1950, 2030, explore=lambda: {"by": [-1, 1], "to": 2023})
"""
PROSE = """
It was seen in {years}`seen`, over {result}`span` years. {holds}`long = above_value(span, 4)`
"""
RENAMED = """
moons:
  parameters: {seen_first: seen.first, seen_last: seen.last, satellite: moon}
"""


def new_observed(folder: Path, like: Path | None = None) -> Path:
    """Write the book to a folder."""
    home = new_home(folder, like)
    chapter = home / "notebooks/moons.md"
    with (home / "orbits/choices.py").open("a") as file:
        file.write(TYPES)
    edit(chapter, "import Moon, Power\n", "import Moon, Period, Power\n")
    edit(
        chapter, "\npower: Power", "\nseen: Period = (2018, 2022)  # when it was seen\npower: Power"
    )
    edit(chapter, "error = error_of", "span = seen[1] - seen[0] + 1\nerror = error_of")
    with chapter.open("a") as file:
        file.write(PROSE)
    table = home / "data/released/renamed.yml"
    table.parent.mkdir()
    table.write_text(RENAMED)
    return home
