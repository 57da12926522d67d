"""Blob names as people write them: the last version, an earlier one, the one before a layer in place."""

from __future__ import annotations

import pytest

import prototxt
from prototxt.errors import InputError
from prototxt.graph.graph import BlobId, Graph
from prototxt.graph.versions import find_blob

NET = """
name: "versions"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 5 dim: 4 } } }
layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 6 kernel_size: 1 } }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "c" }
layer { name: "act" type: "ReLU" bottom: "c" top: "c" }
layer { name: "act2" type: "ReLU" bottom: "c" top: "c" }
"""


@pytest.fixture(scope="module")
def graph() -> Graph:
    return prototxt.parse_net(NET).graph


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("c", 3), ("c@0", 0), ("c@2", 2), ("c:before-bn", 0), ("c:before-batchnorm", 0), ("c:before-act", 1),
        ("c:before-ReLU", 1), ("c:before-relu", 1), ("c:before-act2", 2),
    ],
)  # fmt: skip
def test_versions(graph: Graph, name: str, version: int) -> None:
    assert find_blob(graph, name) == BlobId("c", version)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("c@4", 'no blob "c@4"'),
        ("dat", 'did you mean "data"'),
        ("c:before-lrn", 'no layer "lrn" writes blob "c" in place'),
        ("c:before-c", 'there is "c:before-bn", "c:before-act", "c:before-act2"'),
        ("data:before-relu", "no layer does"),
        ("d:before-relu", 'no blob "d:before-relu"'),
        ("", 'no blob ""'),
    ],
)
def test_a_name_that_the_net_does_not_have_is_refused(graph: Graph, name: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        find_blob(graph, name)
    assert what in str(caught.value)
