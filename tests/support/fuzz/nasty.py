"""Files made to hurt: small ones that claim to be large, and large ones of very many very small parts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from math import isqrt
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import numpy as np
from PIL import Image

from prototxt.formats.wire import bytes_head
from support.fuzz.seeds import image, npy, npz

INPUT = b'layer{name:"i" type:"Input" top:"a" input_param{shape{dim:2 dim:3}}}'


def bytes_field(number: int, content: bytes) -> bytes:
    """A field of a protobuf message that holds bytes, of any length."""
    return bytes_head(number, len(content)) + content


def _repeat(unit: bytes, before: bytes = b"", after: bytes = b"") -> Callable[[int], bytes]:
    return lambda size: before + unit * (size // len(unit)) + after


def _chain(size: int) -> bytes:
    unit = b'layer{name:"%d" type:"ReLU" bottom:"b%d" top:"b%d"}'
    return INPUT.replace(b'"a"', b'"b0"') + b"".join(unit % (i, i, i + 1) for i in range(size // len(unit)))


def _fan(size: int) -> bytes:
    tops = b"".join(b'top:"%d"' % i for i in range(size // 20))
    back = b"".join(b'bottom:"%d"' % i for i in range(size // 20))
    split = b'layer{name:"s" type:"Split" bottom:"a" ' + tops + b"}"
    return INPUT + split + b'layer{name:"c" type:"Concat" top:"z" ' + back + b"}"


def _blob_of_pieces(size: int) -> bytes:
    """One blob whose numbers are unpacked, each followed by an empty field, so that no two are a run."""
    count = size // 7
    numbers = b"\x2d\0\0\0\0\x32\x00" * count
    shape = bytes_field(7, bytes_field(1, bytes_head(0, count)[1:]))
    return bytes_field(100, bytes_field(7, numbers + shape))


def _blobs_in_layers(size: int) -> bytes:
    one = bytes_field(
        100, b"\x0a\x01a" + bytes_field(7, b"\x2a\x04\0\0\0\0\x08\x01\x10\x01\x18\x01\x20\x01") * 500
    )
    return one * (size // len(one))


def _entries(size: int) -> bytes:
    return npz({f"a/{i}": np.float32(1) for i in range(size // 300)})


def _datasets(size: int) -> bytes:
    import h5py

    file = BytesIO()
    with h5py.File(file, "w") as opened:
        for i in range(size // 370):
            opened[f"data/a/{i}"] = 1.0
    return file.getvalue()


def archive(files: Mapping[str, bytes], method: int = ZIP_STORED) -> bytes:
    """A zip archive of any files."""
    file = BytesIO()
    with ZipFile(file, "w", method, compresslevel=9) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return file.getvalue()


def bomb(size: int) -> bytes:
    """A .npz of zeros that deflate packs as well as it can; its array is `size` bytes large."""
    return archive({"a/0.npy": npy(np.zeros(size // 4, np.float32))}, ZIP_DEFLATED)


LARGE: Mapping[str, tuple[str, Callable[[int], bytes]]] = {
    "unknown fields": ("text", _repeat(b"a:1 ")),
    "layers": ("text", _repeat(b"layer{}")),
    "V1 layers": ("text", _repeat(b"layers{}")),
    "layers of tops": ("text", _repeat(b"layers{" + b'top:"a" ' * 14 + b"}")),
    "messages": ("text", _repeat(b"x{y{z{}}}")),
    "messages in runs": ("text", _repeat(b"x{y{z:1}}")),
    "lists": ("text", _repeat(b"a:[1,2,3,4,5,6,7,8] ")),
    "inputs": ("text", _repeat(b'input:"a" ')),
    "axes": ("text", _repeat(b"dim:1 ", b'input:"a" input_shape{', b"}")),
    "blobs": ("text", _repeat(b"blobs{} ", b"layer{", b"}")),
    "blobs in runs": ("text", _repeat(b"blobs{num:1}", b"layer{", b"}")),
    "a chain": ("text", _chain),
    "in place": ("text", _repeat(b'layer{type:"ReLU" bottom:"a" top:"a"}', INPUT)),
    "a fan": ("text", _fan),
    "a name": ("text", _repeat(b"x", b'layer{name:"', b'" type:"Input" top:"a" input_param{shape{dim:2}}}')),
    "comments": ("text", _repeat(b"#\n")),
    "empty layers": ("caffemodel", _repeat(b"\xa2\x06\x00")),
    "blobs of one": ("caffemodel", _blobs_in_layers),
    "pieces": ("caffemodel", _blob_of_pieces),
    "entries": ("npz", _entries),
    "datasets": ("hdf5", _datasets),
    "lines": ("labels", _repeat(b"\n", b"", b"x")),
}
"""A target and a file of about a given number of bytes."""


def _picture(form: str, mode: str, pixels: int, **options: Any) -> bytes:
    """A black picture, twice as wide as high."""
    height = isqrt(pixels // 2)
    file = BytesIO()
    Image.new(mode, (pixels // height, height)).save(file, form, **options)
    return file.getvalue()


PICTURES: Mapping[str, tuple[str, Callable[[int], bytes]]] = {
    "PNG": ("image", partial(_picture, "PNG", "RGB")),
    "PNG with alpha": ("image", partial(_picture, "PNG", "RGBA")),
    "PNG of 16 bits": ("image", partial(_picture, "PNG", "I;16")),
    "JPEG": ("image", partial(_picture, "JPEG", "RGB")),
    "CMYK JPEG": ("image", partial(_picture, "JPEG", "CMYK")),
    "WebP": ("image", partial(_picture, "WEBP", "RGB", lossless=True)),
    "TIFF of integers": ("image", partial(_picture, "TIFF", "I", compression="tiff_lzw")),
    "TIFF of floats": ("image", partial(_picture, "TIFF", "F", compression="tiff_lzw")),
}
"""A target and a file of about a given number of pixels."""


def png(width: int, height: int, *chunks: tuple[bytes, bytes], pixels: bytes = b"") -> bytes:
    """A gray PNG with other chunks before its pixels, which need not be as many as it says."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(pixels)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _tiff(width: int, height: int) -> bytes:
    data = bytearray(image("TIFF"))
    (at,) = struct.unpack("<I", data[4:8])
    sizes = {256: width, 257: height, 278: height}
    for entry in range(at + 2, at + 2 + 12 * data[at], 12):
        (tag,) = struct.unpack("<H", data[entry : entry + 2])
        if tag in sizes:
            data[entry + 2 : entry + 12] = struct.pack("<HII", 4, 1, sizes[tag])
    return bytes(data)


def _jpeg(width: int, height: int) -> bytes:
    data = bytearray(image("JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def _webp(width: int, height: int) -> bytes:
    data = bytearray(image("WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    (bits,) = struct.unpack("<I", data[at : at + 4])
    data[at : at + 4] = struct.pack("<I", bits >> 28 << 28 | height - 1 << 14 | width - 1)
    return bytes(data)


def _bmp(width: int, height: int) -> bytes:
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 954, 0, 0, 54) + head + bytes(900)


def _gif(width: int, height: int) -> bytes:
    size = struct.pack("<HH", width, height)
    return b"GIF89a" + size + b"\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0" + size + b"\0\x02\x02\x44\x01\0;"


HUGE: Mapping[str, Callable[[], bytes]] = {
    "PNG": lambda: png(50_000, 40_000),
    "TIFF": lambda: _tiff(50_000, 40_000),
    "JPEG": lambda: _jpeg(50_000, 40_000),
    "WebP": lambda: _webp(16_383, 16_000),
    "BMP": lambda: _bmp(50_000, 40_000),
    "GIF": lambda: _gif(50_000, 40_000),
    "PPM": lambda: b"P6 50000 40000 255\n" + bytes(99),
}
"""Files below 1 KB that tell of more pixels than are read."""


def npy_head(shape: str, dtype: str = "'<f4'", order: str = "False") -> bytes:
    """A .npy file's head with what is written in it, true or not."""
    said = f"{{'descr': {dtype}, 'fortran_order': {order}, 'shape': {shape}}}\n".encode()
    return with_head(said)


def with_head(said: bytes) -> bytes:
    """A .npy file's head, any bytes in it."""
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(said)) + said


def telling(archive: bytes, size: int) -> bytes:
    """An archive of stored files whose directory says, in 64 bits, that each is `size` bytes unpacked."""
    start, end = archive.index(b"PK\x01\x02"), archive.index(b"PK\x05\x06")
    directory, at = b"", start
    while at < end:
        name, extra, comment = struct.unpack("<HHH", archive[at + 28 : at + 34])
        head = bytearray(archive[at : at + 46])
        head[24:28], head[30:32] = b"\xff" * 4, struct.pack("<H", 12)
        directory += head + archive[at + 46 : at + 46 + name] + struct.pack("<HHQ", 1, 8, size)
        at += 46 + name + extra + comment
    tail = bytearray(archive[end:])
    tail[12:16] = struct.pack("<I", len(directory))
    return archive[:start] + directory + tail
