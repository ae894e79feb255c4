"""The progress of a build, on standard error: a bar in a terminal, lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bookpress.terminal.messages import is_terminal, say, styled

if TYPE_CHECKING:
    from rich.progress import Progress


class Reporter:
    """Hears of the progress of a build, and reports nothing."""

    def begin(self, total: int) -> None:
        """Hear how many chapters will run."""

    def done(self, chapter: str, seconds: float | None) -> None:
        """Hear that a chapter is finished; without seconds, it came from the cache."""

    def failed(self, chapter: str) -> None:
        """Hear that a chapter failed."""

    def step(self, what: str) -> None:
        """Hear that another step begins."""


class Lines(Reporter):
    """Reports progress in lines."""

    def done(self, chapter: str, seconds: float | None) -> None:
        """Say that a chapter ran, and for how long."""
        if seconds is not None:
            say(f"  {chapter} " + styled(f"{seconds:.1f} s", "dim"))

    def failed(self, chapter: str) -> None:
        """Say that a chapter failed."""
        say("  " + styled(f"{chapter} failed", "red"))

    def step(self, what: str) -> None:
        """Say that another step begins."""
        say(what)


class Bar(Lines):
    """Reports progress by a bar, below the lines on chapters."""

    @cached_property
    def _bar(self) -> Progress:
        """The bar, from the first report on: many commands have nothing to report."""
        from rich import progress
        from rich.console import Console

        bar = progress.Progress(
            progress.SpinnerColumn(),
            progress.TextColumn("{task.description}", markup=False),
            progress.BarColumn(bar_width=30),
            progress.MofNCompleteColumn(),
            progress.TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        bar.add_task("reading", total=None)
        bar.start()
        return bar

    def begin(self, total: int) -> None:
        """Show how many chapters will run."""
        self._update(description="running chapters", total=total, completed=0)

    def done(self, chapter: str, seconds: float | None) -> None:
        """Move the bar on."""
        self._update(advance=1)
        super().done(chapter, seconds)

    def failed(self, chapter: str) -> None:
        """Move the bar on, and say which chapter failed."""
        self._update(advance=1)
        super().failed(chapter)

    def step(self, what: str) -> None:
        """Show the step."""
        self._update(description=what)

    def _update(self, **how: Any) -> None:
        [task] = self._bar.task_ids
        self._bar.update(task, **how)

    def end(self) -> None:
        """Take the bar away, if there is one."""
        if "_bar" in vars(self):
            self._bar.stop()


@contextmanager
def reporting() -> Iterator[Reporter]:
    """Yield a reporter that writes to standard error while the block runs."""
    if not is_terminal():
        yield Lines()
        return
    bar = Bar()
    try:
        yield bar
    finally:
        bar.end()
