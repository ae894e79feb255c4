"""The last hand on a PDF: what it says about itself, one date, bytes that depend on nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pikepdf

from bookpress.errors import PressError
from bookpress.page.print.front_matter import Facts

NODE = re.compile(r"node\d+")
"""How Chromium names the elements of a structure: after a count that depends on the moment."""


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


def finished(printed: bytes, headings: Sequence[str], record: Mapping[str, Any], facts: Facts) -> bytes:
    """Return a PDF with its bibliographic record, dated by the build; the same input gives the same bytes.

    Parameters
    ----------
    printed : bytes
        A PDF made by Chromium, with outline.
    headings : sequence of str
        The headings of the document, in order.
    record : mapping
        CSL-JSON item of what it holds: title, authors, abstract, keywords, address.
    facts : Facts
        What is known of book and edition.

    Raises
    ------
    PressError
        If the outline has other entries than the document has headings.
    """
    with pikepdf.open(io.BytesIO(printed)) as pdf:
        _name_outline(pdf, headings)
        _renumber_nodes(pdf)
        _describe(pdf, record, facts)
        made = io.BytesIO()
        pdf.save(made, deterministic_id=True, linearize=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def _name_outline(pdf: pikepdf.Pdf, headings: Sequence[str]) -> None:
    """Write the headings into the outline: Chromium doubles some of them and joins words at the end of a line."""
    with pdf.open_outline() as outline:
        items = list(_flat(outline.root))
        if len(items) != len(headings):
            raise PressError(f"the outline has {len(items)} entries, the document {len(headings)} headings")
        for item, heading in zip(items, headings, strict=True):
            item.title = heading


def _flat(items: Sequence[pikepdf.OutlineItem]) -> Iterator[pikepdf.OutlineItem]:
    """Yield the entries of an outline in order."""
    for item in items:
        yield item
        yield from _flat(item.children)


def _renumber_nodes(pdf: pikepdf.Pdf) -> None:
    """Count the named elements of the structure from one, in their own order."""
    places = [place for thing in pdf.objects for place in _node_names(thing)]
    known = {name: f"node{number:08}" for number, name in enumerate(sorted({name for _, _, name in places}), start=1)}
    for holder, key, name in places:
        holder[key] = pikepdf.String(known[name])


def _node_names(thing: Any) -> Iterator[tuple[Any, Any, str]]:
    """Yield where an object holds the names of elements: holder, key or index, name."""
    if isinstance(thing, pikepdf.Dictionary):
        inner: Iterator[tuple[Any, Any]] = iter(thing.items())
    elif isinstance(thing, pikepdf.Array):
        inner = iter(enumerate(thing))
    else:
        return
    for key, value in inner:
        if isinstance(value, pikepdf.String) and NODE.fullmatch(str(value)):
            yield thing, key, str(value)
        elif isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect:
            yield from _node_names(value)


def _describe(pdf: pikepdf.Pdf, record: Mapping[str, Any], facts: Facts) -> None:
    """Say what the document is, twice as the format has it: as XMP and in the older dictionary."""
    book = facts.book
    authors = [_name(author) for author in record["author"]]
    creator, producer = f"{book.title} {book.version}", str(pdf.docinfo["/Producer"])
    moment = f"{facts.built:%Y-%m-%dT%H:%M:%S}+00:00"
    stamp = f"D:{facts.built:%Y%m%d%H%M%S}+00'00'"
    told: dict[str, Any] = {
        "dc:title": record["title"],
        "dc:creator": authors,
        "dc:description": record.get("abstract"),
        "dc:language": [book.language],
        "dc:publisher": [book.publisher] if book.publisher else None,
        "dc:rights": book.licence,
        "dc:identifier": record.get("DOI") or record.get("URL"),
        "xmp:CreateDate": moment,
        "xmp:ModifyDate": moment,
        "xmp:MetadataDate": moment,
        "xmp:CreatorTool": creator,
        "pdf:Producer": producer,
        "pdf:Keywords": record.get("keyword"),
        "xmpRights:WebStatement": book.licence_url,
    }
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        for name, value in told.items():
            if value:
                metadata[name] = value
    del pdf.docinfo
    older = {
        "/Title": record["title"],
        "/Author": ", ".join(authors),
        "/Subject": ". ".join(part for part in (record.get("container-title"), record.get("edition")) if part),
        "/Keywords": record.get("keyword"),
        "/Creator": creator,
        "/Producer": producer,
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }
    for name, text in older.items():
        if text:
            pdf.docinfo[name] = text
    pdf.Root.Lang = pikepdf.String(book.language)


def _name(author: Mapping[str, str]) -> str:
    """Return a name of CSL as it is spoken."""
    if "literal" in author:
        return author["literal"]
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(author[part] for part in parts if part in author)
