"""The last hand on a PDF: what it says about itself, one date, bytes that depend on nothing else."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pikepdf

from compute_divide.reading.facts import Facts

PRODUCED_BY = "Chromium"


def pages_of(printed: bytes) -> dict[str, int]:
    """Return the number of the page on which each place stands that a link of the document leads to.

    Parameters
    ----------
    printed : bytes
        A PDF made by Chromium.
    """
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        places: Any = pdf.Root.get("/Dests", {})
        return {str(name).removeprefix("/"): numbers[place[0].objgen] for name, place in places.items()}


def finished(printed: bytes, record: Mapping[str, Any], facts: Facts) -> bytes:
    """Return a PDF with its bibliographic record, dated by the build; the same input gives the same bytes.

    Parameters
    ----------
    printed : bytes
        A PDF made by Chromium.
    record : mapping
        CSL-JSON item of what it holds: title, authors, abstract, keywords, address.
    facts : Facts
        What is known of book and edition.
    """
    book = facts.book
    authors = [_name(author) for author in record["author"]]
    keywords = record.get("keyword", "")
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        producer = str(pdf.docinfo.get("/Producer", PRODUCED_BY))
        moment = f"{facts.built:%Y-%m-%dT%H:%M:%S}+00:00"
        stamp = f"D:{facts.built:%Y%m%d%H%M%S}+00'00'"
        subject = ". ".join(part for part in (record.get("container-title"), record.get("edition")) if part)
        with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
            entries = {
                "dc:title": record["title"],
                "dc:creator": authors,
                "dc:description": record.get("abstract"),
                "dc:subject": set(),
                "dc:language": {book.language},
                "dc:publisher": {book.publisher} if book.publisher else None,
                "dc:rights": book.licence,
                "dc:identifier": record.get("DOI") or record.get("URL"),
                "xmp:CreateDate": moment,
                "xmp:ModifyDate": moment,
                "xmp:MetadataDate": moment,
                "xmp:CreatorTool": f"{book.title} {book.version}",
                "pdf:Producer": producer,
                "pdf:Keywords": keywords,
                "xmpRights:WebStatement": book.licence_url,
            }
            for name, value in entries.items():
                if value:
                    metadata[name] = value
        del pdf.docinfo
        for name, text in {
            "/Title": record["title"],
            "/Author": ", ".join(authors),
            "/Subject": subject,
            "/Keywords": keywords,
            "/Creator": f"{book.title} {book.version}",
            "/Producer": producer,
            "/CreationDate": stamp,
            "/ModDate": stamp,
        }.items():
            if text:
                pdf.docinfo[name] = text
        pdf.Root.Lang = pikepdf.String(book.language)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def _name(author: Mapping[str, str]) -> str:
    """Return a name of CSL as it is spoken."""
    if "literal" in author:
        return author["literal"]
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(author[part] for part in parts if part in author)
