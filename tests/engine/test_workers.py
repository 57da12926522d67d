"""Worker threads: as many as asked for, safe beside others and after a fork, errors come back."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

import prototxt
from prototxt.engine import blas, workers
from prototxt.engine.workers import Share
from prototxt.errors import InputError
from support.helpers import noise

NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 1 dim: 8 dim: 37 dim: 41 } } }
layer { name: "c1" type: "Convolution" bottom: "x" top: "c1"
        convolution_param { num_output: 32 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "r1" type: "ReLU" bottom: "c1" top: "c1" }
layer { name: "c2" type: "Convolution" bottom: "c1" top: "c2"
        convolution_param { num_output: 24 kernel_h: 5 kernel_w: 2 weight_filler { type: "xavier" } } }
layer { name: "p" type: "Pooling" bottom: "c2" top: "p" pooling_param { kernel_size: 3 stride: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "p" top: "y"
        inner_product_param { num_output: 100 weight_filler { type: "xavier" } } }
"""
X = noise(1, 8, 37, 41)


def truth() -> np.ndarray:
    return prototxt.parse_net(NET, engine="reference").forward(x=X)["y"]


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_any_number_of_threads_gives_the_same(threads: int) -> None:
    net = prototxt.parse_net(NET, threads=threads)
    for _ in range(5):
        np.testing.assert_allclose(net.forward(x=X)["y"], truth(), 1e-4, 1e-5)


def test_the_variable_says_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workers.VARIABLE, "3")
    assert prototxt.parse_net(NET).threads == 3
    assert prototxt.parse_net(NET, threads=2).threads == 2


@pytest.mark.parametrize("said", ["0", "-2", "many", "1.5", "100000"])
def test_what_is_no_number_of_threads(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(workers.VARIABLE, said)
    with pytest.raises(InputError, match=f"PROTOTXT_NUM_THREADS is a number from 1 to 256, not '{said}'"):
        prototxt.parse_net(NET)


def test_threads_is_checked() -> None:
    with pytest.raises(InputError, match="threads is a number from 1 to 256, not 0"):
        prototxt.parse_net(NET, threads=0)


def test_every_task_runs_once_and_phases_wait() -> None:
    log: list[tuple[int, int]] = []

    def task(phase: int) -> Callable[[int], None]:
        return lambda i: log.append((phase, i))

    for count in (1, 2, 4):
        log.clear()
        workers.run([[Share(5, task(0)), Share(1, task(1)), Share(9, task(2))]] * count)
        assert sorted(log) == [(0, i) for i in range(5)] + [(1, 0)] + [(2, i) for i in range(9)]
        assert [phase for phase, _ in log] == [0] * 5 + [1] + [2] * 9


def test_an_error_in_a_worker_comes_back_and_the_next_job_runs() -> None:
    def fail(i: int) -> None:
        if i == 3:
            raise ValueError("task 3")

    reached: list[int] = []
    for _ in range(3):
        with pytest.raises(ValueError, match="task 3"):
            workers.run([[Share(8, fail), Share(4, reached.append)]] * 3)
    assert reached == []
    workers.run([[Share(4, reached.append)]] * 3)
    assert sorted(reached) == [0, 1, 2, 3]


def test_several_nets_in_several_threads() -> None:
    want = truth()
    wrong: list[int] = []

    def go() -> None:
        net = prototxt.parse_net(NET, threads=2)
        wrong.extend(i for i in range(10) if not np.allclose(net.forward(x=X)["y"], want, 1e-4, 1e-5))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def blas_threads() -> list[int]:
    return [lib["num_threads"] for lib in ThreadpoolController().select(user_api="blas").info()]


def test_blas_gets_its_threads_back() -> None:
    before = blas_threads()
    net = prototxt.parse_net(NET)
    net.forward(x=X)
    assert blas_threads() == before
    with blas.one_thread():
        with blas.one_thread():
            assert set(blas_threads()) <= {1}
        assert set(blas_threads()) <= {1}
    assert blas_threads() == before


def _in_child(pipe: multiprocessing.connection.Connection, net: prototxt.Net) -> None:
    pipe.send(net.forward(x=X)["y"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own() -> None:
    net = prototxt.parse_net(NET, threads=3)
    want = net.forward(x=X)["y"]
    here, there = multiprocessing.Pipe()
    child = multiprocessing.get_context("fork").Process(target=_in_child, args=(there, net))
    child.start()
    assert here.poll(60), "the child hangs"
    np.testing.assert_array_equal(here.recv(), want)
    child.join(10)
    assert child.exitcode == 0
    np.testing.assert_array_equal(net.forward(x=X)["y"], want)


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity"), reason="threads cannot be held to cores on this system"
)
def test_threads_are_held_to_cores_for_a_forward_alone() -> None:
    before = os.sched_getaffinity(0)
    places: list[set[int]] = []

    def look(_: int) -> None:
        places.append(os.sched_getaffinity(0))

    workers.run([[Share(len(before), look)]] * len(before), hold=True)
    assert os.sched_getaffinity(0) == before
    assert all(len(place) == 1 for place in places) or len(before) == 1
    places.clear()
    workers.run([[Share(8, look)]] * (len(before) + 1), hold=True)
    assert all(place == before for place in places)
    places.clear()
    workers.run([[Share(8, look)]] * len(before))
    assert all(place == before for place in places)


def test_ctrl_c_ends_a_job_between_two_tasks() -> None:
    done: list[int] = []

    def press(task: int) -> None:
        signal.raise_signal(signal.SIGINT)
        done.append(task)

    with pytest.raises(KeyboardInterrupt):
        workers.run([[Share(5, press), Share(5, done.append)]])
    assert done == [0]  # the task that was under way is done, no other is begun
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    workers.run([[Share(2, done.append)]])
    assert done == [0, 0, 1]


def test_a_handler_of_the_programs_own_stays() -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: heard.append(number))
    try:
        workers.run([[Share(3, lambda _task: signal.raise_signal(signal.SIGINT))]])
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT] * 3


def _nothing(_task: int) -> None:
    """A task that is done at once."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timers")
def test_ctrl_c_at_any_moment_leaves_nobody_waiting() -> None:
    """A worker that waited for one that an interrupt had taken away would wait here for ever."""
    before = signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
    interrupts = 0
    gc.disable()  # an exception that falls into a callback of the collector is lost
    try:
        for i in range(300):
            try:
                signal.setitimer(signal.ITIMER_REAL, 1e-4 + 5e-6 * (i % 100))
                for _ in range(1000):
                    workers.run([[Share(3, _nothing)] * 40] * 2)
            except KeyboardInterrupt:
                interrupts += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        gc.enable()
    assert interrupts == 300
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_nobody_waits_for_a_worker_that_has_left() -> None:
    job = workers.Job([[Share(1, _nothing)] * 3] * 2)
    waiting = threading.Thread(target=job.work, args=(1,))
    waiting.start()
    job.leave(0, RuntimeError("gone"))
    waiting.join(timeout=60)
    assert not waiting.is_alive()
    assert isinstance(job.error, RuntimeError)
