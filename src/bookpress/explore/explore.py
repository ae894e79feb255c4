"""Explore a book: run its states, the published edition with a choice or two changed, and publish it with them.

The states of a chapter lie in ``html/states/<slug>/``: a script each, and ``index.js`` with all of them. Each script is
one call, ``bookpress.state(name, content)``, as pages opened as files can load nothing else. A state goes by its id,
that of the edition which ``build -p CHAPTER.NAME=VALUE`` makes. `index_of` and `content_of` say what is in them,
`bookpress.explore.edits` how blocks of a page are counted.
"""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from bookpress.book.assignments import option
from bookpress.book.chapters import FOLDER, Chapter, choose
from bookpress.book.editions import DEFAULT, Edition, load_edition
from bookpress.book.project import Project
from bookpress.build.build import Built, Extras, build, edition_record
from bookpress.build.formats import PAGES, Format
from bookpress.build.staging import staged_notebook
from bookpress.build.statements import standings, statements_of
from bookpress.chapter.number_formats import setting
from bookpress.chapter.parameters import Parameter, Value, range_problems
from bookpress.chapter.periods import years_of
from bookpress.chapter.statements import WORDS, Comparison
from bookpress.citation.record import load_built
from bookpress.errors import PressError
from bookpress.explore import robustness
from bookpress.explore.sweep import Task, raise_failed, run_all
from bookpress.explore.warm import warm_book
from bookpress.files import canonical, pretty, replace_file, sha256
from bookpress.progress import Reporter
from bookpress.run.cache import Run
from bookpress.run.executor import cores
from bookpress.run.runner import Durations, RunOptions

PLACE = "states"  # the folder of states among the pages
PAGE_SECONDS = 0.25  # about what the page of a state takes, to tell how long all will
QUOTED = re.compile(r"\{result\}`(?:([\w-]+):)?([\w.]+)")  # a result in a finding


@dataclass(frozen=True)
class State:
    """A chapter with values of its own in the published edition, as an edition without a name."""

    chapter: Chapter
    choice: Mapping[str, Value]
    edition: Edition
    steps: int = 1
    """How many values away its choice is from the published one."""

    @classmethod
    def of(
        cls, default: Edition, chapter: Chapter, choice: Mapping[str, Value], steps: int = 1
    ) -> State:
        """Return the state in which a chapter of the published edition is run with these values, which are checked."""
        slug = chapter.slug
        changes = {f"{slug}.{name}": value for name, value in choice.items()}
        edition = replace(
            default,
            name="",
            values={**default.values, slug: {**default.values[slug], **choice}},
            title=f"{default.title} with {', '.join(f'{label} = {value}' for label, value in changes.items())}",
            description="",
            command=" ".join(
                [default.command, *(option(label, value) for label, value in changes.items())]
            ),
        )
        return cls(chapter, choice, edition, steps)

    @property
    def task(self) -> Task:
        """Its run."""
        words = " ".join(f"{name}={value}" for name, value in self.choice.items())
        return Task(
            self.chapter, self.edition.values[self.chapter.slug], f"{self.chapter.slug} {words}"
        )


@dataclass(frozen=True)
class Outcome:
    """What came out of a state."""

    state: State
    run: Run

    @cached_property
    def statements(self) -> dict[str, Comparison]:
        """How the statements of the chapter stand, by key."""
        return statements_of(self.run)

    @property
    def fallen(self) -> dict[str, list[Any]]:
        """The statements that are not true, and why."""
        return {
            key: [one.holds, one.because]
            for key, one in self.statements.items()
            if one.holds is not True
        }


def states_to_explore(project: Project, slugs: Sequence[str]) -> tuple[Edition, list[State], str]:
    """Return the published edition, the states of chapters, by default of all, and in which formats it was built.

    Chapters whose states stand beside the pages of the very same edition keep them, whatever is asked for.
    """
    default, folder = load_edition(project, DEFAULT), project.editions / DEFAULT
    built = load_built(folder)
    kept = (folder / "html" / PLACE).glob("*/index.js") if built and built.id == default.id else ()
    chapters = (
        choose(default.chapters, [*slugs, *(path.parent.name for path in kept)])
        if slugs
        else default.chapters
    )
    states = [state for chapter in chapters for state in states_of(default, chapter)]
    return default, states, ",".join(built.formats) if built else "html"


def states_of(default: Edition, chapter: Chapter) -> list[State]:
    """Return the states of a chapter worth exploring: one choice changed, then two closed ones, where these are few."""
    usual = default.values[chapter.slug]
    known = {one.name: one for one in chapter.parameters}
    every = {name: one.explored(usual[name]) for name, one in known.items()}
    ways = {
        name: [value for value in values if value != usual[name]] for name, values in every.items()
    }
    choices = [{name: value} for name, values in ways.items() for value in values]
    closed = [one.name for one in chapter.parameters if one.choices]
    pairs = [
        dict(zip(names, values, strict=True))
        for names in itertools.combinations(closed, 2)
        for values in itertools.product(*(ways[name] for name in names))
    ]
    choices += pairs if len(pairs) <= 80 else []
    sound = [choice for choice in choices if not range_problems({**usual, **choice})]
    far = [
        sum(_steps(known[name], every[name], usual[name], value) for name, value in choice.items())
        for choice in sound
    ]
    return [
        State.of(default, chapter, choice, steps) for choice, steps in zip(sound, far, strict=True)
    ]


def _steps(parameter: Parameter, values: Sequence[Value], usual: Value, value: Value) -> int:
    """Return how far a value lies from the published one, in values; those that no order brings near are one apart.

    Of a period that is by how many years its ends lie elsewhere.
    """
    if parameter.is_period:
        ends = zip(years_of(value), years_of(usual), strict=True)
        return sum(abs(one - other) for one, other in ends)
    has_order = all(isinstance(one, int | float) or str(one)[:1].isdigit() for one in values)
    return abs(values.index(value) - values.index(usual)) if has_order else 1


def explore(
    project: Project,
    default: Edition,
    states: Sequence[State],
    options: RunOptions,
    reporter: Reporter,
    formats: Sequence[Format] = (),
    scheduler: str | None = None,
) -> Built:
    """Run states of the default edition and publish it with them; until then the last one stands.

    A chapter that fails under some value, or shows other figures or tables under it, is an error.
    """
    tasks = [
        Task(one, default.values[one.slug], f"{one.slug} as published") for one in default.chapters
    ]
    tasks += [state.task for state in states]
    ran, _, errors = run_all(project, tasks, default.fingerprint, options, reporter, scheduler)
    raise_failed(tasks, errors, "runs failed")
    runs = {one.slug: ran[place] for place, one in enumerate(default.chapters)}
    Durations(project).note(runs.values())
    outcomes = [Outcome(state, ran[place]) for place, state in enumerate(states, len(runs))]
    found = {
        slug: [*of] for slug, of in itertools.groupby(outcomes, lambda one: one.state.chapter.slug)
    }
    indices = {slug: index_of(default, runs[slug], of) for slug, of in found.items()}

    def write(source: Path, pages: Path) -> None:
        with warm_book(project, source, pages) as warm:
            make = partial(content_of, project, default, runs, warm.page)
            contents = _contents(outcomes, make, options.jobs or cores(), reporter)
        for slug, of in found.items():
            made = {one.state.edition.id: contents[one.state.edition.id] for one in of}
            for name, content in {
                **made,
                **share(list(made.values())),
                "index": indices[slug],
            }.items():
                text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
                call = f"bookpress.state({json.dumps(name)},{text});\n"
                replace_file(pages / PLACE / slug / f"{name}.js", call.encode())

    results = {
        f"{slug}:{key}": one for slug, run in runs.items() for key, one in run.results.items()
    }
    shares = {
        name: results[other]
        for name, other in project.settings.multiverse.items()
        if other in results
    }
    sureness = tally(standings(project, default, runs), found, shares)
    staged = {
        robustness.FILE: sureness,
        **{f"{PLACE}/{slug}.json": index for slug, index in indices.items()},
    }
    files = {name: pretty(content).encode() for name, content in staged.items()}
    extras = Extras(sha256(canonical(staged).encode()), files, write)
    return build(project, default, replace(options, force=False), reporter, formats, extras=extras)


def tally(
    published: Mapping[str, Mapping[str, Mapping[str, Any]]],
    states: Mapping[str, Sequence[Outcome]],
    shares: Mapping[str, Any],
) -> dict[str, dict[str, robustness.Sureness]]:
    """Return how sure each statement is, by chapter and key; `shares`, by full name, are results of many other runs."""
    found: dict[str, dict[str, robustness.Sureness]] = {
        slug: {} for slug in published if slug in states
    }
    for slug, of in found.items():
        for key, one in published[slug].items():
            share = {"specifications": shares[f"{slug}:{key}"]} if f"{slug}:{key}" in shares else {}
            of[key] = {**_sureness(key, states[slug]), **share, "marks": one["marks"]}
    return found


def _sureness(key: str, states: Sequence[Outcome]) -> dict[str, Any]:
    unknown = Comparison(None, "it is not recorded")
    found = [(one.state, one.statements.get(key, unknown)) for one in states]
    fallen = [(state, stands) for state, stands in found if stands.holds is not True]
    single = [(state, stands) for state, stands in fallen if len(state.choice) == 1]
    falls = None
    if single:
        state, stands = min(single, key=lambda pair: (pair[1].holds is None, pair[0].steps))
        words = " and ".join(
            f"{name.replace('_', ' ')} {setting(value)}" for name, value in state.choice.items()
        )
        because = f"{WORDS[stands.holds]}: {stands.because}"
        falls = {"choice": dict(state.choice), "words": words, "because": because}
    return {"holds": len(states) - len(fallen), "of": len(states), "falls": falls}


def _contents(
    outcomes: Sequence[Outcome],
    make: Callable[[Outcome], dict[str, Any]],
    width: int,
    reporter: Reporter,
) -> dict[str, dict[str, Any]]:
    """Return the contents of the scripts of states by id, so many made at a time."""

    def content(one: Outcome) -> dict[str, Any] | PressError:
        try:
            return make(one)
        except PressError as error:
            return error

    made, problems, tasks = (
        dict[str, dict[str, Any]](),
        dict[int, str](),
        [one.state.task for one in outcomes],
    )
    reporter.begin(len(tasks))
    reporter.step("making the pages of states")
    with ThreadPoolExecutor(width) as pool:
        for place, found in enumerate(
            pool.map(content, outcomes)
        ):  # which cancels the rest when it is left
            if isinstance(found, PressError):
                problems[place] = str(found)
            else:
                made[outcomes[place].state.edition.id] = found
            reporter.done(tasks[place].label, None)
    raise_failed(tasks, problems, "states have no page")
    return made


def content_of(
    project: Project,
    default: Edition,
    runs: Mapping[str, Run],
    page: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    one: Outcome,
) -> dict[str, Any]:
    """Return the content of the script of a state; `runs` are those of the published edition, `page` makes its page.

    ``choice``, ``title``, ``command``, ``results_sha256``, ``chapter_sha256``, ``vintage``: what it is, and what a
    citation of it says; ``results`` that differ as value, low, high; ``fallen``: statements that are false or unknown,
    and why; ``edits`` and ``figures`` of the page. A figure has ``datasets`` and the entries of ``wide`` and ``narrow``
    that the script of the published chart has not (null: an entry goes), ``rows`` of its table of data (text, and what
    it is sorted by), and ``shared`` datasets, each in a script of that name.
    """
    chapter, edition, published = (
        one.state.chapter,
        one.state.edition,
        runs[one.state.chapter.slug].results,
    )
    record = edition_record(project, edition, default, {**runs, chapter.slug: one.run}, [PAGES])
    notebook = staged_notebook(
        chapter, edition, one.run, record, {known.slug for known in default.chapters}
    )
    asked = {
        "docname": f"{FOLDER}/{chapter.slug}",
        "notebook": notebook.decode(),
        "edition": record,
    }
    return {
        "choice": dict(one.state.choice),
        **{name: record[name] for name in ("title", "command", "results_sha256", "vintage")},
        "chapter_sha256": record["chapter_results_sha256"][chapter.slug],
        "results": {
            key: _three(found)
            for key, found in one.run.results.items()
            if found != published.get(key)
        },
        "fallen": one.fallen,
        **page(asked),
    }


def _three(result: Mapping[str, Any] | None) -> list[float | None]:
    return [result[name] if result else None for name in ("value", "low", "high")]


def share(states: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take datasets of over 2,000 characters that several states draw out of them; return each by its name."""
    parts, shared = (
        [figure for state in states for figure in state["figures"].values()],
        dict[str, Any](),
    )
    many = Counter(itertools.chain.from_iterable(part["datasets"] for part in parts))
    for part in parts:
        for name in [*part["datasets"]]:
            if name in shared or (
                many[name] > 1 and len(json.dumps(part["datasets"][name])) > 2000
            ):
                part.setdefault("shared", []).append(name)
                shared[name] = part["datasets"].pop(name)
    return shared


def index_of(default: Edition, published: Run, found: Sequence[Outcome]) -> dict[str, Any]:
    """Return the content of the index of a chapter's states.

    ``published``: the id of the edition that they are states of; ``headline``: the key of the result that stands for
    the chapter, the first of its own in its finding, else of all, with its label, unit and published ``result``;
    ``usual``: the published values; ``choices``: of each that was explored the values, the published one among them,
    with the headline under it and how many statements fall; ``pairs``: the states with two choices.
    """

    def row(name: str, result: Mapping[str, Any] | None, fallen: int) -> dict[str, Any]:
        return {"id": name, "result": _three(result), "fallen": fallen}

    chapter = found[0].state.chapter
    values, named = (
        default.values[chapter.slug],
        QUOTED.findall(str(chapter.front_matter.get("finding", ""))),
    )
    own = [key for slug, key in named if slug in {"", chapter.slug} and key in published.results]
    key = next(iter([*own, *published.results]), "")
    headline, choices = published.results.get(key, {}), {}
    made = [
        (one.state.choice, row(one.state.edition.id, one.run.results.get(key), len(one.fallen)))
        for one in found
    ]
    for known in chapter.parameters:
        usual = values[known.name]
        alone = {
            json.dumps(choice[known.name]): told
            for choice, told in made
            if [*choice] == [known.name]
        }
        if alone:
            alone[json.dumps(usual)] = row(default.id, headline, 0)
            tried = [(value, alone.get(json.dumps(value))) for value in known.explored(usual)]
            choices[known.name] = [
                {"value": value, "words": known.words(value), **told}
                for value, told in tried
                if told
            ]
    return {
        "published": default.id,
        "headline": key,
        "headline_label": headline.get("label", ""),
        "unit": headline.get("unit", ""),
        "result": _three(headline),
        "usual": dict(values),
        "choices": choices,
        "pairs": [{"choice": dict(choice), **told} for choice, told in made if len(choice) > 1],
    }
