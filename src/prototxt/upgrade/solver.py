"""Solvers once named their method by an enum, `solver_type: NESTEROV`; today `type` does, by name."""

from __future__ import annotations

from prototxt.errors import NetError, Place
from prototxt.schema.caffe_pb2 import SolverParameter

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
    """The same SolverParameter with its `solver_type` as `type`.

    Raises NetError where it has both.
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
