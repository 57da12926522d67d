"""The options of prototxt-explain that ask what one value is made of, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from prototxt.cli.common import emit, show_notes, tell
from prototxt.cli.options.image import ImageChoice
from prototxt.cli.options.net import file_name, option_group

if TYPE_CHECKING:
    from prototxt.frontend.load import Options
    from prototxt.net import Net
    from prototxt.text.definition import Definition


def place(text: str) -> tuple[int, ...]:
    """`0,17,3,4` as a place; nothing for a blob without axes; click.BadParameter for anything else."""
    try:
        return tuple(int(number) for number in text.split(",")) if text.strip() else ()
    except ValueError:
        raise click.BadParameter(f'"{text}" is not N,C,Y,X, such as 0,17,3,4') from None


@dataclass(frozen=True)
class ValueChoice:
    """What the options about one value say."""

    at: tuple[int, ...] | None
    top: int | None
    depth: int | None
    everything: bool
    image: str | None
    weights: tuple[str, ...]
    seed: int | None
    engine: str | None

    def check(self, layer: str | None, images: ImageChoice, asked: Sequence[str]) -> None:
        """Raises click.UsageError for what does not go together; `asked` are questions about the whole net."""
        if self.at is not None:
            if asked:
                raise click.UsageError(f"--at is about one value, {asked[0]} about the whole net")
            if layer is None:
                raise click.UsageError("--at is a place in what a layer makes: name the LAYER")
            if images.said and not self.image:
                raise click.UsageError(f"{images.said[0]} is for an --image")
            return
        given = {
            "--top": self.top, "--depth": self.depth, "--all": self.everything or None, "--image": self.image,
            "--weights": None if asked else self.weights or None, "--seed": self.seed, "--engine": self.engine,
        }  # fmt: skip
        said = [*(name for name, value in given.items() if value is not None), *images.said]
        if said:
            raise click.UsageError(f"{said[0]} is about one value: say which with --at N,C,Y,X")

    @property
    def files(self) -> list[str] | None:
        """The weights files."""
        from prototxt.cli.run.reading import weights_files

        return weights_files(self.weights)


value_options = option_group(
    "value",
    "What one value is made of",
    ValueChoice,
    [
        click.option(
            "--at", type=place, metavar="N,C,Y,X",
            help="What the one value at this place of LAYER's top is made of: every term, subtotals, the sum.",
        ),
        click.option("--top", type=click.IntRange(0), help="Of several tops which one, from 0 on.  [default: 0]"),
        click.option(
            "--depth", type=click.IntRange(1, 5), help="With 2, what the largest terms are made of too; and so on."
        ),
        click.option("--all", "everything", is_flag=True, help="Nothing is folded: every channel, every term."),
        click.option(
            "--image", type=file_name, metavar="FILE",
            help="What the net sees: an image, or a .npy or .npz of arrays as they are; without it, noise.",
        ),
        click.option(
            "--weights", type=file_name, metavar="FILE[,FILE...]", multiple=True,
            help=".caffemodel, .h5 or .npz; without it the fillers make random weights.",
        ),
        click.option("--seed", type=int, help="Seeds random weights.  [default: 0]"),
        click.option(
            "--engine", type=click.Choice(["fast", "numba", "reference"]),
            help="Whose value the ledger is held against.  [default: fast]",
        ),
    ],
)  # fmt: skip


def explain_one(
    definition: Definition,
    options: Options,
    layer: str,
    value: ValueChoice,
    images: ImageChoice,
    form: str,
    output: str | None,
) -> int:
    """Runs the net as far as the layer and shows the ledger; the exit code, 1 where the engine has another value."""
    from prototxt.cli.run.text import missing_weights
    from prototxt.explain.breakdown.values import run_for
    from prototxt.frontend.load import outline
    from prototxt.graph.context import find_layer, namesakes
    from prototxt.graph.select import up_to
    from prototxt.net import Net

    assert value.at is not None
    if outline(definition, options).missing:
        # Where nothing here can run some of the layers: those before this one may do without them.
        definition = up_to(definition, layer)
    net = Net(definition, options, value.files, keep="outputs", engine=value.engine or "fast")
    shared = namesakes(net.graph, find_layer(net.graph, layer))
    show_notes(
        [*net.graph.notes[len(definition.notes) :], *missing_weights(net), *([shared] if shared else [])]
    )
    feeds, fed = _feeds(net, value.image, images)
    depth = value.depth or 1
    values = run_for(net, layer, depth, feeds)
    breakdown = values.breakdown(value.at, value.top or 0)
    _answer(breakdown, values.follow(breakdown, depth), _about(net, fed), value.everything, form, output)
    return int(not breakdown.agrees)


def _about(net: Net, fed: str) -> str:
    """What the net was given, in one line."""
    from prototxt.cli.run.text import about_weights

    return f"input: {fed}; weights: {about_weights(net)}"


def _answer(
    breakdown: Any, branches: Sequence[Any], fed: str, everything: bool, form: str, output: str | None
) -> None:
    if form == "json":
        from prototxt.explain.breakdown.views.json import breakdown_json

        emit(breakdown_json(breakdown, branches, fed), output)
    elif form == "html":
        from prototxt.explain.breakdown.views.html import breakdown_html

        emit(breakdown_html(breakdown, branches, fed), output)
    else:
        from prototxt.explain.breakdown.views.text import breakdown_text

        tell(
            lambda width: breakdown_text(breakdown, branches, fed=fed, everything=everything, width=width),
            output,
        )


def _feeds(net: Net, image: str | None, images: ImageChoice) -> tuple[Mapping[str, Any], str]:
    """What the net's inputs are given, and that in words."""
    from prototxt.batch.run import Runner
    from prototxt.cli.run.reading import make_reading

    runner = Runner(net)
    if image is None:
        noise = runner.noise()
        return noise, "noise from 0 to 1, for there is no --image" if noise else "what its data layers read"
    reading = make_reading(runner, [image], images)
    show_notes(reading.notes)
    item = next(iter(reading.read(image)))
    return runner.feeds([item]), item.how
