"""Which layers take part: include and exclude rules against phase, level and stages (net.cpp, FilterNet)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from prototxt.blobs import TEST
from prototxt.errors import NetError
from prototxt.schema.caffe_pb2 import LayerParameter, NetStateRule, Phase
from prototxt.text.definition import Definition, LeftOut
from prototxt.util.shell import shell_word

__all__ = ["PHASES", "State", "needed_for", "select"]

MAX_TRIED = 10
"""Levels, and sets of stages, of one layer's rules that are tried to include it."""

PHASES = ("TRAIN", "TEST")
"""Phase names, indexed by Caffe's Phase numbers. No net here is in MyCaffe's RUN: rules that ask for it are not met."""


class State(NamedTuple):
    """The state that include and exclude rules are matched against: phase (TRAIN 0, TEST 1), level, and stages."""

    phase: int = TEST
    level: int = 0
    stages: frozenset[str] = frozenset()


def select(definition: Definition, state: State) -> Definition:
    """The net with only those layers whose rules this state meets.

    The caller's phase and level replace the file's own `state`, with a note where they differ; its stages add to the
    file's.

    Raises NetError for a layer with both include and exclude rules.
    """
    notes = tuple(_replaced(definition, state))
    state = State(state.phase, state.level, state.stages | set(definition.message.state.stage))
    layers = definition.message.layer
    kept = [i for i, layer in enumerate(layers) if _included(definition, i, layer, state)]
    chosen = definition.with_layers([layers[i] for i in kept], [definition.trees[i] for i in kept])
    left_out = (
        LeftOut(layers[i], definition.place(i), partial(_options_to_include, layers[i], state))
        for i in sorted(set(range(len(layers))) - set(kept))
    )
    return replace(chosen, left_out=tuple(left_out), notes=(*chosen.notes, *notes))


def _replaced(definition: Definition, state: State) -> Iterator[str]:
    """Notes on the phase and the level that the file's own `state` gives and the caller does not."""
    own = definition.message.state
    if own.HasField("phase") and own.phase != state.phase:
        yield _not_applied(definition, "phase", Phase.Name(own.phase), PHASES[state.phase])
    if own.HasField("level") and own.level != state.level:
        yield _not_applied(definition, "level", str(own.level), str(state.level))


def _not_applied(definition: Definition, field: str, own: str, chosen: str) -> str:
    place = definition.place_in_net("state", field)
    return f"{place}: state.{field} {own} is not applied: this is {field} {chosen}, and --{field} chooses another"


def needed_for(definition: Definition, end: str) -> Definition:
    """The net up to the last layer of this name, without the inputs and data that only later layers read.

    The net itself where there is no such layer.
    """
    layers = definition.message.layer
    last = max((i for i, param in enumerate(layers) if param.name == end), default=None)
    if last is None:
        return definition
    read = {bottom for layer in layers[: last + 1] for bottom in layer.bottom}
    kept = [i for i in range(last + 1) if layers[i].bottom or i == last or read.intersection(layers[i].top)]
    needed = [layers[i] if i == last else _read_inputs(layers[i], read) for i in kept]
    return definition.with_layers(needed, [definition.trees[i] for i in kept])


def _read_inputs(layer: LayerParameter, read: set[str]) -> LayerParameter:
    """An Input layer without the tops that nothing reads; any other layer as it is."""
    if layer.type != "Input" or read.issuperset(layer.top):
        return layer
    shapes = list(layer.input_param.shape)
    shapes = shapes * len(layer.top) if len(shapes) == 1 else shapes
    rest = LayerParameter()
    rest.CopyFrom(layer)
    rest.ClearField("top")
    rest.input_param.ClearField("shape")
    for i, top in enumerate(layer.top):
        if top in read:
            rest.top.append(top)
            rest.input_param.shape.extend(shapes[i : i + 1])
    return rest


def _included(definition: Definition, index: int, layer: LayerParameter, state: State) -> bool:
    if layer.include and layer.exclude:
        raise NetError(
            "has both include and exclude rules; give one kind",
            place=definition.place(index, "exclude"),
            layer=layer.name,
            layer_type=layer.type,
        )
    return _takes_part(layer, state)


def _options_to_include(layer: LayerParameter, state: State) -> str:
    """The fewest further options than those of `state` with which the layer takes part; empty where none do."""
    rules = [*layer.include, *layer.exclude]
    levels = {rule.min_level for rule in rules if rule.HasField("min_level")}
    levels |= {rule.max_level for rule in rules if rule.HasField("max_level")}
    stages = {frozenset(names) for rule in rules for names in (rule.stage, rule.not_stage)}
    states = (
        State(phase, level, state.stages | more)
        for phase in (state.phase, 1 - state.phase)
        for level in (state.level, *sorted(levels)[:MAX_TRIED])
        for more in (frozenset[str](), *sorted(stages, key=sorted)[:MAX_TRIED])
    )
    written = [_options(other, state) for other in states if _takes_part(layer, other)]
    fewest: list[str] = min(written, key=len, default=[])
    return " ".join(fewest)


def _options(wanted: State, state: State) -> list[str]:
    """The options that lead from one state to another."""
    phase = [f"--phase {PHASES[wanted.phase].lower()}"] if wanted.phase != state.phase else []
    level = [f"--level {wanted.level}"] if wanted.level != state.level else []
    return [
        *phase,
        *level,
        *(f"--stage {shell_word(stage)}" for stage in sorted(wanted.stages - state.stages)),
    ]


def _takes_part(layer: LayerParameter, state: State) -> bool:
    return _any_met(layer.include, state) if layer.include else not _any_met(layer.exclude, state)


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
