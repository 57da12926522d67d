"""The names that pycaffe has in the package itself."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import prototxt.caffe as caffe
from prototxt.caffe import modes
from prototxt.errors import PrototxtWarning
from support.pycaffe_nets import CHAIN, write_net


def test_phases_are_caffes_numbers() -> None:
    assert (caffe.TRAIN, caffe.TEST) == (0, 1)


def test_layer_types() -> None:
    names = caffe.layer_type_list()
    assert names == sorted(names)
    assert {"Convolution", "Pooling", "ReLU", "LRN", "InnerProduct", "Python", "Data"} <= set(names)


def test_a_seed_makes_the_same_weights(tmp_path: Path) -> None:
    def weights(seed: int) -> np.ndarray:
        caffe.set_random_seed(seed)
        return caffe.Net(write_net(tmp_path, CHAIN), caffe.TEST).params["conv"][0].data

    try:
        np.testing.assert_array_equal(weights(3), weights(3))
        assert (weights(3) != weights(4)).any()
    finally:
        caffe.set_random_seed(0)


def test_gpu_calls_are_accepted_with_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modes, "_state", modes._State())
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        caffe.set_mode_gpu()
        caffe.set_device(0)
        caffe.set_mode_cpu()
    assert [w.category for w in caught] == [PrototxtWarning]
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "name", ["SGDSolver", "NesterovSolver", "AdaGradSolver", "RMSPropSolver", "AdaDeltaSolver", "AdamSolver"]
)
def test_solvers_say_that_training_is_not_built(name: str) -> None:
    with pytest.raises(NotImplementedError, match=f"training is not built yet.*{name}"):
        getattr(caffe, name)("solver.prototxt")


def test_get_solver_says_so_too() -> None:
    with pytest.raises(NotImplementedError, match="training is not built yet"):
        caffe.get_solver("solver.prototxt")


def test_all_names_of_the_package_are_there() -> None:
    assert all(hasattr(caffe, name) for name in caffe.__all__)


def test_one_process_without_gpus() -> None:
    caffe.init_log(0)
    caffe.log("said")
    caffe.set_solver_count(1)
    caffe.set_solver_rank(0)
    caffe.set_multiprocess(False)
    assert (caffe.solver_count(), caffe.solver_rank(), caffe.has_nccl()) == (1, 0, False)


def test_timer() -> None:
    timer = caffe.Timer()
    timer.start()
    timer.stop()
    assert timer.ms >= 0
