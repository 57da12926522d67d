"""The cost of nasty files: `PYTHONPATH=src:tests python -m support.fuzz.measure [SIZE [KIND ...]]` (Linux)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from support.fuzz.nasty import LARGE, PICTURES
from support.fuzz.seeds import seeds
from support.fuzz.targets import TARGETS

KINDS = {**LARGE, **PICTURES}

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Cost:
    """A file's bytes, MB of memory at the peak over what the process had before, seconds of the processor."""

    size: int
    megabytes: float
    seconds: float


def can_measure() -> bool:
    """Whether this system reports a process's peak."""
    return _STATUS.is_file() and "VmHWM" in _STATUS.read_text()


def measure(size: int, kinds: Iterable[str]) -> dict[str, Cost]:
    """Files of LARGE with about `size` bytes, of PICTURES with `size` pixels.

    Raises CalledProcessError where one ends with an error.
    """
    command = [sys.executable, "-W", "ignore", "-m", "support.fuzz.measure", str(size), *kinds]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | paths)
    rows = (line.split("\t") for line in done.stdout.splitlines())
    return {kind.strip(): Cost(int(read), float(mb), float(s)) for _, kind, read, mb, s, _ in rows}


def _peak() -> float:
    """MB; getrusage would begin with the peak of the process that started this one."""
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def _cost(kind: str, size: int) -> str:
    """A line for a table, tabs between."""
    target, make = KINDS[kind]
    data = make(size)
    before, start = _peak(), process_time()
    said = "taken" if TARGETS[target](data) is not None else "refused"
    used, seconds = _peak() - before, process_time() - start
    return f"{target:<10}\t{kind:<15}\t{len(data)}\t{used:.1f}\t{seconds:.2f}\t{said}\n"


def _in_a_fork(kind: str, size: int) -> None:
    """Another process, so that each file meets memory that no other one has used."""
    child = os.fork()
    if not child:
        code = 1
        try:
            os.write(1, _cost(kind, size).encode())
            code = 0
        finally:
            os._exit(code)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{kind}: ended with an error")


def main() -> None:
    """A table: target, kind, bytes, MB, seconds, taken or refused."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    kinds = sys.argv[2:] or list(LARGE)
    for target in {KINDS[kind][0] for kind in kinds}:
        for seed in seeds(target).values():
            TARGETS[target](seed)  # whatever is loaded once and kept
    for kind in kinds:
        _in_a_fork(kind, size)


if __name__ == "__main__":
    main()
