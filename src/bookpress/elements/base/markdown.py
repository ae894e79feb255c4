"""Markdown of notebooks and plain text: what only pages understand is put into words, or left out.

What an element makes of its directives and roles there is one of its `Forms`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from sphinx.environment import BuildEnvironment

from bookpress.elements.base.registry import As, Element, elements

Words = Callable[[str, str, BuildEnvironment], str]
"""A text in Markdown, the docname of its page, the environment: the text in plain words."""


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
    r"""Return Markdown with other words in the place of directives.

    `words` returns them, given the name, the argument and the content of one.

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
