"""The nets that benchmarks write are the public ones: figures from their papers, and the public files' shapes."""

from __future__ import annotations

import pytest
from nets import NETS

import prototxt
from prototxt.frontend.load import Options, load_graph
from prototxt.graph.graph import Graph
from prototxt.views.net_rows import make_report
from support.golden import SHARED, needs_shared

# Public file; parameters and stored statistics; multiply-adds of one image
NETS_OF_OTHERS = {
    "alexnet": ("bvlc/models/bvlc_alexnet/deploy.prototxt", 60_965_224, 724_406_816),
    "googlenet": ("bvlc/models/bvlc_googlenet/deploy.prototxt", 6_998_552, 1_582_671_872),
    "squeezenet": ("squeezenet/SqueezeNet_v1.1_deploy.prototxt", 1_235_496, 387_747_520),
    "mobilenet": ("mobilenet/mobilenet_deploy.prototxt", 4_253_891, 568_740_352),
    "resnet50": ("kaiming/prototxt_ResNet-50-deploy.prototxt", 25_610_269, 3_857_973_248),
    "vgg16": ("soeaver/cls/vgg/deploy_vgg16-pytorch.prototxt", 138_357_544, 15_470_264_320),
}


def graph_of(name: str) -> Graph:
    return prototxt.parse_net(NETS[name](), file=name, strict=True).graph


def test_every_net_is_checked() -> None:
    assert set(NETS) == set(NETS_OF_OTHERS)


@pytest.mark.parametrize("name", NETS)
def test_figures(name: str) -> None:
    totals = make_report(graph_of(name)).totals
    assert (totals.params + totals.statistics, totals.macs) == NETS_OF_OTHERS[name][1:]


@needs_shared
@pytest.mark.parametrize("name", NETS)
def test_layer_by_layer_as_published(name: str) -> None:
    ours = graph_of(name)
    (image,) = (ours.shapes[blob] for blob in ours.entries)
    path = SHARED / "corpus" / NETS_OF_OTHERS[name][0]
    theirs = load_graph(path, Options(inputs={"data": image}))
    assert layers(ours) == layers(theirs)
    assert ours.outputs == theirs.outputs


def layers(graph: Graph) -> list[tuple[object, ...]]:
    """Every layer but the input and what does nothing: type, parameters, brief, shapes of what it makes, cost."""
    return [
        (node.type, [p.shape for p in node.params], node.layer.brief(graph.bottom_shapes(node)),
         graph.top_shapes(node), node.cost)
        for node in graph.nodes
        if node.bottoms
    ]  # fmt: skip
