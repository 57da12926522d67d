"""Graphviz's program dot, where it is installed."""

from __future__ import annotations

import subprocess

from prototxt.errors import PrototxtError

SECONDS = 300
"""A net of a thousand layers takes a few."""


def render(dot: str, form: str) -> bytes:
    """A .dot text as a picture: svg, png or pdf.

    Raises PrototxtError where Graphviz is not installed, fails, or takes too long.
    """
    hint = "a .dot file needs no program"
    try:
        done = subprocess.run(["dot", f"-T{form}"], input=dot.encode(), capture_output=True, timeout=SECONDS)
    except FileNotFoundError:
        what = f"{form} is drawn by Graphviz's program dot, which is not installed here"
        raise PrototxtError(what, hint=f"apt install graphviz, brew install graphviz; {hint}") from None
    except subprocess.TimeoutExpired:
        raise PrototxtError(f"dot has found no layout in {SECONDS} seconds", hint=hint) from None
    if done.returncode:
        raise PrototxtError(f"dot failed: {done.stderr.decode(errors='replace').strip()}", hint=hint)
    return done.stdout
