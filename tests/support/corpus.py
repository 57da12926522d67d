"""The public nets of the shared corpus, and how each is opened."""

from __future__ import annotations

from pathlib import Path

from prototxt.errors import PrototxtError
from prototxt.frontend.load import Inputs, Options, define_net, make_graph
from prototxt.graph.graph import Graph
from prototxt.text.read import read_text
from support.golden import SHARED

CORPUS = SHARED / "corpus"


FOLDERS = sorted(path.name for path in CORPUS.iterdir() if path.is_dir()) if CORPUS.is_dir() else []


CIFAR: Inputs = {"data": (100, 3, 32, 32)}


DIGITS: Inputs = {"data": (64, 1, 28, 28)}


ROWS: Inputs = {"data": (10, 4), "label": (10,)}


IMAGES: Inputs = {"data": (1, 3, 224, 224)}


DETECTED: Inputs = {"data": (2, 3, 300, 300), "label": (1, 1, 9, 8)}


SEGMENTED: Inputs = {"data": (1, 3, 360, 480), "label": (1, 1, 360, 480)}


BOXES: Inputs = {"data": (1, 3, 600, 800), "im_info": (1, 3), "gt_boxes": (7, 5)}


DATA: dict[str, Inputs] = {
    "bvlc/examples/cifar10/": CIFAR,
    "bvlc/examples/mnist/": DIGITS,
    "bvlc/examples/siamese/": {"pair_data": (64, 2, 28, 28), "sim": (64,)},
    "bvlc/examples/hdf5_classification/": ROWS,
    "fcn/nyud-fcn32s-color-d": {
        "color": (1, 3, 480, 640),
        "depth": (1, 1, 480, 640),
        "label": (1, 1, 480, 640),
    },
    "fcn/nyud-fcn32s-color-hha": {
        "color": (1, 3, 480, 640),
        "hha": (1, 3, 480, 640),
        "label": (1, 1, 480, 640),
    },
    "fcn/nyud-fcn32s-color_": {"data": (1, 3, 480, 640), "label": (1, 1, 480, 640)},
    "fcn/siftflow": {"data": (1, 3, 256, 256), "sem": (1, 1, 256, 256), "geo": (1, 1, 256, 256)},
    "fcn/": SEGMENTED,
    "mobilenetssd/": DETECTED,
    "netscope/": IMAGES,
    "pspnet/examples_cifar10": CIFAR,
    "pspnet/examples_hdf5": ROWS,
    "pspnet/examples_mnist": DIGITS,
    "pspnet/examples_siamese": {"pair_data": (64, 2, 28, 28), "sim": (64,)},
    "pyfaster/": BOXES,
    "segnet/": SEGMENTED,
    "enet/": SEGMENTED,
    "soeaver/seg/": {"data": (1, 3, 513, 513), "label": (1, 1, 513, 513)},
    "soeaver/det/": BOXES,
}
"""Shapes for data that is not here and whose shape a net's file does not say, by the start of its name."""


STAGES = {"bvlc/examples/mnist/mnist_autoencoder.prototxt": "test-on-test"}


def name_of(path: Path) -> str:
    return path.relative_to(CORPUS).as_posix()


def given_for(name: str) -> Inputs:
    """The longest start of a name decides."""
    starts = [start for start in DATA if name.startswith(start)]
    return DATA[max(starts, key=len)] if starts else {}


def opened(path: Path) -> Graph:
    """In the phase that makes a net of it, with input shapes where there is no other way."""
    definition = define_net(read_text(path), str(path))
    stages = (STAGES[name_of(path)],) if name_of(path) in STAGES else ()
    given = given_for(name_of(path))
    error: PrototxtError | None = None
    for names in [[], *(list(given)[:n] for n in range(len(given), 0, -1))]:  # not every net reads labels
        for phase in ("TEST", "TRAIN"):
            inputs = {name: given[name] for name in names}
            try:
                return make_graph(definition, Options(phase, stages=stages, inputs=inputs))
            except PrototxtError as this:
                error = this
    assert error is not None
    raise error


NO_NET = {
    "mobilenetssd/template_MobileNetSSD_deploy_template.prototxt": "takes a whole number, not cls3x",
    "mobilenetssd/template_MobileNetSSD_test_template.prototxt": "takes a whole number, not cls3x",
    "mobilenetssd/template_MobileNetSSD_train_template.prototxt": "takes a whole number, not cls3x",
    "netscope/fcn-16s.prototxt": 'no layer makes bottom "score-pool4c"',
    "netscope/inceptionv3.prototxt": r"\(SoftmaxWithLoss\): takes 2 bottoms, has 1",
    "netscope/inceptionv3_orig.prototxt": r"\(SoftmaxWithLoss\): takes 2 bottoms, has 1",
    "netscope/inceptionv4.prototxt": r"\(SoftmaxWithLoss\): takes 2 bottoms, has 1",
    "netscope/inceptionv4_resnet.prototxt": r"\(SoftmaxWithLoss\): takes 2 bottoms, has 1",
    "bvlc/examples/pycaffe/linreg.prototxt": "runs code of the net's author",
}
"""Files that are no nets, or nets that no reader could make shapes for, and what is said about them."""
