"""Protobuf's varints: 7 bits of a number per byte, the least significant first."""

from __future__ import annotations

__all__ = ["read_varint", "varint_bytes"]

MAX_BYTES = 10
"""Bytes of the longest varint, a number of 64 bits."""


def read_varint(data: bytes, pos: int) -> tuple[int, int]:
    """The unsigned number at `pos` and the position after it.

    Raises IndexError where the data ends before it does, ValueError where it has more than 10 bytes.
    """
    value = 0
    for i in range(MAX_BYTES):
        byte = data[pos + i]
        value |= (byte & 0x7F) << 7 * i
        if byte < 0x80:
            return value, pos + i + 1
    raise ValueError(f"a number of more than {MAX_BYTES} bytes")


def varint_bytes(value: int) -> bytes:
    """An unsigned number as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
