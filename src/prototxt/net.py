"""Net: a network that can be looked at and run; the straight line from the graph to blobs."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from os import fspath
from typing import Any
from warnings import warn

import numpy as np
from numpy.typing import ArrayLike

from prototxt.blobs import Array, Shape, count, format_shape
from prototxt.detection.detection import Detection
from prototxt.detection.heads import PixelMap, find_head, image_view
from prototxt.engine.packed_weights import PackedWeightsCache
from prototxt.engine.reference import ReferenceInterpreter
from prototxt.engine.session import Session
from prototxt.engine.tuning.cache import remember, remembered
from prototxt.engine.tuning.choose import Kernels, tuned
from prototxt.engine.tuning.measure import Measured, measure
from prototxt.engine.watch import Watcher
from prototxt.engine.workers import check_threads, default_threads
from prototxt.errors import InputError, PrototxtWarning, did_you_mean
from prototxt.frontend.load import (
    Inputs,
    Options,
    Path,
    choose_layers,
    define_net,
    layer_of_input,
    make_graph,
)
from prototxt.graph.graph import BlobId, Graph, Node
from prototxt.graph.subgraph import LayerName, part
from prototxt.images.view import View
from prototxt.kernels.layout import copy as copy_blob
from prototxt.plan.choose import Choose
from prototxt.plan.plan import Keep, Plan, make_plan, resolve_keep
from prototxt.schema.caffe_pb2 import LayerParameter
from prototxt.text.definition import Definition
from prototxt.text.read import read_text
from prototxt.util.extras import missing_library
from prototxt.util.limits import check_fits
from prototxt.weights.params import Files, Loaded, Params, blob_counts, load_params, make_params, read_files

ENGINES = ("fast", "numba", "reference")


def load_net(
    path: Path,
    weights: Files = None,
    *,
    phase: str = "TEST",
    level: int = 0,
    stages: Iterable[str] = (),
    inputs: Inputs | None = None,
    seed: int = 0,
    keep: Keep = "all",
    engine: str = "fast",
    threads: int | None = None,
    strict: bool = False,
    allow_writes: bool = False,
    allow_python_layers: bool = False,
    dialect: str = "",
) -> Net:
    """The net of a prototxt file, ready to run.

    `weights` is a weights file (.caffemodel, .caffemodel.h5, or .npz as `Net.save` writes it) or several, where a
    later one wins layer by layer; without it (and for layers it does not hold) the fillers of the net, seeded by
    `seed`, make the parameters. Arrays are read when they are first used. `inputs={"data": (1, 3, 227, 227)}`
    overrides or supplies input shapes, N x C x H x W. `keep` says which blobs survive a forward: "all", "outputs",
    or a list of names. `engine` is "fast" (NumPy), "numba" (the same with some kernels that numba compiles; the extra
    `fast` installs it) or "reference"; the first two use `threads` threads, PROTOTXT_NUM_THREADS where that is not
    given, else the cores this process may use. Unknown fields are a PrototxtWarning, with `strict` an
    error; so is what had to be assumed, such as the channels of a database that is not here. A net may come from a
    stranger: unless `allow_writes` is set no layer (HDF5Output) writes a file, unless `allow_python_layers` is set
    none (Python) runs code. `dialect` ("ssd", "rfcn", "segnet", "pspnet" or "yolo") says which fork the net is
    written for, where forks mean different things by one type name and the layer's fields do not tell.

    Raises PrototxtError, with file, line and layer, for everything that is wrong with the files.
    """
    options = Options(phase, level, tuple(stages), inputs, seed, allow_writes, allow_python_layers, dialect)
    return _make_net(read_text(path), fspath(path), options, weights, keep, engine, threads, strict)


def parse_net(
    text: str,
    weights: Files = None,
    *,
    file: str = "<text>",
    phase: str = "TEST",
    level: int = 0,
    stages: Iterable[str] = (),
    inputs: Inputs | None = None,
    seed: int = 0,
    keep: Keep = "all",
    engine: str = "fast",
    threads: int | None = None,
    strict: bool = False,
    allow_writes: bool = False,
    allow_python_layers: bool = False,
    dialect: str = "",
) -> Net:
    """`load_net` for text in memory; `file` is what errors call it."""
    options = Options(phase, level, tuple(stages), inputs, seed, allow_writes, allow_python_layers, dialect)
    return _make_net(text, file, options, weights, keep, engine, threads, strict)


def _make_net(
    text: str,
    file: str,
    options: Options,
    weights: Files,
    keep: Keep,
    engine: str,
    threads: int | None,
    strict: bool,
) -> Net:
    """For `load_net` and `parse_net`, whose caller the warnings point at."""
    definition = define_net(text, file, strict=strict)
    net = Net(definition, options, weights, keep=keep, engine=engine, threads=threads)
    for note in net.graph.notes:
        warn(PrototxtWarning(note), stacklevel=3)
    return net


class _Latest:
    """What was made for the latest few input shapes and choices of blobs, such as a full and a last, short batch."""

    MOST = 12

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self._made: OrderedDict[tuple[object, ...], Any] = OrderedDict()

    def get(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:
        """What `make` makes, by key; what was asked for longest ago is forgotten."""
        if key not in self._made:
            self._made[key] = make()
        self._made.move_to_end(key)
        while len(self._made) > self.most:
            self._made.popitem(last=False)
        return self._made[key]


class Blob:
    """A blob of a net: its name, its shape, and its values after the latest forward."""

    def __init__(self, net: Net, blob: BlobId) -> None:
        self._net, self._id = net, blob

    @property
    def name(self) -> str:
        return self._id.name

    @property
    def shape(self) -> Shape:
        """N x C x H x W (or as many axes as the blob has), as the latest forward made it.

        Only a Filter layer can make it differ from what the graph foretells.
        """
        values = self._net._values.get(self._id)
        return self._net.graph.shapes[self._id] if values is None else values.shape

    @property
    def has_values(self) -> bool:
        """Whether a forward has left its values behind, or somebody has given or looked at them."""
        return self._id in self._net._values

    @property
    def data(self) -> Array:
        """float32 values; zeros before the first forward. An input's may be written before `forward()`.

        The array stays valid as long as you hold it, or any view of it: a later forward then writes into other memory.
        An input's array is the exception: it is what the next forward reads, and what `forward(name=values)` writes.

        Raises InputError when the latest forward did not keep this blob.
        """
        values, lend = self._net._value(self._id), self._net._lenders.get(self._id)
        return lend(values) if lend else values.view()

    def copy(self) -> Array:
        """The values as an array of its own; zeros where no forward has left any."""
        return np.array(self.data, order="C") if self.has_values else self._net._zeros(self._id)

    def __repr__(self) -> str:
        return f'<Blob "{self.name}" {format_shape(self.shape)}>'


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
    """A Caffe network that can be looked at and run.

    `inputs` and `outputs` are blob names, `blobs` maps names to Blob, `params` maps names of layers with learned
    arrays to their Parameters in Caffe's order, `layers` lists the layers (`.name`, `.type`), `graph` holds every
    shape and cost.
    """

    def __init__(
        self,
        definition: Definition,
        options: Options,
        weights: Files,
        *,
        keep: Keep,
        engine: str,
        threads: int | None = None,
    ) -> None:
        """See `load_net` for the arguments and errors."""
        if engine not in ENGINES:
            raise InputError(f'engine is "fast", "numba" or "reference", not "{engine}"')
        self._compiled = _choose_compiled() if engine == "numba" else None
        files = read_files(weights)
        options = replace(options, stored=blob_counts(files))
        self._definition, self._options = definition, options
        self.engine = engine
        self.keep = keep
        self.threads = default_threads() if threads is None else check_threads(threads)
        self._kernels: Kernels = {}
        self._ready = PackedWeightsCache()
        self._lowered = _Latest()
        self._adopt(make_graph(definition, options))
        self._arrays, self.loaded = make_params(self.graph, options.seed, files)

    def clone(self, threads: int | None = None) -> Net:
        """Another net of this definition and these input shapes, whose parameters are this one's own arrays.

        Its blobs are its own: the two can run in two threads. `threads` is how many it uses itself.
        """
        other = copy(self)
        other.threads = self.threads if threads is None else check_threads(threads)
        other._kernels = self._kernels if other.threads == self.threads else {}
        other._lowered = _Latest(self._lowered.most)
        other._adopt(make_graph(self._definition, self._options))
        return other

    def _adopt(self, graph: Graph) -> None:
        """Make this the net's graph: its blobs start anew, as zeros."""
        resolve_keep(graph, self.keep)
        self.graph = graph
        self._input_shapes = tuple(graph.shapes[blob] for blob in graph.entries)
        self._values: dict[BlobId, Array] = {}
        self._lenders: dict[BlobId, Callable[[Array], Array]] = {}
        self._reached = graph.last
        self._has_run = False
        self._loss = 0.0

    @property
    def name(self) -> str:
        return self.graph.name

    @property
    def seed(self) -> int:
        """What the fillers were seeded with."""
        return self._options.seed

    @property
    def inputs(self) -> list[str]:
        return list(self.graph.inputs)

    @property
    def outputs(self) -> list[str]:
        return list(self.graph.outputs)

    @property
    def layers(self) -> tuple[Node, ...]:
        return self.graph.nodes

    @property
    def blobs(self) -> dict[str, Blob]:
        """Every blob by name, as the latest forward left it.

        An earlier version that the latest forward kept is there too, as `conv1@0`.
        """
        reached = self._reached
        earlier = {str(blob): blob for blob in self._values if blob != reached[blob.name]}
        return {name: Blob(self, blob) for name, blob in (reached | earlier).items()}

    def blob(self, name: str) -> Blob:
        """`blobs[name]`, without making all of them. Raises KeyError for a blob that the net does not have."""
        return Blob(self, self._reached[name])

    @property
    def params(self) -> dict[str, list[Parameter]]:
        """Every layer's learned arrays by its name; of layers that share one, those of the last."""
        return {node.name: self.params_of(node) for node in self.graph.nodes if node.params}

    def params_of(self, node: Node) -> list[Parameter]:
        """A layer's own learned arrays, whatever other layers share its name."""
        return [Parameter(self._arrays, node.index, slot) for slot in range(len(node.params))]

    @property
    def loss(self) -> float:
        """The total loss of the latest forward: every loss blob's sum times its weight.

        A loss layer's first top has weight 1 unless `loss_weight` says otherwise, any other top 0. It is 0.0
        before the first forward, and for a net without losses.
        """
        return self._loss

    @property
    def folder(self) -> str:
        """Where the net's file lies: files that it names may be relative to that."""
        return self._options.layer_settings(self.graph.file).folder

    def layer_of_input(self, blob: str) -> LayerParameter | None:
        """The file's own LayerParameter that makes this input, if one does, also where `inputs=` replaced it."""
        return layer_of_input(self._definition, self._options, blob)

    def summary(self) -> str:
        """The table of layers, shapes, parameters and costs as text."""
        from prototxt.views.net_rows import make_report
        from prototxt.views.table import table_text

        return table_text(make_report(self.graph))

    def plan_summary(self, keep: Keep | None = None) -> str:
        """The table of steps, kernels, shapes and memory of a forward that keeps these blobs, as text.

        Raises InputError for more memory than the machine has.
        """
        from prototxt.views.plan import make_plan_report
        from prototxt.views.plan_table import plan_text

        session = self.session(keep)
        report = make_plan_report(session.plan, self.threads, session.bytes, session.packed_bytes)
        return plan_text(report)

    def load(self, weights: Files) -> Loaded:
        """Take the arrays of a weights file, or of several, in place of those the net has; what they lack stays.

        Arrays that were handed out (`params[...][i].data`) have the new values too. The answer says which layers
        each file gave, and which of its layers the net lacks.

        Raises WeightsError where a file does not fit, and leaves every array as it was.
        """
        self.loaded = load_params(self.graph, self._arrays, read_files(weights))
        return self.loaded

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
                self._arrays.share(mine.index, slot, other._arrays.memory(its.index, slot))
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
        save_weights(path, self.graph, message.layer, self._arrays, form)

    def reshape(self, **shapes: Sequence[int]) -> None:
        """Give inputs other shapes; every other shape follows, the parameters stay.

        Raises LayerError where a layer cannot take its new shape, InputError where a parameter would change.
        """
        inputs = {**(self._options.inputs or {}), **shapes}
        options = replace(self._options, inputs=inputs)
        shapes_key = tuple(sorted((name, tuple(shape)) for name, shape in inputs.items()))
        graph = self._lowered.get(("graph", shapes_key), lambda: make_graph(self._definition, options))
        for node, old in zip(graph.nodes, self.graph.nodes, strict=True):
            for slot, (new_param, old_param) in enumerate(zip(node.params, old.params, strict=True)):
                if new_param.shape != old_param.shape:
                    given = ", ".join(f'"{name}" {format_shape(shape)}' for name, shape in shapes.items())
                    raise InputError(
                        f'{self.graph.file}: input {given} does not fit: layer "{node.name}" ({node.type}) has '
                        f"parameter {slot} of {format_shape(old_param.shape)} and would need "
                        f"{format_shape(new_param.shape)}"
                    )
        for node, old in zip(graph.nodes, self.graph.nodes, strict=True):
            if node is not old:
                node.layer.adopt_state(old.layer)
        self._options = options
        self._adopt(graph)

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
        parameters stay the same. `keep` overrides the net's own for this run; watchers are told after every step.

        `start` and `end` are the first and the last layer to run, both included: names, or numbers of `layers`. What
        earlier layers would have made is taken from the arrays given, or from the latest forward where it kept it.
        With `end` the answer is that layer's tops: layers behind it, those that work in place on them too, have not
        run.

        No output shares memory with an input's blob or with another output.

        Raises InputError for unknown inputs or layers, shapes that do not fit, or more memory than the machine has,
        LayerError for values a layer cannot take, such as a label that is no class.
        """
        self._set_inputs({**(feeds or {}), **arrays}, part(self.graph, start, end))
        plan = self.plan(keep, start=start, end=end)
        graph = plan.graph
        _check_fits(plan)
        fed = {blob: self._entry(blob) for blob in graph.entries}
        if self.engine == "reference":
            runner = ReferenceInterpreter(graph, plan.kept, fed, self._arrays)
            values = runner.run(watchers)
            outputs = _apart({name: values[graph.last[name]] for name in graph.outputs}, fed.values())
            self._loss = runner.loss()
            lend = None
        else:
            session = self._bound(plan, start, end)
            for blob, entry in session.entries.items():
                if fed[blob] is not entry:
                    copy_blob(entry, fed[blob])
                if blob.name in self.graph.inputs:
                    fed[blob] = entry  # what is given next is written straight to where it is read
            values = session.run(watchers)
            outputs = {name: values[graph.last[name]].copy(order="C") for name in graph.outputs}
            self._loss = session.loss()
            lend = session.arena.lend
        self._remember(graph, {**fed, **values})
        if lend:
            self._lenders.update(dict.fromkeys(values, lend))
        return outputs

    def forward_unplanned(
        self, feeds: Mapping[str, Array], *, start: LayerName | None = None, end: LayerName | None = None
    ) -> None:
        """Run the layers from `start` to `end` on blobs of whatever shapes they take, layer by layer as Caffe does.

        `forward` holds every blob to the shape that follows from the net's inputs; here those that the layers read may
        have others, given or left behind. It runs without the fast kernels.

        Raises what `forward` raises.
        """
        ran = part(self.graph, start, end)
        entries = {
            blob: feeds[blob.name] if blob.name in feeds else self._entry(blob) for blob in ran.entries
        }
        kept = resolve_keep(self.graph, self.keep, ran)
        runner = ReferenceInterpreter(ran, kept, entries, self._arrays)
        values = runner.run()
        self._loss = runner.loss()
        self._remember(ran, {**entries, **values})

    def detections(
        self, view: View | None = None, *, min_score: float = 0.0, image: int = 0
    ) -> tuple[Detection, ...]:
        """What the latest forward found in one image of its batch: things in boxes, best first.

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
        if not self._has_run:
            raise InputError(f"{self.graph.file}: nothing is found before the first forward")
        images = self.graph.images
        if not 0 <= image < images:
            raise InputError(f"{self.graph.file}: there is no image {image} in a batch of {images}")
        values = {name: self.blobs[name].data for name in head.blobs}
        return head.find(values, view or image_view(self.graph), image).at_least(min_score)

    def plan(
        self, keep: Keep | None = None, *, start: LayerName | None = None, end: LayerName | None = None
    ) -> Plan:
        """The steps of a forward that keeps these blobs (default: the net's own `keep`); made once."""
        ran = part(self.graph, start, end)
        kept = resolve_keep(self.graph, self.keep if keep is None else keep, ran)
        key = ("plan", self._input_shapes, start, end, kept)
        plan: Plan = self._lowered.get(key, lambda: make_plan(ran, kept, self._choice()))
        return plan

    def _choice(self) -> Choose:
        return self._compiled or tuned(self._fastest())

    def _fastest(self) -> Kernels:
        """What was measured, by this net or by another one on this machine."""
        return {**remembered(self.threads), **self._kernels}

    def autotune(
        self, *, start: LayerName | None = None, end: LayerName | None = None
    ) -> tuple[Measured, ...]:
        """Measure which kernels are fastest for this net's layers, at its present input shapes and threads.

        Every layer that several kernels can run is run by each of them, between its neighbours; what was measured
        before is not measured again. Layers without kernels do not run. It takes up to about five seconds, or three
        forwards a kernel where those take longer. The answer is what was measured now.

        What is found is used by this net from now on, and remembered in the user's cache folder
        ($XDG_CACHE_HOME/prototxt/kernels.json) for every net on this machine, as long as processor, threads, NumPy,
        BLAS and this package stay the same; delete the file to forget it. Another kernel gives the same numbers up to
        rounding.

        Raises InputError for more memory than the machine has.
        """
        ran = part(self.graph, start, end)
        measured = measure(ran, self._arrays, self.threads, self._fastest())
        if measured:
            found = {m.geometry: m.chosen for m in measured}
            self._kernels = {**self._kernels, **found}
            remember(self.threads, found)
            self._lowered = _Latest(self._lowered.most)
        return measured

    def expect_parts(self, number: int) -> None:
        """Remember the plans of that many parts (`start`, `end`), as those of layers that run one by one.

        Otherwise it is a few, the latest ones.
        """
        self._lowered.most = _Latest.MOST + 2 * number  # a plan and a session for each

    def session(
        self, keep: Keep | None = None, *, start: LayerName | None = None, end: LayerName | None = None
    ) -> Session:
        """`plan` with its memory and its tasks; made once, and again where weights have changed.

        Raises InputError for more memory than the machine has.
        """
        plan = self.plan(keep, start=start, end=end)
        _check_fits(plan)
        return self._bound(plan, start, end)

    def _bound(self, plan: Plan, start: LayerName | None, end: LayerName | None) -> Session:
        key = ("session", self._input_shapes, start, end, plan.kept, self.threads)
        session: Session = self._lowered.get(
            key, lambda: Session(plan, self._arrays, self._ready, self.threads)
        )
        return session

    def _remember(self, ran: Graph, values: Mapping[BlobId, Array]) -> None:
        """The values of a forward; blobs that its layers did not write stay as they were."""
        written = {top.name for node in ran.nodes if not node.layer.is_input for top in node.tops}
        others = {blob: array for blob, array in self._values.items() if blob.name not in written}
        self._values, self._has_run = {**others, **values}, True
        self._lenders = {blob: lend for blob, lend in self._lenders.items() if blob in others}
        self._reached = self._reached | ran.last

    def _set_inputs(self, arrays: Mapping[str, ArrayLike], ran: Graph) -> None:
        entries = {blob.name: blob for blob in ran.entries}
        for name in arrays:
            if name not in entries:
                known = ", ".join(f'"{n}"' for n in entries) or "none"
                hint = did_you_mean(name, entries) or f"its inputs are: {known}"
                whose = "the net has" if ran is self.graph else "these layers have"
                raise InputError(f'{self.graph.file}: {whose} no input "{name}"', hint=hint)
        given = {name: _as_float32(name, array) for name, array in arrays.items()}
        shapes = {name: a.shape for name, a in given.items() if a.shape != self.graph.shapes[entries[name]]}
        for name, shape in shapes.items():
            takes = self.graph.shapes[entries[name]]
            if len(shape) + 1 == len(takes) and shape == takes[1:]:
                what = f'{self.graph.file}: input "{name}" is {format_shape(takes)}, the array {format_shape(shape)}'
                raise InputError(what, hint="add the first axis, one image in a batch: array[None]")
        inner = [name for name in shapes if name not in self.graph.inputs]
        if inner:
            has, needs = format_shape(shapes[inner[0]]), format_shape(self.graph.shapes[entries[inner[0]]])
            raise InputError(
                f'{self.graph.file}: "{inner[0]}" is computed inside the net as {needs}, not {has}',
                hint="reshape the net's own inputs first, such as net.reshape(data=(N, C, H, W))",
            )
        if shapes:
            self.reshape(**shapes)
        for name, array in given.items():
            if name in self.graph.inputs:
                copy_blob(self._value(entries[name]), array)
            else:
                self._values[entries[name]] = array.copy()

    def _entry(self, blob: BlobId) -> Array:
        """The values of a blob that a forward starts from."""
        if blob not in self._values and blob.name not in self.graph.inputs:
            raise InputError(
                f'{self.graph.file}: these layers read blob "{blob.name}", which no forward has left behind',
                hint=f"give its values: forward({blob.name}=array), or run the layers before them first",
            )
        return self._value(blob)

    def _value(self, blob: BlobId) -> Array:
        if blob not in self._values:
            if self._has_run and blob.name not in self.graph.inputs:
                raise InputError(
                    f'the latest forward did not keep blob "{blob.name}"',
                    hint=f'load the net with keep="all" or keep=["{blob.name}"], or give its values',
                )
            self._values[blob] = self._zeros(blob)
        return self._values[blob]

    def _zeros(self, blob: BlobId) -> Array:
        shape = self.graph.shapes[blob]
        check_fits(4 * count(shape), f'{self.graph.file}: blob "{blob.name}"')
        return np.zeros(shape, np.float32)


def _check_fits(plan: Plan) -> None:
    hint = "give a smaller input, such as a batch of 1"
    check_fits(plan.peak_bytes, f"{plan.graph.file}: this forward", hint)


def _choose_compiled() -> Choose:
    """The choice of the engine "numba", which alone imports it.

    Raises InputError where numba is not installed or cannot be used.
    """
    try:
        from prototxt.plan.compiled import choose_compiled
    except ImportError as error:
        what, hint = missing_library("numba", "fast", 'engine "numba"')
        why = "" if isinstance(error, ModuleNotFoundError) else f", which cannot be used: {error}"
        raise InputError(what + why, hint=hint) from error
    return choose_compiled


def _as_float32(name: str, array: ArrayLike) -> Array:
    try:
        return np.asarray(array, np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(f'input "{name}" is not an array of numbers: {error}') from None


def _apart(outputs: dict[str, Array], inputs: Iterable[Array]) -> dict[str, Array]:
    """The outputs, copied where one is a view of an input or of an output before it (Flatten, Split ...)."""
    taken = list(inputs)
    for name, array in outputs.items():
        if any(np.may_share_memory(array, other) for other in taken):
            outputs[name] = array.copy()
        taken.append(outputs[name])
    return outputs
