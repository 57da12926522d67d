"""Caffe's solvers, by name: training is not built yet."""

from __future__ import annotations

from typing import NoReturn

__all__ = [
    "NCCL", "AdaDeltaSolver", "AdaGradSolver", "AdamSolver", "NesterovSolver", "RMSPropSolver", "SGDSolver",
    "get_solver",
]  # fmt: skip

NOT_BUILT = "training is not built yet: nets run forward here"


class Solver:
    """Raises NotImplementedError when it is created."""

    def __init__(self, solver_file: str, *args: object) -> None:
        raise NotImplementedError(f"{NOT_BUILT}; {type(self).__name__}({solver_file!r}) cannot be made")


class SGDSolver(Solver):
    """Stochastic gradient descent, not built yet."""


class NesterovSolver(Solver):
    """Nesterov's accelerated gradient, not built yet."""


class AdaGradSolver(Solver):
    """AdaGrad, not built yet."""


class RMSPropSolver(Solver):
    """RMSProp, not built yet."""


class AdaDeltaSolver(Solver):
    """AdaDelta, not built yet."""


class AdamSolver(Solver):
    """Adam, not built yet."""


class NCCL:
    """Raises NotImplementedError when it is created: there are no GPUs here."""

    def __init__(self, *args: object) -> None:
        raise NotImplementedError(f"{NOT_BUILT}, on the CPU")


def get_solver(solver_file: str) -> NoReturn:
    """Raises NotImplementedError."""
    raise NotImplementedError(f"{NOT_BUILT}; get_solver({solver_file!r}) cannot make one")
