"""Kinds of files that are given in place of nets and weights, recognized by their first bytes."""

from __future__ import annotations

import os
import re
from stat import S_ISREG
from typing import NamedTuple

from prototxt.util.varint import read_varint

__all__ = [
    "HEAD_BYTES",
    "Recognized",
    "holds_weights",
    "recognize_binary",
    "recognize_text",
    "recognize_trained",
]

BYTES = 2
"""Protobuf's wire type of fields that give their length first."""

HEAD_BYTES = 4096
"""First bytes that are enough to recognize a file."""


class Recognized(NamedTuple):
    """A kind of file as `this is ...` goes on, what to do about it, and whether weights can have this form."""

    what: str
    hint: str = ""
    is_weights: bool = False


_UNPACK = "unpack it first"
_DOWNLOAD = "the download gave something else: get the file itself (on GitHub: the button Raw)"

_BINARY = {
    b"\x89HDF\r\n\x1a\n": Recognized("HDF5 weights (.caffemodel.h5)", is_weights=True),
    b"PK\x03\x04": Recognized("a zip archive (such as .npz)", is_weights=True),
    b"PK\x05\x06": Recognized("a zip archive (such as .npz)", is_weights=True),
    b"\x1f\x8b": Recognized("compressed with gzip", _UNPACK),
    b"BZh": Recognized("compressed with bzip2", _UNPACK),
    b"\xfd7zXZ\0": Recognized("compressed with xz", _UNPACK),
    b"\x28\xb5\x2f\xfd": Recognized("compressed with zstd", _UNPACK),
    b"7z\xbc\xaf\x27\x1c": Recognized("a 7-Zip archive", _UNPACK),
    b"Rar!\x1a\x07": Recognized("a RAR archive", _UNPACK),
    b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19": Recognized("a PyTorch file (.pth)"),
    b"\x80\x02": Recognized("a Python pickle"),
    b"\x80\x03": Recognized("a Python pickle"),
    b"\x80\x04\x95": Recognized("a Python pickle"),
    b"\x80\x05\x95": Recognized("a Python pickle"),
    b"\x93NUMPY": Recognized("a NumPy array (.npy)"),
    b"\x89PNG": Recognized("a PNG image"),
    b"\xff\xd8\xff": Recognized("a JPEG image"),
    b"GIF8": Recognized("a GIF image"),
    b"%PDF-": Recognized("a PDF document"),
    b"\x7fELF": Recognized("a program"),
}
_TAR, _TAR_AT = b"ustar", 257

_TRAINED_NET = Recognized(
    "a trained net (.caffemodel)",
    "weights go to --weights; prototxt-shapes FILE.caffemodel lists what it holds",
)
_LAYERS = (b"\xa2\x06", b"\x12")
"""The keys of NetParameter's layer (100) and layers (2), both messages."""

_BEFORE_LAYERS = {0x0A, 0x1A, 0x20, 0x22, 0x28, 0x32, 0x38, 0x42}
"""The keys of fields that may stand before them: name, inputs and their sizes, force_backward, state, debug_info."""

_HTML = re.compile(rb"<\s*(!doctype|!--|html|head|body|script|\?xml|meta|div|p\b|a\b)", re.IGNORECASE)
_JSON = re.compile(rb'\{\s*("(message|errors?|status|code|detail)"\s*:|\})', re.IGNORECASE)
"""The answer of a web server; of a net in JSON the parser says where it is no prototxt."""
_STATUS = re.compile(rb"[1-5]\d\d:? [A-Z][A-Za-z' ]+\s*")


def holds_weights(path: str) -> bool:
    """Whether a file holds weights, by its first bytes; False for one that cannot be read."""
    try:
        if not S_ISREG(os.stat(path).st_mode):  # a pipe would wait for a writer for ever
            return False
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
    except (OSError, ValueError):
        return False
    kind = recognize_binary(head)
    return (kind is not None and kind.is_weights) or recognize_trained(head) is not None


def recognize_binary(head: bytes) -> Recognized | None:
    """The kind of a file that is not text, from its first bytes; None for one that is not known here."""
    for magic, kind in _BINARY.items():
        if head.startswith(magic):
            return kind
    if head[_TAR_AT:].startswith(_TAR):
        return Recognized("a tar archive", _UNPACK)
    return None


def recognize_trained(head: bytes) -> Recognized | None:
    """The kind of a file of Caffe's in protobuf's binary form; None for another."""
    if head.startswith(b"\x08"):
        return Recognized("a .solverstate (the state of a training)") if b".caffemodel" in head else None
    return _TRAINED_NET if _leads_to_layers(head) else None


def _leads_to_layers(head: bytes) -> bool:
    """Whether these bytes are fields of a NetParameter up to its first layer."""
    pos = 0
    try:
        while not head.startswith(_LAYERS, pos):
            key, pos = read_varint(head, pos)
            if key not in _BEFORE_LAYERS:
                return False
            value, pos = read_varint(head, pos)
            pos += value if key & 7 == BYTES else 0
    except (IndexError, ValueError):
        return False
    return True


def recognize_text(head: bytes) -> Recognized | None:
    """The kind of a text that is neither prototxt nor a list; None for what may be one."""
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head.startswith(b"version https://git-lfs"):
        return Recognized("a Git LFS pointer, the file itself was not downloaded", "git lfs pull")
    if _HTML.match(head):
        return Recognized("a web page (HTML)", _DOWNLOAD)
    if _JSON.match(head):
        return Recognized("the answer of a web server (JSON)", _DOWNLOAD)
    if _STATUS.fullmatch(head):
        return Recognized(f'a web server\'s answer "{head.decode().strip()}"', _DOWNLOAD)
    return None
