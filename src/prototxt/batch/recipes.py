"""The recipe of an image for a given net: options, then a preset, then the net's own transform, then Caffe's."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from prototxt.data.recipe import own_recipe
from prototxt.images.crops import Crop
from prototxt.images.mean import Mean
from prototxt.images.presets import preset
from prototxt.images.recipe import PLAIN, Order, Recipe, Resize
from prototxt.net import Net

__all__ = ["RecipeOptions"]


@dataclass(frozen=True, eq=False)
class RecipeOptions:
    """The parts of a Recipe that the user chooses; None leaves a part to the preset, the net, or Caffe's defaults."""

    preset: str | None = None
    resize: Resize | None = None
    crop: Crop | None = None
    order: Order | None = None
    raw_scale: float | None = None
    mean: Mean | None = None
    scale: float | None = None

    def complete(self, net: Net, blob: str) -> tuple[Recipe, list[str]]:
        """The recipe for images that feed `blob`, and warnings about what of the net's own transform is left out.

        Raises InputError for an unknown preset, ImageError for parts that contradict each other and for a mean file
        of the net that cannot be read.
        """
        base, notes = self._base(net, blob)
        chosen = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "preset"}
        return replace(base, **{name: value for name, value in chosen.items() if value is not None}), notes

    def _base(self, net: Net, blob: str) -> tuple[Recipe, list[str]]:
        if self.preset:
            height, width = net.blobs[blob].shape[2:]
            return preset(self.preset, height, width), []
        layer = net.layer_of_input(blob)
        own = None if layer is None else own_recipe(layer, net.folder, self.mean)
        return own or (PLAIN, [])
