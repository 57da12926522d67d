"""Writes docs/layers.md and docs/fork-fields.md from the layer types: python tools/make_docs.py"""

from __future__ import annotations

from pathlib import Path

from prototxt.views.field_docs import fork_fields_markdown
from prototxt.views.layer_docs import layers_markdown

DOCS = Path(__file__).parents[1] / "docs"
PAGES = {"layers.md": layers_markdown, "fork-fields.md": fork_fields_markdown}

if __name__ == "__main__":
    for name, make in PAGES.items():
        target = DOCS / name
        temporary = target.with_suffix(".new")
        temporary.write_text(make(), encoding="utf-8")
        temporary.replace(target)
