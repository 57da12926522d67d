"""One small class per engine: it opens a net's files and runs a batch, on a given number of threads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import ClassVar

import numpy as np

import prototxt
from prototxt.blobs import Array
from race.files import Files


@dataclass(frozen=True, slots=True)
class Job:
    """What an engine is to run: a net, on so many images at a time, with so many threads."""

    files: Files
    batch: int
    threads: int

    @property
    def shape(self) -> tuple[int, ...]:
        """N x C x H x W."""
        return (self.batch, *self.files.image)


class Engine:
    """What a worker drives; it is given a Job. Libraries are imported when an engine is made, and not before."""

    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """Distributions that must be installed; the first is the engine itself."""

    def __init__(self, job: Job) -> None:
        raise NotImplementedError

    def forward(self, images: Array) -> Array:
        """The net's output for N x C x H x W."""
        raise NotImplementedError


class Ours(Engine):
    """This project; it takes its threads from the environment."""

    title, needs = "prototxt", ()

    def __init__(self, job: Job) -> None:
        files = job.files
        self._net = prototxt.load_net(
            files.prototxt, files.caffemodel, inputs={"data": job.shape}, keep="outputs"
        )

    def forward(self, images: Array) -> Array:
        (output,) = self._net.forward(data=images).values()
        return output


class OpenCV(Engine):
    """OpenCV's DNN module, which reads the same prototxt and caffemodel."""

    title, needs = "OpenCV", ("opencv-python-headless",)

    def __init__(self, job: Job) -> None:
        import cv2

        cv2.setNumThreads(job.threads)
        self._net = cv2.dnn.readNetFromCaffe(str(job.files.prototxt), str(job.files.caffemodel))

    def forward(self, images: Array) -> Array:
        self._net.setInput(images)
        return np.asarray(self._net.forward())


class OnnxRuntime(Engine):
    """ONNX Runtime, every graph optimization on, the batch fixed beforehand."""

    title, needs = "ONNX Runtime", ("onnxruntime", "onnx")

    def __init__(self, job: Job) -> None:
        import onnxruntime
        from to_onnx import BATCH

        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.intra_op_num_threads, options.inter_op_num_threads = job.threads, 1
        options.add_free_dimension_override_by_name(BATCH, job.batch)
        model, providers = str(job.files.onnx), ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(model, options, providers=providers)

    def forward(self, images: Array) -> Array:
        (output,) = self._session.run(None, {"data": images})
        return np.asarray(output)


class OpenVINO(Engine):
    """OpenVINO for latency, in float32: on some machines its default is bfloat16."""

    title, needs = "OpenVINO", ("openvino", "onnx")

    def __init__(self, job: Job) -> None:
        import openvino

        core = openvino.Core()
        model = core.read_model(str(job.files.onnx))
        model.reshape(list(job.shape))
        settings = {
            "INFERENCE_NUM_THREADS": job.threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        self._request = core.compile_model(model, "CPU", settings).create_infer_request()

    def forward(self, images: Array) -> Array:
        (output,) = self._request.infer([images]).values()
        return np.asarray(output)


class PyTorch(Engine):
    """PyTorch, traced and frozen, which folds BatchNorm into convolutions; channels last, which is faster there."""

    title, needs = "PyTorch", ("torch", "onnx")

    def __init__(self, job: Job) -> None:
        import torch

        from race.onnx_in_torch import frozen

        assert job.files.onnx is not None
        torch.set_num_threads(job.threads)
        self._net = frozen(job.files.onnx, job.shape)

    def forward(self, images: Array) -> Array:
        import torch

        with torch.inference_mode():
            x = torch.from_numpy(images).contiguous(memory_format=torch.channels_last)
            return np.asarray(self._net(x).numpy())


ENGINES: dict[str, type[Engine]] = {
    "ours": Ours,
    "opencv": OpenCV,
    "onnxruntime": OnnxRuntime,
    "openvino": OpenVINO,
    "torch": PyTorch,
}
"""By the name to ask for."""


def needs_onnx(engine: str) -> bool:
    return "onnx" in ENGINES[engine].needs


def missing(engine: str) -> str | None:
    """Why this engine cannot run here, if it cannot."""
    gone = [name for name in ENGINES[engine].needs if _version(name) is None]
    return f"{' and '.join(gone)} not installed" if gone else None


def version_of(engine: str) -> str:
    """The installed version of an engine that is not missing."""
    needs = ENGINES[engine].needs
    return (_version(needs[0]) if needs else prototxt.__version__) or "?"


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def set_threads(threads: int) -> None:
    """For libraries that read it from the environment when they are loaded, in processes started from now on."""
    for name in ("PROTOTXT_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(threads)
