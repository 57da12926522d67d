"""Which layers take part: include and exclude rules against phase, level and stages (net.cpp, FilterNet)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from prototxt.blobs import TEST
from prototxt.errors import NetError
from prototxt.schema.caffe_pb2 import LayerParameter, NetStateRule
from prototxt.text.definition import Definition

__all__ = ["PHASES", "State", "select", "up_to"]

PHASES = ("TRAIN", "TEST")
"""Phase names, indexed by Caffe's Phase numbers."""


@dataclass(frozen=True, slots=True)
class State:
    """The state that include and exclude rules are matched against: phase (TRAIN 0, TEST 1), level, and stages."""

    phase: int = TEST
    level: int = 0
    stages: frozenset[str] = frozenset()


def select(definition: Definition, state: State) -> Definition:
    """The net with only those layers whose rules this state meets.

    The caller's phase and level replace the file's own `state`; its stages add to the file's.

    Raises NetError for a layer with both include and exclude rules.
    """
    state = State(state.phase, state.level, state.stages | set(definition.message.state.stage))
    layers = definition.message.layer
    kept = [i for i, layer in enumerate(layers) if _included(definition, i, layer, state)]
    return definition.with_layers([layers[i] for i in kept], [definition.trees[i] for i in kept])


def up_to(definition: Definition, layer: str) -> Definition:
    """The net without the layers after the last one of this name; the net itself where there is none."""
    layers = definition.message.layer
    last = max((i for i, param in enumerate(layers) if param.name == layer), default=len(layers) - 1)
    return definition.with_layers(layers[: last + 1], definition.trees[: last + 1])


def _included(definition: Definition, index: int, layer: LayerParameter, state: State) -> bool:
    if layer.include and layer.exclude:
        raise NetError(
            "has both include and exclude rules; give one kind",
            place=definition.place(index, "exclude"),
            layer=layer.name,
            layer_type=layer.type,
        )
    if layer.include:
        return _any_met(layer.include, state)
    return not _any_met(layer.exclude, state)


def _any_met(rules: Sequence[NetStateRule], state: State) -> bool:
    return any(_met(rule, state) for rule in rules)


def _met(rule: NetStateRule, state: State) -> bool:
    return not (
        (rule.HasField("phase") and rule.phase != state.phase)
        or (rule.HasField("min_level") and state.level < rule.min_level)
        or (rule.HasField("max_level") and state.level > rule.max_level)
        or set(rule.stage) - state.stages
        or set(rule.not_stage) & state.stages
    )
