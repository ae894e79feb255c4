"""Names of the roles and directives that pages of the book may use: ours, Jupyter Book's, Sphinx's and MyST's.

They stand here because asking Sphinx takes longer than the whole check; a test asks it.
"""

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
    result param years claim related when ab abbr abbreviation ac acronym any bdg cite code command confval dfn doc
    download emphasis envvar eq eval fa fa-brands fa-regular fa-solid fab far fas file footcite glue glue: guilabel
    i index kbd keyword literal mailheader makevar manpage material-outlined material-regular material-round
    material-sharp material-twotone math menuselection mimetype nb-download newsgroup numref octicon option pep
    pep-reference program raw ref regexp rfc rfc-reference samp strong sub sub-ref subscript sup superscript t term
    title title-reference token
    """
)

DIRECTIVES = _names(
    """
    when finding findings chapters edition-line every-choice how-to-cite accordion acks admonition article-info
    aside attention bibliography button-link button-ref card card-carousel card-footer card-header caution centered
    class cmdoption code code-block code-cell codeauthor compound confval container contents cssclass csv-table
    danger date default-domain default-role deprecated describe div dropdown envvar epigraph error eval eval-rst
    figure figure-md footbibliography footer glossary glue glue: grid grid-item grid-item-card header highlight
    highlights hint hlist image important include index line-block list-table literalinclude margin math meta
    moduleauthor nb-exec-table note object only option parsed-literal productionlist program pull-quote raw raw-cell
    replace role rst-class rubric section-numbering sectionauthor sectnum seealso sidebar sourcecode step steps
    tab-item tab-set tab-set-code table tableofcontents tabularcolumns target-notes thebe-button tip title toctree
    toggle topic unicode versionadded versionchanged versionremoved warning
    """
)

DOMAINS = re.compile(r"(?:(?:c|cite|cpp|eval|footcite|glue|js|math|py|rst|std):|bdg-)[\w:-]+")
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
