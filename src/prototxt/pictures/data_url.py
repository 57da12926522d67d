"""Pictures inside another file, as data URLs of at most the size of a screen."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image

from prototxt.images.load import Pixels

__all__ = ["data_url"]

MAX_SIDE = 1024
"""Pixels of the longer side; larger pictures are reduced."""

SMALL = 256 * 256
"""Pixels of a picture that is kept exactly; larger ones are compressed as JPEG."""

QUALITY = 90


def data_url(pixels: Pixels) -> tuple[str, int, int]:
    """Pixels as `load_image` gives them as a data URL, and its width and height."""
    bytes_ = pixels.clip(0, 255).astype("uint8")
    image = Image.fromarray(bytes_[..., 0] if bytes_.shape[2] == 1 else bytes_)
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    form = "PNG" if image.width * image.height <= SMALL else "JPEG"
    file = BytesIO()
    image.save(file, form, quality=QUALITY)
    encoded = b64encode(file.getvalue()).decode()
    return f"data:image/{form.lower()};base64,{encoded}", image.width, image.height
