"""The type of JSON documents in annotations."""

from __future__ import annotations

from typing import Any, TypeAlias

__all__ = ["JsonObject"]

JsonObject: TypeAlias = dict[str, Any]
"""An object of a JSON document: its values are of many types, which `json.dumps` checks."""
