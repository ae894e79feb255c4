"""Markdown for notebooks and plain text: what only pages understand becomes words, or goes.

What an element makes of its own directives and roles is one of its `Forms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sphinx.environment import BuildEnvironment

from bookpress.elements.base.registry import As, Element, elements

Words = Callable[[str, str, BuildEnvironment], str]
"""Takes Markdown, the docname and the environment, and returns plain words."""


def in_plain_words(text: str, form: str, docname: str, env: BuildEnvironment) -> str:
    """Return Markdown as the elements show it in a form: ``notebook`` or ``text``."""
    for element in elements():
        wanted = getattr(element.forms, form)
        if wanted is As.OMITTED:
            text = without(text, element)
        elif isinstance(wanted, str):
            words: Words = element.find(wanted)
            text = words(text, docname, env)
    return text


def without(text: str, element: Element) -> str:
    """Return Markdown without the directives and roles of an element."""
    if "{" not in text:
        return text
    text = replace_directives(text, element.directives, lambda _name, _argument, _content: "")
    for role in element.roles:
        text = re.sub(rf"\s*\{{{re.escape(role)}\}}(`+).+?(?<!`)\1(?!`)", "", text, flags=re.DOTALL)
    return text


def replace_directives(
    text: str, names: Iterable[str], words: Callable[[str, str, str], str]
) -> str:
    r"""Return Markdown with words in place of directives.

    `words` takes the name, the argument and the content of a directive.

    Examples
    --------
    >>> page = "Before.\n\n```{clock} noon\nIt ticks.\n```\n\nAfter."
    >>> replace_directives(page, ["clock"], lambda name, argument, content: f"At {argument}.")
    'Before.\n\nAt noon.\n\nAfter.'
    """
    either = "|".join(map(re.escape, names))
    if not either or "{" not in text:
        return text
    fence = rf"^(?P<fence>`{{3,}}|:{{3,}})\{{(?P<name>{either})\}}[ \t]*(?P<argument>[^\n]*)\n"
    block = re.compile(rf"{fence}(?P<content>.*?)^(?P=fence)[ \t]*$", re.DOTALL | re.MULTILINE)
    return block.sub(
        lambda directive: words(
            directive["name"], directive["argument"].strip(), directive["content"]
        ),
        text,
    )
