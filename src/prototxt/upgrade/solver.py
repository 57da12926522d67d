"""Solvers that give their method by the enum `solver_type: NESTEROV`, which the name in `type` replaces today."""

from __future__ import annotations

from prototxt.errors import NetError, Place
from prototxt.schema.caffe_pb2 import SolverParameter

__all__ = ["TYPES", "upgrade_solver"]

TYPES = {
    "SGD": "SGD",
    "NESTEROV": "Nesterov",
    "ADAGRAD": "AdaGrad",
    "RMSPROP": "RMSProp",
    "ADADELTA": "AdaDelta",
    "ADAM": "Adam",
    "SAG": "SAG",  # nvidia
}


def upgrade_solver(message: SolverParameter, file: str) -> SolverParameter:
    """Returns a copy of a SolverParameter with its `solver_type` as `type`.

    Raises NetError when it has both.
    """
    upgraded = SolverParameter()
    upgraded.CopyFrom(message)
    if not message.HasField("solver_type"):
        return upgraded
    if message.HasField("type"):
        what = "the solver has both solver_type (an enum, the old form) and type (a name); keep type"
        raise NetError(what, place=Place(file))
    upgraded.type = TYPES[SolverParameter.SolverType.Name(message.solver_type)]
    upgraded.ClearField("solver_type")
    return upgraded
