"""A safe loader for YAML that people write."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import yaml
from yaml.composer import Composer

from bookpress.errors import short

MOST = 100_000
"""The most values that a text may expand to once its aliases (*) are resolved."""
LONG = 100
"""Characters of a scalar that count as one more value."""
MERGE = "tag:yaml.org,2002:merge"


def load_plain(content: bytes | str, *, takes_repeated: bool = False) -> tuple[Any, list[str]]:
    """Return the content of YAML, and its repeated keys if `takes_repeated` allows them.

    Otherwise repeated keys are refused, as are aliases that expand beyond measure.

    Raises
    ------
    yaml.YAMLError, ValueError
        If it is not plain YAML.
    """
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError, ValueError):  # the other loader reports faults better
            return _load(_QuickLoader(content), takes_repeated)
    return _load(_PlainLoader(content), takes_repeated)


def load_quickly(content: bytes | str) -> Any:
    """Do as `yaml.safe_load`, in a tenth of the time if the content is valid."""
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError, ValueError):
            return yaml.load(content, Loader=yaml.CSafeLoader)
    return yaml.safe_load(content)


def _load(loader: _PlainLoader | _QuickLoader, takes_repeated: bool) -> tuple[Any, list[str]]:
    loader.takes_repeated = takes_repeated
    return loader.get_single_data(), loader.repeated


class _PlainComposer(Composer):
    """Refuses repeated keys and aliases that expand beyond measure."""

    check_event: Callable[..., bool]
    """Provided by the parser of a loader."""

    def __init__(self) -> None:
        Composer.__init__(self)
        self.repeated: list[str] = []
        self.takes_repeated = False
        self._has_references = False

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node, and note whether it is an alias."""
        self._has_references |= self.check_event(yaml.AliasEvent)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Return a mapping after checking its own keys, before others are merged into it."""
        node = super().compose_mapping_node(anchor)
        lines: dict[tuple[str, str], int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == MERGE:
                continue
            name = (key.tag, key.value)
            if name in lines:
                self._repeat(key, lines[name])
            lines.setdefault(name, key.start_mark.line + 1)
        return node

    def _repeat(self, key: yaml.ScalarNode, first: int) -> None:
        problem = f"{short(key.value)} is given more than once, first in line {first}"
        if not self.takes_repeated:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        self.repeated.append(f"line {key.start_mark.line + 1}: {problem}")

    def get_single_node(self) -> yaml.Node | None:
        """Return the root node, after checking how much its aliases expand to."""
        node = super().get_single_node()
        if node is not None and self._has_references and _size(node, {}) > MOST:
            problem = f"its references (*) stand for more than {MOST:,} values"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return node


class _PlainLoader(_PlainComposer, yaml.SafeLoader):
    """The loader in Python."""

    def __init__(self, content: bytes | str) -> None:
        yaml.SafeLoader.__init__(self, content)
        _PlainComposer.__init__(self)


class _QuickLoader(_PlainComposer, yaml.CSafeLoader):
    """The loader with libyaml, which takes a fifth of the time."""

    def __init__(self, content: bytes | str) -> None:
        yaml.CSafeLoader.__init__(self, content)
        _PlainComposer.__init__(self)


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return how many values a node expands to; in `sizes`, 0 stands for a node in progress."""
    if id(node) in sizes:
        if not sizes[id(node)]:
            problem = "a reference (*) to what holds it"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return sizes[id(node)]
    sizes[id(node)] = 0
    size = 1
    if isinstance(node, yaml.ScalarNode):
        size += len(node.value) // LONG
    elif isinstance(node, yaml.MappingNode):
        size += sum(_size(part, sizes) for pair in node.value for part in pair)
    elif isinstance(node, yaml.SequenceNode):
        size += sum(_size(part, sizes) for part in node.value)
    sizes[id(node)] = size
    return size
