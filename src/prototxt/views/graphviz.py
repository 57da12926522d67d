"""Pictures drawn by the program dot of Graphviz, where it is installed."""

from __future__ import annotations

import subprocess

from prototxt.errors import PrototxtError

__all__ = ["render"]

MAX_SECONDS = 300
"""The time limit of a drawing; a net of a thousand layers takes a few seconds."""


def render(dot: str, form: str) -> bytes:
    """Draw a .dot text as a picture: svg, png or pdf.

    Raises PrototxtError where Graphviz is not installed, fails, or takes too long.
    """
    hint = "a .dot file needs no program"
    try:
        process = subprocess.run(
            ["dot", f"-T{form}"], input=dot.encode(), capture_output=True, timeout=MAX_SECONDS
        )
    except FileNotFoundError:
        what = f"{form} is drawn by Graphviz's program dot, which is not installed here"
        raise PrototxtError(what, hint=f"apt install graphviz, brew install graphviz; {hint}") from None
    except subprocess.TimeoutExpired:
        raise PrototxtError(f"dot found no layout in {MAX_SECONDS} seconds", hint=hint) from None
    if process.returncode:
        raise PrototxtError(f"dot failed: {process.stderr.decode(errors='replace').strip()}", hint=hint)
    return process.stdout
