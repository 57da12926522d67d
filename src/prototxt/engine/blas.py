"""BLAS limited to one thread while plans run: their workers are the threads."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

__all__ = ["after_fork", "one_thread", "threads", "version"]


class _Held:
    """The number of plans that run now; the first one sets the limit, the last one lifts it."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """No plan runs: the state of a new process."""
        self.lock = Lock()
        self.count = 0
        self.limit: Any = None  # threadpoolctl's limiter, which has no stub


_held = _Held()


@cache
def _controller() -> Any:
    """Created once: searching the loaded libraries takes milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")


@contextmanager
def one_thread() -> Iterator[None]:
    """BLAS uses only the calling thread; its former setting comes back when the last plan is done."""
    with _held.lock:
        _held.count += 1
        if _held.count == 1:
            _held.limit = _controller().limit(limits=1)
    try:
        yield
    finally:
        with _held.lock:
            _held.count -= 1
            if not _held.count:
                _held.limit.restore_original_limits()


@contextmanager
def threads(number: int) -> Iterator[None]:
    """BLAS uses N threads, for products that are spread by BLAS itself."""
    with _controller().limit(limits=number):
        yield


@cache
def version() -> str:
    """The BLAS that NumPy uses, as `openblas 0.3.30 Zen`."""
    libraries = _controller().info()
    return ", ".join(
        " ".join(str(lib[k]) for k in ("internal_api", "version", "architecture") if lib.get(k))
        for lib in libraries
    )


def after_fork() -> None:
    """Reset the state: a child process has none of its parent's running plans."""
    if _held.count and _held.limit is not None:
        _held.limit.restore_original_limits()
    _held.reset()
