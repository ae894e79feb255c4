"""States that a reader asks for while the book is served.

A program keeps the engine and the published pages warm; `Live` is its handle. The program is
restarted after each build, so that it uses the current package, evidence and pages, and when it has
ended by another's hand, as where memory runs out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from multiprocessing import AuthenticationError
from typing import Any

from bookpress.book.chapters import named_chapters
from bookpress.book.project import Project
from bookpress.channel import Channel
from bookpress.chapter.parameters import Parameter
from bookpress.chapter.types.allowed import as_text, in_words
from bookpress.edition.assignments import Assignment, resolve
from bookpress.edition.editions import load_edition
from bookpress.edition.files import DEFAULT
from bookpress.errors import PressError, UsageError
from bookpress.run import processes
from bookpress.run.cache import RunCache
from bookpress.run.engine import engine_for
from bookpress.run.executor import cores
from bookpress.run.job import job_for, run_job
from bookpress.run.runner import cached_runs
from bookpress.states.contents import content_of
from bookpress.states.states import ExploredState, State
from bookpress.states.warm import Program, WarmBook, begin, connections, warm_book

PATIENCE = 60.0
"""The seconds that a reader waits for the program to be warm, and for a chapter."""


class Live:
    """The program, as seen from the server."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._program: Program | None = None
        self._warm = threading.Event()
        self._first_answer: dict[str, Any] = {}

    def start(self) -> None:
        """Start the program, or restart it; it warms up meanwhile."""
        self.stop()
        environment = {**os.environ, self._project.settings.data_variable: str(self._project.data)}
        how: dict[str, Any] = {
            "cwd": self._project.root,
            "env": environment,
            "stderr": subprocess.DEVNULL,
        }
        self._program = Program(__name__, {}, **how)
        threading.Thread(target=self._listen, args=(self._program,), daemon=True).start()

    def _listen(self, program: Program) -> None:
        with suppress(OSError, ValueError):
            answer = program.wait()
            if answer and program is self._program:
                self._first_answer = answer
                self._warm.set()

    def stop(self) -> None:
        """End the program and everything it runs."""
        program = self._program
        self._program = None
        self._warm.clear()
        if program is not None:
            program.end()

    def controls(self) -> dict[str, Any]:
        """Return the controls for each parameter of each chapter."""
        if not self._warm.wait(PATIENCE):
            return {}
        return dict(self._first_answer["controls"])

    def ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Answer an order with a ``state``, what is ``refused``, or an ``error``.

        An order has ``chapter``, ``values`` as texts, and ``reader``.
        """
        program = self._program
        if program is None or not self._warm.wait(PATIENCE):
            return {"error": "The book is being built; try again when it is there."}
        try:
            with program.connection() as connection:
                connection.send(order)
                return dict(connection.receive())
        except (OSError, EOFError, AuthenticationError):
            if program is self._program and program.has_ended:
                self.start()
            return {"error": "The book is being built anew; try again when it is there."}


class Turn:
    """A request that a reader waits for, and the process that works on it."""

    is_over = False
    _pid = 0

    def works(self, pid: int) -> None:
        """Record the process; 0 if there is none any more."""
        self._pid = pid
        if self.is_over:
            self.end()

    def end(self) -> None:
        """End the work, since nobody waits for it any more."""
        self.is_over = True
        if self._pid:
            processes.kill_group(self._pid)
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)


class WarmChapters:
    """The published edition with engine and pages warm, for use from several threads."""

    def __init__(self, project: Project, warm: WarmBook) -> None:
        self._project = project
        self._warm = warm
        self._engine = engine_for(project)
        self._default = load_edition(project)
        self._runs = cached_runs(project, self._default)
        self._turns: dict[str, Turn] = {}
        self._lock = threading.Lock()
        self._room = threading.Semaphore(cores())

    @property
    def controls(self) -> dict[str, Any]:
        """The controls for each parameter of each chapter."""
        controls = {}
        for chapter in self._default.chapters:
            parameters = chapter.parameters
            controls[chapter.slug] = {known.name: control(known) for known in parameters}
        return controls

    def serve(self, connection: Channel) -> None:
        """Answer one order."""
        with connection, suppress(OSError, EOFError):
            order = connection.receive()
            turn = Turn()
            reader = order["reader"]
            with self._lock:
                before = self._turns.get(reader)
                self._turns[reader] = turn
            if before:
                before.end()
            connection.send(self._answer(order["chapter"], order["values"], turn))

    def _answer(self, slug: str, texts: Mapping[str, str], turn: Turn) -> dict[str, Any]:
        try:
            state = self._checked(slug, texts)
            with self._room:
                return {"state": self._content(state, turn)}
        except UsageError as error:
            return {"refused": list(error.problems)}
        except PressError as error:
            return {"error": "A newer choice took its place." if turn.is_over else str(error)}
        finally:
            turn.works(0)

    def _checked(self, slug: str, texts: Mapping[str, str]) -> State:
        """Return the requested state, with values checked as on the command line."""
        chapters = self._default.chapters
        [chapter] = named_chapters(chapters, [slug])
        asked = [Assignment(slug, name, text, is_text=True) for name, text in texts.items()]
        values = resolve(chapters, [chapter], asked)[slug]
        usual = self._default.values[slug]
        choice = {name: value for name, value in values.items() if value != usual[name]}
        if not choice:
            raise UsageError(f"{', '.join(texts)}: as published")
        return State.of(self._default, chapter, choice)

    def _content(self, state: State, turn: Turn) -> dict[str, Any]:
        project = self._project
        default = self._default
        cache = RunCache(project.cache)
        if turn.is_over:
            raise PressError("given up")
        job = job_for(project, state.chapter, state.task.values, default.fingerprint, PATIENCE)
        run = cache.find(job.key)
        if run is None:
            run = run_job(job, self._engine, turn.works)
            default.fingerprint.check(project)
            cache.store(run)
        page = partial(self._warm.page, started=turn.works)
        content = content_of(project, default, self._runs, page, ExploredState(state, run))
        return {"id": state.edition.id, **content}


def control(parameter: Parameter) -> dict[str, Any]:
    """Return the description of a native control.

    It is ``one`` or ``many`` of options, or the attributes of an input, which takes a list of texts
    with commas between them, and any other list as JSON.
    """
    schema = parameter.schema
    kind = schema.get("type")
    closed = [True, False] if kind == "boolean" else schema.get("enum")
    if closed:
        return {"one": _options(closed, schema)}
    items = schema.get("items", {})
    has_texts = kind == "array" and _are_texts(parameter.default, items)
    if has_texts and items.get("enum"):
        return {"many": _options(items["enum"], items)}
    if kind in {"integer", "number"}:
        attributes = {"type": "number", "step": "1" if kind == "integer" else "any"}
        for name, key in (("min", "minimum"), ("max", "maximum")):
            if key in schema:
                attributes[name] = schema[key]
        return {"input": attributes}
    attributes = {"type": "text"}
    if parameter.is_period:
        attributes |= {"placeholder": "2020-2022", "title": parameter.allowed}
    return {"input": attributes, "is_list": has_texts}


def _are_texts(usual: Iterable[Any], items: Mapping[str, Any]) -> bool:
    """Return whether a list has texts, by its usual items and the JSON Schema of any."""
    known = [*usual, *items.get("enum", ())]
    return items.get("type", "string") == "string" and all(isinstance(one, str) for one in known)


def _options(values: Iterable[Any], schema: Mapping[str, Any]) -> list[list[str]]:
    """Return each value with its words for readers."""
    return [[as_text(value), in_words(value, schema)] for value in values]


def main() -> None:
    """Run the program: warm up, announce the address, and answer each order in a thread.

    It ends when standard input is closed.
    """
    order, answers = begin()
    project = Project.find()
    built = project.editions / DEFAULT
    with warm_book(project, built / "source", built / "html") as warm:
        chapters = WarmChapters(project, warm)
        for connection in connections(order["key"], answers, controls=chapters.controls):
            threading.Thread(target=chapters.serve, args=(connection,), daemon=True).start()
