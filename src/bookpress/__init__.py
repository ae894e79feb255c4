"""From parameterised chapters to a published Jupyter Book: editions, execution, pages, citations, comparing.

The press knows nothing of the subject of a book: what it must know stands in ``book/settings.yml``.
"""

from __future__ import annotations

__version__ = "0.1.0"
