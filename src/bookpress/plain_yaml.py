"""YAML that people write, read so that it can do no harm."""

from __future__ import annotations

from typing import Any

import yaml

from bookpress.errors import short

MOST = 100_000
"""Values that a text may stand for once its references (*) are written out."""
LONG = 100
"""Letters of a text that count as one more value."""
MERGE = "tag:yaml.org,2002:merge"


class PlainLoader(yaml.SafeLoader):
    """Takes what people mean: a key is given once, and references stand for no more than a text.

    Where keys may be given again, `repeated` says which are: the last one counts.
    """

    def __init__(self, content: bytes | str, *, takes_repeated: bool = False) -> None:
        super().__init__(content)
        self.repeated: list[str] = []
        self._takes_repeated = takes_repeated
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
        if not self._takes_repeated:
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
        self.repeated.append(f"line {key.start_mark.line + 1}: {problem}")

    def get_single_node(self) -> yaml.Node | None:
        """Return the node of the whole text, whose references stand for no more than is allowed."""
        node = super().get_single_node()
        if node is not None and self._has_references and _size(node, {}) > MOST:
            problem = f"its references (*) stand for more than {MOST:,} values"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        return node


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
