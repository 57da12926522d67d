"""The arguments and options of one call of each command, as the command passes them to its work."""

from __future__ import annotations

from dataclasses import dataclass

from prototxt.cli.options.image import ImageChoice
from prototxt.cli.options.net import NetChoice

DATABASES = {"lmdb": "LMDB", "leveldb": "LEVELDB"}
"""Caffe's names of the kinds of databases."""


@dataclass(frozen=True)
class ClassifyRequest:
    """The arguments and options of prototxt-classify."""

    input_file: str
    output_file: str | None
    model_def: str | None
    pretrained_model: str | None
    gpu: bool
    center_only: bool
    images_dim: tuple[int, ...]
    mean_file: str | None
    input_scale: float | None
    raw_scale: float
    channel_swap: tuple[int, ...] | None
    ext: str
    labels: str | None
    reshape_weights: bool


@dataclass(frozen=True)
class ExtractRequest:
    """The arguments and options of prototxt-extract-features."""

    weights: str
    model: str
    blobs: tuple[str, ...]
    datasets: tuple[str, ...]
    batches: int
    kind: str
    mode: str
    device: str
    allow_python_layers: bool
    reshape_weights: bool


@dataclass(frozen=True)
class ExportRequest:
    """The arguments and options of prototxt-export."""

    net: str
    weights: tuple[str, ...]
    reshape_weights: bool
    output: str
    batch: int | None
    outputs: tuple[str, ...]
    keep_losses: bool
    fold: bool
    opset: int
    check: bool
    form: str
    seed: int
    choice: NetChoice


@dataclass(frozen=True)
class ReportRequest:
    """The arguments and options of prototxt-report."""

    net: str
    image: str | None
    weights: tuple[str, ...]
    reshape_weights: bool
    other: str | None
    output: str
    max_mb: float
    dtype: str
    seed: int
    images: ImageChoice
    choice: NetChoice


@dataclass(frozen=True)
class TimeRequest:
    """The options of prototxt-time."""

    model: str
    weights: str | None
    reshape_weights: bool
    iterations: int
    phase: str
    level: int
    stage: str
    gpu: str | None
    inputs: tuple[tuple[str, tuple[int, ...]], ...]
    threads: int | None
    allow_python_layers: bool
    as_json: bool
