"""Text of data that would be markup if anything read it as such, and evidence that is full of it."""

import csv
import io
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from zlib import crc32

import ahocorasick
import pandas as pd
import yaml

from bookpress.files import sha256
from compute_divide.sources import catalogue
from compute_divide.sources.store.files import SUFFIX, sidecar_name
from compute_divide_evidence.store.writing import seal
from sampling import count

SECRET = "kept-from-all-pages"
"""What a file beside the book holds that no page may show."""
ELSEWHERE = "elsewhere.example"
KINDS = (
    "{download}`x <../../../../secret.txt>`",
    "{download}`x </../../../secret.txt>`",
    "{include}`../../../../secret.txt`",
    "\n```{include} ../../../../secret.txt\n```\n",
    "\n\n:::{literalinclude} ../../../../secret.txt\n:::\n",
    "\n```{raw} html\n<iframe src='https://elsewhere.example'></iframe>\n```",
    "\r\r```{csv-table}\r:file: ../../../../secret.txt\r```",
    "\n```{eval-rst}\n.. include:: ../../../../secret.txt\n```",
    "{result}`no-such-result`",
    "{holds}`no_such_statement`",
    "{param}`none` {years}`none` {claim}`none` {related}`none`",
    "{ref}`x <https://elsewhere.example>` {numref}`fig-none` {eq}`none`",
    "{doc}`x </index>` {term}`none`",
    "{cite:p}`nobody1900` {cite:t}`nobody1900` {footcite}`nobody1900`",
    "{math}`\\input{../../../../secret.txt}` $\\href{https://elsewhere.example}{x}$",
    "{raw}`<b id=elsewhere>x</b>` {abbr}`x (y)` {sub}`x` {kbd}`x`",
    "[x](https://elsewhere.example) [x](javascript:alert(1)) [](#elsewhere)",
    "![x](https://elsewhere.example/x.png) ![x](../../../../secret.txt)",
    "<https://elsewhere.example> <a href='https://elsewhere.example'>x</a>",
    "<script src='https://elsewhere.example'></script><img src=x onerror=alert(1)>",
    "</script><svg onload=alert(1)> <!-- --> <style>@import 'https://elsewhere.example'</style>",
    "[x][y] [^1]\n\n[y]: https://elsewhere.example\n[^1]: x",
    "{{ elsewhere }} {% include '../../../../secret.txt' %} &lt;b&gt; &#x3c;",
    "**x** _x_ ~~x~~ `x` \\ \\\\ `` ` [x]{.elsewhere #elsewhere} (elsewhere)=",
    "=HYPERLINK('https://elsewhere.example') \u202e\u2028x",
)
"""Roles, directives, links, includes and HTML, as text."""
CODED = ("profile", "domain_profile", "profile_types", "profile_ids")
"""Columns that hold counts and ids in a form of their own, which nobody reads."""
BY_HAND = ("*.yml", "*.csv", "audit/*.yml")


def full_of_markup(data: Path, book: Path) -> int:
    """Put a kind behind texts of every text column of every table; return how many columns."""
    texts = {table: _texts(data / table, schema) for table, schema in _tables(data)}
    every = {part for of_table in texts.values() for part in _parts(of_table)}
    free = every - _named(every, book, data)
    # a seeded half of them in short: chapters meet texts with and without
    free = {text for text in free if crc32(text.encode()) % 2 < count(1, 2)}
    changed = 0
    for table, of_table in texts.items():
        changed += _rewrite(data / table, list(of_table), lambda cell: _marked(cell, free))
        _seal(data, table)
    seal(data)
    return changed


def kind_for(text: str, *, joined: bool = False) -> str:
    """Return a kind, always the same for a text; in a list its parts are set off by bars."""
    kind = KINDS[crc32(text.encode()) % len(KINDS)]
    return kind.replace("|", "/") if joined else kind


def _marked(cell: str, free: set[str]) -> str:
    parts = [f"{part} {kind_for(part)}" if part in free else part for part in cell.split("|")]
    return "|".join(parts)


def _tables(data: Path) -> Iterator[tuple[str, object]]:
    before = os.environ.get("COMPUTE_DIVIDE_DATA")
    os.environ["COMPUTE_DIVIDE_DATA"] = str(data)
    try:
        for table in catalogue.tables():
            yield table, catalogue.family_of(table)[1]
    finally:
        if before is None:
            del os.environ["COMPUTE_DIVIDE_DATA"]
        else:
            os.environ["COMPUTE_DIVIDE_DATA"] = before


def _texts(path: Path, schema: object) -> dict[str, set[str]]:
    """Return the texts of each column of free text."""
    free = [
        name
        for name, column in schema.columns.items()  # type: ignore[attr-defined]
        if str(column.dtype).startswith("str") and not column.checks and name not in CODED
    ]
    table = _read(path)
    return {name: {*table[name].dropna().astype(str)} for name in free if name in table}


def _parts(of_table: Mapping[str, set[str]]) -> Iterator[str]:
    for texts in of_table.values():
        for text in texts:
            yield from text.split("|")


def _named(texts: set[str], book: Path, data: Path) -> set[str]:
    """Return the texts that chapters, code or a file kept by hand name: these are looked up."""
    automaton = ahocorasick.Automaton()
    for text in texts:
        if text:
            automaton.add_word(text, text)
    automaton.make_automaton()
    places = [
        *(book / "notebooks").glob("*.md"),
        *Path(catalogue.__file__).parents[2].glob("compute_divide*/**/*.py"),
    ]
    derived = set(catalogue.tables())
    for pattern in BY_HAND:
        found = [path for path in data.glob(pattern) if not path.name.endswith(SUFFIX)]
        places += [path for path in found if path.relative_to(data).as_posix() not in derived]
    return {text for place in places for _, text in automaton.iter(place.read_text("utf-8"))}


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])


def _rewrite(path: Path, columns: list[str], marked: Callable[[str], str]) -> int:
    """Mark the cells of some columns of a file; return in how many columns that changed one."""
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        changed = 0
        for name in columns:
            texts = table[name].astype(object)
            new = texts.map(marked, na_action="ignore")
            changed += not new.equals(texts)
            table[name] = new.astype(table[name].dtype)
        table.to_parquet(path, index=False, compression="zstd")
        return changed
    rows = list(csv.DictReader(io.StringIO(path.read_bytes().decode(), newline="")))
    touched = set()
    for row in rows:
        for name in columns:
            new = marked(row[name])
            if new != row[name]:
                touched.add(name)
                row[name] = new
    out = io.StringIO(newline="")
    heads = list(rows[0]) if rows else columns
    writer = csv.DictWriter(out, heads, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode())
    return len(touched)


def _seal(data: Path, table: str) -> None:
    path = data / sidecar_name(table)
    sidecar = yaml.safe_load(path.read_bytes())
    sidecar["sha256"] = sha256((data / table).read_bytes())
    path.write_text(yaml.safe_dump(sidecar, sort_keys=False, allow_unicode=True), "utf-8")
