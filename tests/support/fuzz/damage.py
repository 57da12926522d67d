"""Damage to files: cut off, bits flipped, parts doubled, dropped, moved; always the same for one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator


def cuts(data: bytes, most: int) -> Iterator[bytes]:
    """The file cut off at up to `most` places all over it, and before its last byte."""
    step = max(1, len(data) // most)
    yield from (data[:size] for size in range(0, len(data), step))
    yield data[:-1]


def flips(data: bytes, times: int, seed: int) -> Iterator[bytes]:
    """One bit turned over at a time."""
    rng = random.Random(seed)
    for _ in range(times):
        broken = bytearray(data)
        broken[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        yield bytes(broken)


def wounds(data: bytes, times: int, seed: int) -> Iterator[bytes]:
    """Stretches of up to 16 bytes overwritten with noise or extremes, doubled, dropped or swapped."""
    rng = random.Random(seed)
    for _ in range(times):
        at, size = rng.randrange(len(data)), rng.randint(1, 16)
        part, other = data[at : at + size], data[rng.randrange(len(data)) :][:size]
        put = rng.choice([rng.randbytes(size), b"\xff" * size, b"\0" * size, part * 2, b"", other])
        yield data[:at] + put + data[at + size :]


def noise(times: int, longest: int, seed: int) -> Iterator[bytes]:
    """Random bytes."""
    rng = random.Random(seed)
    return (rng.randbytes(rng.randrange(longest)) for _ in range(times))
