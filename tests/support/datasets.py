"""Small databases, lists and nets for the tests of data layers."""

from __future__ import annotations

import gc
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import prototxt
from prototxt.data.datum import make_datum
from prototxt.data.reader import create_database
from prototxt.net import Net
from support.extras import needs

Bytes = NDArray[np.uint8]


def pixels(height: int, width: int, channels: int = 3, seed: int = 0) -> Bytes:
    """H x W x C bytes, the same at every call."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def write_database(path: Path, records: list[bytes], backend: str = "LMDB") -> Path:
    """A database of these records, in order."""
    needs({"LMDB": "lmdb", "LEVELDB": "plyvel"}.get(backend, "lmdb"))
    with create_database(str(path), backend) as writer:
        for i, record in enumerate(records):
            writer.put(f"{i:08d}".encode(), record)
    return path


def images_database(
    path: Path, count: int = 5, backend: str = "LMDB", size: tuple[int, int] = (6, 7)
) -> Path:
    """Images of 3 x 6 x 7, image i labelled i."""
    return write_database(path, [make_datum(pixels(*size, seed=i), i) for i in range(count)], backend)


def write_images(folder: Path, sizes: list[tuple[int, int]], name: str = "image {}.png") -> list[Bytes]:
    """PNG files in a folder, and their pixels (BGR)."""
    folder.mkdir(parents=True, exist_ok=True)
    results = [pixels(*size, seed=i) for i, size in enumerate(sizes)]
    for i, image in enumerate(results):
        Image.fromarray(image[..., ::-1].copy()).save(folder / name.format(i))
    return results


def data_net(fields: str, more: str = "", tops: str = 'top: "data" top: "label"', **options: Any) -> Net:
    """A net of one Data layer; `fields` are data_param's."""
    text = f'layer {{ name: "d" type: "Data" {tops} {more} data_param {{ {fields} }} }}'
    return prototxt.parse_net(text, file="net.prototxt", **options)


def prefetch_threads() -> list[str]:
    """The threads that make batches, after waiting for those that are ending.

    One collection is not enough: it does nothing while another thread is collecting, which may have begun when
    the nets were still in use.
    """
    for _ in range(100):
        gc.collect()
        alive = [t.name for t in threading.enumerate() if t.name.startswith("prototxt-")]
        if not alive:
            break
        time.sleep(0.02)
    return alive
