"""Functions of the package itself: modes and devices, the seed, logs, the list of layer types."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import perf_counter
from warnings import warn

from prototxt.errors import PrototxtWarning
from prototxt.layers.registry import layer_types

__all__ = [
    "Timer", "__version__", "has_nccl", "init_log", "layer_type_list", "log", "set_device", "set_mode_cpu",
    "set_mode_gpu", "set_multiprocess", "set_random_seed", "set_solver_count", "set_solver_rank", "solver_count",
    "solver_rank",
]  # fmt: skip
"""Caffe's own names; `seed` is for nets."""

LOG = logging.getLogger("caffe")

__version__ = "1.0.0"
"""The version of Caffe whose names these are."""


@dataclass
class _State:
    seed: int = 0
    has_warned: bool = False


_state = _State()


def seed() -> int:
    """The seed of the fillers of new nets."""
    return _state.seed


def set_random_seed(seed: int) -> None:
    """Seed the fillers of nets that are created from now on."""
    _state.seed = int(seed)


def set_mode_cpu() -> None:
    """Nets run on the CPU, as always."""


def set_mode_gpu() -> None:
    """Accepted, with one warning: nets run on the CPU."""
    _warn_of_gpu("set_mode_gpu()")


def set_device(device: int) -> None:
    """Accepted, with one warning: nets run on the CPU."""
    _warn_of_gpu(f"set_device({device})")


def _warn_of_gpu(call: str) -> None:
    if not _state.has_warned:
        _state.has_warned = True
        warn(PrototxtWarning(f"{call}: nets run on the CPU here, with all its cores"), stacklevel=3)


def layer_type_list() -> list[str]:
    """The names of all layer types, in alphabetical order."""
    return sorted(layer_types())


def init_log(level: int | None = None, stderr: bool | None = None) -> None:
    """Accepted: what is logged goes to Python's logger "caffe"."""


def log(message: str) -> None:
    """Log to Python's logger "caffe"."""
    LOG.info(message)


def solver_count() -> int:
    """1: this process trains by itself."""
    return 1


def solver_rank() -> int:
    """0: this is the first of one."""
    return 0


def set_solver_count(count: int) -> None:
    """Accepted; it has no effect."""


def set_solver_rank(rank: int) -> None:
    """Accepted; it has no effect."""


def set_multiprocess(multiprocess: bool) -> None:
    """Accepted; it has no effect."""


def has_nccl() -> bool:
    """False: there are no GPUs here."""
    return False


class Timer:
    """Time between `start()` and `stop()`: `ms`, in milliseconds."""

    def __init__(self) -> None:
        self._start = perf_counter()
        self.ms = 0.0

    def start(self) -> None:
        self._start = perf_counter()

    def stop(self) -> None:
        self.ms = 1000 * (perf_counter() - self._start)
