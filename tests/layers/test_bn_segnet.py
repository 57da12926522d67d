"""BN of SegNet: the batch's statistics or none, tops of statistics, and what sets it apart from PSPNet's."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import TRAIN
from prototxt.layers.base import Cost, LayerSettings
from prototxt.layers.bn_pspnet import PSPNetBN
from prototxt.layers.bn_segnet import SegNetBN
from prototxt.layers.registry import resolve_type
from support.helpers import layer_from_text, layer_message, noise, refused, run

TEXT = 'type: "BN" bottom: "x" top: "y" bn_param { bn_mode: %s }'
SCALE, SHIFT = (np.array(v, np.float32).reshape(1, 3, 1, 1) for v in ([1, 2, -1], [0.5, 0, 3]))


def test_learn_normalizes_with_the_batch_and_tells_its_statistics() -> None:
    x = 5 + noise(4, 3, 5, 7)
    layer = layer_from_text('type: "BN" bottom: "x" top: "y" top: "mean" top: "var"')
    y, mean, variance = run(layer, x, params=[SCALE, SHIFT])
    np.testing.assert_allclose(mean.ravel(), x.mean(axis=(0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(variance.ravel(), x.var(axis=(0, 2, 3)), rtol=1e-5)
    want = (x - mean) / np.sqrt(variance) * SCALE + SHIFT
    np.testing.assert_allclose(y, want, rtol=1e-5, atol=1e-5)


def test_inference_only_scales_and_shifts_in_both_phases() -> None:
    x = noise(2, 3, 4, 5)
    for phase in (0, 1):
        (y,) = run(layer_from_text(TEXT % "INFERENCE", phase), x, params=[SCALE, SHIFT])
        np.testing.assert_allclose(y, x * SCALE + SHIFT, rtol=1e-6)


def test_missing_axes_are_added() -> None:
    (y,) = run(layer_from_text(TEXT % "INFERENCE"), noise(2, 3), params=[SCALE, SHIFT])
    assert y.shape == (2, 3, 1, 1)


def test_a_mean_far_from_0_gives_numbers() -> None:
    x = 1000 + 0.01 * noise(2, 3, 20, 30)
    (y,) = run(layer_from_text(TEXT % "LEARN"), x, params=[SCALE, SHIFT])
    np.testing.assert_allclose(y.std(axis=(0, 2, 3)), [1, 2, 1], rtol=0.01)


def test_only_inference_is_a_factor_and_an_offset_per_channel() -> None:
    assert layer_from_text(TEXT % "INFERENCE").is_per_channel([(2, 3, 4, 5)])  # type: ignore[attr-defined]
    assert not layer_from_text(TEXT % "INFERENCE").is_per_channel([(2, 3)])  # type: ignore[attr-defined]
    assert not layer_from_text(TEXT % "LEARN").is_per_channel([(2, 3, 4, 5)])  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fields", "stored", "means"),
    [
        ("bn_param { bn_mode: LEARN }", None, SegNetBN),
        ("bn_param { scale_filler { value: 1 } }", 4, SegNetBN),
        ("bn_param { slope_filler { value: 1 } }", None, PSPNetBN),
        ("bn_param { momentum: 0.5 }", 2, SegNetBN),
        ("bn_param { frozen: true }", None, PSPNetBN),
        ("param {} param {} param {} param {}", None, PSPNetBN),
        ('top: "mean"', None, SegNetBN),
        ("", 2, SegNetBN),
        ("", 4, PSPNetBN),
    ],
)
def test_fields_and_stored_arrays_decide_the_fork(fields: str, stored: int | None, means: type) -> None:
    param = layer_message(f'name: "bn" type: "BN" bottom: "x" top: "y" {fields}')
    result = resolve_type(param, LayerSettings(stored={} if stored is None else {"bn": stored}))
    assert result.layer_class is means
    assert not result.others


def test_without_a_sign_the_dialect_tells_and_else_nothing() -> None:
    param = layer_message('name: "bn" type: "BN" bottom: "x" top: "y"')
    assert resolve_type(param).others == (PSPNetBN,)
    assert resolve_type(param, LayerSettings(dialect="pspnet")).layer_class is PSPNetBN
    assert resolve_type(param, LayerSettings(dialect="segnet")).layer_class is SegNetBN


def test_cost() -> None:
    shape = (2, 3, 4, 5)
    assert layer_from_text(TEXT % "INFERENCE").cost([shape], [shape]) == Cost(
        multiplications=120, additions=120
    )
    learn = layer_from_text(TEXT % "LEARN", TRAIN).cost([shape], [shape])
    assert learn == Cost(multiplications=240, additions=483, divisions=9, exponentials=3)


def test_brief() -> None:
    assert layer_from_text(TEXT % "LEARN").brief([]) == "batch"
    assert layer_from_text(TEXT % "INFERENCE").brief([]) == ""


def test_refusals() -> None:
    error = refused('type: "BN" bottom: "x" top: "y" top: "m" bn_param { bn_mode: INFERENCE }')
    assert (error.what, error.field) == ("2 tops, but bn_mode INFERENCE has no statistics", "top")
    error = refused((TEXT % "LEARN") + " param {} param {} param {}")
    assert (error.what, error.field) == ("3 param entries for 2 learned arrays", "param")
    assert refused(TEXT % "LEARN", (2, 3, 4, 5, 6)).field == "bottom"
