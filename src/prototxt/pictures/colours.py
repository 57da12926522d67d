"""From values to colours: perceptually even maps, and a scale that says which value has which colour."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from prototxt.blobs import Array
from prototxt.images.recipe import Order

__all__ = [
    "LABELS",
    "NOT_FINITE",
    "STEPS",
    "Map",
    "Pixels",
    "Scale",
    "colour_pixels",
    "colour_table",
    "finite_range",
    "label_colour",
    "label_colours",
    "lightness",
]

Pixels = NDArray[np.uint8]

STEPS = 513
"""Colours in a map; an odd number, so that the middle of a symmetric range has a colour of its own."""

NOT_FINITE = (255, 0, 255)
"""NaN and infinities: magenta, which no map holds."""

Map = Literal["sequential", "diverging", "gray"]

# Control points at even distances as lightness (0 black, 1 white), chroma and hue (degrees) of OKLCh. Lightness
# goes in even steps: up from end to end, or up to the middle and down again.
_CONTROL = {
    "sequential": [
        (0.160, 0.050, 285), (0.295, 0.120, 282), (0.430, 0.125, 262), (0.565, 0.100, 220),
        (0.700, 0.120, 170), (0.835, 0.160, 128), (0.970, 0.090, 106),
    ],
    "diverging": [
        (0.3400, 0.125, 264), (0.4975, 0.145, 260), (0.6550, 0.125, 254), (0.8125, 0.065, 248), (0.9700, 0, 0),
        (0.8125, 0.075, 42), (0.6550, 0.145, 35), (0.4975, 0.165, 29), (0.3400, 0.130, 26),
    ],
}  # fmt: skip

# Björn Ottosson, "A perceptual color space for image processing" (2020): OKLab to roots of cone responses, and
# their cubes to linear sRGB.
_LAB_TO_ROOTS = np.array([(1, 0.3963377774, 0.2158037573), (1, -0.1055613458, -0.0638541728), (1, -0.0894841775, -1.2914855480)])  # fmt: skip  # noqa: E501
_CONES_TO_RGB = np.array([(4.0767416621, -3.3077115913, 0.2309699292), (-1.2684380046, 2.6097574011, -0.3413193965), (-0.0041960863, -0.7034186147, 1.7076147010)])  # fmt: skip  # noqa: E501


@dataclass(frozen=True, slots=True)
class Scale:
    """A colour map over low..high; values outside take the colour of the nearer end."""

    map: Map
    low: float
    high: float

    @classmethod
    def of(cls, values: Array) -> Scale:
        """One scale for all of these values.

        Where none is negative it is sequential, dark for the least, light for the most (a constant blob's range
        starts at 0); else diverging over a symmetric range: blue, neutral at exactly 0, red.
        """
        low, high = finite_range(values)
        if low < 0:
            return cls.symmetric(values)
        return cls("sequential", low if low < high else 0.0, high or 1.0)

    @classmethod
    def symmetric(cls, values: Array, map: Map = "diverging") -> Scale:
        """-m..m, where m is the largest magnitude: 0 lies in the middle."""
        low, high = finite_range(values)
        most = max(-low, high) or 1.0
        return cls(map, -most, most)

    @classmethod
    def gray(cls, values: Array) -> Scale:
        """Black for the least, white for the most; a constant blob is mid-gray."""
        low, high = finite_range(values)
        around = 0.0 if low < high else max(1.0, abs(low))
        return cls("gray", low - around, high + around)

    def colours(self, values: Array) -> Pixels:
        """The colour of each value: RGB, 0..255, as a last axis of 3."""
        steps = np.rint(self._parts(values) * (STEPS - 1)).astype(np.intp)
        colours = colour_table(self.map)[steps]
        colours[~np.isfinite(values)] = NOT_FINITE
        return colours

    def bytes(self, values: Array) -> Pixels:
        """0 for low, 255 for high, evenly between: one channel of a picture; 0 for what is not finite."""
        pixels: Pixels = np.rint(self._parts(values) * 255).astype(np.uint8)
        return pixels

    def _parts(self, values: Array) -> NDArray[np.float64]:
        """Values as fractions from low (0) to high (1), in float64: high - low can exceed float32."""
        finite = np.where(np.isfinite(values), values.astype(np.float64), self.low)
        parts: NDArray[np.float64] = np.clip((finite - self.low) / (self.high - self.low), 0, 1)
        return parts


def colour_pixels(values: Array, scale: Scale, order: Order) -> Pixels:
    """Colours (... x 3 x H x W, in BGR or RGB) as pixels, ... x H x W x 3 in RGB: each channel from low to high."""
    rgb = values[..., ::-1, :, :] if order == "bgr" else values
    pixels = np.moveaxis(scale.bytes(rgb), -3, -1)
    pixels[~np.isfinite(rgb).all(axis=-3)] = NOT_FINITE
    return pixels


def finite_range(values: Array) -> tuple[float, float]:
    """The least and the most of the finite values; 0, 0 where there is none."""
    finite = values[np.isfinite(values)]
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


@cache
def colour_table(map: Map) -> Pixels:
    """A map's colours from its low end to its high end: STEPS x 3, RGB, 0..255."""
    at = np.linspace(0, 1, STEPS)
    if map == "gray":
        return np.rint(255 * at[:, None].repeat(3, axis=1)).astype(np.uint8)
    light, chroma, hue = np.array(_CONTROL[map], np.float64).T
    angle, points = np.deg2rad(hue), np.linspace(0, 1, len(light))
    # Interpolated in OKLab, where equal steps look equal.
    lab = [np.interp(at, points, axis) for axis in (light, chroma * np.cos(angle), chroma * np.sin(angle))]
    return _srgb(np.stack(lab, axis=-1))


LABELS = 64
"""Colours for labels; more labels than that share them."""


def label_colour(label: int) -> tuple[int, int, int]:
    """The colour of a label: RGB, 0..255."""
    red, green, blue = label_colours()[label % LABELS].tolist()
    return red, green, blue


@cache
def label_colours() -> Pixels:
    """LABELS colours, each as far in OKLab as can be from all before it: RGB, 0..255.

    They are vivid, neither nearly black nor nearly white: they stand out on a photograph.
    """
    light, chroma, hue = np.meshgrid(
        np.linspace(0.45, 0.85, 9), np.linspace(0.10, 0.26, 9), np.arange(0, 360, 7.5)
    )
    angle = np.deg2rad(hue.ravel())
    lab = np.stack([light.ravel(), chroma.ravel() * np.cos(angle), chroma.ravel() * np.sin(angle)], axis=-1)
    lab = lab[_shown(lab)]
    chosen = [int(np.argmin(np.linalg.norm(lab - _FIRST_LABEL, axis=1)))]
    near = np.full(len(lab), np.inf)
    while len(chosen) < LABELS:
        near = np.minimum(near, np.linalg.norm(lab - lab[chosen[-1]], axis=1))
        chosen.append(int(near.argmax()))
    return _srgb(lab[chosen])


_FIRST_LABEL = (0.63, 0.22, 0.12)
"""A red in OKLab: the first of all label colours is near it."""


def lightness(colour: tuple[int, int, int]) -> float:
    """Relative luminance of an sRGB colour, 0 black to 1 white (IEC 61966-2-1)."""
    part = np.array(colour) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def _shown(lab: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether sRGB can show each colour of OKLab."""
    linear = (lab @ _LAB_TO_ROOTS.T) ** 3 @ _CONES_TO_RGB.T
    inside: NDArray[np.bool_] = ((linear >= 0) & (linear <= 1)).all(axis=-1)
    return inside


def _srgb(lab: NDArray[np.float64]) -> Pixels:
    """Colours of OKLab (n x 3) as bytes of sRGB (IEC 61966-2-1)."""
    linear = np.clip((lab @ _LAB_TO_ROOTS.T) ** 3 @ _CONES_TO_RGB.T, 0, 1)
    curved = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    pixels: Pixels = np.rint(255 * curved).astype(np.uint8)
    return pixels
