"""What an export did, layer by layer, and how it was checked."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ExportReport", "LayerReport", "OutputCheck"]


@dataclass(frozen=True, slots=True)
class LayerReport:
    """One layer: the operators that it became; `note` says what became of it where these do not."""

    name: str
    type: str
    operators: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """One output in both programs: the largest difference, and whether it is within the tolerance."""

    name: str
    difference: float
    largest: float
    passes: bool


@dataclass(frozen=True, slots=True)
class ExportReport:
    """A file that was written. `checks` is empty where nothing was checked, and `unchecked` then says why.

    `inputs` and `outputs` are names and shapes, with "N" for the batch.
    """

    path: str
    bytes: int
    opset: int
    inputs: tuple[tuple[str, tuple[int | str, ...]], ...]
    outputs: tuple[tuple[str, tuple[int | str, ...]], ...]
    layers: tuple[LayerReport, ...]
    checks: tuple[OutputCheck, ...] = ()
    unchecked: str = ""
    notes: tuple[str, ...] = ()
