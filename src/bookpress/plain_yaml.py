"""PyYAML's safe loader, the fast one where libyaml is there, for YAML that people write."""

from __future__ import annotations

from typing import Any

import yaml

from bookpress.errors import short

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST = 100_000
"""The most values that a text may expand to once its aliases (*) are resolved."""
LONG = 100
"""Characters of a scalar that count as one more value."""
MERGE = "tag:yaml.org,2002:merge"


def load(content: bytes | str) -> Any:
    """Return the content of YAML."""
    return LOADER(content).get_single_data()


def load_plain(content: bytes | str) -> tuple[Any, list[str]]:
    """Return the content of YAML, and where keys are repeated, of which the last one counts.

    Raises
    ------
    yaml.YAMLError, ValueError
        If it is not plain YAML, or has aliases that expand beyond measure.
    """
    try:
        return _loaded(LOADER(content))
    except yaml.YAMLError:  # of which the loader in Python says more
        return _loaded(yaml.SafeLoader(content))


def _loaded(loader: Any) -> tuple[Any, list[str]]:
    node = loader.get_single_node()
    if node is None:
        return None, []
    repeated: list[str] = []
    if _size(node, {}, repeated) > MOST:
        _refuse(node, f"its references (*) stand for more than {MOST:,} values")
    return loader.construct_document(node), repeated


def _size(node: yaml.Node, sizes: dict[yaml.Node, int], repeated: list[str]) -> int:
    """Return how many values a node expands to, and note repeated keys.

    In `sizes`, 0 stands for a node in progress.
    """
    if node in sizes:
        if not sizes[node]:
            _refuse(node, "a reference (*) to what holds it")
        return sizes[node]
    sizes[node] = 0
    size = 1
    if isinstance(node, yaml.ScalarNode):
        size += len(node.value) // LONG
    elif isinstance(node, yaml.MappingNode):
        size += sum(_size(part, sizes, repeated) for pair in node.value for part in pair)
        repeated += _repeated_keys(node)
    elif isinstance(node, yaml.SequenceNode):
        size += sum(_size(part, sizes, repeated) for part in node.value)
    sizes[node] = size
    return size


def _repeated_keys(node: yaml.MappingNode) -> list[str]:
    repeated = []
    lines: dict[tuple[str, str], int] = {}
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != MERGE:
            line = key.start_mark.line + 1
            name = (key.tag, key.value)
            if name in lines:
                what = f"{short(key.value)} is given more than once, first in line {lines[name]}"
                repeated.append(f"line {line}: {what}")
            lines.setdefault(name, line)
    return repeated


def _refuse(node: yaml.Node, problem: str) -> None:
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
