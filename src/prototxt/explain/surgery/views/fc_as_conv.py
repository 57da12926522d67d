"""The result of `--fc-as-conv` as sections: the converted layers, and the scores at each input size."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape, count, format_shape
from prototxt.errors import printable
from prototxt.explain.sections.receptive_field.fields import receptive_fields
from prototxt.explain.sections.section import Line, Section
from prototxt.explain.surgery.compare import ARROW
from prototxt.explain.surgery.fc_as_conv import Converted, ConvertedLayer, SizedNet, at_size, own_size
from prototxt.views.numbers import counted, times

__all__ = ["fc_as_conv_sections"]


def fc_as_conv_sections(converted: Converted, sizes: Sequence[Shape]) -> tuple[Section, ...]:
    """The converted layers, and the maps of scores at each input size (height, width)."""
    lines = [_layer_line(layer) for layer in converted.layers]
    lines += [Line(name, "removed: convolutions read the maps directly") for name in converted.dropped]
    lines += [Line(name, f"remains an InnerProduct: {why}") for name, why in converted.kept.items()]
    maps = (*(_size_line(converted, at_size(converted, size)) for size in sizes), *_steps(converted))
    return (
        Section("convolutions", "Fully connected layers as convolutions", tuple(lines)),
        Section("scores", "Scores at each input size", maps),
    )


def _layer_line(layer: ConvertedLayer) -> Line:
    c, h, w = layer.maps
    text = f"{layer.num_output} x {count(layer.maps)}{ARROW}{format_shape(layer.weight)}"
    note = f"a kernel of {h}x{w}, the size of the map; the same {counted(count(layer.weight), 'weight')}"
    values = {
        "num_output": layer.num_output,
        "channels": c,
        "kernel": [h, w],
        "weights": list(layer.weight),
    }
    return Line(layer.layer, text, note, values)


def _steps(converted: Converted) -> list[Line]:
    """The distance between scores on the image; empty where it is unknown."""
    last = converted.layers[-1].layer
    top = next(node.tops[0] for node in converted.after.nodes if node.name == last)
    field = receptive_fields(converted.after).get(top)
    if field is None or not field.aligned:
        return []
    jump, size = (
        times(sides) for sides in zip(*((axis.jump, axis.size) for axis in field.axes), strict=True)
    )
    return [
        Line("steps", f"a score for every {jump} pixels", f"each sees {size} of the image, padding included")
    ]


def _size_line(converted: Converted, sized: SizedNet) -> Line:
    label, own = times(sized.size), own_size(converted)
    if sized.why:
        return Line(label, "the net does not accept it", sized.why)
    text = ", ".join(f"{printable(name)} {format_shape(shape)}" for name, shape in sized.scores.items())
    values = {
        "size": list(sized.size), "macs": sized.macs,
        "scores": {name: list(shape) for name, shape in sized.scores.items()},
    }  # fmt: skip
    if sized.size == own:
        return Line(label, text, f"the original size; {sized.macs:,} MACs", values)
    places = max((count(shape[2:]) for shape in sized.scores.values() if len(shape) == 4), default=1)
    note = f"{sized.macs:,} MACs"
    if places > 1:
        own_macs = sum(converted.before.macs(node) for node in converted.before.nodes)
        each = own_macs * places
        note += f"; {counted(places, 'crop')} of {times(own)} one by one: {each:,}"
    return Line(label, text, note, values)
