"""Silence: bottoms in, nothing out."""

from __future__ import annotations

from support.helpers import noise, room, run


def test_makes_nothing() -> None:
    assert run(room('type: "Silence" bottom: "a" bottom: "b"'), noise(2, 3), noise(4)) == []
