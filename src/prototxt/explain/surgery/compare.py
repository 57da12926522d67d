"""Two graphs compared: layers matched by name, their shapes, parameters and costs, and the totals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from difflib import SequenceMatcher

from prototxt.blobs import Shape, format_shape
from prototxt.errors import printable
from prototxt.explain.sections.receptive_field.label import FieldLabel, field_labels
from prototxt.explain.sections.section import Line, Section
from prototxt.graph.graph import Graph, Node
from prototxt.layers.unknown import Unknown
from prototxt.views.numbers import human_bytes

__all__ = [
    "ARROW",
    "Comparison",
    "Key",
    "Pair",
    "Side",
    "Work",
    "compare",
    "in_words",
    "keys",
    "kind_text",
    "layers_section",
    "shapes_text",
    "totals_section",
    "with_unit",
]

Key = tuple[str, int]
"""A layer's name, and the number of earlier layers of the same name."""

ARROW = " → "


@dataclass(frozen=True, slots=True)
class Work:
    """Learned values, stored statistics, multiply-adds per image, and bytes of new tops."""

    params: int = 0
    statistics: int = 0
    macs: int = 0
    bytes: int = 0

    def __add__(self, other: Work) -> Work:
        return Work(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Side:
    """One layer of one of the nets; a shape is None where it depends on a layer that is not implemented.

    `sees` is the receptive field of its values; empty where that is unknown.
    """

    index: int
    type: str
    brief: str
    shapes: tuple[Shape | None, ...]
    arrays: tuple[Shape, ...]
    work: Work
    sees: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer in both nets, or in one of them."""

    key: Key
    before: Side | None
    after: Side | None

    @property
    def name(self) -> str:
        """The layer's name."""
        return self.key[0]

    @property
    def change(self) -> str:
        """`added`, `removed`, or empty for a layer in both nets."""
        if self.before is None:
            return "added"
        return "removed" if self.after is None else ""

    @property
    def differs(self) -> bool:
        """Whether the type, shapes or cost of the layer differ."""
        if self.before is None or self.after is None:
            return True
        return _properties(self.before) != _properties(self.after)

    @property
    def is_listed(self) -> bool:
        """Whether a list of differences shows the layer: it differs, or its receptive field does."""
        if self.before is None or self.after is None:
            return True
        return self.differs or self.before.sees != self.after.sees


def _properties(side: Side) -> tuple[object, ...]:
    return side.type, side.brief, side.shapes, side.arrays, side.work


@dataclass(frozen=True)
class Comparison:
    """All layers of two nets, each once, and the totals of both."""

    pairs: tuple[Pair, ...]
    before: Work
    after: Work

    @property
    def unfit(self) -> tuple[Pair, ...]:
        """The layers whose learned arrays have different shapes in the second net."""
        return tuple(p for p in self.pairs if p.before and p.after and p.before.arrays != p.after.arrays)


def compare(before: Graph | None, after: Graph | None) -> Comparison:
    """Compare two graphs; None stands for a net without a valid layer.

    Layers are in the order of the second net; those that only the first has follow the layer they followed there.
    """
    old, new = _sides(before), _sides(after)
    pairs = tuple(Pair(key, old.get(key), new.get(key)) for key in _merged(list(old), list(new)))
    return Comparison(pairs, _total(old.values()), _total(new.values()))


def _total(sides: Iterable[Side]) -> Work:
    return sum((side.work for side in sides), Work())


def keys(nodes: Iterable[Node]) -> Iterator[Key]:
    """The key of each layer, by which layers are matched."""
    counts: dict[str, int] = {}
    for node in nodes:
        yield node.name, counts.get(node.name, 0)
        counts[node.name] = counts.get(node.name, 0) + 1


def _sides(graph: Graph | None) -> dict[Key, Side]:
    if graph is None:
        return {}
    labels = field_labels(graph)
    return {
        key: _side(graph, node, labels.get(node.index))
        for key, node in zip(keys(graph.nodes), graph.nodes, strict=True)
    }


def _side(graph: Graph, node: Node, label: FieldLabel | None) -> Side:
    kind = f"{node.type} ({node.layer.state})" if isinstance(node.layer, Unknown) else node.type
    return Side(
        node.index,
        kind,
        graph.brief(node),
        tuple(graph.shapes.get(top) for top in node.tops),
        tuple(ref.shape for ref in node.params),
        Work(node.param_count, node.statistics, graph.macs(node), graph.new_bytes(node)),
        label.size if label else "",
    )


def _merged(old: list[Key], new: list[Key]) -> Iterator[Key]:
    """The second list, with the keys that only the first has in between."""
    kept = set(new)
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield from (key for key in old[a:b] if tag in ("delete", "replace") and key not in kept)
        yield from new[c:d]


def layers_section(title: str, comparison: Comparison, notes: Mapping[Key, str]) -> Section:
    """A line for each layer that differs or has a note, and the number of the others."""
    shown = [pair for pair in comparison.pairs if pair.is_listed or notes.get(pair.key)]
    lines = [_line(pair, notes.get(pair.key, "")) for pair in shown]
    rest = len(comparison.pairs) - len(shown)
    return Section(
        "layers", title, (*lines, *([Line("other layers", f"{rest:,}, unchanged")] if rest else []))
    )


def _line(pair: Pair, note: str) -> Line:
    rows = [
        printable(kind_text(pair)),
        in_words(pair, shapes_text),
        with_unit(in_words(pair, lambda side: f"{side.work.params + side.work.statistics:,}"), "parameters"),
        with_unit(in_words(pair, lambda side: f"{side.work.macs:,}"), "MACs per image"),
        f"sees {sees} of the input" if (sees := in_words(pair, lambda side: side.sees)) else "",
    ]
    sides = {"before": pair.before and asdict(pair.before), "after": pair.after and asdict(pair.after)}
    text = "\n".join(row for row in rows if row)
    return Line(
        pair.name, f"{pair.change}: {text}" if pair.change else text, note, {"change": pair.change, **sides}
    )


def kind_text(pair: Pair, arrow: str = ARROW) -> str:
    """`Convolution 11x11/4 → 11x11/2`: an unchanged type appears once."""
    old, new = pair.before, pair.after
    if old and new and old.type == new.type and old.brief and new.brief:
        return f"{old.type} {in_words(pair, lambda side: side.brief, arrow, always=True)}"
    return in_words(pair, lambda side: f"{side.type} {side.brief}".strip(), arrow, always=True)


def shapes_text(side: Side) -> str:
    """The shapes of the tops."""
    return ", ".join("?" if shape is None else format_shape(shape) for shape in side.shapes)


def in_words(pair: Pair, cell: Callable[[Side], str], arrow: str = ARROW, *, always: bool = False) -> str:
    """The texts of both sides: `before → after`.

    A layer in one net only has one text. Equal texts give an empty one, or the text itself with `always`.
    """
    old, new = (None if side is None else cell(side) for side in (pair.before, pair.after))
    if old is None or new is None:
        return old or new or ""
    if old == new:
        return old if always else ""
    return f"{old or 'none'}{arrow}{new or 'none'}"


def with_unit(text: str, unit: str) -> str:
    """The text followed by its unit; empty for no text and for 0."""
    return f"{text} {unit}" if text and text != "0" else ""


def totals_section(comparison: Comparison) -> Section:
    """The totals of all layers, before and after."""
    before, after = comparison.before, comparison.after
    lines = [
        _total_line("parameters", before.params, after.params),
        _total_line("statistics", before.statistics, after.statistics),
        _total_line("MACs per image", before.macs, after.macs),
        _total_line("maps", before.bytes, after.bytes, human_bytes),
    ]
    return Section("totals", "Totals", tuple(line for line in lines if line))


def _total_line(label: str, old: int, new: int, words: Callable[[int], str] = "{:,}".format) -> Line | None:
    if not (old or new):
        return None
    values = {"before": old, "after": new}
    if old == new:
        return Line(label, f"{words(old)}, unchanged", values=values)
    return Line(label, f"{words(old)}{ARROW}{words(new)}{_factor(old, new)}", values=values)


def _factor(old: int, new: int) -> str:
    """`, 3.29 times`, or `, +1.3%` for a small change."""
    if not (old and new):
        return ""
    return (
        f", {new / old:.3g} times" if new >= 2 * old or old >= 2 * new else f", {100 * (new / old - 1):+.2g}%"
    )
