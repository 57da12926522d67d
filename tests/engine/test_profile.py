"""Times of steps: one for every step of the plan, in its order; what the machine can do."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info

from prototxt.engine import blas
from prototxt.engine.profile import MAX_FORWARDS, MIN_FORWARDS, time_steps
from prototxt.engine.tuning import machine
from prototxt.engine.tuning.machine import Machine, busy, machine_name, measure_machine
from prototxt.net import Net, parse_net

TEXT = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 11 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
  convolution_param { num_output: 5 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "prob" type: "Softmax" bottom: "conv" top: "prob" }
"""


@pytest.fixture
def net() -> Net:
    return parse_net(TEXT, keep="outputs", threads=2)


def test_a_time_for_every_step_and_forward(net: Net) -> None:
    times = time_steps(net.session(), 4)
    assert [len(step) for step in times.steps] == [4, 4]  # conv with its ReLU, prob
    assert len(times.forwards) == 4
    assert min(min(step) for step in times.steps) > 0
    assert times.medians == tuple(sorted(step)[1] / 2 + sorted(step)[2] / 2 for step in times.steps)
    assert MIN_FORWARDS <= len(time_steps(net.session()).forwards) <= MAX_FORWARDS


def test_inputs_stay(net: Net) -> None:
    data = np.random.default_rng(0).standard_normal((2, 3, 9, 11), np.float32)
    want = net.forward(data=data)["prob"]
    session = net.session()
    time_steps(session, 1)
    (got,) = session.run().values()
    np.testing.assert_array_equal(got, want)


def test_the_measured_peak_of_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "SIZES", ((64, 48, 32),))
    monkeypatch.setattr(machine, "COPIED_BYTES", 1 << 20)
    speed = measure_machine(2, rounds=1)
    assert (speed.name, speed.threads) == (machine_name(), 2)
    assert speed.gflops > 0
    assert speed.copy_gb > 0


@pytest.mark.parametrize(("load", "what"), [(0.4, None), (1.7, "programs kept 1.7 cores busy")])
def test_a_busy_machine(monkeypatch: pytest.MonkeyPatch, load: float, what: str | None) -> None:
    monkeypatch.setattr(
        "prototxt.engine.tuning.machine.os.getloadavg", lambda: (load, 9.0, 9.0), raising=False
    )
    said = busy()
    assert said is None if what is None else str(said).startswith(what)


def test_the_better_of_two() -> None:
    best = Machine("m", 2, 90.0, 21.0).best(Machine("m", 2, 100.0, 20.0))
    assert best == Machine("m", 2, 100.0, 21.0)


def test_threads_of_blas_come_back() -> None:
    def now() -> list[int]:
        return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]

    before = now()
    with blas.threads(1):
        assert set(now()) == {1}
    assert now() == before
    assert blas.version()
