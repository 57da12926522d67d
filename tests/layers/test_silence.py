"""Silence: bottoms in, nothing out."""

from __future__ import annotations

from support.helpers import layer_from_text, noise, run


def test_makes_nothing() -> None:
    assert run(layer_from_text('type: "Silence" bottom: "a" bottom: "b"'), noise(2, 3), noise(4)) == []
