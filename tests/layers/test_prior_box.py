"""PriorBox: boxes over a map."""

from __future__ import annotations

import numpy as np
import pytest

from support.helpers import layer_from_text, noise, refused, run

MAP, IMAGE = (1, 8, 2, 4), (1, 3, 20, 40)


def priors(fields: str) -> str:
    return f'type: "PriorBox" bottom: "f" bottom: "data" top: "y" prior_box_param {{ {fields} }}'


def boxes(fields: str) -> np.ndarray:
    (y,) = run(layer_from_text(priors(fields)), noise(*MAP), noise(*IMAGE))
    return y.reshape(2, *MAP[2:], -1, 4)


def test_one_size() -> None:
    """Steps are 10: the centre of row 1, column 2 is (25, 15); half of 4 around it, over 40 and 20."""
    got = boxes("min_size: 4")
    np.testing.assert_allclose(got[0, 1, 2, 0], [23 / 40, 13 / 20, 27 / 40, 17 / 20], rtol=1e-6)
    assert (got[1] == np.float32(0.1)).all()


def test_the_order_of_boxes() -> None:
    """The min square, the one between, then ratios and what flips of them; a ratio of 1 or given twice is none."""
    fields = "min_size: 4 max_size: 9 aspect_ratio: 4 aspect_ratio: 1 aspect_ratio: 0.25 variance: 0.2"
    got = boxes(fields)
    size = (got[0, 0, 0, :, 2:] - got[0, 0, 0, :, :2]) * [40, 20]
    np.testing.assert_allclose(size, [[4, 4], [6, 6], [8, 2], [2, 8]], rtol=1e-5)
    assert (got[1] == np.float32(0.2)).all()
    assert boxes(fields + " flip: false").shape[3] == 4  # 1, the one between, 4 and 0.25


def test_several_sizes_are_cut_to_whole_numbers() -> None:
    got = boxes("min_size: 4.9 min_size: 8 max_size: 9.9 max_size: 18")
    size = (got[0, 0, 0, :, 2:] - got[0, 0, 0, :, :2]) * [40, 20]
    np.testing.assert_allclose(size[:, 0], [4, 6, 8, 12], rtol=1e-5)


def test_steps_offset_image_and_clip() -> None:
    got = boxes("min_size: 20 step_h: 5 step_w: 8 offset: 0 img_h: 10 img_w: 16")
    np.testing.assert_allclose(got[0, 1, 1, 0], [-2 / 16, -5 / 10, 18 / 16, 15 / 10], rtol=1e-6)
    clipped = boxes("min_size: 20 step_h: 5 step_w: 8 offset: 0 img_h: 10 img_w: 16 clip: true")
    np.testing.assert_allclose(clipped, np.stack([got[0].clip(0, 1), got[1]]))
    np.testing.assert_array_equal(boxes("min_size: 4 step: 10"), boxes("min_size: 4"))
    np.testing.assert_allclose(boxes("min_size: 4 img_size: 20")[0, 0, 0, 0, 0], (20 / 4 / 2 - 2) / 20)


def test_four_variances() -> None:
    got = boxes("min_size: 4 variance: 0.1 variance: 0.2 variance: 0.3 variance: 0.4")
    np.testing.assert_allclose(got[1, 1, 3, 0], [0.1, 0.2, 0.3, 0.4])


def test_brief_and_cost() -> None:
    layer = layer_from_text(priors("min_size: 4 aspect_ratio: 2 clip: true"))
    assert layer.brief([MAP, IMAGE]) == "3 boxes"
    assert layer.cost([MAP, IMAGE], layer.shapes([MAP, IMAGE])).divisions == 8 * 3 * 4


@pytest.mark.parametrize(
    ("fields", "field", "what"),
    [
        ("", "min_size", "0 boxes"),
        ("min_size: 0", "min_size", "above 0, not 0"),
        ("min_size: inf", "min_size", "not inf"),
        ("min_size: 4 max_size: 4", "max_size", "max_size 4 must be above its min_size 4"),
        ("min_size: 4 max_size: 5 max_size: 6", "max_size", "2 values of max_size for 1 of min_size"),
        ("min_size: 4 aspect_ratio: -1", "aspect_ratio", "not -1"),
        ("min_size: 4 variance: 1 variance: 2", "variance", "2 values"),
        ("min_size: 4 variance: 0", "variance", "not 0"),
        ("min_size: 4 img_size: 5 img_h: 5", "img_size", "not both"),
        ("min_size: 4 img_h: 5", "img_w", "img_w must be above 0, not 0"),
        ("min_size: 4 step: 0", "step", "step must be above 0, not 0"),
    ],
)
def test_refused(fields: str, field: str, what: str) -> None:
    error = refused(priors(fields), MAP, IMAGE)
    assert error.field == field
    assert what in error.what


def test_too_many_boxes() -> None:
    many = "min_size: 4 aspect_ratio: 2 " * 20
    assert "more than a blob may hold" in refused(priors(many), (1, 1, 2**13, 2**13), IMAGE).what


def test_ten_thousand_ratios_take_no_time() -> None:
    """Each is held against its neighbours among those known, not against all."""
    ratios = " ".join(f"aspect_ratio: {2 + 0.001 * i:.3f}" for i in range(10_000))
    assert layer_from_text(priors(f"min_size: 4 {ratios}")).brief([MAP, IMAGE]) == "20001 boxes"


@pytest.mark.parametrize("seed", range(40))
def test_against_plain_loops(seed: int) -> None:
    r = np.random.default_rng(seed)
    rows, columns, height, width = (int(n) for n in r.integers(1, (5, 5, 60, 60)))
    sizes = r.uniform(1, 9, int(r.integers(1, 4))).round(1).tolist()
    most = [size + float(r.integers(1, 9)) for size in sizes] if r.integers(2) else []
    given = r.choice([0.5, 1, 2, 3, 1 / 3, 2.5], int(r.integers(0, 5))).round(4).tolist()
    flip, clip, offset = bool(r.integers(2)), bool(r.integers(2)), float(r.choice([0, 0.5, 0.25]))
    variances = r.uniform(0.1, 0.5, (0, 1, 4)[r.integers(3)]).round(2).tolist()
    fields = [f"min_size: {s}" for s in sizes] + [f"max_size: {s}" for s in most]
    fields += [f"aspect_ratio: {a}" for a in given] + [f"variance: {v}" for v in variances]
    fields += [f"offset: {offset} clip: {str(clip).lower()}"] + ([] if flip else ["flip: false"])
    image_height, image_width = height, width
    match r.integers(3):
        case 1:
            image_height = image_width = 50
            fields.append("img_size: 50")
        case 2:
            image_height, image_width = 70, 40
            fields.append("img_h: 70 img_w: 40")
    down, across = image_height / rows, image_width / columns
    match r.integers(3):
        case 1:
            down = across = 7.5
            fields.append("step: 7.5")
        case 2:
            down, across = 6, 8.25
            fields.append("step_h: 6 step_w: 8.25")
    ratios = [1.0]
    for ratio in given:
        if all(abs(ratio - known) >= 1e-6 for known in ratios):
            ratios += [ratio, 1 / ratio] if flip else [ratio]
    want = []
    for h in range(rows):
        for w in range(columns):
            x, y = (w + offset) * across, (h + offset) * down
            for i, size in enumerate(sizes):
                s = int(size)
                sides = [(s, s)] + [((s * int(m)) ** 0.5,) * 2 for m in most[i : i + 1]]
                sides += [(s * a**0.5, s / a**0.5) for a in ratios[1:]]
                for a, b in sides:
                    corners = [x - a / 2, y - b / 2, x + a / 2, y + b / 2]
                    units = [image_width, image_height] * 2
                    want += [c / unit for c, unit in zip(corners, units, strict=True)]
    if clip:
        want = [min(max(value, 0), 1) for value in want]
    bottoms = noise(2, 3, rows, columns), noise(2, 3, height, width)
    (result,) = run(layer_from_text(priors(" ".join(fields))), *bottoms)
    np.testing.assert_allclose(result[0, 0], want, 1e-5, 1e-6)
    np.testing.assert_allclose(
        result[0, 1].reshape(-1, 4), np.resize(variances or [0.1], (len(want) // 4, 4)), 1e-6
    )


@pytest.mark.parametrize(
    ("fields", "field", "what"),
    [
        ("fixed_size: 8", "fixed_size", "0 values of density for 1 of fixed_size"),
        ("min_size: 4 density: 2", "density", "1 values of density for 0 of fixed_size"),
        ("fixed_size: 8 density: 1.5", "density", "whole number above 0, not 1.5"),
        ("fixed_size: 0 density: 1", "fixed_size", "above 0, not 0"),
        (
            "fixed_size: 8 density: 1 fixed_ratio: 1 aspect_ratio: 2",
            "fixed_ratio",
            "either fixed_ratio or aspect_ratio",
        ),
        ("min_size: 4 offset_h: 0.5", "offset_h", "come together"),
        ("min_size: 4 offset_h: 0.5 offset_w: 2", "offset_w", "0 to 1, not 2"),
        ("min_size: 4 offset_h: 0.5 offset_w: 0.5 offset: 0.5", "offset_h", "not both"),
    ],
)
def test_refusals_of_forks_fields(fields: str, field: str, what: str) -> None:
    error = refused(priors(fields), MAP, IMAGE)
    assert error.field == field
    assert what in error.what


def test_face_boxes_are_21() -> None:
    sizes = "fixed_size: 32 density: 4 fixed_size: 64 density: 2 fixed_size: 128 density: 1 fixed_ratio: 1"
    assert layer_from_text(priors(sizes)).shapes([MAP, IMAGE]) == [(1, 2, 2 * 4 * 21 * 4)]


def test_offsets_without_ratios_place_squares() -> None:
    four = "min_size: 4 min_size: 6 offset_w: 0.2 offset_w: 0.4 offset_w: 0.6 offset_h: 0.5"
    assert boxes(four).shape[3] == 6
