"""Names of the roles and directives that pages of the book may use: ours, Jupyter Book's, Sphinx's and MyST's."""

from __future__ import annotations

import re

QUOTES = {"claim": "claims.yml", "related": "related.yml"}
"""Roles that quote an entry of a file of the evidence."""

RESULT_FORMATS = (
    "value",
    "precise",
    "number",
    "interval",
    "ranged",
    "full",
    "counts",
    "n",
    "k",
    "low",
    "high",
    "label",
)
YEARS_FORMATS = ("dash",)
QUOTE_FORMATS = ("value", "statement", "provenance", "full")
"""Formats that ``{result}`` takes, ``{years}``, and ``{claim}`` and ``{related}``."""

CROSS_REFERENCES = {"ref", "numref", "eq"}


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES = _names(
    """
    result param years claim related when abbr abbreviation any cite code command dfn doc download emphasis envvar eq
    file footcite glue guilabel index kbd keyword literal mailheader makevar manpage math menuselection mimetype nb-
    download newsgroup numref option pep program raw ref regexp rfc samp strong sub sub-ref subscript sup
    superscript term title-reference token bdg bdg-link bdg-ref octicon fa fab far fas fa-brands fa-regular fa-solid
    material-outlined material-regular material-round material-sharp material-twotone
    """
)

DIRECTIVES = _names(
    """
    when finding findings chapters edition-line every-choice how-to-cite accordion acks admonition article-info
    aside attention bibliography button-link button-ref card card-carousel card-footer card-header caution centered
    class code code-block code-cell codeauthor compound container contents csv-table danger deprecated div doctest
    dropdown envvar epigraph error eval-rst figure figure-md footbibliography glossary glue grid grid-item grid-
    item-card highlight highlights hint hlist image important include index line-block list-table literalinclude
    margin math meta mermaid note nb-exec-table object only option parsed-literal productionlist program pull-quote
    raw raw-cell rst-class rubric sectionauthor seealso sidebar sourcecode step steps tab-item tab-set tab-set-code
    table tableofcontents tabularcolumns thebe-button tip toctree toggle topic versionadded versionchanged
    versionremoved warning
    """
)

DOMAINS = re.compile(r"(?:(?:c|cite|cpp|glue|js|math|py|rst|std):|bdg-)[\w:-]+")
"""Families of names: of programming languages, citations and badges."""


def is_role(name: str) -> bool:
    """Return whether there is a role of this name.

    Examples
    --------
    >>> is_role("result"), is_role("cite:p"), is_role("reslt")
    (True, True, False)
    """
    return name in ROLES or DOMAINS.fullmatch(name) is not None


def is_directive(name: str) -> bool:
    """Return whether there is a directive of this name.

    Examples
    --------
    >>> is_directive("code-cell"), is_directive("waring")
    (True, False)
    """
    return name in DIRECTIVES or DOMAINS.fullmatch(name) is not None
