"""Net: a network as pycaffe's scripts use it."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import cycle
from typing import Any
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike

from prototxt import net as core
from prototxt.blobs import Array
from prototxt.caffe import modes
from prototxt.caffe.arguments import StrPath, check_readable, filled, input_batches, net_arguments
from prototxt.caffe.blob import Blob, BlobVec, SplitBlob
from prototxt.caffe.layer import HOW_TO_ALLOW, Layer, LayerInfo, may_run, may_write, raised_by_layers
from prototxt.caffe.named_net import NamedNet
from prototxt.caffe.solvers import NOT_BUILT
from prototxt.caffe.splits import insert_splits
from prototxt.errors import MissingLayerError, PrototxtWarning
from prototxt.frontend.load import define_net
from prototxt.frontend.net_options import NetOptions
from prototxt.graph.graph import Graph, Node
from prototxt.graph.select import PHASES, select
from prototxt.graph.subgraph import part
from prototxt.layers.python import Python
from prototxt.text.files import read_text

Hook = Callable[[int], Any]


class Net(NamedNet):
    """A Caffe network: `Net(file, caffe.TEST, weights="net.caffemodel")`, or `Net(file, weights, caffe.TEST)`.

    `blobs`, `params`, `layer_dict`, `top_names`, `bottom_names` and `blob_loss_weights` are OrderedDicts, by the
    names and in the order of Caffe, with the Split layers that Caffe puts after blobs that several layers read.
    `blobs[name].data` is live: the next forward writes into it, and what is written into it is what the next forward
    reads, wherever that starts. Forwards in several threads wait for each other, as in Caffe; their blobs are one and
    the same.

    Source: caffe/python/caffe/pycaffe.py, caffe/python/caffe/_caffe.cpp.
    """

    def __init__(self, network_file: StrPath, *args: Any, **kwargs: Any) -> None:
        """`Net(file, phase, level=0, stages=None, weights=None)`, or as of old `Net(file, weights, phase)`.

        With `reshape_weights=True`, which pycaffe does not have, weights may hold the same numbers in another shape.

        Raises RuntimeError for a file that is not there, TypeError for arguments of neither form, prototxt's own
        errors for what is wrong in a file.
        """
        options = net_arguments(args, kwargs)
        for file in (network_file, options["weights"]):
            check_readable(file)
        with raised_by_layers():
            self._open(os.fspath(network_file), **options)
        self._before: list[Hook] = []
        self._after: list[Hook] = []

    def _open(
        self,
        file: str,
        phase: int,
        level: int,
        stages: Iterable[str] | None,
        weights: StrPath | None,
        reshape_weights: bool,
    ) -> None:
        options = NetOptions(
            phase=PHASES[phase],
            level=level,
            stages=stages or (),
            seed=modes.seed(),
            reshape_weights=reshape_weights,
        )
        definition = select(define_net(read_text(file), file), options.state())
        options = replace(options, allow_python_layers=may_run(definition), allow_writes=may_write())
        try:
            self._net = core.Net(insert_splits(definition), options, weights)
        except MissingLayerError as error:
            error.hint = HOW_TO_ALLOW if error.missing.startswith("Python") else error.hint
            raise
        for note in self._net.graph.notes:
            warn(PrototxtWarning(note), stacklevel=4)
        self.name = self._net.name
        self.blobs = self._make_blobs()
        self.layers = [self._layer(node) for node in self._graph.nodes]
        named = list(zip(self._layer_names, self.layers, strict=True))
        self.layer_dict = OrderedDict(named)
        self.params = OrderedDict((name, layer.blobs) for name, layer in named if layer.blobs)
        self._given: Iterator[tuple[Array, Array]] = iter(())

    def _make_blobs(self) -> OrderedDict[str, Blob]:
        split = {
            top.name: node.bottoms[0].name
            for node in self._graph.nodes
            if node.type == "Split"
            for top in node.tops
        }
        blobs: OrderedDict[str, Blob] = OrderedDict()
        for name in self._graph.last:
            blobs[name] = SplitBlob(blobs[split[name]]) if name in split else self._blob(name)
        return blobs

    def _blob(self, name: str) -> Blob:
        net = self._net
        return Blob(net.blob(name).shape, lambda: net.blob(name).copy())

    def _layer(self, node: Node) -> Layer | LayerInfo:
        """The layer as scripts see it; a layer in Python is the script's own object."""
        params = self._net.params_of(node)
        blobs = BlobVec(Blob(param.shape, partial(getattr, param, "data")) for param in params)
        if isinstance(node.layer, Python) and isinstance(node.layer.instance, Layer):
            node.layer.instance.blobs = blobs
            return node.layer.instance
        return LayerInfo(node.type, blobs)

    def forward(
        self,
        blobs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **kwargs: ArrayLike,
    ) -> dict[str, Array]:
        """Run the layers from `start` to `end`, both included; the live arrays of the outputs and of `blobs`, by name.

        With `end` the outputs are that layer's tops. Keywords are the values of all inputs; without them the inputs'
        blobs hold what they held.

        Raises Exception for keywords that are not the inputs, and for another batch size than the input blob's;
        ValueError for a layer that the net does not have.
        """
        names = self._layer_names
        first = 0 if start is None else names.index(start)
        last = len(names) - 1 if end is None else names.index(end)
        outputs = self.outputs if end is None else self.top_names[end]
        with self._net.turn():
            self._fill_inputs(kwargs)
            self._forward(first, last)
        return {name: self.blobs[name].data for name in dict.fromkeys([*outputs, *(blobs or ())])}

    def _fill_inputs(self, given: Mapping[str, ArrayLike]) -> None:
        if not given:
            return
        if set(given) != set(self.inputs):
            raise Exception("Input blob arguments do not match net inputs.")
        arrays = {name: np.asarray(values) for name, values in given.items()}
        for name, values in arrays.items():
            if values.shape[0] != self.blobs[name].shape[0]:
                raise Exception("Input is not batch sized")
        for name, values in arrays.items():
            self.blobs[name].data[...] = values

    def _forward(self, start: int, end: int) -> float:
        """Run layers `start` to `end` by their numbers; the loss."""
        if not self._before and not self._after:
            rest = self._sources
            if start < rest <= end:
                # The layers after them are planned for the shapes that these turn out to have.
                return self._run(start, rest - 1) + self._run(rest, end)
            return self._run(start, end)
        total = 0.0
        for layer in range(start, end + 1):
            for hook in self._before:
                hook(layer)
            total += self._run(layer, layer)
            for hook in self._after:
                hook(layer)
        return total

    @property
    def _sources(self) -> int:
        """Number of layers at the net's beginning that are in Python and read nothing."""
        nodes = self._graph.nodes
        others = (i for i, node in enumerate(nodes) if node.bottoms or not isinstance(node.layer, Python))
        return next(others, len(nodes))

    def _run(self, start: int, end: int) -> float:
        if start == 0:
            self._take_given()
        whole = (start, end) == (0, len(self.layers) - 1)
        first, last = (None, None) if whole else (start, end)
        graph = self._graph
        ran = part(graph, first, last)
        read = {blob.name for blob in ran.entries}
        feeds = {name: self.blobs[name].data for name in read if self._is_changed(name)}
        inner = [blob for blob in ran.entries if blob.name not in self._net.inputs]
        is_planned = all(self.blobs[blob.name].shape == ran.shapes[blob] for blob in inner)
        forward = self._net.forward if is_planned else self._net.forward_unplanned
        with raised_by_layers():
            forward(feeds, start=first, end=last)
        self._follow(graph, {top.name for node in ran.nodes for top in node.tops} - set(self.inputs))
        return self._net.loss

    def _is_changed(self, name: str) -> bool:
        """Whether somebody may have written a blob, or given it another shape, or no forward has reached it yet."""
        blob, inner = self.blobs[name], self._net.blob(name)
        return blob.is_held or blob.shape != inner.shape or not inner.has_values

    def _follow(self, before: Graph, written: Iterable[str]) -> None:
        """Update the blobs that scripts hold; `before` is the graph before the forward."""
        for name in written if self._graph is before else self.blobs:
            self.blobs[name].fits(self._net.blob(name).shape)
        for name in written:
            if self.blobs[name].is_held:
                self.blobs[name].show(self._net.blob(name).data)

    def forward_all(self, blobs: Sequence[str] | None = None, **kwargs: ArrayLike) -> dict[str, Array]:
        """Run as many forwards as the inputs given take, the last one filled up with zeros; copies of the outputs.

        Raises what `forward` raises, Exception for inputs of different lengths.
        """
        arrays = {name: np.asarray(values) for name, values in kwargs.items()}
        outputs: dict[str, list[Array]] = {}
        for batch in self._batches(arrays):
            for name, values in self.forward(blobs, None, None, **batch).items():
                outputs.setdefault(name, []).append(values.copy())
        wanted = len(next(iter(arrays.values()))) if arrays else None
        return {
            name: np.concatenate([np.atleast_1d(p) for p in parts])[:wanted]
            for name, parts in outputs.items()
        }

    def _batches(self, arrays: Mapping[str, Array]) -> Iterator[dict[str, Array]]:
        lengths = {len(values) for values in arrays.values()}
        if len(lengths) > 1:
            raise Exception(f"Inputs have different lengths: {', '.join(map(str, sorted(lengths)))}")
        if not arrays:
            yield {}
            return
        name = next(iter(arrays))
        size = self.blobs[name].shape[0] if name in self.blobs else 1
        for start in range(0, lengths.pop(), size):
            yield {name: filled(values[start : start + size], size) for name, values in arrays.items()}

    def backward(
        self,
        diffs: Sequence[str] | None = None,
        start: str | None = None,
        end: str | None = None,
        **kwargs: ArrayLike,
    ) -> dict[str, Array]:
        """Raises NotImplementedError: training is not built yet."""
        raise NotImplementedError(NOT_BUILT)

    def forward_backward_all(
        self, blobs: Sequence[str] | None = None, diffs: Sequence[str] | None = None, **kwargs: ArrayLike
    ) -> tuple[dict[str, Array], dict[str, Array]]:
        """Raises NotImplementedError: training is not built yet."""
        raise NotImplementedError(NOT_BUILT)

    def clear_param_diffs(self) -> None:
        """Every parameter's `diff` is zeros."""
        for blobs in self.params.values():
            for blob in blobs:
                blob.diff[...] = 0

    def reshape(self) -> None:
        """Every blob takes the shape that follows from those that the input blobs have been given."""
        shapes = {name: self.blobs[name].shape for name in self._net.inputs}
        now = self._net.graph
        if any(shape != now.shapes[now.last[name]] for name, shape in shapes.items()):
            held = {name: self.blobs[name].data for name in shapes}
            with raised_by_layers():
                self._net.reshape(**shapes)
            self._follow(now, ())
            for name, values in held.items():
                self.blobs[name].data[...] = values

    def copy_from(self, weights: StrPath) -> None:
        """Take the arrays of layers with these names from a .caffemodel, .h5 or .npz file; views show them at once.

        Raises RuntimeError for a file that is not there, WeightsError for shapes that differ.
        """
        check_readable(weights)
        self._net.load(weights)

    load_hdf5 = copy_from

    def share_with(self, other: Net) -> None:
        """Have the learned arrays of another net's layers of the same names: one memory for both."""
        self._net.share(other._net)
        for layer in self.layers:
            for blob in layer.blobs:
                assert isinstance(blob, Blob)  # `_layer` made them
                blob.forget()

    def save(self, path: StrPath) -> None:
        """Write definition and learned arrays as a .caffemodel, whatever the name."""
        self._net.save(path, ".caffemodel")

    def save_hdf5(self, path: StrPath) -> None:
        """Write the learned arrays as HDF5, whatever the name."""
        self._net.save(path, ".h5")

    def set_input_arrays(self, data: ArrayLike, labels: ArrayLike) -> None:
        """Set the input of a net that begins with a MemoryData layer: N x C x H x W images and N labels, whole batches.

        Every forward takes the next batch, after the last one the first again. Arrays of float32 stay the caller's:
        what is written into them is what the next forwards read.

        Raises RuntimeError for another net, and for arrays of other shapes.
        """
        first = self._graph.nodes[0]
        if first.type != "MemoryData":
            raise RuntimeError("set_input_arrays may only be called if the first layer is a MemoryDataLayer")
        batch, *item = self.blobs[first.tops[0].name].shape
        self._given = cycle(input_batches(data, labels, batch, tuple(item)))

    def _take_given(self) -> None:
        """Write the next batch of `set_input_arrays`, if there is one, into the first layer's tops."""
        for top, values in zip(self._graph.nodes[0].tops, next(self._given, ()), strict=False):
            blob = self.blobs[top.name]
            blob.data[...] = values.reshape(blob.shape)

    def before_forward(self, hook: Hook) -> None:
        """Call `hook(layer_number)` before every layer runs. Layers then run one by one."""
        self._net.expect_parts(len(self.layers))
        self._before.append(hook)

    def after_forward(self, hook: Hook) -> None:
        """Call `hook(layer_number)` after every layer has run. Layers then run one by one."""
        self._net.expect_parts(len(self.layers))
        self._after.append(hook)

    def before_backward(self, hook: Hook) -> None:
        """Accepted; nothing calls it: there is no backward pass."""

    def after_backward(self, hook: Hook) -> None:
        """Accepted; nothing calls it: there is no backward pass."""
