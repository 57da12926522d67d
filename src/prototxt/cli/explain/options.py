"""Options of prototxt-explain: questions about the whole net, and about one value."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import click

from prototxt.cli.options.group import file_name, option_group
from prototxt.cli.options.image import ImageChoice
from prototxt.cli.options.net import reshape_option, weights_option

OWN_AND_LARGER = ""
"""The size of --fc-as-conv without a size: the net's own and larger ones."""


@dataclass(frozen=True)
class NetQuestion:
    """The options about the whole net; at most one question is asked."""

    what_if: tuple[str, ...]
    same: str | None
    fc_as_conv: str | None
    diff: str | None
    save_net: str | None
    save_weights: str | None

    @property
    def given(self) -> list[str]:
        """The questions that were asked, as options."""
        questions = {
            "--what-if": self.what_if or None, "--same": self.same, "--fc-as-conv": self.fc_as_conv,
            "--diff": self.diff,
        }  # fmt: skip
        return [name for name, value in questions.items() if value is not None]

    def check(self, layer: str | None) -> None:
        """Raise click.UsageError for options that exclude each other, or a LAYER."""
        if self.given and layer is not None:
            raise click.UsageError(f"{self.given[0]} is about the whole net: leave out {layer}")
        if len(self.given) > 1:
            raise click.UsageError(f"{' and '.join(self.given)}: one question at a time")
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
            help="Show shapes and costs of all layers before and after a change, such as conv1.stride=2 or "
            "data.shape=1,3,384,384; may be given several times.",
        ),
        click.option("--same", metavar="LAYER", help="Find the pad with which this layer keeps its input's size."),
        click.option(
            "--fc-as-conv", type=size, is_flag=False, flag_value=OWN_AND_LARGER, metavar="[HxW]",
            help="Turn fully connected layers into convolutions, and show the map of scores for an image of this size "
            "(without a size: the net's own and larger ones).",
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
            help="Write the weights of --weights in the shapes of --fc-as-conv, and verify that both nets give the "
            "same outputs.",
        ),
    ],
)  # fmt: skip


def index(text: str) -> tuple[int, ...]:
    """`0,17,3,4` as an index; () for a blob without axes; click.BadParameter for anything else."""
    try:
        return tuple(int(number) for number in text.split(",")) if text.strip() else ()
    except ValueError:
        raise click.BadParameter(f'"{text}" is not N,C,Y,X, such as 0,17,3,4') from None


@dataclass(frozen=True)
class ValueChoice:
    """The options about one value."""

    at: tuple[int, ...] | None
    top: int | None
    depth: int | None
    everything: bool
    image: str | None
    weights: tuple[str, ...]
    reshape_weights: bool
    seed: int | None
    engine: str | None

    def check(self, layer: str | None, images: ImageChoice, questions: Sequence[str]) -> None:
        """Raise click.UsageError for options that exclude each other; `questions` are about the whole net."""
        if self.at is not None:
            if questions:
                raise click.UsageError(f"--at is about one value, {questions[0]} about the whole net")
            if layer is None:
                raise click.UsageError("--at is an index into what a layer computes: name the LAYER")
            if images.given and not self.image:
                raise click.UsageError(f"{images.given[0]} is for an --image")
            return
        values = {
            "--top": self.top, "--depth": self.depth, "--all": self.everything or None, "--image": self.image,
            "--weights": None if questions else self.weights or None, "--seed": self.seed, "--engine": self.engine,
        }  # fmt: skip
        given = [*(name for name, value in values.items() if value is not None), *images.given]
        if given:
            raise click.UsageError(f"{given[0]} is about one value: say which with --at N,C,Y,X")


value_options = option_group(
    "value",
    "Breakdown of one value",
    ValueChoice,
    [
        click.option(
            "--at", type=index, metavar="N,C,Y,X",
            help="Break down the value at this index of LAYER's top: every term, subtotals, the sum.",
        ),
        click.option("--top", type=click.IntRange(0), help="Index of the top, if LAYER has several.  [default: 0]"),
        click.option(
            "--depth", type=click.IntRange(1, 5),
            help="Levels of breakdown: with 2 the largest terms are broken down too, and so on.  [default: 1]",
        ),
        click.option("--all", "everything", is_flag=True, help="Print every channel and every term, none summarised."),
        click.option(
            "--image", type=file_name, metavar="FILE",
            help="Input of the net: an image, or a .npy or .npz file of arrays as they are; without it, noise.",
        ),
        weights_option,
        reshape_option,
        click.option("--seed", type=int, help="Seed of random weights.  [default: 0]"),
        click.option(
            "--engine", type=click.Choice(["fast", "numba", "reference"]),
            help="Engine whose value the breakdown is compared with.  [default: fast]",
        ),
    ],
)  # fmt: skip
