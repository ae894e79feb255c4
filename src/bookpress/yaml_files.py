"""YAML that people write: a mapping in which every key stands once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from bookpress.errors import UsageError
from bookpress.files import read


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
        If the file is not YAML or not a mapping, or a key is given more than once.
    """
    text = read(path)
    try:
        loaded = yaml.safe_load(text)
        doubles = list(_doubles(yaml.compose(text, Loader=yaml.SafeLoader), set()))
    except yaml.YAMLError as error:
        raise UsageError(f"{where} is not YAML: {error}") from error
    if doubles:
        raise UsageError.listing([f"{where}: {double}" for double in doubles])
    if loaded is not None and not isinstance(loaded, dict):
        raise UsageError(f"{where} is a {type(loaded).__name__}: it holds {holds}")
    return loaded or {}


def _doubles(node: yaml.Node | None, seen: set[int]) -> Iterator[str]:
    """Yield the keys that a mapping holds more than once; YAML itself lets the last one win without a word."""
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    lines: dict[str, list[int]] = {}
    for child in node.value:
        if isinstance(node, yaml.MappingNode):
            key, inner = child
            lines.setdefault(str(key.value), []).append(key.start_mark.line + 1)
        else:
            inner = child
        yield from _doubles(inner, seen)
    for name, where in lines.items():
        if len(where) > 1:
            yield f"{name} is given more than once, in the lines {', '.join(map(str, where))}"
