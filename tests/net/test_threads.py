"""One net in several threads: every call gives what it gives alone; what cannot wait says so."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread

import numpy as np
import pytest

import prototxt
from prototxt.engine.watch import Watcher
from prototxt.errors import InputError
from prototxt.net import Net
from support.extras import param_with
from support.helpers import noise

NET = """
name: "shared"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 3 dim: 9 dim: 7 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 6 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { global_pooling: true pool: AVE } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip" inner_product_param {
  num_output: 5 weight_filler { type: "xavier" } } }
"""
THREADS = 8
SHAPES = [(2, 3, 9, 7), (1, 3, 5, 8), (3, 3, 11, 4)]


def together(work: Callable[[int], None]) -> None:
    """Call a function with 0 to 7, in as many threads, at the same time; raises what they raise."""
    ready = Barrier(THREADS)

    def begin(i: int) -> None:
        ready.wait()
        work(i)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(begin, range(THREADS)))


@pytest.mark.parametrize("engine", ["fast", "reference", param_with("numba", "numba")])
@pytest.mark.parametrize("shapes", [SHAPES[:1], SHAPES], ids=["one shape", "shapes by turns"])
def test_every_answer_is_that_of_one_thread(engine: str, shapes: list[tuple[int, ...]]) -> None:
    net = prototxt.parse_net(NET, engine=engine)
    inputs = [noise(*shapes[i % len(shapes)], seed=i) for i in range(THREADS)]
    alone = [prototxt.parse_net(NET, engine=engine).forward(data=x)["ip"] for x in inputs]

    def work(i: int) -> None:
        for _ in range(25):
            np.testing.assert_allclose(net.forward(data=inputs[i])["ip"], alone[i], 1e-5, 1e-6)

    together(work)


def test_calls_of_every_kind_at_the_same_time() -> None:
    net = prototxt.parse_net(NET)
    x = noise(2, 3, 9, 7)
    alone = net.forward(data=x)["ip"]
    calls: list[Callable[[], object]] = [
        lambda: net.clone().forward(data=x),
        lambda: net.reshape(data=(4, 3, 9, 7)),
        lambda: setattr(net, "threads", 2),
        lambda: setattr(net, "engine", "fast"),
        lambda: net.plan_summary(),
        lambda: net.forward(data=x, keep="outputs"),
        lambda: net.forward_unplanned({"data": x}),
        lambda: [net.blobs[name].data.sum() for name in net.blobs] + [repr(net), net.summary()],
    ]

    def work(i: int) -> None:
        for _ in range(15):
            calls[i]()
            np.testing.assert_allclose(net.forward(data=x)["ip"], alone, 1e-5, 1e-6)

    together(work)


class Again(Watcher):
    """Calls forward within a forward."""

    def __init__(self, net: Net) -> None:
        self.net = net

    def step_done(self, *_: object) -> None:
        self.net.forward()


def test_a_forward_within_a_forward_is_refused() -> None:
    net = prototxt.parse_net(NET)
    with pytest.raises(InputError, match=r"within a forward of the same net") as refused:
        net.forward(watchers=[Again(net)])
    assert "net.clone()" in str(refused.value)
    other = net.clone()
    x = noise(2, 3, 9, 7)
    got = net.forward(data=x, watchers=[Again(other)])  # the hint
    np.testing.assert_array_equal(got["ip"], net.forward(data=x)["ip"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_child_does_not_wait_for_a_thread_of_its_parent() -> None:
    net = prototxt.parse_net(NET)
    inside, done = Event(), Event()

    class Pause(Watcher):
        def step_done(self, *_: object) -> None:
            inside.set()
            done.wait(20)

    thread = Thread(target=lambda: net.forward(watchers=[Pause()]))
    thread.start()
    inside.wait(20)
    child = os.fork()
    if child == 0:
        net.forward()
        os._exit(7)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
