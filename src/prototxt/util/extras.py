"""Messages about optional libraries that are not installed."""

from __future__ import annotations

__all__ = ["missing_library"]


def missing_library(library: str, extra: str, what: str = "reading or writing this") -> tuple[str, str]:
    """Returns an error text and a hint for a feature whose library is not installed.

    `library` is the name on PyPI, `extra` the extra of this package that installs it, `what` the feature.
    """
    return f"{what} needs the Python library {library}", f"pip install prototxt[{extra}]"
