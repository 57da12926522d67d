"""From a net's input back to the image: resized, cropped, larger than the crop."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.errors import ImageError
from prototxt.images.crops import Window
from prototxt.images.recipe import Recipe, Within
from prototxt.images.transform import Transform
from prototxt.images.view import View

IMAGE = np.zeros((60, 100, 3), np.uint8)


def test_a_squeezed_image() -> None:
    view = Transform(3, 30, 40).view(IMAGE)
    assert view == View((60, 100), (30, 40), Window(0, 0, 30, 40))
    np.testing.assert_allclose(view.to_image(np.array([4, 3, 40, 30])), [10, 6, 100, 60])
    assert view.input_size == (30, 40)
    assert view.scale == 0.5


def test_a_cropped_image() -> None:
    """60 x 100 becomes 30 x 50, of which the net sees columns 10 to 40."""
    view = Transform(3, 30, 30, Recipe(30)).view(IMAGE)
    assert view.window == Window(0, 10, 30, 30)
    np.testing.assert_allclose(view.to_image(np.array([[0, 0, 30, 30]])), [[20, 0, 80, 60]])


def test_an_image_that_the_net_follows() -> None:
    assert Transform(3, 8, 9, Recipe("none")).view(IMAGE) == View.whole(60, 100)
    view = Transform(3, 8, 9, Recipe(Within(120, 150))).view(IMAGE)
    assert (view.resized, view.input_size, view.scale) == ((90, 150), (90, 150), 1.5)
    assert Transform(3, 8, 9, Recipe(Within(120, 150))).apply(IMAGE).shape == (1, 3, 90, 150)


@pytest.mark.parametrize(
    ("size", "resized"),
    [
        ((375, 500), (600, 800)),
        ((333, 500), (600, 901)),
        ((300, 900), (333, 1000)),
        ((900, 300), (1000, 333)),
    ],
)
def test_within(size: tuple[int, int], resized: tuple[int, int]) -> None:
    """Short side 600, the long one at most 1000, as Faster R-CNN is tested."""
    assert Within(600, 1000).size(*size) == resized
    assert Within(1, 1).size(1, 5000) == (1, 1)


def test_ten_crops_are_no_view() -> None:
    with pytest.raises(ImageError, match="ten views"):
        Transform(3, 20, 20, Recipe(30, crop="ten")).view(IMAGE)
    with pytest.raises(ImageError, match="ten crops need"):
        Recipe(Within(600, 1000), crop="ten")
    with pytest.raises(ImageError, match="600x0"):
        Recipe(Within(600, 0))


def test_which_part_of_the_input_a_pixel_is() -> None:
    view = Transform(3, 30, 30, Recipe(30)).view(IMAGE)
    columns = view.cells(1, 3)
    assert columns.tolist() == [-1] * 20 + [0] * 20 + [1] * 20 + [2] * 20 + [-1] * 20
    assert view.cells(0, 60).tolist() == list(range(60))
