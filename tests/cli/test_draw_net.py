"""prototxt-draw-net: the flags of Caffe's draw_net.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.cli.draw_net import main as draw_net
from support.commands import LENET, invoke


def test_the_flags(tmp_path: Path) -> None:
    net, picture = tmp_path / "net.prototxt", tmp_path / "net.dot"
    net.write_text(
        'layer { name: "a" type: "Data" top: "x" include { phase: TRAIN } }'
        'layer { name: "b" type: "InnerProduct" bottom: "x" top: "y" }'
    )
    result = invoke(draw_net, net, picture)
    assert (result.code, result.out, result.err) == (0, f"Drawing net to {picture}\n", "")
    assert "rankdir=LR" in picture.read_text()
    assert "(Data)" in picture.read_text()
    assert invoke(draw_net, net, picture, "--rankdir", "TB", "--phase", "TEST", "--display_lrm").code == 0
    text = picture.read_text()
    assert "rankdir=TB" in text
    assert "(Data)" not in text
    assert "lr mult: 1.0, 1.0" in text


@pytest.mark.parametrize(("flag", "value"), [("--phase", "test"), ("--rankdir", "down")])
def test_wrong_values(flag: str, value: str, tmp_path: Path) -> None:
    assert invoke(draw_net, LENET, tmp_path / "net.dot", flag, value).code == 2


def test_what_cannot_be_drawn(tmp_path: Path) -> None:
    result = invoke(draw_net, LENET, tmp_path / "net")
    assert (result.code, result.out) == (1, "")
    assert "the suffix says what to draw" in result.err
    net = tmp_path / "net.prototxt"
    net.write_text('layer { name: "a" include { phase: TEST } exclude { phase: TEST } }')
    result = invoke(draw_net, net, tmp_path / "net.dot", "--phase", "TEST")
    assert (result.code, list(tmp_path.iterdir())) == (1, [net])
    assert "layer a has both include and exclude specified" in result.err
    assert "no such file" in invoke(draw_net, tmp_path / "gone", tmp_path / "net.dot").err
