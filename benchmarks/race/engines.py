"""One small class per engine: it opens a net's files and runs a batch, on a given number of threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, ClassVar, Protocol

import numpy as np

from prototxt.layers.base import Array
from race.files import Files


class Engine(Protocol):
    """What a worker drives. Libraries are imported when an engine is made, and not before."""

    title: ClassVar[str]
    package: ClassVar[str]
    """The distribution whose version is told."""
    needs_onnx: ClassVar[bool]

    def __init__(self, files: Files, batch: int, threads: int) -> None: ...

    def forward(self, images: Array) -> Array:
        """The net's output for N x C x H x W."""
        ...


class Ours:
    """This project."""

    title, package, needs_onnx = "prototxt", "prototxt", False

    def __init__(self, files: Files, batch: int, threads: int) -> None:
        import prototxt

        shape = (batch, *files.image)
        self._net = prototxt.load_net(
            files.prototxt, files.caffemodel, inputs={"data": shape}, keep="outputs"
        )

    def forward(self, images: Array) -> Array:
        (output,) = self._net.forward(data=images).values()
        return output


class OpenCV:
    """OpenCV's DNN module, which reads the same prototxt and caffemodel."""

    title, package, needs_onnx = "OpenCV", "opencv-python-headless", False

    def __init__(self, files: Files, batch: int, threads: int) -> None:
        import cv2

        cv2.setNumThreads(threads)
        self._net = cv2.dnn.readNetFromCaffe(str(files.prototxt), str(files.caffemodel))

    def forward(self, images: Array) -> Array:
        self._net.setInput(images)
        return np.asarray(self._net.forward())


class OnnxRuntime:
    """ONNX Runtime, every graph optimization on."""

    title, package, needs_onnx = "ONNX Runtime", "onnxruntime", True

    def __init__(self, files: Files, batch: int, threads: int) -> None:
        import onnxruntime
        from to_onnx import BATCH

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.add_free_dimension_override_by_name(BATCH, batch)
        self._session = onnxruntime.InferenceSession(
            str(files.onnx), options, providers=["CPUExecutionProvider"]
        )

    def forward(self, images: Array) -> Array:
        (output,) = self._session.run(None, {"data": images})
        return np.asarray(output)


class OpenVINO:
    """OpenVINO for latency, in float32: on some machines its default is bfloat16."""

    title, package, needs_onnx = "OpenVINO", "openvino", True

    def __init__(self, files: Files, batch: int, threads: int) -> None:
        import openvino

        core = openvino.Core()
        model = core.read_model(str(files.onnx))
        model.reshape([batch, *files.image])
        settings = {
            "INFERENCE_NUM_THREADS": threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        self._request = core.compile_model(model, "CPU", settings).create_infer_request()

    def forward(self, images: Array) -> Array:
        (output,) = self._request.infer([images]).values()
        return np.asarray(output)


ENGINES: dict[str, type[Engine]] = {
    "ours": Ours,
    "opencv": OpenCV,
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVINO,
}
"""By the name to ask for."""


def missing(engine: str) -> str | None:
    """Why this engine cannot run here, if it cannot."""
    kind = ENGINES[engine]
    needed = [kind.package, *(["onnx"] if kind.needs_onnx else [])] if engine != "ours" else []
    gone = [package for package in needed if version_of(package) is None]
    return f"{' and '.join(gone)} not installed" if gone else None


def version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def set_threads(threads: int) -> None:
    """For libraries that read it from the environment when they are loaded: call it before they are."""
    for name in ("PROTOTXT_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
