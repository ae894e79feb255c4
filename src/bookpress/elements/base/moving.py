"""Parts of a page that get a page of their own: where that is, and how its links lead back."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

_LINK = re.compile(r'(?<=\s)(href|src|srcset|data-chart|data-page)="(?![a-z]+:|/)([^"]*)"')
"""An address relative to its page: neither of another site (``//``) nor from the root of this."""
_CODE = re.compile(r"(<script\b[^>]*>)(.*?)(?=</script>)", re.DOTALL)


def folder_of(slug: str) -> str:
    """Return the folder of a page's figures, relative to the root of the site."""
    return f"figures/{slug}"


@dataclass(frozen=True)
class Move:
    """Converts addresses of a page for use in another folder."""

    page: str
    """The path of the page, relative to the root of the site."""
    folder: str

    def address(self, address: str) -> str:
        """Return an address on the page, relative to the folder."""
        if address.startswith("#"):
            target = self.page + address
        else:
            folder = posixpath.dirname(self.page)
            target = posixpath.join(folder, address)
        return posixpath.relpath(target, self.folder)

    def links(self, html: str) -> str:
        """Return HTML of the page with links relative to the folder, and scripts as they are.

        Examples
        --------
        >>> move = Move("notebooks/winds.html", "figures/winds")
        >>> move.links('<img src="a.png"> <img src="//cdn.example/b.png"> <a href="/c">c</a>')
        '<img src="../../notebooks/a.png"> <img src="//cdn.example/b.png"> <a href="/c">c</a>'
        """

        def moved(link: re.Match[str]) -> str:
            address = self.address(link[2])
            return f'{link[1]}="{address}"'

        parts = _CODE.split(html)  # text, the tag of a script, its code, and so on
        for place, part in enumerate(parts):
            if place % 3 != 2:
                parts[place] = _LINK.sub(moved, part)
        return "".join(parts)
