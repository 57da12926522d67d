"""What prototxt-explain answers of a whole net: what if, which pad, fully connected as convolution, two nets."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import click

from prototxt.cli.common import emit, show_notes, tell
from prototxt.cli.options.net import NetChoice, file_name, option_group
from prototxt.util.files import whole_file

if TYPE_CHECKING:
    from rich.console import RenderableType

    from prototxt.blobs import Shape
    from prototxt.explain.sections.section import Section
    from prototxt.text.definition import Definition

OWN_AND_LARGER = ""
"""What --fc-as-conv without a size stands for."""

TIMES = 1, 1.25, 1.5, 2
"""The sizes that are then shown, by the net's own."""


@dataclass(frozen=True)
class NetQuestion:
    """What the options ask of the whole net; at most one of them."""

    what_if: tuple[str, ...]
    same: str | None
    fc_as_conv: str | None
    diff: str | None
    save_net: str | None
    save_weights: str | None

    @property
    def asked(self) -> list[str]:
        """The questions that were asked, as options."""
        given = {
            "--what-if": self.what_if or None, "--same": self.same, "--fc-as-conv": self.fc_as_conv,
            "--diff": self.diff,
        }  # fmt: skip
        return [name for name, value in given.items() if value is not None]

    def check(self, layer: str | None) -> None:
        """Raises click.UsageError for options that do not go together, or with a LAYER."""
        if self.asked and layer is not None:
            raise click.UsageError(f"{self.asked[0]} is about the whole net: leave out {layer}")
        if len(self.asked) > 1:
            raise click.UsageError(f"{' and '.join(self.asked)}: one question at a time")
        if self.save_net is not None and not (self.what_if or self.fc_as_conv is not None):
            raise click.UsageError("--save-net writes the net that --what-if or --fc-as-conv makes")
        if self.save_weights is not None and self.fc_as_conv is None:
            raise click.UsageError("--save-weights writes the weights that --fc-as-conv makes")


def size(text: str) -> str:
    """`384x384` (HEIGHTxWIDTH) or `384`; click.BadParameter for anything else."""
    if text != OWN_AND_LARGER and not re.fullmatch(r"[1-9]\d{0,4}(x[1-9]\d{0,4})?", text):
        raise click.BadParameter(f'"{text}" is not a size, such as 384x384 (HEIGHTxWIDTH)')
    return text


net_questions = option_group(
    "question",
    "Questions about the whole net",
    NetQuestion,
    [
        click.option(
            "--what-if", "what_if", multiple=True, metavar="LAYER.FIELD=VALUE",
            help="Shapes and costs before and after a change, all the way down, such as conv1.stride=2 or "
            "data.shape=1,3,384,384; may be given several times.",
        ),
        click.option("--same", metavar="LAYER", help="Which pad keeps this layer's size."),
        click.option(
            "--fc-as-conv", type=size, is_flag=False, flag_value=OWN_AND_LARGER, metavar="[HxW]",
            help="Fully connected layers as convolutions, and the map of scores that an image of this size then "
            "gives (without a size: the net's own and larger ones).",
        ),
        click.option(
            "--diff", type=file_name, metavar="OTHER",
            help="Compare with another net: layers, fields, shapes, costs, which weights load.",
        ),
        click.option(
            "--save-net", type=file_name, metavar="FILE",
            help="Write the net that --what-if or --fc-as-conv makes, as prototxt.",
        ),
        click.option(
            "--save-weights", type=file_name, metavar="FILE",
            help="Write the weights (--weights) in the shapes of --fc-as-conv, and prove that both nets give the same.",
        ),
    ],
)  # fmt: skip


def answer(
    definition: Definition,
    question: NetQuestion,
    choice: NetChoice,
    weights: Sequence[str],
    form: str,
    output: str | None,
) -> int:
    """Tell what was asked; the exit code, 1 for a net that cannot be."""
    if question.what_if:
        return _what_if(definition, question, choice, form, output)
    if question.same is not None:
        return _same(definition, question.same, choice, form, output)
    if question.fc_as_conv is not None:
        return _fc_as_conv(definition, question, choice, weights, form, output)
    return _diff(definition, question, choice, form, output)


def _tell(
    title: str,
    sections: Sequence[Section],
    form: str,
    output: str | None,
    table: Callable[[int], RenderableType] | None = None,
) -> None:
    """Sections in the form that is asked for; a `table` stands for the section `layers` in text."""
    from rich.console import Group
    from rich.text import Text

    from prototxt.explain.sections.views import text as views

    if form == "json":
        emit(views.told_json(title, sections), output)
        return
    if form == "html":
        from prototxt.explain.sections.views.html import told_html

        emit(told_html(title, sections), output)
        return

    def laid_out(width: int) -> RenderableType:
        shown = [
            table(width) if table and section.key == "layers" else views.section_text(section, width)
            for section in sections
        ]
        return Group(Text(title, "bold"), *shown)

    tell(laid_out, output)


def _what_if(
    definition: Definition, question: NetQuestion, choice: NetChoice, form: str, output: str | None
) -> int:
    from prototxt.explain.surgery.views.comparison_table import comparison_table
    from prototxt.explain.surgery.what_if import sections, what_if
    from prototxt.frontend.load import choose_layers

    options = choice.options()
    found = what_if(definition, options, question.what_if)
    _tell(f"{definition.file}, what if", sections(found), form, output,
          partial(comparison_table, found.comparison))  # fmt: skip
    if found.after.breaks is not None:
        return 1
    if question.save_net is not None:
        edited = choose_layers(found.edited.definition, found.edited.options(options))
        _save_net(edited, question.save_net, f"{definition.file} with {', '.join(question.what_if)}")
    return 0


def _same(definition: Definition, layer: str, choice: NetChoice, form: str, output: str | None) -> int:
    from prototxt.explain.surgery.same_padding import checked_shape, same
    from prototxt.frontend.load import outline
    from prototxt.graph.context import LayerContext, find_layer, is_known

    options = choice.options()
    graph = outline(definition, options)
    node = find_layer(graph, layer)
    if not is_known(graph, node):
        raise click.UsageError(f'the shapes of layer "{layer}" are not known')
    look = LayerContext(graph, node)
    _tell(f"{layer} · {node.type} {graph.brief(node)} · {node.place}",
          [same(look, checked_shape(definition, options, look))], form, output)  # fmt: skip
    return 0


def _fc_as_conv(
    definition: Definition,
    question: NetQuestion,
    choice: NetChoice,
    weights: Sequence[str],
    form: str,
    output: str | None,
) -> int:
    from prototxt.explain.surgery.fc_as_conv import fc_as_conv, own_size, sections

    if question.save_weights is not None and not weights:
        raise click.UsageError("--save-weights needs --weights")
    converted = fc_as_conv(definition, choice.options())
    own = own_size(converted)
    told = list(sections(converted, _sizes(own, question.fc_as_conv or "")))
    agrees = True
    if question.save_net is not None:
        _save_net(
            converted.definition, question.save_net, f"{definition.file}, fully connected as convolutions"
        )
    if question.save_weights is not None:
        from prototxt.explain.surgery.fc_weights import proof_section, prove, save_converted

        save_converted(converted, list(weights), question.save_weights)
        proofs = prove(definition, converted, list(weights), question.save_weights)
        agrees = all(proof.agrees for proof in proofs)
        told.append(proof_section(proofs))
    _tell(f"{definition.file}, fully connected layers as convolutions", told, form, output)
    return int(not agrees)


def _sizes(own: Shape, asked: str) -> list[Shape]:
    """Heights and widths to show, the net's own first."""
    if asked == OWN_AND_LARGER:
        return [tuple(round(factor * side) for side in own) for factor in TIMES]
    sides = [int(side) for side in asked.split("x")]
    return list(dict.fromkeys([own, (sides[0], sides[-1])]))


def _diff(
    definition: Definition, question: NetQuestion, choice: NetChoice, form: str, output: str | None
) -> int:
    from prototxt.explain.surgery.diff import diff, sections
    from prototxt.frontend.load import define_net
    from prototxt.text.read import read_text

    other = question.diff or ""
    second = define_net(read_text(other), other, strict=choice.strict)
    show_notes(second.notes)
    found = diff(definition, second, choice.options())
    _tell(f"{definition.file} → {other}", sections(found), form, output)
    return 0


def _save_net(definition: Definition, path: str, what: str) -> None:
    """A net as prototxt, whole or not at all."""
    from prototxt.errors import printable
    from prototxt.text.write import write

    with whole_file(path) as file:
        file.write(f"# {printable(what)}\n{write(definition.message)}".encode())
