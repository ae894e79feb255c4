"""Explores a book: runs its states and publishes it with them.

A state is the published edition with one or two choices changed. The states of a chapter are in
``html/states/<slug>/``: packs of states, and ``index.js``, which lists them all. Each script is one
call, ``bookpress.state(name, content)``, because pages opened as files cannot load anything else. A
state is identified by the id of the edition that ``build -p CHAPTER.NAME=VALUE`` makes. `index_of`
and `content_of` define their content, `bookpress.states.pack` how they are stored, and
`bookpress.elements.base.blocks` the blocks of a page.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from bookpress.assembly.build import Built, build
from bookpress.assembly.ingredients import StateFiles, ingredient_hashes
from bookpress.assembly.page_files import page_files
from bookpress.assembly.published import FORMATS, STATES, STATES_HASH, made_from_same
from bookpress.assembly.statements import edition_statements
from bookpress.book.chapters import Chapter, named_chapters
from bookpress.book.project import Project
from bookpress.chapter.types.allowed import Value
from bookpress.cite.record import load_built
from bookpress.edition.editions import Edition, load_edition
from bookpress.edition.files import DEFAULT
from bookpress.edition.sureness import FILE, QUOTED
from bookpress.elements.base.store import explored as stored_states
from bookpress.errors import LISTED, PressError, some_of
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.formats import Format
from bookpress.run.cache import Run
from bookpress.run.executor import cores
from bookpress.run.failures import ChapterError, failed_run
from bookpress.run.notebook import as_file
from bookpress.run.runner import RunOptions
from bookpress.states.contents import StateContents
from bookpress.states.index import index_of, quoted_results
from bookpress.states.pack import scripts
from bookpress.states.states import ExploredState, State, states_of
from bookpress.states.sweeps.grid import grid_option, tried_in
from bookpress.states.sweeps.tasks import Task, raise_failed, run_all
from bookpress.states.tally import tally
from bookpress.states.warm import WhenAsked, warm_book

MakeContent = Callable[[ExploredState], dict[str, Any]]
"""Makes the content of a state's script."""


def states_to_explore(
    project: Project, slugs: Sequence[str], grid: Mapping[str, Sequence[Any]]
) -> tuple[Edition, list[State], Sequence[str]]:
    """Return the published edition, the states of chapters, and its formats.

    By default these are the states of all chapters. A grid gives the values of parameters to try,
    by name, unless their types do. Existing states of exactly this edition are kept.
    """
    default = load_edition(project, DEFAULT)
    folder = project.editions / DEFAULT
    built = load_built(folder)
    is_current = built and built.id == default.id
    explored = _explored(folder) if is_current else {}
    asked = named_chapters(default.chapters, slugs) if slugs else default.chapters
    tried = {slug: dict(values) for slug, values in explored.items()}
    for slug, values in tried_in(default, asked, grid).items():
        tried[slug] = {**tried.get(slug, {}), **values}
    chapters = [
        replace(each, tried=tried[each.slug]) if tried.get(each.slug) else each
        for each in default.chapters
    ]
    default = replace(default, chapters=tuple(chapters))
    wanted = {*explored, *(chapter.slug for chapter in asked)}
    kinds = project.settings.main_choices
    states: list[State] = []
    for chapter in chapters:
        if chapter.slug in wanted:
            states += states_of(default, chapter, kinds)
    return default, states, built.formats if built else ("html",)


def unexplored(chapters: Sequence[str], states: Sequence[State]) -> list[str]:
    """Return which of the chapters that were asked for have no states."""
    explored = {state.chapter.slug for state in states}
    return [slug for slug in chapters if slug not in explored]


def why_none(default: Edition, slugs: Sequence[str]) -> str:
    """Return why there is nothing to explore: which parameters there are, and what to do."""
    chosen = named_chapters(default.chapters, [*slugs]) if slugs else default.chapters
    names = _parameters_of(chosen)
    elsewhere = _parameters_of(default.chapters)
    if not elsewhere:
        return "nothing to explore: no chapter has parameters"
    if not names:
        foreign = next((each.foreign for each in chosen if each.foreign), "")
        return (
            f"nothing to explore: no parameters in {', '.join(slugs)}{foreign}; "
            f"there are {some_of(elsewhere, LISTED)}"
        )
    example = f"{names[0]}=1,2,5:9:2"
    return (
        f"nothing to explore: no type says which values of {', '.join(names)} to try; say them "
        f"with -g, such as -g {example}, or by a type such as Literal[1, 2], bool, or "
        "Annotated[int, Field(ge=0, le=10, multiple_of=2)]"
    )


def _parameters_of(chapters: Sequence[Chapter]) -> list[str]:
    return [f"{chapter.slug}.{each.name}" for chapter in chapters for each in chapter.parameters]


def _explored(folder: Path) -> dict[str, dict[str, list[Value]]]:
    """Return the values that were tried for a built edition, by chapter and parameter."""
    explored = {}
    for path in (folder / "html" / STATES).glob("*/index.js"):
        slug = path.parent.name
        index = stored_states(folder / "source" / STATES / f"{slug}.json")
        choices = index.get("choices", {}).items()
        explored[slug] = {name: [each["value"] for each in tried] for name, tried in choices}
    return explored


def arguments_of(project: Project, folder: Path) -> str:
    """Return the arguments of the command that explores a built edition as it was explored.

    They name its chapters if some were left out, and the values that no type lists.
    """
    explored = _explored(folder)
    default = load_edition(project, DEFAULT)
    explorable = set()
    options = []
    for chapter in default.chapters:
        slug = chapter.slug
        for parameter in chapter.parameters:
            listed = parameter.explored(default.values[slug][parameter.name])
            explorable |= {slug} if len(listed) > 1 else set()
            tried = explored.get(slug, {}).get(parameter.name, listed)
            options += [grid_option(f"{slug}.{parameter.name}", tried)] if tried != listed else []
    slugs = [] if explorable <= explored.keys() else map(shlex.quote, explored)
    return " ".join([*slugs, *options])


def explore(
    project: Project,
    default: Edition,
    states: Sequence[State],
    options: RunOptions,
    formats: Sequence[Format] = (),
) -> tuple[Built, dict[int, str]]:
    """Run states of the default edition, and publish it with them once all is complete.

    Return what was built, and the errors of states that failed, by position: they are left out. It
    is an error if a chapter with states fails with its published values, if it shows other figures
    or tables under some value, and in a strict book if anything fails.
    """
    if not options.force and is_explored(project, default, states, formats):
        return Built(default, project.editions / default.folder, changed=False, fresh=[]), {}
    explored, failed = _run(project, default, states, options)
    digest = _digest(project, default, [outcome.state for outcome in explored.outcomes])
    files = StateFiles(digest, explored.staged, explored.write)
    built = build(project, default, replace(options, force=False), formats, files)
    return built, failed


@dataclass(frozen=True)
class Exploration:
    """The published edition and its states, after their runs."""

    project: Project
    default: Edition
    options: RunOptions
    runs: Mapping[str, Run]
    """The runs of the published edition, by slug."""
    outcomes: Sequence[ExploredState]

    @cached_property
    def by_chapter(self) -> dict[str, list[ExploredState]]:
        """The states, by the slug of their chapter."""
        by_chapter: dict[str, list[ExploredState]] = {}
        for outcome in self.outcomes:
            by_chapter.setdefault(outcome.state.chapter.slug, []).append(outcome)
        return by_chapter

    @cached_property
    def indices(self) -> dict[str, Mapping[str, Any]]:
        """The index of each chapter's states."""
        return {
            slug: index_of(self.default, self.runs[slug], of_chapter)
            for slug, of_chapter in self.by_chapter.items()
        }

    @property
    def staged(self) -> dict[str, bytes]:
        """The files about states that pages need."""
        settings = self.project.settings
        files = page_files(self.project, self.default)
        published = edition_statements(files, self.default, self.runs)
        named = _named(self.project, self.runs)
        sureness = tally(published, self.by_chapter, named, settings.survival)
        quoted = quoted_results(files, settings.main_choices, self.outcomes)
        contents = {FILE: sureness, QUOTED: {"states": quoted}}
        for slug, index in self.indices.items():
            contents[f"{STATES}/{slug}.json"] = index
        return {name: pretty(content).encode() for name, content in contents.items()}

    def write(self, source: Path, pages: Path) -> None:
        """Write the states beside the pages of the published edition, given its source."""
        width = self.options.jobs or cores()
        with ExitStack() as ends:
            warm = WhenAsked(lambda: ends.enter_context(warm_book(self.project, source, pages)))
            contents = StateContents(
                self.project, self.default, self.runs, source, pages, warm.page
            )
            self._write_states(pages, contents.of, width)

    def _write_states(self, pages: Path, make: MakeContent, width: int) -> None:
        """Write the states, making `width` at a time.

        It works chapter by chapter, because the contents of a whole book take gigabytes.
        """
        reporter = self.options.reporter
        reporter.begin(len(self.outcomes))
        reporter.step("making the pages of states")
        tasks: list[Task] = []
        problems: dict[int, str] = {}
        for slug, of_chapter in self.by_chapter.items():
            contents: dict[str, dict[str, Any]] = {}
            for outcome, content in _contents(of_chapter, make, width):
                task = outcome.state.task
                if isinstance(content, PressError):
                    problems[len(tasks)] = str(content)
                else:
                    contents[outcome.state.edition.id] = content
                tasks.append(task)
                reporter.done(task.label, None)
            if not problems:
                for name, text in scripts(self.indices[slug], contents):
                    replace_file(pages / STATES / slug / f"{name}.js", text.encode())
        raise_failed(tasks, problems, "state", "without a page")


def _run(
    project: Project, default: Edition, states: Sequence[State], options: RunOptions
) -> tuple[Exploration, dict[int, str]]:
    """Run the published edition and its states; raise if one fails that may not.

    Return the errors of the others by their positions among the states.
    """
    tasks = _tasks(default, states)
    ran, _, errors = run_all(project, tasks, default.fingerprint, options)
    published = len(default.chapters)
    needed = {state.chapter.slug for state in states}
    fatal = {
        place: why
        for place, why in errors.items()
        if place < published and tasks[place].chapter.slug in needed
    }
    failed = {place - published: why for place, why in errors.items() if place >= published}
    if project.settings.strict or len(failed) == len(states):
        fatal = errors
    raise_failed(tasks, fatal, "run")
    runs = _published(default, ran, errors)
    outcomes = [
        ExploredState(state, ran[published + place])
        for place, state in enumerate(states)
        if place not in failed
    ]
    return Exploration(project, default, options, runs, outcomes), failed


def _published(
    default: Edition, ran: Mapping[int, Run], errors: Mapping[int, str]
) -> dict[str, Run]:
    """Return the runs of the published edition, by slug.

    A failed chapter is represented by one without outputs: the build that follows says why.
    """
    runs = {}
    for place, chapter in enumerate(default.chapters):
        if place in errors:
            unrun = as_file(chapter.executable)
            runs[chapter.slug] = failed_run(ChapterError(chapter.slug, errors[place], unrun))
        else:
            runs[chapter.slug] = ran[place]
    return runs


def _tasks(default: Edition, states: Sequence[State]) -> list[Task]:
    """Return the tasks of the published chapters, then those of the states."""
    tasks = []
    for chapter in default.chapters:
        values = default.values[chapter.slug]
        tasks.append(Task(chapter, values, f"{chapter.slug} as published"))
    return [*tasks, *(state.task for state in states)]


def _digest(project: Project, default: Edition, states: Sequence[State]) -> str:
    """Return the hash of an edition's states and of the settings about them."""
    ids = sorted(state.edition.id for state in states)
    names = {"multiverse", "fragility", "survival", "parameters"}
    asked = project.settings.model_dump(mode="json", include=names)
    return sha256(canonical([default.id, ids, asked]).encode())


def is_explored(
    project: Project, default: Edition, states: Sequence[State], formats: Sequence[Format]
) -> bool:
    """Return whether the published edition is complete, with exactly these states."""
    digest = _digest(project, default, states)
    files = page_files(project, default)
    hashes = ingredient_hashes(project, default, default, formats, files)
    before = made_from_same(project.editions / default.folder, hashes)
    names = {each.name for each in formats}
    if before.get(STATES_HASH) != digest:
        return False
    return names <= {*before.get(FORMATS, ())}


def _named(project: Project, runs: Mapping[str, Run]) -> dict[str, dict[str, Any]]:
    """Return the results that the settings name for statements, by kind.

    ``specifications`` count many other runs, ``fragility`` the fewest rows that overturn a
    statement.
    """
    results = {}
    for slug, run in runs.items():
        for key, result in run.results.items():
            results[f"{slug}:{key}"] = result
    settings = project.settings
    kinds = {"specifications": settings.multiverse, "fragility": settings.fragility}
    named = {}
    for kind, by_statement in kinds.items():
        named[kind] = {
            name: results[result] for name, result in by_statement.items() if result in results
        }
    return named


def _contents(
    outcomes: Sequence[ExploredState], make: MakeContent, width: int
) -> Iterator[tuple[ExploredState, dict[str, Any] | PressError]]:
    """Yield states in order, each with the content of its script, or the error."""

    def content_or_error(outcome: ExploredState) -> dict[str, Any] | PressError:
        try:
            return make(outcome)
        except PressError as error:
            return error

    with ThreadPoolExecutor(width) as pool:
        made = pool.map(content_or_error, outcomes)  # leaving the block cancels the rest
        yield from zip(outcomes, made, strict=True)
