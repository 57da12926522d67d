"""Good files of every kind, small: the tests damage them, the fuzzer starts from them."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from PIL import Image

from prototxt.blobs import Array
from prototxt.schema.caffe_pb2 import (
    FLOAT16,
    BlobProto,
    LayerParameter,
    NetParameter,
    V0LayerParameter,
    V1LayerParameter,
)

ROOT = Path(__file__).parents[3]

V1_NET = """
name: "v1" input: "x" input_dim: 2 input_dim: 3 input_dim: 8 input_dim: 9
layers { name: "c" type: CONVOLUTION bottom: "x" top: "c" blobs_lr: 1 blobs_lr: 2 weight_decay: 1 weight_decay: 0
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 stride: 2 group: 1 weight_filler < type: 'xavier' > } }
layers { name: "p" type: POOLING bottom: "c" top: "p" pooling_param { pool: AVE kernel_h: 2 kernel_w: 3 stride: 2 } }
layers { name: "i" type: INNER_PRODUCT bottom: "p" top: "i" inner_product_param { num_output: 5 } }  # five
layers { name: "s" type: SOFTMAX bottom: "i" top: "s" include: { phase: TEST } }
"""
V0_NET = r"""
name: "v0"; input: 'x', input_dim: [1, 3, 0x8, 011]
layers { layer { name: "pad" type: "padding" pad: 1 } bottom: "x" top: "pad" }
layers { layer { name: "c" type: "conv" num_output: 4 kernelsize: 3 stride: 2 biasterm: false } bottom: "pad" top: "c" }
layers { layer { name: "r\n\xc3\xa9" type: "relu" } bottom: "c" top: "c" }
layers { layer { name: "n" type: "lrn" local_size: 3 alpha: 1e-4 beta: .75f } bottom: "c" top: "n" }
"""
ODD_NET = """
layer { name: "d" type: "DummyData" top: "a" top: "b" dummy_data_param { shape { dim: [2, 4, 3, 5] } } }
layer { name: "r" type: "Reshape" bottom: "a" top: "r"
  reshape_param { shape { dim: [0, -1, 5] } axis: 0 num_axes: -1 } }
layer { name: "s" type: "Slice" bottom: "a" top: "t" top: "u" slice_param { axis: -3 slice_point: 1 } }
layer { name: "k" type: "Concat" bottom: "t" bottom: "u" top: "k" concat_param { axis: 1 } }
layer { name: "e" type: "Eltwise" bottom: "k" bottom: "b" top: "e" eltwise_param { operation: SUM coeff: [1, -2] } }
layer { name: "g" type: "Crop" bottom: "a" bottom: "t" top: "g" crop_param { axis: 1 offset: 1 offset: 0 offset: 0 } }
layer { name: "f" type: "Flatten" bottom: "a" top: "f" }
layer { name: "l" type: "EuclideanLoss" bottom: "a" bottom: "e" loss_weight: 0.5 }
layer { name: "m" type: "Tile" bottom: "f" top: "m" tile_param { axis: 1 tiles: 3 } }
layer { name: "z" type: "SPP" bottom: "a" top: "z" spp_param { pyramid_height: 2 pool: MAX } }
unknown_field { [a.b/c]: 1 other: [{ x: inf }, { y: -nan }] }
"""


def picture(height: int = 12, width: int = 17) -> Any:
    """H x W x 3 bytes, a slope of colours."""
    return np.linspace(0, 255, height * width * 3).reshape(height, width, 3).astype(np.uint8)


def image(form: str, mode: str = "RGB", **options: Any) -> bytes:
    """A picture of 12 x 17 in a format and mode of Pillow's."""
    result = Image.fromarray(picture())
    if mode == "I;16":
        result = Image.fromarray(picture()[..., 0].astype(np.uint16) * 257)
    elif mode == "F":
        result = Image.fromarray(picture()[..., 0].astype(np.float32))
    elif mode != "RGB":
        result = result.convert(mode)
    file = BytesIO()
    result.save(file, form, **options)
    return file.getvalue()


def npy(values: Any, version: tuple[int, int] = (1, 0)) -> bytes:
    """An array as the bytes of a .npy file."""
    file = BytesIO()
    np.lib.format.write_array(file, np.asanyarray(values), version, allow_pickle=False)
    return file.getvalue()


def npz(arrays: Mapping[str, Any], method: int = ZIP_STORED) -> bytes:
    """Arrays by name as the bytes of a .npz file."""
    file = BytesIO()
    with ZipFile(file, "w", method) as archive:
        for name, values in arrays.items():
            archive.writestr(ZipInfo(f"{name}.npy"), npy(values), method)
    return file.getvalue()


def blob(shape: tuple[int, ...], kind: str = "float", legacy: bool = False) -> Any:
    """A BlobProto whose values count up by halves: `kind` is "float", "double" or "half" (NVIDIA's raw_data)."""
    message = BlobProto()
    if legacy:
        message.num, message.channels, message.height, message.width = shape
    else:
        message.shape.dim.extend(shape)
    values: Array = np.arange(np.prod(shape), dtype=np.float32) * np.float32(0.5)
    if kind == "half":
        message.raw_data_type = FLOAT16
        message.raw_data = values.astype(np.float16).tobytes()
    else:
        getattr(message, "data" if kind == "float" else "double_data").extend(values.tolist())
    return message


def unpacked(message: Any) -> bytes:
    """A BlobProto's bytes with a key before every value, as old files have them."""
    values = np.array(message.data, np.float32)
    items = np.empty(values.size, [("key", "u1"), ("value", "<f4")])
    items["key"], items["value"] = 5 << 3 | 5, values
    rest = type(message).FromString(message.SerializeToString())
    rest.ClearField("data")
    data: bytes = rest.SerializeToString() + items.tobytes()
    return data


def _net(*layers: Any, old: bool = False) -> bytes:
    net = NetParameter(name="net")
    (net.layers if old else net.layer).extend(layers)
    data: bytes = net.SerializeToString()
    return data


def _weights() -> dict[str, bytes]:
    today, v1, v0 = LayerParameter, V1LayerParameter, V0LayerParameter
    conv = today(
        name="conv", type="Convolution", bottom=["x"], top=["y"], blobs=[blob((4, 3, 1, 2)), blob((4,))]
    )
    conv.convolution_param.num_output = 4
    double = today(name="fc", type="InnerProduct", blobs=[blob((5, 2), "double"), blob((5,), "half")])
    old = v1(
        name="c",
        type=v1.CONVOLUTION,
        blobs=[blob((2, 3, 1, 4), legacy=True), blob((1, 1, 1, 2), legacy=True)],
    )
    oldest = v1(
        layer=v0(name="ip", type="innerproduct", blobs=[blob((1, 1, 3, 2), legacy=True)]), bottom=["x"]
    )
    one_by_one = _field(7, unpacked(blob((3, 2, 1, 5)))) + _field(
        7, unpacked(blob((1, 1, 1, 3), legacy=True))
    )
    return {
        "v2": _net(conv, double, today(name="relu", type="ReLU", bottom=["y"], top=["y"])),
        "v1": _net(old, old=True),
        "v0": _net(oldest, old=True),
        "unpacked": _field(100, _field(1, b"conv") + _field(2, b"Convolution") + one_by_one),
    }


def _field(number: int, content: bytes) -> bytes:
    """A field of bytes; both number and length below 2^14."""
    return b"".join(map(_varint, (number << 3 | 2, len(content)))) + content


def _varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128, value >> 7])


@cache
def seeds(target: str) -> dict[str, bytes]:
    """Good files for a target, by name."""
    return _MAKERS[target]()


def _texts() -> dict[str, bytes]:
    lenet = (ROOT / "examples" / "lenet.prototxt").read_bytes()
    return {"lenet": lenet, "v1": V1_NET.encode(), "v0": V0_NET.encode(), "odd": ODD_NET.encode()}


def _means() -> dict[str, bytes]:
    values = np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    return {
        "binaryproto": blob((1, 3, 2, 4), legacy=True).SerializeToString(),
        "shape": blob((3, 2, 4), "double").SerializeToString(),
        "npy": npy(values),
        "fortran": npy(np.asfortranarray(values.astype(np.int16)), (2, 0)),
        "channels": npy(np.array([104.0, 117.0, 123.0])),
    }


IMAGES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "png": ("PNG", "RGB", {}),
    "palette.png": ("PNG", "P", {}),
    "alpha.png": ("PNG", "LA", {}),
    "deep.png": ("PNG", "I;16", {}),
    "jpeg": ("JPEG", "RGB", {}),
    "gray.jpeg": ("JPEG", "L", {}),
    "cmyk.jpeg": ("JPEG", "CMYK", {}),
    "gif": ("GIF", "RGB", {}),
    "bmp": ("BMP", "RGB", {}),
    "tiff": ("TIFF", "RGB", {}),
    "lzw.tiff": ("TIFF", "RGBA", {"compression": "tiff_lzw"}),
    "float.tiff": ("TIFF", "F", {}),
    "webp": ("WEBP", "RGB", {}),
    "lossless.webp": ("WEBP", "RGBA", {"lossless": True}),
    "ppm": ("PPM", "RGB", {}),
}
"""Format, mode and options of each image. The others are cheap to make."""


def _images() -> dict[str, bytes]:
    return {name: image(form, mode, **options) for name, (form, mode, options) in IMAGES.items()}


def seed_names(target: str) -> list[str]:
    """Names of the good files for a target; no image is made for them."""
    return list(IMAGES if target == "image" else seeds(target))


def _labels() -> dict[str, bytes]:
    words = "n01440764 tench, Tinca tinca\nn01443537 goldfish\n\nthe third ä\n"
    return {
        "words": words.encode(),
        "windows": codecs.BOM_UTF8 + words.replace("\n", "\r\n").encode(),
        "utf16": words.encode("utf-16"),
        "latin": words.encode("latin-1"),
    }


def _npz() -> dict[str, bytes]:
    values = {
        "conv1/0": np.arange(24, dtype=np.float32).reshape(4, 3, 2),
        "a/b/0": np.ones((5, 2)),
        "other": np.eye(2),
    }
    return {"stored": npz(values), "deflated": npz(values, ZIP_DEFLATED)}


def _hdf5() -> dict[str, bytes]:
    if find_spec("h5py") is None:  # the extra data
        return {}
    import h5py

    file = BytesIO()
    with h5py.File(file, "w") as opened:
        opened["data/conv1/0"] = np.arange(24, dtype=np.float32).reshape(4, 3, 2)
        opened["data/conv1/1"] = np.ones(4)
        opened.create_dataset("data/a/b/0", data=np.ones((5, 2)), chunks=(2, 2), compression="gzip")
    return {"weights": file.getvalue()}


def _arrays() -> dict[str, bytes]:
    rows = np.arange(24, dtype=np.float32).reshape(4, 3, 2)
    both = {"data": rows.astype(np.int16), "label": np.arange(4)}
    return {
        "npy": npy(rows),
        "fortran": npy(np.asfortranarray(rows.astype(np.float64)), (2, 0)),
        "npz": npz(both),
        "deflated": npz(both, ZIP_DEFLATED),
    }


_MAKERS = {
    "text": _texts,
    "caffemodel": _weights,
    "npz": _npz,
    "hdf5": _hdf5,
    "mean": _means,
    "image": _images,
    "labels": _labels,
    "arrays": _arrays,
    "upgrade": _weights,
}
