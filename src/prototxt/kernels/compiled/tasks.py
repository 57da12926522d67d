"""The tasks of a compiled kernel: it writes a tile straight to its blob; what is not compiled follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from prototxt.kernels.compiled.compile import Array, Span
from prototxt.kernels.epilogue import EpilogueOp, TileOutput
from prototxt.kernels.phases import Call, Phase, copy_into, make_phase
from prototxt.kernels.tiling import Tile

__all__ = ["make_compiled_phase"]


def make_compiled_phase(
    y: Array,
    tiles: Sequence[Tile],
    epilogue: Sequence[EpilogueOp],
    compute: Callable[[Span, Array], None],
    scratch_numbers: int = 0,
) -> list[Phase]:
    """A phase in which `compute(span, scratch)` computes each tile, with this many numbers of scratch memory."""
    output, (_, _, width, channels) = TileOutput(y, epilogue), y.shape

    def calls(i: int, scratch: Sequence[Array]) -> list[Call]:
        own, spare = scratch
        n, h = tiles[i]
        run = partial(compute, (n.start, n.stop, h.start, h.stop), own)
        if not epilogue:
            return [run]
        index = tiles[i].blob_index()
        tile = output.buffer(index, spare)
        back = [] if y[index].flags.c_contiguous else [copy_into(tile, y[index])]
        return [run, *back, *output.finish(tile, index)]

    tile_numbers = tiles[0].images * tiles[0].rows * width * channels if epilogue else 0
    return [make_phase(len(tiles), calls, (scratch_numbers,), (tile_numbers,))]
