"""A model of Zotero's Embedded Metadata translator, as far as it bears on our tags.

It follows Embedded Metadata.js and utilities.js: which tag decides the type, how names are taken apart, which tag fills
which field.
"""

import re
from typing import Any

from bs4 import BeautifulSoup

FIELDS = {
    "citation_title": "title",
    "citation_publication_date": "date",
    "citation_inbook_title": "publicationTitle",
    "citation_book_title": "bookTitle",
    "citation_publisher": "publisher",
    "citation_isbn": "ISBN",
    "citation_abstract": "abstractNote",
    "citation_doi": "DOI",
    "citation_public_url": "url",
    "citation_language": "language",
    "prism.edition": "edition",
}
PREFIXES = {
    "bib",
    "bibo",
    "dc",
    "dcterms",
    "prism",
    "foaf",
    "og",
    "article",
    "book",
    "music",
    "video",
    "so",
    "rdf",
}
TYPES = {"citation_book_title": "bookSection", "citation_inbook_title": "bookSection"}


def zotero(html: str, location: str) -> dict[str, Any]:
    page = BeautifulSoup(html, "html5lib")
    metas = [
        (meta.get("name") or meta.get("property") or "", meta.get("content") or "")
        for meta in page.find_all("meta")
    ]
    item: dict[str, Any] = {"itemType": item_type(metas)}
    for tag, field in FIELDS.items():
        # Only the first tag counts, and a tag matches by the end of its name.
        first = next((content for name, content in metas if name.endswith(tag)), "")
        if first.strip():
            item[field] = re.sub(r"\s+", " ", first).strip()
    names = [content for name, content in metas if name.endswith("citation_author")]
    item["creators"] = [
        creator for name in names for creator in creators(name, alone=len(names) == 1)
    ]
    item["tags"] = [content for name, content in metas if name.endswith("citation_keywords")]
    ending = rf"\s*[-–—=_:|~#]\s*{re.escape(item.get('publicationTitle', chr(0)))}\s*$"
    item["title"] = re.sub(ending, "", item["title"], flags=re.IGNORECASE)
    canonical = page.select_one("head link[rel=canonical]")
    item.setdefault("url", str(canonical["href"]) if canonical else location)
    return item


def item_type(metas: list[tuple[str, str]]) -> str | None:
    """Return the type: a tag whose first or second word is a known vocabulary belongs to that and decides nothing."""
    kind = guess = None
    for name, content in metas:
        words = re.split(r"[.:_]", name)
        if (
            not content
            or words[0].lower() in PREFIXES
            or (len(words) > 2 and words[1].lower() in PREFIXES)
        ):
            continue
        kind = TYPES.get(name, kind)
        guess = guess or ("journalArticle" if name == "citation_title" else None)
        guess = "book" if name == "citation_isbn" else guess
    is_book = (
        "og:type",
        "book",
    ) in metas  # RDF.js takes this for a type, and "article" only for a guess
    return kind or ("book" if is_book else guess)


def creators(text: str, *, alone: bool) -> list[tuple[str, str]]:
    """Return last and first name of each author in a tag; a single name has no first."""
    found = re.split(r"\s*;\s*", text)
    if len(found) == 1 and alone:
        halves = re.split(r"\s*,\s*", found[0])
        if len(halves) > 1 and " " in halves[0] and " " in halves[1]:
            found = halves
    return [clean(name) for name in found if re.search(r"[^\s,\-.;]", name)]


def clean(name: str) -> tuple[str, str]:
    by_comma = "," in name
    name = re.sub(r"^[\s.,/\[\]:]+|[\s.,/\[\]:]+$", "", name)
    if by_comma:
        parts = re.split(r", ?|，", re.sub(r"\.([^ ])", r". \1", name, count=1))
        return parts[0], parts[1] if len(parts) > 1 else ""
    first, _, last = name.rpartition(" ")
    return last, first
