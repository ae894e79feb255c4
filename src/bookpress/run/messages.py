"""What the cells of a chapter put out, on its way from their process to ours: the same form from both engines."""

from __future__ import annotations

import json
from typing import Any

from jupyter_client.jsonutil import json_clean, json_default

PACKER = f"{__name__}.packed"
"""The name under which a kernel finds the function."""


def packed(message: Any) -> bytes:
    r"""Return a message as one line of JSON.

    Dates become ISO 8601, bytes base64, numbers that JSON does not know their names, as everywhere in Jupyter. Half
    a surrogate pair, which no file can hold, becomes a question mark.

    Raises
    ------
    ValueError
        If a part of the message has no form in JSON.

    Examples
    --------
    >>> packed({"data": [float("nan"), b"ab", "\ud800"]})
    b'{"data": ["nan", "YWI=", "?"]}'
    """
    try:
        text = json.dumps(message, default=json_default, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError):
        text = json.dumps(json_clean(message), ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8", errors="replace")
