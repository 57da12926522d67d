"""WindowData: windows of objects and of background, cut from images (R-CNN's training data)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from prototxt.blobs import Array, Shape
from prototxt.data.lists import Window, read_windows
from prototxt.data.transform import DataTransform
from prototxt.data.windows import Cut, WindowCutter, window_batches
from prototxt.errors import DataError, LayerError
from prototxt.layers.common.data_layer import Batches, ImageReader
from prototxt.layers.registry import layer
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.util.lazy import np


@layer("WindowData", bottoms=0, tops=2)
class WindowData(ImageReader):
    """Draws windows from images at random, background first, then objects, and warps them to one size.

    Formula:
        y[n] = (warp(window n) - mean) * scale, mirrored by chance where `mirror` is set; 0 outside of the image
        label[n] = the window's class, 0 for background
        Of a batch, floor(batch_size * fg_fraction) windows overlap an object by at least fg_threshold, the others
        by less than bg_threshold. A window grows so that context_pad pixels around it show what is around it.

    Shapes:
        y: batch_size x 3 x crop_size x crop_size
        label: batch_size

    Pitfalls:
        Crop_size, mirror and the mean come from transform_param; scale too where it is given there, else from
        window_data_param (Caffe reads only the latter, and loses it when it upgrades an old file). The file of
        windows says how large images are; what counts is the image. Drawn at TEST too: no two passes are alike.

    Example:
        layer {
          name: "data" type: "WindowData" top: "data" top: "label"
          transform_param { crop_size: 227 mirror: true mean_file: "imagenet_mean.binaryproto" }
          window_data_param {
            source: "window_file_2007_trainval.txt" batch_size: 128
            fg_threshold: 0.5 bg_threshold: 0.5 fg_fraction: 0.25 context_pad: 16 crop_mode: "warp"
          }
        }

    Source: caffe/src/caffe/layers/window_data_layer.cpp.
    """

    golden = "windows are drawn at random: the tests hold it against windows cut by hand"
    what = "window file"

    def setup(self, param: LayerParameter) -> None:
        p = param.window_data_param
        self.take(param, p.source, p.batch_size)
        size = self.transform.crop_size
        if not size:
            raise LayerError("no crop_size: the side of a window's image", field="transform_param")
        if p.crop_mode not in ("warp", "square"):
            raise LayerError(f'crop_mode is "warp" or "square", not "{p.crop_mode}"', field="crop_mode")
        if 2 * p.context_pad >= size:
            what = f"context_pad {p.context_pad} on both sides leaves nothing of crop_size {size}"
            raise LayerError(what, field="context_pad")
        if not 0 <= p.fg_fraction <= 1:
            raise LayerError(f"fg_fraction must be from 0 to 1, not {p.fg_fraction:g}", field="fg_fraction")
        scale: float = p.scale
        if not param.transform_param.HasField("scale"):
            self.transform = replace(self.transform, scale=scale)
        self.cut = Cut(size, p.context_pad, p.crop_mode == "square")
        self.thresholds: tuple[float, float] = (p.bg_threshold, p.fg_threshold)
        self.foreground = int(np.float32(self.batch_size) * np.float32(p.fg_fraction))
        self.root: str = p.root_folder

    def first_image(self) -> Shape:
        return (3, self.cut.crop_size, self.cut.crop_size)

    def declared_image(self) -> tuple[int, Shape | None]:
        return 3, None

    def notes(self, bottom: Sequence[Shape]) -> tuple[str, ...]:
        # Nothing is assumed: windows are always in colour and of crop_size.
        return tuple(line for line in super().notes(bottom) if "assumed" not in line)

    def batches(self, tops: Sequence[Shape]) -> Batches:
        windows = self._sorted(read_windows(self.source, self.root))
        make = partial(WindowCutter, self.cut, self.transform, self.settings.folder, self.source)
        return partial(_batches, windows, self.foreground, make, tops, self.transform, self.rng)

    def _sorted(self, windows: Sequence[Window]) -> tuple[list[Window], list[Window]]:
        """Background and objects; windows between the thresholds are left out."""
        low, high = self.thresholds
        objects = [w for w in windows if w.overlap >= high]
        background = [replace(w, label=0) for w in windows if w.overlap < min(low, high)]
        if any(w.label < 1 for w in objects):
            raise DataError("a window of an object has a class below 1", path=self.source)
        for kind, name, wanted in (
            (background, "background", self.batch_size - self.foreground),
            (objects, "objects", self.foreground),
        ):
            if wanted and not kind:
                what = f"no windows of {name} at thresholds {low:g} and {high:g}; a batch takes {wanted}"
                raise DataError(what, path=self.source)
        return background, objects


def _batches(
    windows: Sequence[Sequence[Window]],
    foreground: int,
    make: Callable[[], WindowCutter],
    tops: Sequence[Shape],
    transform: DataTransform,
    rng: np.random.Generator,
) -> Iterator[list[Array]]:
    return window_batches(windows, foreground, make(), tops, transform.mirror, rng)
