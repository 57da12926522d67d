"""Optional libraries: what to say where one is not installed."""

from __future__ import annotations


def missing_library(library: str, extra: str, what: str = "reading or writing this") -> tuple[str, str]:
    """What is wrong and what to do about it, for the error of the room that needs the library."""
    return f"{what} needs the Python library {library}", f"pip install prototxt[{extra}]"
