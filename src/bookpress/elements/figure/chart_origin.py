"""The origin of a chart, written into its pictures and the metadata of its table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from struct import pack
from typing import Any
from zlib import crc32

from bookpress.elements.base.charts import UNITS, Chart, Column
from bookpress.files import pretty

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
PNG_HEAD = 33
"""The bytes before the end of the first chunk in any PNG file."""
IN_BRACKETS = re.compile(r"\(([^()]+)\)$")
"""A unit at the end of a heading: Energy (J)."""


def to_csv_metadata(chart: Chart, origin: Mapping[str, str]) -> str:
    """Return the metadata of the CSV: its columns and its origin.

    The format is the W3C's "CSV on the Web".
    """
    columns = [_described(column) for column in chart.data.columns]
    metadata: dict[str, Any] = {
        "@context": "http://www.w3.org/ns/csvw",
        "url": f"{chart.stem}.csv",
    }
    for key, text in origin.items():
        metadata[f"dc:{key}"] = text
    metadata["tableSchema"] = {"columns": columns}
    return pretty(metadata)


def _described(column: Column) -> dict[str, str]:
    description = {
        "name": column.name,
        "titles": column.name,
        "dc:description": column.label,
        "datatype": column.type,
    }
    bracketed = IN_BRACKETS.search(column.label)
    unit = UNITS.get(column.kind) or (bracketed and bracketed[1])
    if unit:
        description["schema:unitText"] = unit
    return description


def svg_with_origin(svg: str, origin: Mapping[str, str]) -> str:
    """Return an SVG picture with its origin as Dublin Core."""
    facts = ""
    for key, text in origin.items():
        tag = f"dc:{key}"
        facts += f"<{tag}>{escape(text)}</{tag}>"
    namespaces = f'xmlns:rdf="{RDF}" xmlns:dc="{DUBLIN_CORE}"'
    description = f'<rdf:Description rdf:about="">{facts}</rdf:Description>'
    rdf = f"<rdf:RDF {namespaces}>{description}</rdf:RDF>"
    head, end, rest = svg.partition(">")
    return f"{head}{end}<metadata>{rdf}</metadata>{rest}"


def png_with_origin(png: bytes, origin: Mapping[str, str]) -> bytes:
    """Return a PNG picture with its origin, one text chunk for each fact after the first chunk."""
    chunks = b""
    for key, text in origin.items():
        chunks += _text_chunk(key.capitalize(), text)
    return png[:PNG_HEAD] + chunks + png[PNG_HEAD:]


def _text_chunk(keyword: str, text: str) -> bytes:
    """Return a chunk of a PNG file: length, type, content, checksum."""
    kind = b"iTXt"
    head = keyword.encode() + b"\0" * 5
    content = head + text.encode()
    length = pack(">I", len(content))
    check = crc32(kind + content)
    checksum = pack(">I", check)
    return length + kind + content + checksum
