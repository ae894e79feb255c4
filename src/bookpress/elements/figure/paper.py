"""Figures in print and in an e-book."""

from __future__ import annotations

from typing import Any

NARROW = "data-narrow"
"""An attribute of a picture: file, width and height of its version for a narrow column."""


def describe_pictures(body: Any) -> None:
    """Move the full descriptions from folds to the alternative texts of pictures."""
    folds = list(body.find_class("tool"))
    for fold in folds:
        for image in fold.getparent().iter("img"):
            description = " ".join(fold.find("p").text_content().split())
            image.set("alt", f"{image.get('alt')} {description}")
    for fold in folds:
        fold.drop_tree()
    for image in body.iter("img"):
        image.attrib.pop(NARROW, None)


def take_narrow(body: Any) -> None:
    """Use the pictures for narrow columns."""
    for image in body.iterfind(f".//img[@{NARROW}]"):
        source, width, height = image.attrib.pop(NARROW).split()
        image.attrib.update({"src": source, "width": width, "height": height})
