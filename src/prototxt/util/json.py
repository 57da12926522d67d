"""The type of JSON documents in annotations, and their text where names may hold bytes that are not UTF-8."""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

__all__ = ["JsonObject", "dumps_raw"]

JsonObject: TypeAlias = dict[str, Any]
"""An object of a JSON document: its values are of many types, which `json.dumps` checks."""

_CARRIER = re.compile(r"\\udbff\\udf([89a-f][0-9a-f])")


def dumps_raw(document: object, *, indent: int | None = 2, allow_nan: bool = True) -> str:
    r"""A document as text; a byte of a name that is not UTF-8 is a lone surrogate, 0xd6 is `\udcd6`.

    Python's `json.loads(text)[...].encode(errors="surrogateescape")` is the name's bytes.
    """
    return _CARRIER.sub(r"\\udc\1", json.dumps(document, indent=indent, allow_nan=allow_nan))
