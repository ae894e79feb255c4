"""Where things are: the checkout, its evidence, its package, its lock, and the folder that builds go to."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bookpress.errors import UsageError

CHAPTERS = "notebooks"
"""The folder of the chapters, below the root."""


@dataclass(frozen=True)
class Project:
    """The places of one book.

    Parameters
    ----------
    root : pathlib.Path
        The folder of ``_config.yml`` and ``_toc.yml``.
    build : pathlib.Path
        The folder that everything made goes to.
    data : pathlib.Path
        The evidence tables.
    package : pathlib.Path
        The source of the package that the chapters call.
    lock : pathlib.Path
        The file that pins the environment.
    """

    root: Path
    build: Path
    data: Path
    package: Path
    lock: Path

    @classmethod
    def at(cls, root: Path) -> Project:
        """Return the places of the book at a folder; ``COMPUTE_DIVIDE_DATA`` names other evidence."""
        root = root.resolve()
        data = os.environ.get("COMPUTE_DIVIDE_DATA")
        return cls(
            root=root,
            build=root / "_build",
            data=Path(data).resolve() if data else root / "data",
            package=Path(__file__).resolve().parents[2] / "compute_divide",
            lock=root / "requirements.lock",
        )

    @classmethod
    def find(cls) -> Project:
        """Return the book that holds the working folder, else the checkout of this package.

        Raises
        ------
        UsageError
            If neither has a ``_config.yml`` and a ``_toc.yml``.
        """
        here = Path.cwd().resolve()
        for folder in (here, *here.parents, Path(__file__).resolve().parents[3]):
            if (folder / "_config.yml").is_file() and (folder / "_toc.yml").is_file():
                return cls.at(folder)
        raise UsageError(f"no book at {here} or above it: a book has a _config.yml and a _toc.yml")

    @property
    def editions(self) -> Path:
        """Folder of the built editions."""
        return self.build / "editions"

    @property
    def built(self) -> list[str]:
        """Names, or ids, of the editions that are built."""
        return sorted(path.name for path in self.editions.glob("[!.]*") if path.is_dir())

    @property
    def cache(self) -> Path:
        """Folder of the chapters already run."""
        return self.build / "cache"

    @property
    def failed(self) -> Path:
        """Folder of the notebooks of chapters that failed, kept for reading."""
        return self.build / "failed"

    @property
    def workshop(self) -> Path:
        """Folder in which Jupyter Book works; its path never changes, so that Sphinx can go on where it left off."""
        return self.build / "press"
