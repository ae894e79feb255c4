"""What a book's pages need but is not installed, reported before any chapter runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bookpress.book.configuration import configuration, sphinx_settings
from bookpress.book.custom_formats import custom_formats
from bookpress.book.project import Project
from bookpress.errors import PressError

THEME_FILES = ("theme.toml", "theme.conf")
"""The file by which the folder of a Sphinx theme is known, in its newer and its older form."""


def check_needs(project: Project) -> None:
    """Raise if a book's settings name something that is not installed."""
    missing = list(missing_needs(project))
    if missing:
        raise PressError(f"_config.yml names what is not installed: {', '.join(missing)}")


def missing_needs(project: Project) -> Iterator[str]:
    """Yield the extensions, readers and theme that a book names but that are not installed."""
    sphinx = configuration(project.root)["sphinx"]
    config = sphinx_settings(project.root)
    extensions = _names(sphinx.get("extra_extensions"))
    local = sphinx.get("local_extensions") or {}
    folders = [project.root, *(project.root / place for place in _names(list(local.values())))]
    for name in extensions:
        if not _is_installed(name, folders):
            yield f"the extension {name}"
    for ending, custom in custom_formats(project.root).items():
        if not _is_installed(custom.function, [project.root]):
            yield f"{custom.function}, which reads {ending}"
    theme = config.get("html_theme")
    if theme and "html_theme_path" not in config and not _is_theme(str(theme), extensions):
        yield f"the theme {theme}"


def _names(entry: Any) -> list[str]:
    """Return the names in a setting, which may be one name or a list."""
    entries = [entry] if isinstance(entry, str) else entry or []
    return [str(name) for name in entries if name]


def _package(name: str) -> str:
    return name.partition(".")[0]


def _is_installed(name: str, folders: Sequence[Path]) -> bool:
    """Return whether the package of a dotted name exists, without importing it."""
    package = _package(name)
    own = [path for folder in folders for path in (folder / package, folder / f"{package}.py")]
    if any(path.exists() for path in own):
        return True
    spec = find_spec(package)
    is_shared = spec is not None and spec.origin is None  # such as sphinxcontrib
    if is_shared and name != package:
        return find_spec(".".join(name.split(".")[:2])) is not None
    return spec is not None


def _is_theme(theme: str, extensions: Sequence[str]) -> bool:
    """Return whether a theme comes with Sphinx or a package, or may come with an extension."""
    if theme in entry_points(group="sphinx.html_themes").names or find_spec(theme) is not None:
        return True
    of_sphinx = [place / "themes" / theme for place in _places("sphinx")]
    packages = {*map(_package, extensions)} - {"sphinx"}
    places = [place for package in packages for place in _places(package)]
    brought = [path for place in places for file in THEME_FILES for path in place.rglob(file)]
    return bool(brought) or any(path.is_dir() for path in of_sphinx)


def _places(package: str) -> list[Path]:
    """Return the folders of a package, without importing it."""
    spec = find_spec(package)
    return [Path(place) for place in (spec and spec.submodule_search_locations) or ()]
