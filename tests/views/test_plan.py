"""The rows of a plan: counted by hand, adding up to the totals, and shown in a table."""

from __future__ import annotations

import json

from prototxt.net import parse_net
from prototxt.views.plan import plan_dict
from prototxt.views.plan_table import plan_text
from support.plans import TEXT, net, report


def test_rows() -> None:
    conv, right, left, both, prob = report().rows  # of a wave the longest comes first
    assert (conv.number, right.number, left.number, both.number, prob.number) == (1, 2, 3, 4, 5)
    assert (conv.wave, left.wave, right.wave, both.wave, prob.wave) == (1, 2, 2, 3, 4)
    assert conv.layers == ("conv", "norm", "scale", "relu")
    assert conv.types == ("Convolution", "BatchNorm", "Scale", "ReLU")
    assert (conv.kernel, conv.folded, conv.brief) == ("im2col_gemm", 2, "3x5/2x1 g2")
    # Rows: (9 - 3) / 2 + 1 = 4; columns: 11 - 5 + 1 = 7
    assert (conv.bottoms, conv.tops) == (((3, 4, 9, 11),), ((3, 6, 4, 7),))
    assert (conv.bytes, conv.flop) == (4 * 3 * 6 * 4 * 7, 2 * 3 * 6 * 4 * 7 * 2 * 3 * 5)
    learned = 6 * 2 * 3 * 5 + 6 + (6 + 6 + 1) + (6 + 6)
    assert conv.moved_bytes == 4 * (3 * 4 * 9 * 11 + 3 * 6 * 4 * 7 + learned)
    assert left.moved_bytes == 4 * (3 * 6 * 4 * 7 + 3 * 5 * 4 * 7 + 6 * 5 + 5)
    assert both.bottoms == ((3, 5, 4, 7), (3, 7, 4, 7))
    assert (both.kernel, both.moved_bytes, both.flop) == ("in place", 0, 0)
    assert (prob.kernel, prob.flop, prob.moved_bytes) == ("forward", 0, 2 * 4 * 3 * 12 * 4 * 7)


def test_totals() -> None:
    made = report()
    assert (made.layers, made.fused, made.folded, made.waves) == (8, 1, 2, 4)
    assert (made.shared, made.joined) == (2, 2)
    assert made.flop == sum(row.flop for row in made.rows)
    # At the peak Softmax reads `both` and writes `prob`; the input lies outside the arena.
    assert made.peak_bytes >= 4 * (2 * 3 * 12 * 4 * 7 + 3 * 4 * 9 * 11)
    assert made.session_bytes > made.peak_bytes
    # conv: 6 x 2 x 3 x 5 and the folded bias; left and right: their matrices, biases used where they lie
    assert made.packed_bytes == 4 * (6 * 2 * 3 * 5 + 6 + 6 * 5 + 6 * 7)


def test_weights_used_where_they_lie_are_not_prepared() -> None:
    text = TEXT.split('layer { name: "conv"')[0] + (
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" '
        "inner_product_param { num_output: 10 } }"
    )
    assert parse_net(text).session().packed_bytes == 0


def test_plain_types() -> None:
    made = report()
    told = json.loads(json.dumps(plan_dict(made)))
    assert [step["kernel"] for step in told["steps"]] == [row.kernel for row in made.rows]
    assert told["steps"][0]["tops"] == [[3, 6, 4, 7]]
    assert told["flop"] == made.flop


def test_a_plan_as_text() -> None:
    text = net().plan_summary()
    assert text == plan_text(report())
    lines = text.splitlines()
    assert lines[0] == "steps · TEST · plan of 8 layers in 5 steps · 2 threads"
    assert "conv .. relu   Convolution 3x5/2x1 g2 + BatchNorm, Scale, ReLU   im2col_gemm" in text
    assert "3x5x4x7, 3x7x4x7 → 3x12x4x7" in text
    assert "1 layer fused, 2 folded into weights; 2 aliased blobs (2 inside a Concat)" in text
    assert len(net().plan_summary(keep=["conv@0"]).splitlines()) > len(lines)
