"""Descriptions for machines of the tables behind figures: a Data Package, and Croissant."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bookpress.cite.jsonld import author_node, filled
from bookpress.cite.record import Citation
from bookpress.elements.base import charts
from bookpress.files import sha256
from bookpress.myst import plain

SCHEMA_ORG = {"string": "Text", "number": "Float", "integer": "Integer", "date": "Date"}
Node = dict[str, Any]


def _name(chart: charts.Chart, folder: str) -> str:
    path = f"{folder}{chart.stem}".removeprefix("figures/")
    return path.replace("/", "-")


def _licence(text: str) -> Node:
    name = re.sub(r"[^-\w.]+", "-", text)
    return {"name": name.strip("-"), "title": text}


def data_package(
    name: str, title: str, cited: Citation, tables: Sequence[tuple[charts.Chart, str]]
) -> Node:
    """Return a package of tables, each given with its folder.

    The format is that of https://specs.frictionlessdata.io/data-package/.
    """
    licences = dict.fromkeys(chart.licence for chart, _ in tables)
    sources = dict.fromkeys(chart.source for chart, _ in tables)
    authors = [author.full for author in cited.authors]
    return filled(
        {
            "profile": "tabular-data-package",
            "name": name,
            "title": title,
            "id": cited.edition.id if cited.edition else None,
            "version": cited.book.stated_version,
            "homepage": cited.page_url,
            "created": f"{cited.date.isoformat()}T00:00:00Z",
            "keywords": list(cited.keywords),
            "contributors": [{"title": author, "role": "author"} for author in authors],
            "licenses": [_licence(licence) for licence in licences],
            "sources": [{"title": source} for source in sources],
            "resources": [_resource(chart, folder) for chart, folder in tables],
        }
    )


def _table_field(column: charts.Column) -> Node:
    return {
        "name": column.name,
        "title": column.label,
        "type": column.type,
        "unit": charts.UNITS.get(column.kind),
    }


def _resource(chart: charts.Chart, folder: str) -> Node:
    fields = [_table_field(column) for column in chart.data.columns]
    return {
        "name": _name(chart, folder),
        "path": f"{folder}{chart.stem}.csv",
        "profile": "tabular-data-resource",
        "title": chart.title,
        "description": plain(chart.description),  # which is Markdown by the specification
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(chart.csv),
        "hash": f"sha256:{sha256(chart.csv)}",
        "licenses": [_licence(chart.licence)],
        "sources": [{"title": chart.source}],
        "schema": {"fields": fields, "missingValues": [""]},
    }


def croissant(book: Citation, tables: Sequence[tuple[charts.Chart, str]]) -> Node:
    """Return a description by which machine-learning tools load tables.

    See https://docs.mlcommons.org/croissant/docs/croissant-spec.html.
    """
    root = book.site_url or ""
    context = json.loads(Path(__file__).with_name("croissant.json").read_text("utf-8"))
    facts = book.book
    return filled(
        {
            **context,
            "name": facts.file_stem,
            "description": facts.description or facts.full_title,
            "url": book.site_url,
            "license": facts.licence_url or facts.licence,
            "creator": [author_node(author) for author in facts.authors],
            "datePublished": book.date.isoformat(),
            "version": facts.stated_version,
            "citeAs": book.title,
            "distribution": [_file_object(chart, folder, root) for chart, folder in tables],
            "recordSet": [_record_set(chart, folder) for chart, folder in tables],
        }
    )


def _file_object(chart: charts.Chart, folder: str, root: str) -> Node:
    name = f"{_name(chart, folder)}.csv"
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": f"{root}{folder}{chart.stem}.csv",
        "encodingFormat": "text/csv",
        "sha256": sha256(chart.csv),
    }


def _record_set(chart: charts.Chart, folder: str) -> Node:
    name = _name(chart, folder)
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": chart.title,
        "field": [_field(name, column) for column in chart.data.columns],
    }


def _field(table: str, column: charts.Column) -> Node:
    file = {"@id": f"{table}.csv"}
    return {
        "@type": "cr:Field",
        "@id": f"{table}/{column.name}",
        "name": column.name,
        "description": column.label,
        "dataType": f"sc:{SCHEMA_ORG[column.type]}",
        "source": {"fileObject": file, "extract": {"column": column.name}},
    }
