"""What stands in the head of a page: tags, links for machines (Signposting), Open Graph, and the site map."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from xml.sax.saxutils import escape as escape_xml

from bookpress.citation.highwire import highwire_tags
from bookpress.citation.jsonld import chapter_node, front_node, to_script
from bookpress.citation.page import FILES, Page

Link = dict[str, str]


def head_html(page: Page) -> str:
    """Return all that a page's head says of what the page is, as HTML."""
    citation = page.citation
    tagged = citation.book.chapter_tags if citation.chapter else not citation.book.chapter_tags
    lines = [
        f'<meta name="{name}" content="{escape(content)}">' for name, content in (highwire_tags(page) if tagged else [])
    ]
    lines += [f'<meta property="{name}" content="{escape(content)}">' for name, content in open_graph(page)]
    lines += [_link(link) for link in links(page)]
    node = chapter_node(page) if citation.chapter else front_node(page)
    return "\n".join([*lines, f'<script type="application/ld+json">{to_script(node)}</script>'])


def canonical_html(page: Page) -> str:
    """Return the link that names a page's own address; empty where the site has none."""
    return _link({"rel": "canonical", "href": page.url}) if page.url else ""


def links(page: Page) -> list[Link]:
    """Return the typed links of a page, for machines that follow them.

    Notes
    -----
    The FAIR Signposting profile, https://signposting.org/FAIR/. ``cite-as`` needs an address meant to last: a DOI, or
    the permanent address of the edition. ``item`` leads to data and chapters, ``collection`` to the book.
    """
    citation = page.citation
    lasting = f"https://doi.org/{citation.doi}" if citation.doi else citation.permanent_url
    made: list[Link] = []
    if lasting:
        made.append({"rel": "cite-as", "href": lasting})
    kinds = ("Chapter", "ScholarlyArticle") if citation.chapter else ("Book",)
    made += [{"rel": "type", "href": f"https://schema.org/{kind}"} for kind in ("AboutPage", *kinds)]
    for ending, media_type in FILES.values():
        made.append({"rel": "describedby", "type": media_type, "href": page.relative(page.stem + ending)})
    made += [{"rel": "author", "href": author.orcid_url} for author in citation.authors if author.orcid_url]
    if citation.book.licence_url:
        made.append({"rel": "license", "href": citation.book.licence_url})
    files = [*page.files, *(file for dataset in page.datasets for file in dataset.files)]
    made += [{"rel": "item", "type": file.media_type, "href": page.relative(file.path)} for file in files]
    made += [{"rel": "item", "type": "text/html", "href": page.relative(chapter.page)} for chapter in page.chapters]
    if citation.chapter:
        made.append({"rel": "collection", "type": "text/html", "href": page.relative("index.html")})
    return made


def open_graph(page: Page) -> list[tuple[str, str]]:
    """Return property and content of the Open Graph tags; none where the site has no address, which they need.

    Notes
    -----
    https://ogp.me: title, type, image and url are required, and the latter two are absolute.
    """
    if page.url is None:
        return []
    citation, picture = page.citation, page.picture
    tags = [
        ("og:type", "article" if citation.chapter else "book"),
        ("og:title", citation.title),
        ("og:site_name", citation.book.full_title),
        ("og:description", page.summary or citation.abstract),
        ("og:url", page.url),
    ]
    if picture:
        tags += [
            ("og:image", page.absolute(picture.path)),
            ("og:image:type", "image/png"),
            ("og:image:width", str(picture.width)),
            ("og:image:height", str(picture.height)),
            ("og:image:alt", picture.alt),
        ]
    return [(name, content) for name, content in tags if content]


def sitemap(addresses: Iterable[str], day: str) -> str:
    """Return a site map (https://www.sitemaps.org/protocol.html) of pages that all changed on one day.

    Examples
    --------
    >>> "<loc>https://example.org/</loc>" in sitemap(["https://example.org/"], "2026-11-24")
    True
    """
    entries = "".join(f"<url><loc>{escape_xml(url)}</loc><lastmod>{day}</lastmod></url>\n" for url in sorted(addresses))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{entries}</urlset>\n'
    )


def _link(link: Link) -> str:
    return "<link " + " ".join(f'{name}="{escape(value)}"' for name, value in link.items()) + ">"
