"""Write all sentences that say a choice, for an editor to read: ``python -m tests.choice_words``.

One line each, as the panel has it and as a mark has it, for every value that is explored.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bookpress.book.discovery import discover
from bookpress.book.project import Project
from bookpress.chapter.parameters import Parameter

PROJECT = Project.at(Path(__file__).parents[1])


def parameters() -> Iterator[tuple[str, Parameter]]:
    """Yield the parameters of all chapters, with their full names."""
    for chapter in discover(PROJECT):
        for parameter in chapter.parameters:
            yield f"{chapter.slug}.{parameter.name}", parameter


def sentences(parameter: Parameter) -> Iterator[str]:
    """Yield what the panel says of each value, and what a mark says of those not published."""
    for value in parameter.explored(parameter.default):
        yield f"{parameter.label}: {parameter.words(value)}"
        if value != parameter.default:
            yield f"falls {parameter.condition(value)}"


def main() -> None:
    """Print each sentence once."""
    lines = [line for _, parameter in parameters() for line in sentences(parameter)]
    print("\n".join(dict.fromkeys(lines)))


if __name__ == "__main__":
    main()
