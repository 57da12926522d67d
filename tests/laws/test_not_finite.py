"""Law: values that are not finite, denormal or very large give the same in every engine, whatever the layer."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.blobs import Array
from prototxt.errors import PrototxtError
from support.case_index import HAS_NUMBA
from support.golden import CASE_LIST, Case, part

ENGINES = ("fast", "numba") if HAS_NUMBA else ("fast",)
VALUES = {"nan": np.nan, "inf": np.inf, "-inf": -np.inf, "-0": -0.0, "denormal": 1e-42, "large": 1e30}

pytestmark = [pytest.mark.sweep, pytest.mark.filterwarnings("ignore::RuntimeWarning")]


def spoiled(inputs: dict[str, Array], value: float, *, everywhere: bool = False) -> dict[str, Array]:
    """The first input with the value at every fiftieth place, drawn at random, or everywhere."""
    first, *others = inputs
    array = np.array(inputs[first], np.float32)
    r = np.random.default_rng(0)
    places = r.integers(0, max(array.size, 1), -(-array.size // 50))
    array.reshape(-1)[slice(None) if everywhere else places] = value
    return {first: array, **{name: inputs[name] for name in others}}


def results(case: Case, engine: str, inputs: dict[str, Array]) -> dict[str, Array] | str:
    """Every blob, or the error of a layer that cannot take such values."""
    net = case.net(case.arrays(), engine)
    try:
        net.forward(inputs)
    except PrototxtError as error:
        return str(error)
    return {name: blob.copy() for name, blob in net.blobs.items()}


@pytest.mark.parametrize("case", CASE_LIST, ids=str)
def test_every_engine_gives_what_the_plain_formulas_give(case: Case) -> None:
    inputs = part(case.arrays(), "input")
    if not inputs:
        pytest.skip("a net without inputs")
    drawn = [spoiled(inputs, value) for value in VALUES.values()]
    for given in (*drawn, spoiled(inputs, np.nan, everywhere=True)):
        want = results(case, "reference", given)
        for engine in ENGINES:
            got = results(case, engine, given)
            if isinstance(want, str) or isinstance(got, str):
                assert isinstance(want, str), got
                assert isinstance(got, str), want  # of two layers, either may come first
                continue
            assert got.keys() == want.keys()
            for name, values in want.items():
                scale = np.abs(values[np.isfinite(values)]).max(initial=0)
                np.testing.assert_allclose(got[name], values, 1e-4, 1e-6 * scale + 1e-5, err_msg=name)
