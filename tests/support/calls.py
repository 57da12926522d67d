"""The calls of PyTorch and Keras that can be run as they stand: of which layers, in which program."""

from __future__ import annotations

from collections.abc import Iterator

from prototxt.blobs import TRAIN
from prototxt.export.call import Call
from prototxt.export.keras.call import keras_call
from prototxt.export.pytorch.call import pytorch_call
from prototxt.graph.context import LayerContext, is_known
from prototxt.graph.graph import Graph


def runnable_pytorch(look: LayerContext) -> Call | None:
    """The call of PyTorch for a layer; None where there is none to run."""
    call = pytorch_call(look)
    return call if call and call.code and look.layer.phase != TRAIN else None


def runnable_keras(look: LayerContext) -> Call | None:
    """The call of Keras; None where there is none to run, or one for TensorFlow only."""
    call = keras_call(look)
    if call is None or not call.code or look.layer.phase == TRAIN or call.code.startswith("tf."):
        return None
    return None if "training=True" in " ".join(call.differs) else call


def computing(graph: Graph) -> Iterator[LayerContext]:
    """Every layer that makes something of something, as far as shapes are known."""
    for node in graph.nodes:
        if node.bottoms and node.tops and is_known(graph, node):
            yield LayerContext(graph, node)
