"""Wires layers by blob names, giving each write in place a new version (net.cpp, AppendTop and AppendBottom)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from prototxt.errors import (
    LayerError,
    MissingLayerError,
    NetError,
    NotRunError,
    Place,
    UnappliedError,
    a_few,
    did_you_mean,
    one_line,
)
from prototxt.graph.graph import BlobId, Node, Wiring
from prototxt.graph.select import PHASES
from prototxt.layers.base import Layer, LayerSettings, own_phase
from prototxt.layers.forks import FORKS, dialect_of
from prototxt.layers.outcomes import Outcome
from prototxt.layers.reads import unread_of_net
from prototxt.layers.registry import Resolution, float_type, layer_classes, resolve_type
from prototxt.layers.unknown import Unknown, can_stand
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.build import UnknownValue
from prototxt.text.definition import Definition
from prototxt.text.legacy import V1_TYPES, name_hint, today_name
from prototxt.text.place import place_of_value

__all__ = ["connect"]

MAX_MAKERS = 3
"""Layers of another phase or stage that an error about a missing bottom names."""


def connect(definition: Definition, settings: LayerSettings) -> Wiring:
    """Make every layer and wire it to the blobs that it reads and writes.

    A layer that nothing here can run is an Unknown: its type is not known, refuses its parameters or the number of its
    bottoms or tops, or needs a shape from the caller.

    Raises NetError for a net without layers, a bottom that no earlier layer makes, a top that exists already (other
    than the layer's own bottom: that is in place), DataError for a file that is not what it should be.
    """
    layers = definition.message.layer
    if not layers:
        raise _no_layers(definition)
    current: dict[str, BlobId] = {}
    automatic = _automatic_tops(layers)
    nodes, doubts = [], dict[str, list[tuple[int, Resolution]]]()
    for index, param in enumerate(layers):
        layer, meant = _make(definition, index, param, settings)
        if meant.others:
            doubts.setdefault(param.type, []).append((index, meant))
        bottoms = tuple(_read(definition, index, param, name, current) for name in param.bottom)
        tops = tuple(_write(definition, index, param, i, current) for i in range(len(param.top)))
        tops += tuple(next(automatic) for _ in range(layer.num_tops - layer.named_tops))
        nodes.append(
            Node(
                index=index,
                layer=layer,
                bottoms=bottoms,
                tops=tops,
                place=definition.place(index),
                specs=tuple(param.param),
                tree=definition.trees[index],
                blobs=tuple(param.blobs),
            )
        )
    notes = (
        *definition.notes,
        *_remarks_on_net(definition),
        *_remarks_on_phases(definition, settings.phase),
        *_remarks(definition, [node.layer for node in nodes]),
        *(_doubt(definition, doubt) for doubt in doubts.values()),
    )
    return Wiring(definition.message.name, definition.file, settings.phase, tuple(nodes), notes)


def _remarks_on_net(definition: Definition) -> Iterator[str]:
    """Notes on fields of the net itself that are not applied."""
    unread = unread_of_net(definition.message)
    if unread:
        from prototxt.layers.unread import remarks_on_net  # only nets with such fields need its lists

        for remark in remarks_on_net(unread):
            yield one_line(remark.text, place=definition.place_in_net(remark.field))


def _remarks_on_phases(definition: Definition, phase: int) -> Iterator[str]:
    """A note on layers that are in a phase of their own, as a layer of Caffe is that names one (net.cpp, Init)."""
    layers = definition.message.layer
    indices = [i for i, layer in enumerate(layers) if own_phase(layer, phase) != phase]
    if indices:
        first, more = layers[indices[0]], len(indices) - 1
        whom = f'layer "{first.name}"' + (f" and {more} more" if more else "")
        verb = "run" if more else "runs"
        why = f"as `phase` in the file says, not in {PHASES[phase]} like the rest of the net"
        what = f"{whom} {verb} in {PHASES[first.phase]}, {why}"
        yield one_line(what, place=definition.place(indices[0], "phase"))


def _remarks(definition: Definition, layers: Sequence[Layer]) -> Iterator[str]:
    """Notes on fields that are not applied, one for all layers of a type that set the same field."""
    alike: dict[tuple[str, str, str], list[int]] = {}
    for index, layer in enumerate(layers):
        for remark in layer.judgement.remarks if layer.judgement else ():
            alike.setdefault((layer.type, *remark), []).append(index)
        given = definition.message.layer[index].type
        if layer.low_precision is None and layer.type != given and layer.type == float_type(given):
            alike.setdefault((given, "type", f"run as {layer.type}, in float32"), []).append(index)
    for (_, field, text), indices in alike.items():
        yield one_line(f"{_whom(definition, indices)}: {text}", place=definition.place(indices[0], field))


def _whom(definition: Definition, indices: Sequence[int]) -> str:
    """Layers of one type, as a note calls them: the first by its name."""
    layer, more = definition.message.layer[indices[0]], len(indices) - 1
    return f'layer "{layer.name}"' + (f" and {more} more" if more else "") + f" ({layer.type})"


def _doubt(definition: Definition, doubtful: Sequence[tuple[int, Resolution]]) -> str:
    """A note on layers of one type that could mean what another fork means by it."""
    index, meant = doubtful[0]
    whom = _whom(definition, [index for index, _ in doubtful])
    others = " or ".join(FORKS[layer_class.fork] for layer_class in meant.others)
    forks = [layer_class.fork for layer_class in (meant.layer_class, *meant.others)]
    dialects = " or ".join(dict.fromkeys(first for fork in forks if (first := dialect_of(fork))))
    return one_line(
        f"{whom} taken as the layer of {FORKS[meant.layer_class.fork]}, but could be that of {others} as well: "
        f"say --dialect {dialects} (dialect= in Python)",
        place=definition.place(index, "type"),
    )


def _automatic_tops(layers: Sequence[LayerParameter]) -> Iterator[BlobId]:
    """Tops that loss layers make by themselves: no layer can read them (net.cpp, AutoTopBlobs)."""
    taken = {top for param in layers for top in param.top}
    names = (f"(automatic {i})" if i > 1 else "(automatic)" for i in count(1))
    return (BlobId(name) for name in names if name not in taken)


def _no_layers(definition: Definition) -> NetError:
    root = definition.root
    written = root is None or any(field.name in ("layer", "layers") for field in root.fields)
    what = "no layers for this phase, level and stages" if written else "the file has no layers"
    return NetError(what, place=Place(definition.file))


def _make(
    definition: Definition, index: int, param: LayerParameter, settings: LayerSettings
) -> tuple[Layer, Resolution]:
    """Make a layer; where no layer type does its work, an Unknown that says so."""
    plain: Layer | None = None
    try:
        for unknown in definition.unknown_values_of(index):
            if _matters(unknown):
                error = UnappliedError(unknown.what, missing=unknown.missing, hint=unknown.hint)
                raise error.at(unknown.place, param.name, param.type)
        meant = resolve_type(param, settings)
        layer = meant.layer_class(param, settings)
        if layer.unapplied is not None:
            plain = layer if layer.judgement and layer.judgement.shapes_known else None
            raise layer.unapplied
        _check_arity(definition, index, param, layer)
        return layer, meant
    except LayerError as error:
        if error.place is None:
            error.at(definition.place(index, error.field), param.name, param.type)
        if not can_stand(error):
            raise
        if isinstance(error, NotRunError):
            plain = _for_shapes(param, settings)
        if isinstance(error, MissingLayerError):
            error.hint = _data_hint(param) or _old_name_hint(definition, index, param.type) or error.hint
        return Unknown(param, settings, error, plain), Resolution(Unknown)


def _for_shapes(param: LayerParameter, settings: LayerSettings) -> Layer:
    """A layer of a type that is not run here: it knows the shapes of its tops where the file says them."""
    from prototxt.layers.not_run import NotRun  # only nets with such types need its table

    return NotRun(param, settings)


def _matters(unknown: UnknownValue) -> bool:
    """Whether a layer cannot run without this value: not where it runs without any value of the field."""
    from prototxt.layers.unread import ignored_fields  # only nets with such values need its lists

    ignored = ignored_fields().get(unknown.field.partition(".")[2])
    return ignored is None or ignored.outcome not in (Outcome.QUIET, Outcome.WARNS)


def _old_name_hint(definition: Definition, index: int, type_name: str) -> str | None:
    """A hint where a type is written as V1 types are, or is a V1 type with a mistake."""
    if layer_classes(today_name(type_name)):
        return name_hint(type_name)
    tree = definition.trees[index]
    written = tree.scalar("type") if tree else None
    return did_you_mean(written.text, V1_TYPES) if written and written.kind == "name" else None


def _data_hint(param: LayerParameter) -> str | None:
    """Forks have data layers of their own; here the caller gives the data."""
    if param.bottom or not param.top:
        return None
    tops = " ".join(f"--input {top}=N,..." for top in param.top)
    code = "; if you have its module and trust it: --allow-python-layers" if param.type == "Python" else ""
    return f"if it is a data layer, give its shapes in its place: {tops}{code}"


def _check_arity(definition: Definition, index: int, param: LayerParameter, layer: Layer) -> None:
    """Raises LayerError for a number of bottoms or tops that the layer's type does not take."""
    for field, names, (least, most) in (
        ("bottom", param.bottom, layer.bottoms),
        ("top", param.top, (0, layer.tops[1]) if layer.loss else layer.tops),
    ):
        if len(names) < least or (most is not None and len(names) > most):
            what = f"takes {_range(least, most)} {field}{'' if most == 1 else 's'}, has {len(names)}"
            raise LayerError(what).at(_place(definition, index, field, most or 0), param.name, param.type)
    if layer.tops_equal_bottoms and len(param.top) != len(param.bottom):
        what = f"needs a top for each bottom, has {len(param.bottom)} bottoms and {len(param.top)} tops"
        raise LayerError(what).at(_place(definition, index, "top", 0), param.name, param.type)


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least}"
    return str(least) if least == most else f"{least} to {most}"


def _read(
    definition: Definition, index: int, param: LayerParameter, name: str, current: dict[str, BlobId]
) -> BlobId:
    if name not in current:
        given = f"where it is an input of the net, give its shape: --input {name}=N,C,H,W"
        hint = _made_elsewhere(definition, name) or did_you_mean(name, current) or given
        made_later = any(name in later.top for later in definition.message.layer[index:])
        what = (
            f'bottom "{name}" is made only by a later layer'
            if made_later
            else f'no layer makes bottom "{name}"'
        )
        raise _error(definition, index, param, "bottom", what, hint, list(param.bottom).index(name))
    return current[name]


def _made_elsewhere(definition: Definition, name: str) -> str | None:
    """A hint where a layer makes this blob that the phase, level or stages leave out."""
    makers = (left_out for left_out in definition.left_out if name in left_out.layer.top)
    ways = {
        f'with {options} layer "{maker.layer.name}" (line {maker.place.line}) makes it': None
        for maker in makers
        if (options := maker.find_options())
    }
    if not ways:
        return None
    return f"{a_few(list(ways), MAX_MAKERS)}; or give its shape: --input {name}=N,C,H,W"


def _write(
    definition: Definition, index: int, param: LayerParameter, i: int, current: dict[str, BlobId]
) -> BlobId:
    name = param.top[i]
    in_place = i < len(param.bottom) and param.bottom[i] == name
    if name in current and not in_place:
        raise _error(
            definition, index, param, "top", f'top "{name}" exists already',
            f'only a layer whose bottom {i} is "{name}" too may write it again (in place)', i,
        )  # fmt: skip
    blob = BlobId(name, current[name].version + 1 if name in current else 0)
    current[name] = blob
    return blob


def _error(
    definition: Definition,
    index: int,
    param: LayerParameter,
    field: str,
    what: str,
    hint: str | None = None,
    nth: int = 0,
) -> NetError:
    """An error that points at the layer's `nth` value of a repeated field."""
    place = _place(definition, index, field, nth)
    return NetError(what, place=place, layer=param.name, layer_type=param.type, hint=hint)


def _place(definition: Definition, index: int, field: str, nth: int) -> Place:
    tree = definition.trees[index]
    return place_of_value(tree, definition.file, field, nth) if tree else Place(definition.file)
