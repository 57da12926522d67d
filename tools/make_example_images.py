"""Draws examples/digit.png and examples/balloon.png: the same pixels every time, nobody's photographs.

    python tools/make_example_images.py [folder]

Everything is painted at several times its size and averaged down, which makes the edges smooth.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

Floats = NDArray[np.float64]
Point = tuple[float, float]
Rgb = tuple[int, int, int]

DIGIT_SIDE = 28
DIGIT_ZOOM = 16
SCENE = (320, 240)
SCENE_ZOOM = 4


def bezier(a: Point, b: Point, c: Point, d: Point, steps: int = 80) -> list[Point]:
    """Points along a cubic Bezier curve."""
    t = np.linspace(0, 1, steps)[:, None]
    points = (
        (1 - t) ** 3 * np.array(a)
        + 3 * (1 - t) ** 2 * t * np.array(b)
        + 3 * (1 - t) * t**2 * np.array(c)
        + t**3 * np.array(d)
    )
    return [(float(x), float(y)) for x, y in points]


def digit() -> Image.Image:
    """A handwritten-looking 7 as MNIST has them: 28 x 28, white on black, strokes 2 to 3 pixels wide."""
    strokes = [
        bezier((7.2, 8.4), (10.5, 7.2), (15.5, 8.6), (20.2, 7.4)),
        bezier((20.2, 7.4), (19.2, 11.0), (14.2, 15.5), (12.6, 22.4)),
    ]
    side = DIGIT_SIDE * DIGIT_ZOOM
    image = Image.new("L", (side, side))
    draw = ImageDraw.Draw(image)
    for stroke in strokes:
        for i, (x, y) in enumerate(stroke):
            # A pen presses harder in the middle of a stroke than at its ends.
            radius = (0.95 + 0.35 * np.sin(np.pi * i / len(stroke))) * DIGIT_ZOOM
            cx, cy = x * DIGIT_ZOOM, y * DIGIT_ZOOM
            draw.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), fill=255)
    soft = image.filter(ImageFilter.GaussianBlur(0.35 * DIGIT_ZOOM))
    return soft.resize((DIGIT_SIDE, DIGIT_SIDE), Image.Resampling.BOX)


def gradient(stops: list[tuple[float, Rgb]], at: Floats) -> Floats:
    """Colours at the places `at`, linear between the stops."""
    places = [place for place, _ in stops]
    channels: list[Floats] = [np.interp(at, places, [rgb[c] for _, rgb in stops]) for c in range(3)]
    return np.stack(channels, axis=-1)


def sky(width: int, height: int) -> Floats:
    """An evening sky, dark blue above and golden at the horizon, with a low sun and its glow."""
    y, x = np.mgrid[0:height, 0:width] / height
    stops = [(0.0, (38, 56, 112)), (0.3, (98, 92, 150)), (0.5, (222, 128, 128)), (0.68, (255, 196, 120))]
    image = gradient(stops, y)
    far = np.hypot(x - 0.94, y - 0.6)[..., None]
    image += np.array([150, 110, 50]) * np.exp(-((far / 0.22) ** 2))
    disc = np.clip((0.062 - far) / 0.004, 0, 1)
    lit: Floats = image * (1 - disc) + np.array([255, 244, 205]) * disc
    return lit


def clouds(image: Floats) -> None:
    """A few long thin clouds, lit from below."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width] / height
    rng = np.random.default_rng(11)
    for _ in range(16):
        cx, cy = rng.uniform(0, width / height), rng.uniform(0.16, 0.5)
        long, thin = rng.uniform(0.06, 0.2), rng.uniform(0.004, 0.011)
        wave = 0.006 * np.sin(x * 30 + cx * 9)
        veil = 0.55 * np.exp(-(((x - cx) / long) ** 2) - ((y - cy + wave) / thin) ** 2)[..., None]
        image[:] = image * (1 - veil) + np.array([255, 205, 178]) * veil


def hills(image: Floats) -> None:
    """Four ranges of hills, hazy far away and dark in front."""
    height, width = image.shape[:2]
    y, x = np.mgrid[0:height, 0:width] / height
    ranges: list[tuple[float, float, float, Rgb, Rgb]] = [
        (0.64, 0.035, 5.1, (176, 122, 146), (206, 146, 142)),
        (0.71, 0.04, 3.3, (112, 92, 128), (150, 112, 132)),
        (0.79, 0.035, 4.2, (62, 76, 92), (92, 96, 104)),
        (0.9, 0.03, 2.7, (28, 52, 48), (46, 74, 58)),
    ]
    for i, (level, swing, pitch, top, bottom) in enumerate(ranges):
        ridge = level + swing * np.sin(pitch * x + 1.9 * i) + 0.4 * swing * np.sin(2.7 * pitch * x + i)
        covered = np.clip((y - ridge) * height / 2, 0, 1)[..., None]
        colour = gradient([(0.0, bottom), (0.16, top)], y - ridge)
        image[:] = image * (1 - covered) + colour * covered


def balloon(image: Image.Image, centre: Point, radius: float) -> None:
    """A hot-air balloon in stripes of red, white and yellow, brighter where the sun is."""
    draw = ImageDraw.Draw(image)
    cx, cy = centre
    height, half = 2.55 * radius, 0.16 * radius
    colours = [(196, 52, 56), (246, 232, 208), (236, 158, 52), (246, 232, 208)]
    edges = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 10))
    down = np.linspace(0, 1, 160)
    # Round above, running out into a narrow mouth below.
    profile = np.where(down < 0.42, np.sqrt(np.clip(1 - (1 - down / 0.42) ** 2, 0, 1)), 0.0)
    tail = np.clip((down - 0.42) / 0.58, 0, 1)
    profile = np.where(down < 0.42, profile, 0.16 + 0.84 * (1 - tail**1.8) ** 1.1)
    rows = cy - radius + down * height * 0.9
    for k in range(9):
        shade = 0.66 + 0.34 * (k / 8)
        colour = tuple(int(c * shade) for c in colours[k % 4])
        left = [(cx + radius * edges[k] * p, y) for p, y in zip(profile, rows, strict=True)]
        right = [(cx + radius * edges[k + 1] * p, y) for p, y in zip(profile, rows, strict=True)]
        draw.polygon(left + right[::-1], fill=colour)
    mouth, basket = rows[-1], rows[-1] + 0.42 * radius
    for side in (-1, 1):
        draw.line(
            (cx + side * half, mouth, cx + side * half, basket), fill=(60, 44, 40), width=SCENE_ZOOM // 2
        )
    box = (cx - 1.15 * half, basket, cx + 1.15 * half, basket + 0.3 * radius)
    draw.rounded_rectangle(box, radius=0.06 * radius, fill=(98, 62, 38))
    draw.line((box[0], basket, box[2], basket), fill=(150, 104, 66), width=SCENE_ZOOM)


def bird(image: Image.Image, x: float, y: float, span: float) -> None:
    """A far bird: two bent wings."""
    draw = ImageDraw.Draw(image)
    for side in (-1, 1):
        wing = bezier(
            (x, y), (x + side * 0.2 * span, y - 0.35 * span), (x + side * 0.4 * span, y - 0.3 * span),
            (x + side * 0.5 * span, y - 0.05 * span), 20,
        )  # fmt: skip
        draw.line(wing, fill=(44, 40, 66), width=int(span / 9), joint="curve")


def scene() -> Image.Image:
    """A balloon over evening hills, 320 x 240 RGB."""
    width, height = SCENE[0] * SCENE_ZOOM, SCENE[1] * SCENE_ZOOM
    pixels = sky(width, height)
    clouds(pixels)
    hills(pixels)
    image = Image.fromarray(pixels.clip(0, 255).round().astype(np.uint8))
    z = SCENE_ZOOM
    balloon(image, (112 * z, 78 * z), 43 * z)
    balloon(image, (226 * z, 66 * z), 13 * z)
    for x, y, span in ((196, 112, 15), (214, 104, 11), (180, 122, 9)):
        bird(image, x * z, y * z, span * z)
    return image.resize(SCENE, Image.Resampling.BOX)


def main(folder: Path) -> None:
    """Write both images into `folder`."""
    digit().save(folder / "digit.png", optimize=True)
    scene().save(folder / "balloon.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "examples")
