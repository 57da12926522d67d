"""prototxt-explain --at: one value of a layer, broken down into its terms."""

from __future__ import annotations

from collections.abc import Mapping

from prototxt.batch.runner import Runner
from prototxt.blobs import Array
from prototxt.cli.explain.request import ExplainRequest
from prototxt.cli.nets import end_if_needed, graph_options, new_warnings
from prototxt.cli.options.image import ImageChoice
from prototxt.cli.preprocessing import reader_of
from prototxt.cli.printing import print_warnings, write_table, write_text
from prototxt.cli.weights import about_weights, missing_weights, weights_files
from prototxt.explain.breakdown.values import run_for
from prototxt.explain.breakdown.views.html import breakdown_html
from prototxt.explain.breakdown.views.json import breakdown_json
from prototxt.explain.breakdown.views.text import breakdown_text
from prototxt.frontend.net_options import NetOptions
from prototxt.graph.context import find_layer, namesakes
from prototxt.net import Net
from prototxt.text.definition import Definition


def break_down(definition: Definition, layer: str, at: tuple[int, ...], request: ExplainRequest) -> int:
    """Run the net up to the layer and print the breakdown; the exit code, 1 if the engine has another value."""
    value, form, output = request.value, request.form, request.output
    options = end_if_needed(definition, graph_options(request.choice, value.seed or 0), layer)
    files = weights_files(value.weights)
    net_options = NetOptions.of(
        options, keep="outputs", engine=value.engine or "fast", reshape_weights=value.reshape_weights
    )
    net = Net(definition, net_options, files)
    shared = namesakes(net.graph, find_layer(net.graph, layer))
    print_warnings(
        [*new_warnings(net.graph, definition), *missing_weights(net), *([shared] if shared else [])]
    )
    feeds, fed = _feeds(net, value.image, request.images)
    depth = value.depth or 1
    values = run_for(net, layer, depth, feeds)
    breakdown = values.breakdown(at, value.top or 0)
    branches = values.follow(breakdown, depth)
    about = f"input: {fed}; weights: {about_weights(net)}"
    if form == "json":
        write_text(breakdown_json(breakdown, branches, about), output)
    elif form == "html":
        write_text(breakdown_html(breakdown, branches, about), output)
    else:
        everything = value.everything
        write_table(
            lambda width: breakdown_text(breakdown, branches, fed=about, everything=everything, width=width),
            output,
        )
    return int(not breakdown.agrees)


def _feeds(net: Net, image: str | None, images: ImageChoice) -> tuple[Mapping[str, Array], str]:
    """The feeds of the net's inputs, and a phrase about them."""
    runner = Runner(net)
    if image is None:
        noise = runner.noise()
        return noise, "uniform noise in [0, 1) (no --image given)" if noise else "read by its data layers"
    item = next(iter(reader_of(runner, [image], images).read(image)))
    return runner.feeds([item]), item.preparation
