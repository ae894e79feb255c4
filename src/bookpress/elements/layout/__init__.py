"""The page around the text: bar, contents, banner of an edition, colophon."""

from bookpress.elements.base.registry import As, Asset, Element, Forms, Without

LEFT_OUT = Without(classes=("headerlink", "toctree-wrapper"), places=(".//input[@type='radio']",))
ELEMENT = Element(
    "layout",
    __name__,
    Forms(
        page=".layout:setup",
        print=LEFT_OUT,
        epub=LEFT_OUT,
        notebook=As.SAME,
        text=As.SAME,
    ),
    order=10,
    style="layout.css",
    print_style="layout.print.css",
    assets=(Asset("design.css", signs=('class="sd-', 'class="tab-set')),),
)
