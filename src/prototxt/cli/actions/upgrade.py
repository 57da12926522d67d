"""prototxt-upgrade at work."""

from __future__ import annotations

from prototxt.cli.printing import print_line, print_warnings
from prototxt.frontend.rewrite import rewrite


def execute(source: str, target: str, binary: bool | None, strict: bool) -> None:
    """Rewrite the file, and print what was upgraded."""
    rewritten = rewrite(source, target, binary=binary, strict=strict)
    print_warnings(rewritten.notes)
    if rewritten.old:
        print_line(f"Wrote the {rewritten.kind} to {target}, upgraded: {', '.join(rewritten.old)}")
    else:
        print_line(f"Wrote the {rewritten.kind} to {target}: {source} was in the current format already")
