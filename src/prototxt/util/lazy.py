"""NumPy, imported when first used.

Loading NumPy takes longer than reading a net, and `prototxt-shapes` needs no arrays: layers write
`from prototxt.util.lazy import np` and use it as usual.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any


class LazyModule:
    """A stand-in for a module, which is imported when an attribute is first read."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:  # whatever the module holds
        value = getattr(import_module(self._name), attribute)
        setattr(self, attribute, value)  # later reads do not come here
        return value


if TYPE_CHECKING:
    import numpy as np
else:
    np = LazyModule("numpy")

__all__ = ["np"]
