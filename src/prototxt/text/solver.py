"""Solver files: they stand beside nets under similar names, and say how to train one."""

from __future__ import annotations

import os

from prototxt.errors import Place, SolverFileError, printable
from prototxt.schema import descriptor
from prototxt.text.tree import Message, Scalar
from prototxt.util.raw_text import decode_raw

__all__ = ["HOLDS_A_NET", "is_solver", "refuse_solver"]

NAMES_A_NET = ("net", "train_net", "test_net")
HOLDS_A_NET = ("net_param", "train_net_param", "test_net_param")


def refuse_solver(tree: Message, file: str) -> None:
    """Raises SolverFileError for the text of a SolverParameter, naming the nets that it trains."""
    if not is_solver(tree):
        return
    raise SolverFileError(
        "this is a solver, which says how to train a net, and no net",
        place=Place(file),
        hint=_hint(tree, file),
    )


def is_solver(tree: Message) -> bool:
    """Whether a text has fields that only solvers have, and none that only nets have."""
    written = {field.name for field in tree.fields}
    net, solver = _fields("NetParameter"), _fields("SolverParameter")
    return not written & net - solver and bool(written & solver - net)


def _fields(message: str) -> set[str]:
    return {field.name for field in descriptor(message).fields}


def _hint(tree: Message, file: str) -> str:
    inside = [name for name in HOLDS_A_NET if any(tree.named(name))]
    if inside:
        return f"its net stands in {inside[0]}: write that in a file of its own"
    named = [
        printable(decode_raw(value.data))
        for name in NAMES_A_NET
        for field in tree.named(name)
        for value in field.values
        if isinstance(value, Scalar)
    ]
    if not named:
        return "it names no net"
    return "its net is " + " and ".join(_located(net, file) for net in dict.fromkeys(named))


def _located(net: str, file: str) -> str:
    """The net's name as it leads to the file from here; solvers name it from the folder where Caffe was started."""
    beside = os.path.dirname(file)
    for path in (net, os.path.join(beside, net), os.path.join(beside, os.path.basename(net))):
        if os.path.isfile(path):
            return f'"{os.path.normpath(path)}"'
    return f'"{net}", which is not here'
