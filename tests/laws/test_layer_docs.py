"""Law: docs/layers.md equals what the layer classes generate."""

from __future__ import annotations

from prototxt.views.layer_docs import layers_markdown
from support.golden import ROOT


def test_layers_page_is_fresh() -> None:
    page = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")
    assert page == layers_markdown(), "run `make docs`"


def test_defaults_come_from_the_schema() -> None:
    page = layers_markdown()
    assert "| local_size | integer | 5 |" in page
    assert "| eps | float | 1e-05 |" in page
    assert "| pool | MAX or AVE or STOCHASTIC | MAX |" in page
