"""Solvers once named their method by an enum, `solver_type: NESTEROV`; today `type` does, by name."""

from __future__ import annotations

from typing import Any

from prototxt.errors import NetError, Place

TYPES = {
    "SGD": "SGD",
    "NESTEROV": "Nesterov",
    "ADAGRAD": "AdaGrad",
    "RMSPROP": "RMSProp",
    "ADADELTA": "AdaDelta",
    "ADAM": "Adam",
    "SAG": "SAG",  # nvidia
}


def upgrade_solver(message: Any, file: str) -> Any:
    """The same SolverParameter with its `solver_type` as `type`.

    Raises NetError where it has both.
    """
    upgraded = type(message)()
    upgraded.CopyFrom(message)
    if not message.HasField("solver_type"):
        return upgraded
    if message.HasField("type"):
        what = "the solver has both solver_type (an enum, the old form) and type (a name); keep type"
        raise NetError(what, place=Place(file))
    names = message.DESCRIPTOR.fields_by_name["solver_type"].enum_type.values_by_number
    upgraded.type = TYPES[names[message.solver_type].name]
    upgraded.ClearField("solver_type")
    return upgraded
