"""The kernel of ShuffleChannel."""

from __future__ import annotations

from collections.abc import Sequence

from prototxt.blobs import Shape, count
from prototxt.kernels.elementwise import shuffle_channels
from prototxt.kernels.phases import Phase
from prototxt.layers.shuffle_channel import ShuffleChannel
from prototxt.plan.estimate import pass_seconds
from prototxt.plan.kernel import Binding, Kernel, is_image, numpy_kernels

__all__ = ["ShuffleCopy", "shuffle_channel_kernels"]


@numpy_kernels.register
def shuffle_channel_kernels(layer: ShuffleChannel, bottom: Sequence[Shape]) -> list[Kernel]:
    """One kernel, for blobs of 2 or 4 axes."""
    return [ShuffleCopy(layer, bottom)] if is_image(bottom[0]) else []


class ShuffleCopy(Kernel):
    """Copies of channels: a group's, or one of every group, at a time."""

    name = "shuffle_copy"

    def __init__(self, layer: ShuffleChannel, bottom: Sequence[Shape]) -> None:
        self.shape, self.group = bottom[0], layer.group

    def seconds(self) -> float:
        return pass_seconds(2 * count(self.shape), self.shape[1] // self.group)

    def bind(self, binding: Binding) -> list[Phase]:
        x, y, epilogue = binding.bottoms[0], binding.tops[0], binding.epilogue_with_bias(None)
        return shuffle_channels(x, self.group, y, epilogue, binding.threads)
