"""Pictures inside another file: as a data URL, no larger than a screen shows."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

from PIL import Image

from prototxt.images.load import Pixels

MAX_SIDE = 1024
"""Pixels: of a longer side a screen shows no more."""

SMALL = 256 * 256
"""Pixels: smaller pictures are kept to the last bit."""

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
