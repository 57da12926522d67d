"""Writes docs/layers.md from the rooms: python tools/make_docs.py"""

from __future__ import annotations

from pathlib import Path

from prototxt.views.layer_docs import layers_markdown

TARGET = Path(__file__).parents[1] / "docs" / "layers.md"

if __name__ == "__main__":
    temporary = TARGET.with_suffix(".new")
    temporary.write_text(layers_markdown(), encoding="utf-8")
    temporary.replace(TARGET)
