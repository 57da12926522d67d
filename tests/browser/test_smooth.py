"""A large net is zoomed, panned and scrolled: what was asked for happens. How smoothly is told, and asserts nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_fps import Smooth, measure, say, unfold

from support.browser import Open
from support.golden import needs_shared


@needs_shared
def test_a_large_net_moves(open_report: Open, resnet: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = open_report(resnet).page
    unfold(page)
    done = measure(page)
    with capsys.disabled():
        for each in done:
            say(f"ResNet-152 unfolded: {each}")
    moved = {each.action: each.moved for each in done}
    scale, height, row = range(3)
    assert moved["zoom"][scale] > 3
    assert moved["zoom"][row] == 1
    assert moved["pan"][height] > 3
    assert moved["pan"][scale] == 1
    assert moved["scroll"][row] > 3
    assert moved["scroll"][scale] == 1
    assert all(isinstance(each, Smooth) and each.frames > 0 for each in done)


@needs_shared
def test_what_is_out_of_view_is_left_out_and_comes_back(open_report: Open, resnet: Path) -> None:
    page = open_report(resnet).page
    unfold(page)
    boxes, texts = page.locator(".graph .node"), page.locator(".graph text")
    near = boxes.count()
    assert 0 < near < 60
    assert texts.count() > 0
    page.keyboard.press("0")
    assert boxes.count() > 200  # all of it, from so far that no text could be read
    assert texts.count() == 0
    page.locator('.table-view tr[data-layer="prob"] .link').click()
    assert page.locator('.graph .node.chosen[data-layer="prob"]').is_visible()
    assert texts.count() > 0
    assert boxes.count() < 60
