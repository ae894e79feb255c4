"""YAML that people write: a mapping in which every key stands once, of plain values, without references."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from bookpress.errors import UsageError, nearest, quoted, short
from bookpress.files import read

Model = TypeVar("Model", bound=BaseModel)


class _PlainLoader(yaml.SafeLoader):
    """Refuses what YAML can do and nobody means: keys given twice, and references, which can multiply without end."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="a reference (*): write the value out", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            before = lines.setdefault(str(key.value), key.start_mark.line + 1)
            if before != key.start_mark.line + 1:
                problem = f"{short(str(key.value))} is given more than once, first in line {before}"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        return super().construct_mapping(node, deep)


def load_mapping(path: Path, where: str, holds: str) -> dict[Any, Any]:
    """Return what a YAML file holds; an empty file holds nothing.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    where : str
        How messages name it.
    holds : str
        What it should hold, for the message about a file that is no mapping.

    Raises
    ------
    UsageError
        In one line: the file is not plain YAML or not a mapping, or a key is given more than once.
    """
    try:
        loaded = yaml.load(read(path), _PlainLoader)  # noqa: S506 - a safe loader that takes less
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UsageError(f"{where} is not plain YAML: {line}{short(str(error.problem), 200)}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise UsageError(f"{where} is not plain YAML: {short(str(error), 200)}") from error
    except RecursionError:
        raise UsageError(f"{where} is not plain YAML: it is nested too deeply") from None
    if loaded is not None and not isinstance(loaded, dict):
        raise UsageError(f"{where} is a {type(loaded).__name__}: it holds {holds}")
    return loaded or {}


def load_model(path: Path, where: str, model: type[Model]) -> Model:
    """Return what a YAML file holds, as a pydantic model checks it; an entry with nothing under it is not there.

    Raises
    ------
    UsageError
        With all that is wrong, each in one line.
    """
    names = list(model.model_fields)
    entries = load_mapping(path, where, f"the entries {', '.join(names)}")
    try:
        return model.model_validate({name: value for name, value in entries.items() if value is not None})
    except ValidationError as error:
        problems = []
        for one in error.errors(include_url=False):
            entry = ".".join(map(str, one["loc"]))
            words = {
                "extra_forbidden": f"no entry {quoted(entry)}{nearest(entry, names)}",
                "missing": f"the entry {entry!r} is missing",
            }
            reason = f"{short(entry)}: {one['msg'][:1].lower()}{one['msg'][1:]}"
            problems.append(f"{where}: {words.get(one['type'], reason)}")
        raise UsageError.listing(problems) from error
