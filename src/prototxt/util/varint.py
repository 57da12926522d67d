"""Protobuf's varints: 7 bits of a number per byte, the least significant first."""

from __future__ import annotations

__all__ = ["varint_bytes"]


def varint_bytes(value: int) -> bytes:
    """An unsigned number as a varint."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])
