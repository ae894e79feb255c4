"""The Sphinx extension: numbers and verdicts in prose, looked up in the outputs of notebooks.

Each page keeps in Sphinx's environment what its cells published and what its prose quotes, so that
pages may be read in parallel, and written again when another page's numbers change.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import get_decimal_symbol, get_group_symbol
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from holdtrue import number_formats as forms
from holdtrue.comparisons.base import WORDS, Comparison
from holdtrue.estimates import FIELDS, ResultError, read_estimate
from holdtrue.notebook import MIME, PARTS, VERSION, Published, bound_in

FILE = "holdtrue.json"
"""The file beside the built pages that lists all statements, for ``python -m holdtrue``."""
SETTING = "holdtrue_fallen"
ANSWERS = ("error", "warn", "mark")
"""What a sentence that does not hold does: it ends the build, warns, or is marked."""
PARAMETERS = {"parameters", "injected-parameters"}
"""The tags of cells that may bind a name twice: papermill adds the second."""
_NUMBER = re.compile(r"\d[\d,.]*\d")

logger = logging.getLogger(__name__)


class LookUpError(Exception):
    """A name in prose that leads to nothing; says why in one line."""


class Quoted(NamedTuple):
    """A name as a role gives it, taken apart."""

    page: str
    name: str
    form: str


class Hidden:
    """How MyST-NB shows what a cell published: not at all, as prose does."""

    mime_priority_overrides = ()

    @staticmethod
    def handle_mime(_renderer: Any, data: Any, _inline: bool) -> list[nodes.Element] | None:
        """Return no nodes for any form of what a cell published; None for other outputs.

        An output without a node leaves nothing behind: the metadata names those outputs, as
        MyST-NB would else choose another form of them.
        """
        return [] if MIME in data.output_metadata else None


class QuoteNode(nodes.Inline, nodes.TextElement):
    """A name in prose, with its role, until it is looked up."""


# ---- reading ----
def role_of(kind: str) -> Callable[..., tuple[list[nodes.Node], list[Any]]]:
    """Return the role that leaves a name to be looked up."""

    def leave(
        _name: str, rawtext: str, text: str, lineno: int, inliner: Any, *_: Any
    ) -> tuple[list[nodes.Node], list[Any]]:
        page = inliner.document.settings.env.docname
        quote = QuoteNode(rawtext, "", role=kind, quoted=text.strip(), page=page)
        quote.line = lineno
        return [quote], []

    return leave


def read_page(app: Sphinx, doctree: nodes.document) -> None:
    """Keep what the cells of a page published, and what its prose quotes."""
    _remove_empty(doctree)
    env = app.env
    quotes = [*doctree.findall(QuoteNode)]
    published, fault = _published_in(env, env.docname)
    resting = [
        {"quoted": quote["quoted"], "line": quote.line, "sentence": _sentence_before(quote)}
        for quote in quotes
        if quote["role"] == "holds"
    ]
    others = {quote["quoted"] for quote in quotes}
    _pages(env)[env.docname] = {
        "published": published,
        "fault": fault,
        "resting": resting,
        "quoted": sorted(others),
    }
    for title in doctree.findall(nodes.title):  # lists of contents are made of titles as read
        for quote in [*title.findall(QuoteNode)]:
            _settle(env, quote, only_page=env.docname)


def _remove_empty(doctree: nodes.document) -> None:
    """Remove the empty outputs, and the second figures, that hidden outputs leave."""
    for output in [*doctree.findall(nodes.container)]:
        is_empty = not any(
            isinstance(node, nodes.Text | nodes.image | nodes.raw) for node in output.findall()
        )
        if "cell_output" in output["classes"] and is_empty:
            output.parent.remove(output)
    for figure in [*doctree.findall(nodes.figure)]:
        if all(isinstance(child, nodes.caption | nodes.legend) for child in figure.children):
            figure.parent.remove(figure)


def _sentence_before(quote: QuoteNode) -> str:
    """Return the sentence that a name follows, with its other names as they are written."""
    before = quote.parent.children[: quote.parent.index(quote)]
    texts = [each.rawsource if isinstance(each, QuoteNode) else each.astext() for each in before]
    text = " ".join("".join(texts).split())
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text)[-1]


def _published_in(env: BuildEnvironment, docname: str) -> tuple[dict[str, Published], str]:
    """Return what the outputs of a page's notebook publish by name, and why if nothing does."""
    folder = Path(getattr(env, "mystnb_config").output_folder)  # noqa: B009 set by MyST-NB
    try:
        notebook = json.loads((folder / f"{docname}.ipynb").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}, "the page has no cells"
    published: dict[str, Published] = {}
    assigned: set[str] = set()
    faults = []
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for cell in cells:
        bound = set(bound_in("".join(cell["source"])).plain)
        for output in cell["outputs"]:
            if output.get("output_type") == "error":
                faults.append("a cell of the page failed")
            payload = output.get("data", {}).get(MIME)
            if payload is not None:
                now, problem = _entries_of(payload)
                faults += [problem] if problem else []
                published.update(_checked(now, published, bound & assigned))
        if not PARAMETERS & {*cell["metadata"].get("tags", ())}:
            assigned |= bound
    if not published and not faults:
        has_run = any(cell["outputs"] or cell.get("execution_count") for cell in cells)
        found = "its cells published nothing: does one `import holdtrue`?"
        faults.append(found if has_run else "its cells have no outputs: was it run?")
    return published, "; ".join(dict.fromkeys(faults))


def _entries_of(payload: Any) -> tuple[dict[str, Published], str]:
    """Return what an output publishes by name; what it says is checked, as anyone may write it."""
    if not isinstance(payload, dict) or payload.get("version") != VERSION:
        version = payload.get("version") if isinstance(payload, dict) else None
        return {}, f"an output is of version {version!r}, not {VERSION}: run the notebook again"
    entries = {}
    try:
        for part in PARTS:
            for name, content in payload.get(part, {}).items():
                entries[name] = _entry(part, content)
    except (ResultError, TypeError, AttributeError, ValueError) as error:
        return {}, f"an output is not what `holdtrue` writes: {error}"
    return entries, ""


def _entry(part: Any, content: Any) -> Published:
    """Return an entry whose content is of its part."""
    if part == "results":
        fields = dict(content)
        period = fields.pop("period", None)
        read_estimate({**fields, "period": period})
    elif part == "statements":
        Comparison(**content)
        if content["holds"] not in (True, False, None):
            raise ResultError(f"{content['holds']!r} is no verdict")
    elif not isinstance(content, str | int | float | list):
        raise ResultError(f"{content!r} is no value")
    return Published(part, content)


def _checked(
    now: Mapping[str, Published], before: Mapping[str, Published], again: set[str]
) -> Iterator[tuple[str, Published]]:
    """Yield what a cell published; a name that two cells bind to different content is refused."""
    for name, entry in now.items():
        is_other = name.partition(".")[0] in again and before.get(name, entry) != entry
        why = "is bound by two cells to different values: give one of them another name"
        yield name, Published("refused", why) if is_other else entry


# ---- looking up ----
def _pages(env: BuildEnvironment) -> dict[str, dict[str, Any]]:
    pages: dict[str, dict[str, Any]] = vars(env).setdefault("holdtrue_pages", {})
    return pages


def _taken_apart(env: BuildEnvironment, page: str, quoted: str) -> Quoted:
    """Return page, name and form of ``name``, ``name:form``, ``page:name``, ``page:name:form``."""
    first, *rest = quoted.split(":")
    if not rest:
        return Quoted(page, first, "")
    published = _pages(env)[page]["published"]
    is_here = first in published or first.rpartition(".")[0] in published
    is_form = ":".join(rest) in forms.FORMATS or forms.is_specification(rest[0])
    if is_form and (is_here or len(rest) == 1):
        return Quoted(page, first, ":".join(rest))
    return Quoted(_page_named(env, first), rest[0], ":".join(rest[1:]))


def _page_named(env: BuildEnvironment, name: str) -> str:
    """Return the page of a name, or of the last part of one."""
    pages = [page for page in _pages(env) if page == name or page.rpartition("/")[2] == name]
    if name in pages:
        return name
    if len(pages) == 1:
        return pages[0]
    if pages:
        raise LookUpError(f"{name!r} is several pages: {', '.join(sorted(pages))}")
    short = [page.rpartition("/")[2] for page in _pages(env)]
    raise LookUpError(f"no page {name!r}{_nearest(name, short)}")


def _nearest(name: str, names: Any) -> str:
    near = difflib.get_close_matches(name, list(names), 1)
    return f"; did you mean {near[0]!r}?" if near else ""


def _found(env: BuildEnvironment, quoted: Quoted, only_page: str = "") -> Published:
    """Return what is published under a name; the fields of an estimate have a dot."""
    if only_page and quoted.page != only_page:
        raise LookUpError("a heading quotes its own page alone, as lists of contents repeat it")
    page = _pages(env)[quoted.page]
    published: Mapping[str, Published] = page["published"]
    root, _, inner = quoted.name.rpartition(".")
    entry = published.get(quoted.name)
    if entry is None and root in published and inner in FIELDS:
        held = published[root]
        if held.part == "results":
            entry = Published("results", {**held.content, "value": held.content[inner]})
            entry.content.update(low=None, high=None)
    known = {name.partition(".")[0] for name in published}
    if entry is None and quoted.name.partition(".")[0] in known and root:
        entry = Published("results", dict.fromkeys(FIELDS) | {"unit": "", "label": ""})
    if entry is None:
        because = f" ({page['fault']})" if page["fault"] else ""
        near = _nearest(quoted.name, published)
        raise LookUpError(f"no name {quoted.name!r} on page {quoted.page}{because}{near}")
    if entry.part == "refused":
        raise LookUpError(f"{quoted.name!r} {entry.content}")
    return entry


def text_of(entry: Published, form: str, language: str) -> str:
    """Return a number or text as prose writes it.

    Raises
    ------
    LookUpError
        If the form does not fit what is published.
    """
    content = entry.content
    if entry.part == "statements" or isinstance(content, bool):
        raise LookUpError("is true or false: a sentence rests on it by {holds}")
    if isinstance(content, str):
        if form:
            raise LookUpError(f"is a text, which has no form {form!r}")
        return content
    if isinstance(content, list):
        raise LookUpError("is a period: {years} writes it")
    fields = {name: content[name] for name in FIELDS} if entry.part == "results" else None
    estimate = read_estimate(fields or {"value": content})
    try:
        text = forms.write(estimate, form or "value")
    except (forms.FormatError, ValueError, OverflowError) as error:
        raise LookUpError(str(error)) from error
    return text if form == "label" else localised(text, language)


def localised(text: str, language: str) -> str:
    """Return a text whose numbers have the signs of a language, if it is known.

    Examples
    --------
    >>> localised("1,234.5 (0.4 to 0.5)", "de")
    '1.234,5 (0,4 to 0,5)'
    """
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return text
    signs = str.maketrans({".": get_decimal_symbol(locale), ",": get_group_symbol(locale)})
    return _NUMBER.sub(lambda number: number[0].translate(signs), text)


def _years(entry: Published) -> str:
    """Return a period as prose writes it."""
    period = entry.content if entry.part == "values" else entry.content.get("period")
    if isinstance(period, list) and len(period) == 2:
        return forms.period(*period)
    if isinstance(period, int) and not isinstance(period, bool):
        return str(period)
    raise LookUpError("is no period: {years} writes two years, or those of an estimate")


def _statement(entry: Published) -> Comparison:
    """Return a statement, or a plain boolean as one."""
    if entry.part == "statements":
        return Comparison(**entry.content)
    if isinstance(entry.content, bool):
        return Comparison(entry.content, "it is " + str(entry.content).lower())
    raise LookUpError("is no comparison: {result} writes a number")


# ---- writing ----
def resolve_page(app: Sphinx, doctree: nodes.document, _docname: str) -> None:
    """Put numbers and marks where prose asks for them."""
    for quote in [*doctree.findall(QuoteNode)]:
        _settle(app.env, quote)


def _settle(env: BuildEnvironment, quote: QuoteNode, only_page: str = "") -> None:
    """Replace a name by its text; a name that leads to nothing stays as it is, with an error."""
    try:
        quoted = _taken_apart(env, quote["page"], quote["quoted"])
        entry = _found(env, quoted, only_page)
        if quote["role"] == "holds":
            _mark(env, quote, _statement(entry))
            return
        if quote["role"] == "years":
            text = _years(entry)
        else:
            text = text_of(entry, quoted.form, env.config.language or "en")
    except LookUpError as error:
        place = location(env, quote["page"], quote.line or 0)
        logger.error("%s: %s", quote["quoted"], error, location=place)  # noqa: TRY400 for authors
        text = quote["quoted"]
    quote.replace_self(nodes.Text(text))


def _mark(env: BuildEnvironment, quote: QuoteNode, statement: Comparison) -> None:
    """Remove the name of a statement; where the book says so, one that does not hold is marked."""
    parent = quote.parent
    place = parent.index(quote)
    if statement.holds is not True and getattr(env.config, SETTING) == "mark":
        text = f"[{WORDS[statement.holds]}: {statement.because}]"
        quote.replace_self(nodes.emphasis(text, text, classes=["holdtrue-fallen"]))
        return
    parent.remove(quote)
    before = parent.children[place - 1] if place else None
    if isinstance(before, nodes.Text):  # the space before it
        parent.replace(before, nodes.Text(before.rstrip()))


def location(env: BuildEnvironment, page: str, line: int) -> str:
    """Return where a line is; MyST-NB counts those of an .ipynb by ten thousands for each cell."""
    path = str(env.doc2path(page, base=False))
    if path.endswith(".ipynb") and line >= 10_000:
        return f"{path}: cell {line // 10_000}, line {line % 10_000 + 1}"
    return f"{path}:{line}"


def check_sentences(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Say which sentences do not hold, and why; end the build with 1 unless the book says not."""
    answer = getattr(app.config, SETTING)
    statements = []
    for page, kept in sorted(_pages(env).items()):
        for resting in kept["resting"]:
            place = location(env, page, resting["line"])
            try:
                quoted = _taken_apart(env, page, resting["quoted"])
                statement = _statement(_found(env, quoted))
            except LookUpError as error:
                statement = Comparison(None, str(error))
            fields = {"name": resting["quoted"], "holds": statement.holds}
            fields |= {"because": statement.because, "sentence": resting["sentence"]}
            statements.append({"page": page, "place": place, **fields})
            if statement.holds is True or answer == "mark":
                continue
            report = logger.error if answer == "error" else logger.warning
            verdict = f"{WORDS[statement.holds]} ({statement.because})"
            report("%s %s: %s", resting["quoted"], verdict, resting["sentence"], location=place)
            if answer == "error":
                app.statuscode = 1
    outdir = Path(app.outdir)
    outdir.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": VERSION, "statements": statements}, ensure_ascii=False, indent=1)
    (outdir / FILE).write_text(text + "\n", encoding="utf-8")
    return []


def outdated_pages(_app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Return the pages that quote a page whose numbers have changed since they were written."""
    pages = _pages(env)
    written: dict[str, str] = vars(env).setdefault("holdtrue_written", {})
    outdated = []
    for page, kept in pages.items():
        seen = {}
        for quoted in kept["quoted"]:
            try:
                other = _taken_apart(env, page, quoted)
                seen[quoted] = _found(env, other)
            except LookUpError as error:
                seen[quoted] = Published("refused", str(error))
        text = json.dumps(seen, sort_keys=True)
        if written.get(page, text) != text:
            outdated.append(page)
        written[page] = text
    return outdated


def purge_page(_app: Sphinx, env: BuildEnvironment, docname: str) -> None:
    """Forget a page that is read again, or is gone."""
    _pages(env).pop(docname, None)


def merge_pages(
    _app: Sphinx, env: BuildEnvironment, docnames: set[str], other: BuildEnvironment
) -> None:
    """Take over the pages that another process has read."""
    _pages(env).update({page: _pages(other)[page] for page in docnames if page in _pages(other)})


def check_setting(_app: Sphinx, config: Any) -> None:
    """Refuse a setting that does not exist."""
    from sphinx.errors import ConfigError

    answer = getattr(config, SETTING)
    if answer not in ANSWERS:
        raise ConfigError(f"{SETTING} is {answer!r}: it is one of {', '.join(ANSWERS)}")


def register(app: Sphinx) -> dict[str, Any]:
    """Register roles, setting and events with Sphinx."""
    app.setup_extension("myst_nb")
    app.add_config_value(SETTING, "error", "env", frozenset({str}))
    app.add_node(QuoteNode)
    for kind in ("result", "holds", "years"):
        app.add_role(kind, role_of(kind))
    app.connect("config-inited", check_setting)
    app.connect("doctree-read", read_page, priority=100)  # before titles are collected
    app.connect("doctree-resolved", resolve_page)
    app.connect("env-purge-doc", purge_page)
    app.connect("env-merge-info", merge_pages)
    app.connect("env-updated", outdated_pages)
    app.connect("env-updated", check_sentences, priority=600)  # which is called in each build
    return {"version": "0.1.0", "env_version": 1, "parallel_read_safe": True}
