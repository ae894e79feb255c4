"""YAML that people write, read so that it can do no harm."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import yaml
from yaml.composer import Composer

from bookpress.errors import short

MOST = 100_000
"""Values that a text may stand for once its references (*) are written out."""
LONG = 100
"""Letters of a text that count as one more value."""
MERGE = "tag:yaml.org,2002:merge"


def load_plain(content: bytes | str, *, takes_repeated: bool = False) -> tuple[Any, list[str]]:
    """Return what YAML contains, and which keys it gives again, where that `takes_repeated`.

    A key may otherwise be given once only, and references stand for no more than a text would.

    Raises
    ------
    yaml.YAMLError, ValueError
        If it is no such YAML.
    """
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError, ValueError):  # the other loader knows better what is wrong
            return _load(_QuickLoader(content), takes_repeated)
    return _load(_PlainLoader(content), takes_repeated)


def load_quickly(content: bytes | str) -> Any:
    """Return what `yaml.safe_load` returns or raises, in a tenth of its time where it is right."""
    if yaml.__with_libyaml__:
        with suppress(yaml.YAMLError, ValueError):
            return yaml.load(content, Loader=yaml.CSafeLoader)
    return yaml.safe_load(content)


def _load(loader: _PlainLoader | _QuickLoader, takes_repeated: bool) -> tuple[Any, list[str]]:
    loader.takes_repeated = takes_repeated
    return loader.get_single_data(), loader.repeated


class _PlainComposer(Composer):
    """Refuses a key that is given again, and references that stand for more than a text would."""

    check_event: Callable[..., bool]
    """Comes with the parser of a loader."""

    def __init__(self) -> None:
        Composer.__init__(self)
        self.repeated: list[str] = []
        self.takes_repeated = False
        self._has_references = False

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Return the next node; take note of references."""
        self._has_references |= self.check_event(yaml.AliasEvent)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """Return a mapping whose keys are looked through, before others are merged into it."""
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
        """Return the node of the whole text, whose references stand for no more than is allowed."""
        node = super().get_single_node()
        if node is not None and self._has_references and _size(node, {}) > MOST:
            problem = f"its references (*) stand for more than {MOST:,} values"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return node


class _PlainLoader(_PlainComposer, yaml.SafeLoader):
    """Reads with Python."""

    def __init__(self, content: bytes | str) -> None:
        yaml.SafeLoader.__init__(self, content)
        _PlainComposer.__init__(self)


class _QuickLoader(_PlainComposer, yaml.CSafeLoader):
    """Reads with libyaml, in a fifth of the time."""

    def __init__(self, content: bytes | str) -> None:
        yaml.CSafeLoader.__init__(self, content)
        _PlainComposer.__init__(self)


def _size(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return how many values a node stands for; `sizes` are those before, 0 of what is open."""
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
