"""Net: a facade over the graph, the parameters and the executor of a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import dataclass, replace
from os import fspath
from typing import TYPE_CHECKING, Unpack
from warnings import warn

from numpy.typing import ArrayLike

from prototxt.blobs import Array, Shape, format_shape
from prototxt.detection.detection import Detection
from prototxt.detection.heads import PixelMap, find_head, image_view
from prototxt.engine.blob_store import Blob, BlobStore
from prototxt.engine.executor import Executor, Part, run_reference
from prototxt.engine.feeds import new_shapes, read_feeds
from prototxt.engine.session import Session
from prototxt.engine.tuning.autotune import autotune
from prototxt.engine.tuning.cache import load_fastest
from prototxt.engine.tuning.measure import Measured
from prototxt.engine.turns import Turns, in_turn
from prototxt.engine.watch import Watcher
from prototxt.engine.workers import check_threads, default_threads
from prototxt.errors import InputError, PrototxtWarning
from prototxt.frontend.load import Path, choose_layers, define_net, layer_of_input, make_graph
from prototxt.frontend.net_options import NetKeywords, NetOptions, show_net_options
from prototxt.graph.graph import Graph, Node
from prototxt.graph.subgraph import LayerName
from prototxt.images.view import View
from prototxt.plan.plan import Keep, Plan
from prototxt.text.definition import Definition
from prototxt.text.files import read_text
from prototxt.util.lru import LruCache
from prototxt.weights.params import Files, Loaded, Params, load_params, make_params, read_files, weight_hints

if TYPE_CHECKING:
    from prototxt.schema.caffe_pb2 import LayerParameter

__all__ = ["Blob", "Net", "NetOptions", "Parameter", "load_net", "parse_net"]

GRAPHS = 6
"""Graphs that a net keeps: those of the latest few input shapes, such as a full and a last, smaller batch."""

MAX_SHOWN = 3
"""Inputs and outputs that `repr` shows."""


@show_net_options
def load_net(path: Path, weights: Files = None, **options: Unpack[NetKeywords]) -> Net:
    """The net of a prototxt file, ready to run.

    `weights` is a weights file (.caffemodel, .caffemodel.h5, or .npz as `Net.save` writes it) or several, where a
    later one wins layer by layer; without it (and for layers it does not hold) the fillers of the net, seeded by
    `seed`, make the parameters. Arrays are read when they are first used.

    The keywords are the fields of `NetOptions`:

    inputs   shapes of inputs, {"data": (1, 3, 227, 227)} as N x C x H x W, in place of the file's own
    keep     which blobs survive a forward: "all" (the default), "outputs", or a list of names
    engine   "fast" (NumPy, the default), "numba" (the same with compiled kernels; the extra `fast` installs it) or
             "reference"
    threads  threads of the first two; default: PROTOTXT_NUM_THREADS, else the cores this process may use
    phase, level, stages  which layers take part; default: those of "TEST"
    seed     the seed of fillers and random layers
    strict   an unknown field is an error; otherwise it is a PrototxtWarning, as is what has to be assumed, such as the
             channels of a database that is not here
    reshape_weights  take weights whose numbers are the same in another shape: one that differs only in axes of 1, or
             that of an InnerProduct for a convolution as large as its input, and the other way round
    allow_writes, allow_python_layers  a net may come from a stranger: unless these are set no layer (HDF5Output)
             writes a file, and none (Python) runs code
    end      the last layer that is needed: `end="prob"` loads a net whose label has no shape, or whose loss cannot run
    dialect  which fork the net is written for ("ssd", "rfcn", "segnet", "pspnet" or "yolo"), where forks mean
             different things by one type name and the layer's fields do not say

    Raises PrototxtError, with file, line and layer, for everything that is wrong with the files.
    """
    return _make_net(read_text(path), fspath(path), weights, NetOptions(**options))


@show_net_options
def parse_net(
    text: str, weights: Files = None, *, file: str = "<text>", **options: Unpack[NetKeywords]
) -> Net:
    """The net of prototxt in memory, ready to run; arguments and errors as for `load_net`.

    `file` is the name of the text in errors; files that the net names are relative to its folder.
    """
    return _make_net(text, file, weights, NetOptions(**options))


def _make_net(text: str, file: str, weights: Files, options: NetOptions) -> Net:
    """For `load_net` and `parse_net`, whose caller the warnings point at."""
    net = Net(define_net(text, file, strict=options.strict), options, weights)
    for note in net.graph.notes:
        warn(PrototxtWarning(note), stacklevel=3)
    return net


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """A learned array of a layer; write it with `parameter.data[...] = values`."""

    _params: Params
    _layer: int
    _slot: int

    @property
    def data(self) -> Array:
        """float32 values, the same memory at every call; read from the weights file when they are first used.

        Write into it, or into a NumPy view of it, in any way that NumPy has (`data[...] = values`, `data *= 2`,
        `np.copyto(data, values)` ...): the next forward uses the new values. Reading costs nothing later. Only code
        that wants the raw memory (`np.asarray(data)`, `memoryview(data)`) finds it read-only.

        Raises WeightsError where the file's numbers turn out to be damaged.
        """
        return self._params.borrow(self._layer, self._slot)

    @property
    def shape(self) -> Shape:
        """Known without the values."""
        return self._params.shapes(self._layer)[self._slot]

    def __repr__(self) -> str:
        return f"<Parameter {format_shape(self.shape)}>"


class Net:
    """A Caffe network: its layers, shapes, blobs and parameters, and its forward.

    `inputs` and `outputs` are blob names, `blobs` maps names to Blob, `params` maps names of layers with learned
    arrays to their Parameters in Caffe's order, `layers` lists the layers (`.name`, `.type`), `graph` holds every
    shape and cost.
    """

    def __init__(self, definition: Definition, options: NetOptions, weights: Files = None) -> None:
        """See `load_net` for the arguments and errors."""
        threads = default_threads() if options.threads is None else check_threads(options.threads)
        self._turns = Turns()
        self._executor = Executor(options.engine, threads, load_fastest)
        self._graphs: LruCache[tuple[object, ...], Graph] = LruCache(GRAPHS)
        files = read_files(weights)
        self._definition, self._options, self._hints = definition, options, weight_hints(files)
        self.keep = options.keep
        self._adopt(make_graph(definition, options, self._hints))
        self._graphs.get(_shapes_key(self.graph, options), lambda: self.graph)
        self._params, self.loaded = make_params(
            self.graph, options.seed, files, reshape=options.reshape_weights
        )

    def clone(self, threads: int | None = None) -> Net:
        """Another net of this definition and these input shapes, whose parameters are this one's own arrays.

        Its blobs are its own: the two can run in two threads. `threads` is how many it uses itself.
        """
        with self._turns.take():
            other = copy(self)
            other._executor = self._executor.clone(
                self.threads if threads is None else check_threads(threads)
            )
        other._turns = Turns()
        other._graphs = LruCache(GRAPHS)
        other._adopt(make_graph(self._definition, self._options, self._hints))
        return other

    def _adopt(self, graph: Graph) -> None:
        """Make this the net's graph: its blobs start again, as zeros."""
        self._executor.part(graph, None, None, self.keep)  # raises for names that it does not have
        self.graph, self._store = graph, BlobStore(graph)

    def turn(self) -> AbstractContextManager[None]:
        """`with net.turn():` makes several calls one: those from other threads wait until it ends.

        Values that are written into blobs are then still those that the next forward reads, and its blobs still those
        that it has left.
        """
        return self._turns.take()

    # ---- Description ----

    @property
    def name(self) -> str:
        """The net's name in its file; may be empty."""
        return self.graph.name

    @property
    def engine(self) -> str:
        """The engine that runs it: "fast", "numba" or "reference"."""
        return self._executor.engine

    @engine.setter
    def engine(self, engine: str) -> None:
        with self._turns.take():
            self._executor = Executor(engine, self.threads, load_fastest)

    @property
    def threads(self) -> int:
        """The number of threads that the engine uses."""
        return self._executor.threads

    @threads.setter
    def threads(self, threads: int) -> None:
        with self._turns.take():
            self._executor = self._executor.clone(check_threads(threads))

    @property
    def seed(self) -> int:
        """The seed of the fillers."""
        return self._options.seed

    @property
    def inputs(self) -> list[str]:
        """The names of the input blobs."""
        return list(self.graph.inputs)

    @property
    def outputs(self) -> list[str]:
        """The names of the output blobs: those that no layer reads."""
        return list(self.graph.outputs)

    @property
    def layers(self) -> tuple[Node, ...]:
        """The layers in the order in which they run."""
        return self.graph.nodes

    @property
    def folder(self) -> str:
        """The folder of the net's file: files that it names may be relative to that."""
        return self._options.layer_settings(self.graph.file).folder

    def layer_of_input(self, blob: str) -> LayerParameter | None:
        """The file's own layer with this input as its top, also where `inputs=` replaced it; None without one."""
        return layer_of_input(self._definition, self._options, blob)

    def summary(self) -> str:
        """The table of layers, shapes, parameters and costs as text."""
        from prototxt.views.net_rows import make_report
        from prototxt.views.table import table_text

        return table_text(make_report(self.graph))

    def __repr__(self) -> str:
        graph = self.graph
        title = f'Net "{self.name}"' if self.name else "Net"
        params = sum(node.param_count + node.statistics for node in graph.nodes)
        flow = f"{self._shapes_text(graph.inputs)} -> {self._shapes_text(graph.outputs)}".strip()
        return f"<{title}: {len(graph.nodes)} layers, {params:,} parameters, {flow}, engine {self.engine}>"

    def _shapes_text(self, names: Sequence[str]) -> str:
        last = self.graph.last
        shown = [f"{name} {format_shape(self.graph.shapes[last[name]])}" for name in names[:MAX_SHOWN]]
        more = len(names) - MAX_SHOWN
        return ", ".join([*shown, *[f"{more} more"] * (more > 0)])

    # ---- Blobs ----

    @property
    def blobs(self) -> dict[str, Blob]:
        """Every blob by name, as the latest forward left it.

        An earlier version that the latest forward kept is there too, as `conv1@0`.
        """
        return {name: Blob(lambda: self._store, blob) for name, blob in self._store.names().items()}

    def blob(self, name: str) -> Blob:
        """`blobs[name]`, without making all of them. Raises KeyError for a blob that the net does not have."""
        return Blob(lambda: self._store, self._store.last[name])

    @property
    def loss(self) -> float:
        """The total loss of the latest forward: every loss blob's sum times its weight.

        A loss layer's first top has weight 1 unless `loss_weight` says otherwise, any other top 0. It is 0.0
        before the first forward, and for a net without losses.
        """
        return self._store.loss

    @in_turn
    def reshape(self, **shapes: Sequence[int]) -> None:
        """Give inputs other shapes; every other shape follows, the parameters stay.

        Raises LayerError where a layer cannot take its new shape, InputError where a parameter would change.
        """
        inputs = {**(self._options.inputs or {}), **shapes}
        options = replace(self._options, inputs=inputs)
        graph = self._graphs.get(
            _shapes_key(self.graph, options), lambda: make_graph(self._definition, options, self._hints)
        )
        _check_params_stay(self.graph, graph, shapes)
        for node, old in zip(graph.nodes, self.graph.nodes, strict=True):
            if node is not old:
                node.layer.adopt_state(old.layer)
        self._options = options
        self._adopt(graph)

    # ---- Parameters ----

    @property
    def params(self) -> dict[str, list[Parameter]]:
        """Every layer's learned arrays by its name; of layers that share one, those of the last."""
        return {node.name: self.params_of(node) for node in self.graph.nodes if node.params}

    def params_of(self, node: Node) -> list[Parameter]:
        """A layer's own learned arrays, whatever other layers share its name."""
        return [Parameter(self._params, node.index, slot) for slot in range(len(node.params))]

    @in_turn
    def load(self, weights: Files) -> Loaded:
        """Take the arrays of a weights file, or of several, in place of those the net has; what they lack stays.

        Arrays that you hold (`params[...][i].data`) have the new values too. The result says which layers each file
        gave, and which of its layers the net lacks.

        Raises WeightsError where a file does not fit, and leaves every array as it was.
        """
        self.loaded = load_params(
            self.graph, self._params, read_files(weights), reshape=self._options.reshape_weights
        )
        return self.loaded

    @in_turn
    def share(self, other: Net) -> tuple[str, ...]:
        """Use the arrays of another net's layers of the same names, from now on; the names of those layers.

        The two then have one memory: what is written into the one's parameters is the other's too.

        Raises InputError where a layer of both has other shapes there, and shares nothing then.
        """
        theirs = {node.name: node for node in reversed(other.graph.nodes)}
        pairs = [(node, theirs[node.name]) for node in self.graph.nodes if node.name in theirs]
        for mine, its in pairs:
            has, needs = ([format_shape(ref.shape) for ref in node.params] for node in (its, mine))
            if has != needs:
                what = f'{self.graph.file}: layer "{mine.name}" has parameters of {", ".join(needs) or "no shape"}'
                raise InputError(f"{what}, in {other.graph.file} they are {', '.join(has) or 'none'}")
        for mine, its in pairs:
            for slot in range(len(mine.params)):
                self._params.share(mine.index, slot, other._params.memory(its.index, slot))
        return tuple(mine.name for mine, _ in pairs if mine.params)

    def save(self, path: Path, form: str = "") -> None:
        """Write the parameters, by the suffix of `path`, or `form`: .caffemodel, .h5 or .hdf5, or .npz.

        .caffemodel: what Caffe saves, every layer with its definition and its arrays. .h5 (.caffemodel.h5): what
        Caffe saves as HDF5, /data/<layer>/<i>, without the arrays that another layer owns. .npz: <layer>/<i>. All
        are float32; each can be given to `load_net`. The file is written whole or not at all, array by array.

        Raises InputError for another suffix, and for a net whose parameters have no names of their own;
        PrototxtError where the file cannot be written.
        """
        from prototxt.weights.save import save_weights

        message = choose_layers(self._definition, self._options).message
        save_weights(path, self.graph, message.layer, self._params, form)

    # ---- Running ----

    def forward(
        self,
        feeds: Mapping[str, ArrayLike] | None = None,
        /,
        *,
        start: LayerName | None = None,
        end: LayerName | None = None,
        keep: Keep | None = None,
        watchers: Sequence[Watcher] = (),
        **arrays: ArrayLike,
    ) -> dict[str, Array]:
        """Run the net and give its outputs, name to float32 array (N x C x H x W or as the layers make them).

        Inputs are given by name, as keywords (`data=image`) or in a mapping; one that is not given keeps the
        values in its blob. An array of another shape than its input reshapes the net first, as long as the
        parameters stay the same. `keep` overrides the net's own for this run; `watchers` are called after every step.

        `start` and `end` are the first and the last layer to run, both included: names, or numbers of `layers`. What
        earlier layers would have computed is taken from the arrays given, or from the latest forward where it kept it.
        With `end` the outputs are that layer's tops: layers after it, those that work in place on them too, have not
        run.

        The outputs are your own: they share no memory with a blob of the net or with one another. A net runs one
        forward at a time: calls from other threads wait. `blobs` hold what the latest one left; for nets that run at
        the same time give each thread a `clone()`.

        Raises InputError for unknown inputs or layers, shapes that do not fit, or more memory than the machine has,
        LayerError for values a layer cannot take, such as a label that is no class.
        """
        with self._turns.run():
            part = self._part(keep, start, end)
            given = read_feeds({**(feeds or {}), **arrays}, self.graph, part.graph)
            shapes = new_shapes(given, self.graph, part.graph)
            if shapes:
                self.reshape(**shapes)
                part = self._part(keep, start, end)
            for blob in part.graph.entries:
                if blob.name in given:
                    self._store.give(blob, given[blob.name])
            return self._executor.forward(part, self._params, self._store, watchers)

    def forward_unplanned(
        self, feeds: Mapping[str, Array], *, start: LayerName | None = None, end: LayerName | None = None
    ) -> None:
        """Run the layers from `start` to `end` on blobs of whatever shapes they take, layer by layer as Caffe does.

        `forward` holds every blob to the shape that follows from the net's inputs; here those that the layers read may
        have others, given or left by a forward. It runs without the fast kernels.

        Raises what `forward` raises.
        """
        with self._turns.run():
            part = self._part(None, start, end)
            for blob in part.graph.entries:
                if blob.name in feeds:
                    self._store.put(blob, feeds[blob.name])
            run_reference(part, self._params, self._store)

    def detections(
        self, view: View | None = None, *, min_score: float = 0.0, image: int = 0
    ) -> tuple[Detection, ...]:
        """The things in boxes that the latest forward found in one image of its batch, best first.

        Boxes are in pixels of the net's input, or with `view` (`Transform.view(pixels)`) in those of the image that
        was fed. Of a net that ends in scores and deltas of regions (Faster R-CNN, R-FCN) the forward must have kept
        the regions, as it does with `keep="all"`.

        Raises InputError for a net that finds no boxes, before the first forward, and for an image that the batch
        does not have.
        """
        head = find_head(self.graph)
        if head is None or isinstance(head, PixelMap):
            listed = ", ".join(f'"{name}"' for name in self.outputs)
            raise InputError(f"{self.graph.file}: the net finds no boxes; its outputs: {listed}")
        if not self._store.has_run:
            raise InputError(f"{self.graph.file}: nothing is found before the first forward")
        images = self.graph.images
        if not 0 <= image < images:
            raise InputError(f"{self.graph.file}: there is no image {image} in a batch of {images}")
        values = {name: self.blob(name).data for name in head.blobs}
        return head.find(values, view or image_view(self.graph), image).at_least(min_score)

    # ---- Plans ----

    def _part(self, keep: Keep | None, start: LayerName | None, end: LayerName | None) -> Part:
        return self._executor.part(self.graph, start, end, self.keep if keep is None else keep)

    def plan(
        self, keep: Keep | None = None, *, start: LayerName | None = None, end: LayerName | None = None
    ) -> Plan:
        """The steps of a forward that keeps these blobs (default: the net's own `keep`); cached."""
        return self._executor.plan(self._part(keep, start, end))

    def session(
        self, keep: Keep | None = None, *, start: LayerName | None = None, end: LayerName | None = None
    ) -> Session:
        """`plan` with its memory and its tasks; cached.

        Raises InputError for more memory than the machine has.
        """
        return self._executor.session(self._part(keep, start, end), self._params, self._store)

    def plan_summary(self, keep: Keep | None = None) -> str:
        """The table of steps, kernels, shapes and memory of a forward that keeps these blobs, as text.

        Raises InputError for more memory than the machine has.
        """
        from prototxt.views.plan import make_plan_report
        from prototxt.views.plan_table import plan_text

        session = self.session(keep)
        report = make_plan_report(session.plan, self.threads, session.bytes, session.packed_bytes)
        return plan_text(report)

    def expect_parts(self, number: int) -> None:
        """Keep the plans of that many parts (`start`, `end`), as those of layers that run one by one.

        Otherwise only the latest few are kept.
        """
        self._executor.expect_parts(number)

    @in_turn
    def autotune(
        self, *, start: LayerName | None = None, end: LayerName | None = None
    ) -> tuple[Measured, ...]:
        """Measure which kernels are fastest for this net's layers, at its present input shapes and threads.

        Every layer that several kernels can run is run by each of them, between its neighbours; what was measured
        before is not measured again. Layers without kernels do not run. It takes up to about five seconds, or three
        forwards a kernel where those take longer. The result is what was measured now.

        This net uses the fastest from now on, and they are stored in the user's cache folder
        ($XDG_CACHE_HOME/prototxt/kernels.json) for every net on this machine, as long as processor, threads, NumPy,
        BLAS and this package stay the same; delete the file to forget them. Another kernel gives the same numbers up
        to rounding.

        Raises InputError for more memory than the machine has.
        """
        return autotune(self._executor, self._part("outputs", start, end).graph, self._params)


def _shapes_key(graph: Graph, options: NetOptions) -> tuple[object, ...]:
    """The shapes of all inputs: those that the options give, and the graph's own."""
    own = {name: graph.shapes[graph.last[name]] for name in graph.inputs}
    return tuple(sorted((name, tuple(shape)) for name, shape in {**own, **(options.inputs or {})}.items()))


def _check_params_stay(old: Graph, new: Graph, shapes: Mapping[str, Sequence[int]]) -> None:
    """Raises InputError where inputs of these shapes would change the shape of a parameter."""
    for node, old_node in zip(new.nodes, old.nodes, strict=True):
        for slot, (new_param, old_param) in enumerate(zip(node.params, old_node.params, strict=True)):
            if new_param.shape != old_param.shape:
                given = ", ".join(f'"{name}" {format_shape(shape)}' for name, shape in shapes.items())
                raise InputError(
                    f'{old.file}: input {given} does not fit: layer "{node.name}" ({node.type}) has '
                    f"parameter {slot} of {format_shape(old_param.shape)} and would need "
                    f"{format_shape(new_param.shape)}"
                )
