"""What is said of other programs, held against them where they are installed."""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.explain.sections.parameters import array_names
from prototxt.export.call import Call
from prototxt.graph.context import LayerContext
from support.calls import computing, runnable_keras, runnable_pytorch
from support.case_index import cases_with
from support.golden import Case, part

RTOL, ATOL = 1e-4, 1e-5


HAS_TORCH, HAS_KERAS = (find_spec(name) is not None for name in ("torch", "keras"))


@cache
def torch() -> Any:
    return import_module("torch")


@cache
def keras_of_torch() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    return import_module("keras")


def looks(case: Case) -> list[tuple[LayerContext, list[Array], list[Array]]]:
    """Every layer of a case with values for its bottoms and its learned arrays."""
    stored = case.arrays()
    net, given = case.net(stored), part(stored, "input")
    rng = np.random.default_rng(1)
    collected = []
    for look in computing(net.graph):
        node = look.node
        bottom = [
            given[blob.name] if blob.name in given else rng.standard_normal(shape).astype(np.float32)
            for blob, shape in zip(node.bottoms, look.bottom, strict=True)
        ]
        params = [np.array(p.data) for p in net.params[node.name]] if node.params else []
        collected.append((look, bottom, params))
    return collected


def called(call: Call, names: dict[str, Any], arrays: dict[str, Array], inputs: list[Any], put: Any) -> Any:
    """What the code makes of the inputs; a module in it is given our learned arrays."""

    class Noted:
        """A namespace whose classes note what they make."""

        def __init__(self, inner: Any) -> None:
            self.inner = inner

        def __getattr__(self, name: str) -> Any:
            result = getattr(self.inner, name)

            def make(*args: Any, **options: Any) -> Any:
                module = result(*args, **options)
                return module.eval() if hasattr(module, "eval") else module

            return make

    spaces = {name: Noted(space) if name in ("nn", "layers") else space for name, space in names.items()}
    bound = dict(
        zip(["x"] if len(inputs) == 1 else [f"x{i}" for i in range(len(inputs))], inputs, strict=True)
    )
    code = call.code
    if call.weights:  # the module must have them before it is called
        start = code.index(")(") + 2 if code.startswith("layers.Cropping") else 0
        end = start + _end_of_call(code[start:])
        module = bound["module"] = eval(code[start:end], {**spaces, **bound})
        put(
            module,
            {theirs: np.ascontiguousarray(eval(ours, {**arrays})) for theirs, ours in call.weights},
            inputs,
        )
        code = f"{code[:start]}module{code[end:]}"
    result = eval(code, {**spaces, **bound})
    if not callable(result):
        return result
    return [result(x) for x in inputs] if len(inputs) > 1 else result(*inputs)


def _end_of_call(code: str) -> int:
    depth = 0
    for i, letter in enumerate(code):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == ")" and not depth:
            return i + 1
    return len(code)


def truth(look: LayerContext, bottom: list[Array], params: list[Array]) -> list[Array]:
    return [np.asarray(top) for top in look.layer.forward(bottom, [p.copy() for p in params])]


def check(result: Any, expected: list[Array], back: Any) -> None:
    tops = [result] if hasattr(result, "shape") else list(result)
    for top, want in zip(tops, expected, strict=False):
        np.testing.assert_allclose(
            back(top), want, rtol=RTOL, atol=ATOL * max(1, float(np.abs(want).max(initial=0)))
        )


@pytest.mark.parametrize("case", cases_with("pytorch") if HAS_TORCH else [], ids=str)
def test_pytorch_gives_the_same(case: Case) -> None:
    t, ran = torch(), 0
    for look, bottom, params in looks(case):
        call = runnable_pytorch(look)
        if call is None:
            continue
        ran += 1
        names = dict(zip(array_names(look), params, strict=True))
        tensors = {name: t.tensor(a) for name, a in names.items()}

        def put(module: Any, weights: dict[str, Array], _: Any) -> None:
            for name, value in weights.items():
                getattr(module, name).data = t.tensor(value)
            module.train(".train()" in " ".join(call.differs))  # noqa: B023

        spaces = {"nn": t.nn, "F": t.nn.functional, "torch": t, **tensors}
        with t.no_grad():
            result = called(call, spaces, names, [t.tensor(x) for x in bottom], put)
        check(result, truth(look, bottom, params), lambda y: y.numpy())
    assert ran


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")  # Keras, where the axis has size 1
@pytest.mark.parametrize("case", cases_with("keras") if HAS_KERAS else [], ids=str)
def test_keras_gives_the_same(case: Case) -> None:
    k, t, ran = keras_of_torch(), torch(), 0
    for look, bottom, params in looks(case):
        call = runnable_keras(look)
        if call is None:
            continue
        ran += 1
        names = dict(zip(array_names(look), params, strict=True))
        tensors = {name: t.tensor(a) for name, a in names.items()}

        def put(module: Any, weights: dict[str, Array], inputs: list[Any]) -> None:
            n, *spatial, channels = inputs[0].shape
            shape: tuple[int | None, ...] = (n, *(None for _ in spatial), channels)  # it may be padded first
            if "Flatten" in call.code:  # noqa: B023
                shape = (n, int(np.prod([*spatial, channels])))
            module.build(shape)
            for name, value in weights.items():
                getattr(module, name).assign(value)

        spaces = {"layers": k.layers, "ops": k.ops, **tensors}
        last = [
            t.tensor(np.ascontiguousarray(np.moveaxis(x, 1, -1))) if x.ndim > 1 else t.tensor(x)
            for x in bottom
        ]
        with t.no_grad():
            result = called(call, spaces, names, last, put)
        check(result, truth(look, bottom, params), _first)
    assert ran


def _first(y: Any) -> Array:
    values: Array = y.detach().numpy()
    return np.moveaxis(values, -1, 1) if values.ndim > 1 else values
