"""The tasks of a compiled kernel: it writes a tile straight to its blob, and what is not compiled follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from prototxt.kernels.compiled.compile import Array, Span
from prototxt.kernels.epilogue import Action, Target
from prototxt.kernels.work import Op, Phase, Tile, carve, prepared, put, room_for


def tasks(
    y: Array,
    cuts: Sequence[Tile],
    actions: Sequence[Action],
    make: Callable[[Span, Array], None],
    own: int = 0,
) -> list[Phase]:
    """A phase in which `make(span, scratch)` makes each tile, with `own` numbers of scratch memory."""
    target, (_, _, width, channels) = Target(y, actions), y.shape
    most = cuts[0].images * cuts[0].rows * width * channels if actions else 0

    def worker(scratch: Array) -> Callable[[int], None]:
        mine, spare = carve(scratch, (own,), (most,))

        def ops(i: int) -> list[Op]:
            n, h = cuts[i]
            made = partial(make, (n.start, n.stop, h.start, h.stop), mine)
            if not actions:
                return [made]
            at = (n, h, slice(None), slice(None))
            tile = target.tile(at, spare)
            back = [] if y[at].flags.c_contiguous else [put(tile, y[at])]
            return [made, *back, *target.done(tile, at)]

        return prepared(len(cuts), ops)

    return [Phase(len(cuts), worker, room_for((own,), (most,)))]
