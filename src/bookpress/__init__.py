"""From parameterised chapters to a published Jupyter Book.

The press knows nothing of the subject of a book.
"""

from __future__ import annotations

__version__ = "0.1.0"
