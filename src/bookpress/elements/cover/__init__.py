"""The cover: findings, a chart, the list of chapters, the edition."""

from bookpress.elements.base.registry import As, Asset, Directive, Element, Forms, Without

LEFT_OUT = Without(
    classes=("chapter-time", "edition-line"),
    places=(
        ".//section[not(h1)][div[@class='chapter-list']]",
        ".//div[@class='chapter-list']",
    ),
)
ELEMENT = Element(
    "cover",
    __name__,
    Forms(
        page=As.SAME,
        print=LEFT_OUT,
        epub=LEFT_OUT,
        notebook=As.OMITTED,
        text=As.OMITTED,
    ),
    order=70,
    directives={
        "findings": Directive(".cover:findings", content=True),
        "finding": Directive(".cover:finding", named=True, content=True),
        "cover-chart": Directive(".cover:cover_chart", named=True),
        "chapters": Directive(".cover:chapter_list"),
        "edition-line": Directive(".cover:edition_line"),
    },
    style="cover.css",
    assets=(
        Asset("cover-page.css", kinds=("cover",)),
        Asset("cover-chart.js", signs=('class="cover-chart"',)),
    ),
    print_style="cover.print.css",
    epub_style="cover.epub.css",
)
