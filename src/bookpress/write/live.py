"""States that a reader asks for: a program that keeps the engine and the published pages warm, and its handle.

The program is started anew after each build, so that it knows the package, the evidence and the pages as they are.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

from bookpress.book.assignments import Assignment, resolve
from bookpress.book.chapters import choose
from bookpress.book.editions import DEFAULT, load_edition
from bookpress.book.parameters import Parameter, Value, as_text, in_words
from bookpress.book.project import Project
from bookpress.build.statements import statements_of
from bookpress.errors import PressError, UsageError
from bookpress.explore.explore import Outcome, content_of, order_for
from bookpress.explore.states import State
from bookpress.explore.warm import WarmBook
from bookpress.run import processes
from bookpress.run.cache import RunCache
from bookpress.run.engine import engine_for
from bookpress.run.executor import cores
from bookpress.run.notebook import job_for, run_job
from bookpress.run.runner import cached_runs

PROGRAM = "from bookpress.write.live import main; main()"
WARMING = 60.0
"""Seconds that a reader waits for the program to be warm."""
TIME_LIMIT = 60.0
"""Seconds that a chapter may take while a reader waits."""
Answer = dict[str, Any]
"""``state``: the content of its script and ``id``; else ``refused``, a list of what is wrong, or ``error``."""


class Live:
    """The program, seen from the server; without one, there is nothing to ask."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._process: subprocess.Popen[bytes] | None = None
        self._warm = threading.Event()
        self._told: dict[str, Any] = {}

    def start(self) -> None:
        """Start the program, in place of one that runs; it gets warm while we go on."""
        self.stop()
        self._key = secrets.token_bytes(32)
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=self._project.root,
            env={**os.environ, self._project.settings.data_variable: str(self._project.data)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._process = process
        threading.Thread(target=self._listen, args=(process,), daemon=True).start()

    def _listen(self, process: Any) -> None:
        with suppress(OSError, ValueError):
            process.stdin.write(self._key.hex().encode() + b"\n")
            process.stdin.flush()
            told = json.loads(process.stdout.readline())
            if process is self._process:
                self._told = told
                self._warm.set()

    def stop(self) -> None:
        """End the program and all that it runs."""
        process, self._process = self._process, None
        self._warm.clear()
        if process is not None:
            processes.kill_group(process.pid)
            process.communicate()

    def controls(self) -> dict[str, Any]:
        """Return what each parameter of each chapter takes."""
        return dict(self._told["controls"]) if self._warm.wait(WARMING) else {}

    def ask(self, order: Mapping[str, Any]) -> Answer:
        """Return the state for ``chapter`` and ``values``, texts by name; a newer order of a ``reader`` ends it."""
        try:
            if not self._warm.wait(WARMING):
                return {"error": "The book is being built; try again when it is there."}
            with Client(self._told["address"], authkey=self._key) as connection:
                connection.send(order)
                answer: Answer = connection.recv()
                return answer
        except (OSError, EOFError, AuthenticationError):
            return {"error": "The book is being built anew; try again when it is there."}


class Turn:
    """What a reader waits for, and the process that works on it."""

    def __init__(self) -> None:
        self.is_over = False
        self._pid = 0

    def works(self, pid: int) -> None:
        """Note the process."""
        self._pid = pid
        if self.is_over:
            self.end()

    def end(self) -> None:
        """End the work: nobody waits for it any more."""
        self.is_over = True
        if self._pid:
            processes.kill_group(self._pid)
            with suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)


class WarmChapters:
    """The published edition with engine and pages warm; threads may ask at the same time."""

    def __init__(self, project: Project, warm: WarmBook) -> None:
        self._project, self._warm = project, warm
        self._engine = engine_for(project)
        self._default = load_edition(project)
        self._runs = cached_runs(project, self._default)
        self._turns: dict[str, Turn] = {}
        self._lock, self._room = threading.Lock(), threading.Semaphore(cores())

    @property
    def controls(self) -> dict[str, Any]:
        """What each parameter of each chapter takes."""
        return {one.slug: {known.name: control(known) for known in one.parameters} for one in self._default.chapters}

    def serve(self, connection: Connection) -> None:
        """Answer one order."""
        with connection, suppress(OSError, EOFError):
            order = connection.recv()
            turn = Turn()
            with self._lock:
                before = self._turns.pop(order["reader"], None)
                self._turns[order["reader"]] = turn
            if before:
                before.end()
            connection.send(self._answer(order["chapter"], order["values"], turn))
            with self._lock:
                if self._turns.get(order["reader"]) is turn:
                    del self._turns[order["reader"]]

    def _answer(self, slug: str, texts: Mapping[str, str], turn: Turn) -> Answer:
        try:
            state = self._checked(slug, texts)
            with self._room:
                return {"state": self._content(state, turn)}
        except UsageError as error:
            return {"refused": list(error.problems)}
        except PressError as error:
            return {"error": "A newer choice took its place." if turn.is_over else str(error)}

    def _checked(self, slug: str, texts: Mapping[str, str]) -> State:
        """Return the state that texts ask for, checked as those of the command line are."""
        [chapter] = choose(self._default.chapters, [slug])
        asked = [Assignment(slug, name, text, is_text=True) for name, text in texts.items()]
        values, usual = resolve(self._default.chapters, [chapter], asked)[slug], self._default.values[slug]
        choice = {name: value for name, value in values.items() if value != usual[name]}
        if not choice:
            raise UsageError(f"{', '.join(texts)}: as published")
        return State.of(self._default, chapter, choice)

    def _content(self, state: State, turn: Turn) -> dict[str, Any]:
        project, default, slug = self._project, self._default, state.chapter.slug
        if turn.is_over:
            raise PressError("given up")
        cache = RunCache(project.cache)
        run = cache.find(state.key)
        if run is None:
            values = state.edition.values[slug]
            job = job_for(project, state.chapter, values, default.fingerprint, TIME_LIMIT)
            run = run_job(job, self._engine, turn.works)
            default.fingerprint.check(project)
            cache.store(run)
        asked = order_for(project, state, default, self._runs, run)
        page = self._warm.page(asked, turn.works)
        found = Outcome(state, run.results, statements_of(run))
        return {"id": state.edition.id, **content_of(found, asked, self._runs[slug], page)}


def control(parameter: Parameter) -> dict[str, Any]:
    """Return what a native control needs: ``one`` or ``many`` of options, else attributes of an input."""
    schema = parameter.schema
    items = schema.get("items", {})
    for kind, found in (("one", schema), ("many", items)):
        if "enum" in found:
            return {kind: _options(found["enum"], found)}
    if schema.get("type") == "boolean":
        return {"one": _options([True, False], schema)}
    if schema.get("type") in {"integer", "number"}:
        ends = {name: schema[key] for name, key in (("min", "minimum"), ("max", "maximum")) if key in schema}
        return {"input": {"type": "number", "step": "1" if schema["type"] == "integer" else "any", **ends}}
    return {"input": {"type": "text"}, "is_list": schema.get("type") == "array"}


def _options(values: Sequence[Value], schema: Mapping[str, Any]) -> list[list[str]]:
    return [[as_text(value), in_words(value, schema)] for value in values]


def main() -> None:
    """Be the program: get warm, say where it listens, answer each order in a thread, until standard input is closed."""
    key = bytes.fromhex(sys.stdin.readline().strip())
    processes.end_group_with(0, os.getpid())
    project = Project.find()
    built = project.editions / DEFAULT
    with WarmBook(project, built / "source", built / "html") as warm:
        chapters = WarmChapters(project, warm)
        warm.wait()
        with Listener(family="AF_UNIX", authkey=key) as listener:
            sys.stdout.write(json.dumps({"address": listener.address, "controls": chapters.controls}) + "\n")
            sys.stdout.flush()
            while True:
                with suppress(AuthenticationError, EOFError, OSError):
                    threading.Thread(target=chapters.serve, args=(listener.accept(),), daemon=True).start()
