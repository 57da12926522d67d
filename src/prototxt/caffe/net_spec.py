"""Nets written in Python: `n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20)`, then `n.to_proto()`.

    from prototxt.caffe import NetSpec, layers as L, params as P

    n = NetSpec()
    n.data = L.Input(shape=dict(dim=[1, 3, 32, 48]))
    n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20, weight_filler=dict(type="xavier"))
    n.pool1 = L.Pooling(n.conv1, kernel_size=2, stride=2, pool=P.Pooling.MAX)
    n.relu1 = L.ReLU(n.pool1, in_place=True)
    print(n.to_proto())

Keywords of a layer go to the message of its type (`kernel_size` to `convolution_param`), or else to the
LayerParameter itself (`name`, `phase`, `loss_weight`), as any keyword does that ends with `param`. `ntop` is the number
of its tops, `in_place` writes them over the bottoms. Any name is a layer type, also one of a fork or of your own.

Source: caffe/python/caffe/net_spec.py.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping

from prototxt.caffe.fields import Value, assign_proto, no_field, param_name_dict, params_of
from prototxt.caffe.proto import caffe_pb2
from prototxt.errors import did_you_mean
from prototxt.schema import Message
from prototxt.schema.caffe_pb2 import LayerParameter, NetParameter

__all__ = ["Function", "NetSpec", "Top", "assign_proto", "layers", "param_name_dict", "params", "to_proto"]


class Top:
    """A blob that a layer computes: top `n` of the layer `fn`."""

    def __init__(self, fn: Function, n: int) -> None:
        self.fn = fn
        self.n = n

    def to_proto(self) -> NetParameter:
        """A NetParameter of all layers that this top needs."""
        return to_proto(self)


class Function:
    """A layer of the future net: its type, the tops that it reads, the parameters given, and its own `tops`.

    Raises TypeError where an input is not a Top.
    """

    def __init__(self, type_name: str, inputs: Iterable[Top], params: Mapping[str, Value]) -> None:
        self.type_name = type_name
        self.inputs = tuple(inputs)
        for index, given in enumerate(self.inputs):
            if not isinstance(given, Top):
                raise TypeError(f"{type_name} input {index} is not a Top (type is {type(given)})")
        self.params = dict(params)
        self.ntop: int = self.params.pop("ntop", 1)
        self.in_place: bool = self.params.pop("in_place", False)
        self.tops = tuple(Top(self, n) for n in range(self.ntop))


class MissingTopError(AttributeError, KeyError):
    """A NetSpec has no top of this name: for `n.conv1` an AttributeError, for `n["conv1"]` a KeyError."""

    def __str__(self) -> str:
        return str(self.args[0])


class NetSpec:
    """Tops by name, in the order in which they were given; `to_proto` makes the net of all the layers that they need.

    `n.conv1` and `n["conv1"]` are the same. `tops` holds them all. A layer without tops (`ntop=0`) is given a name
    in the same way.
    """

    tops: OrderedDict[str, Value]

    def __init__(self) -> None:
        super().__setattr__("tops", OrderedDict())

    def __setattr__(self, name: str, value: Value) -> None:
        self.tops[name] = value

    def __setitem__(self, name: str, value: Value) -> None:
        self.tops[name] = value

    def __getattr__(self, name: str) -> Value:
        if name == "tops":  # a NetSpec that is being copied has none yet
            raise AttributeError(name)
        if name not in self.tops:
            near = did_you_mean(name, self.tops)
            raise MissingTopError(f'the net has no top "{name}"' + (f"; {near}" if near else ""))
        return self.tops[name]

    def __getitem__(self, name: str) -> Value:
        return self.__getattr__(name)

    def __delattr__(self, name: str) -> None:
        self.__getattr__(name)
        del self.tops[name]

    def __delitem__(self, name: str) -> None:
        self.__delattr__(name)

    def keys(self) -> list[str]:
        """The names of all tops."""
        return list(self.tops)

    def vals(self) -> list[Value]:
        """All tops."""
        return list(self.tops.values())

    def update(self, name: str, params: Mapping[str, Value]) -> None:
        """Add parameters to the layer that computes a top."""
        _function(self[name]).params.update(params)

    def to_proto(self) -> NetParameter:
        """A NetParameter of all layers that these tops need, under these names.

        Raises AttributeError for a parameter that the schema does not have, TypeError or ValueError for a value that
        its field does not take.
        """
        for name, top in self.tops.items():
            if not isinstance(top, (Top, Function)):
                raise TypeError(f"{name} is not a Top (type is {type(top)}){_tuple_hint(name, top)}")
        return _net(self.tops.values(), {top: name for name, top in self.tops.items()})


def to_proto(*tops: Top | Function) -> NetParameter:
    """A NetParameter of all layers that these tops need, with generated names: Convolution1, Convolution2, ..."""
    return _net(tops, {})


def _tuple_hint(name: str, given: object) -> str:
    if not isinstance(given, tuple) or not all(isinstance(top, Top) for top in given):
        return ""
    return f"; give each of its tops a name: {', '.join(f'n.{name}{i}' for i in range(len(given)))} = ..."


def _function(given: Top | Function) -> Function:
    return given.fn if isinstance(given, Top) else given


def _net(wanted: Iterable[Top | Function], names: dict[Top | Function, str]) -> NetParameter:
    naming = _Naming(names)
    messages: dict[Function, LayerParameter] = {}
    for top in wanted:
        for fn in _needed(_function(top), messages):
            messages[fn] = _layer(fn, messages, naming)
    net = caffe_pb2.NetParameter()
    net.layer.extend(messages.values())
    return net


def _needed(fn: Function, messages: Mapping[Function, LayerParameter]) -> Iterator[Function]:
    """`fn` after all the layers that it reads, without those in `messages`; no recursion, for nets are deep."""
    walks = [(fn, iter(fn.inputs))]
    while walks:
        current, inputs = walks[-1]
        before = next((top.fn for top in inputs if top.fn not in messages), None)
        if before is not None:
            walks.append((before, iter(before.inputs)))
            continue
        walks.pop()
        if current not in messages:
            yield current


class _Naming:
    """The names of tops and layers; those that were not given are the type and a number."""

    def __init__(self, given: dict[Top | Function, str]) -> None:
        self.names = given
        self.counts = Counter[str]()

    def of(self, thing: Top | Function) -> str:
        if thing not in self.names:
            type_name = _function(thing).type_name
            self.counts[type_name] += 1
            self.names[thing] = f"{type_name}{self.counts[type_name]}"
        return self.names[thing]


def _layer(fn: Function, messages: Mapping[Function, LayerParameter], naming: _Naming) -> LayerParameter:
    layer = caffe_pb2.LayerParameter(type=fn.type_name)
    layer.bottom.extend(messages[top.fn].top[top.n] for top in fn.inputs)
    layer.top.extend(layer.bottom if fn.in_place else [naming.of(top) for top in fn.tops])
    layer.name = naming.of(fn.tops[0] if fn.tops else fn)
    for name, value in fn.params.items():
        try:
            assign_proto(_home(layer, fn.type_name, name), name, value)
        except (AttributeError, TypeError, ValueError) as error:
            raise type(error)(f'layer "{layer.name}" ({fn.type_name}): {error}') from None
    return layer


def _home(layer: LayerParameter, type_name: str, name: str) -> Message:
    """The message that a keyword of a layer belongs to: the first of its type that has such a field, or the layer."""
    if name.endswith("param"):
        return layer
    homes = [getattr(layer, param) for param in params_of(type_name)] + [layer]
    home: Message | None = next((home for home in homes if name in home.DESCRIPTOR.fields_by_name), None)
    if home is None:
        raise AttributeError(no_field(name, *homes))
    return home


class Layers:
    """A function for every layer type: `Layers().Convolution(bottom, kernel_size=3, num_output=8)`.

    It gives the layer's top; with `ntop=2` and more a tuple of its tops, with `ntop=0` the layer itself.
    """

    def __getattr__(self, name: str) -> Callable[..., Value]:
        if name.startswith("__"):
            raise AttributeError(name)

        def layer_fn(*args: Top, **kwargs: Value) -> Top | tuple[Top, ...] | Function:
            fn = Function(name, args, kwargs)
            if fn.ntop == 0:
                return fn
            return fn.tops[0] if fn.ntop == 1 else fn.tops

        layer_fn.__name__ = name
        return layer_fn


class Parameters:
    """The constants of parameters: `Parameters().Pooling.MAX` is the MAX of PoolingParameter."""

    def __getattr__(self, name: str) -> _Constants:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Constants(getattr(caffe_pb2, f"{name}Parameter"))


class _Constants:
    def __init__(self, message: type[Message]) -> None:
        self._message = message

    def __getattr__(self, name: str) -> Value:
        if name.startswith("__"):
            raise AttributeError(name)
        known = self._message.DESCRIPTOR.enum_values_by_name
        if name not in known and not hasattr(self._message, name):
            near = did_you_mean(name, known)
            kind = self._message.DESCRIPTOR.name
            raise AttributeError(f'{kind} has no constant "{name}"' + (f"; {near}" if near else ""))
        return getattr(self._message, name)


layers = Layers()
params = Parameters()
