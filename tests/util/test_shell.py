"""Words of command lines that messages suggest: the shell reads the very name, and they are one printable line."""

from __future__ import annotations

import random
import shutil
import subprocess

import pytest

from prototxt.errors import printable
from prototxt.util.raw_text import decode_raw
from prototxt.util.shell import shell_word

PIECES = [
    "a",
    " ",
    "'",
    '"',
    "\\",
    "$",
    "`",
    "\n",
    "\r",
    "\t",
    "\x1b[31m",
    "\x7f",
    "\x85",
    "\u202e",
    "中",
    "\\x41",
    "7",
]


def random_bytes(rng: random.Random) -> bytes:
    """A name in bytes, some of which are not UTF-8."""
    pieces = [*(piece.encode() for piece in PIECES), b"\xd6\xd0", b"\xff"]
    return b"".join(rng.choice(pieces) for _ in range(rng.randint(1, 9)))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash_reads_the_name() -> None:
    rng = random.Random(16)
    names = [random_bytes(rng) for _ in range(200)]
    words = [shell_word(decode_raw(name)) for name in names]
    assert all(printable(word) == word for word in words)
    script = "printf '%s\\0' " + " ".join(words)
    read = subprocess.run(["bash", "-c", script], stdout=subprocess.PIPE, check=True).stdout
    assert read.split(b"\0")[:-1] == names


def test_plain_names_stay_as_they_are() -> None:
    assert shell_word("conv1/3x3") == "conv1/3x3"
    assert shell_word("a b") == "'a b'"
    assert shell_word("a\n'b") == "$'a\\x0a\\'b'"
