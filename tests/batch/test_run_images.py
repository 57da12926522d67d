"""The library on a folder: order, errors, threads, Ctrl-C, features, memory."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.batch.items import Failure
from prototxt.batch.runner import Outcome
from prototxt.blobs import Array
from prototxt.errors import ImageError, InputError, PrototxtWarning
from prototxt.images.recipe import Recipe
from prototxt.net import Net
from support.commands import DATA, layer, picture

CLASSES = 'inner_product_param { num_output: 4 weight_filler { type: "gaussian" std: 1 } }'
SCALED = Recipe(scale=0.01)


def scores(threads: int = 3, engine: str = "fast") -> Net:
    """Scores of four classes for images of 8 x 9."""
    return prototxt.parse_net(
        DATA + layer("InnerProduct", CLASSES), keep="outputs", threads=threads, engine=engine
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Nine images of several sizes, the third of them broken."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for i in range(9):
        picture(photos / f"{i}.png", size=(9 + i, 12))
    (photos / "2.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    return photos


def good(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.name != "2.png"]


def rows(net: Net, folder: Path, batch: int = 1) -> Array:
    outcomes = prototxt.run_images(net, good(folder), recipe=SCALED, batch=batch)
    return np.concatenate([outcome.outputs["y"] for outcome in outcomes])


def test_one_outcome_for_each_image_in_order(folder: Path) -> None:
    outcomes = list(prototxt.run_images(scores(), good(folder), recipe=SCALED, blobs=["data"], batch=2))
    assert [outcome.name for outcome in outcomes] == [str(path) for path in good(folder)]
    assert outcomes[0].preparation == "0.png 9x12 RGB -> 9x8 BGR, x 0.01 -> data 1 x 3 x 8 x 9"
    for outcome in outcomes:
        assert outcome.value("data").shape == (1, 3, 8, 9)
        assert outcome.value("y") is outcome.outputs["y"]


@pytest.mark.parametrize("engine", ["fast", "reference"])
@pytest.mark.parametrize("batch", [1, 3])
def test_threads_and_batches_change_nothing(folder: Path, batch: int, engine: str) -> None:
    one_by_one = np.concatenate(
        [
            scores(1, engine).forward(data=prototxt.Transform(3, 8, 9, SCALED).apply(prototxt.load_image(p)))[
                "y"
            ]
            for p in good(folder)
        ]
    )
    for threads in (1, 4):
        np.testing.assert_allclose(rows(scores(threads, engine), folder, batch), one_by_one, 1e-4, 1e-5)


def test_outcomes_keep_their_values(folder: Path) -> None:
    outcomes = list(prototxt.run_images(scores(), good(folder), recipe=SCALED, blobs=["data"]))
    assert len({outcome.value("data").tobytes() for outcome in outcomes}) == len(outcomes)
    assert len({outcome.value("y").tobytes() for outcome in outcomes}) == len(outcomes)


def test_errors_are_raised(folder: Path) -> None:
    outcomes = prototxt.run_images(scores(), folder)
    assert [Path(next(outcomes).name).name for _ in range(2)] == ["0.png", "1.png"]
    with pytest.raises(ImageError, match=r"2\.png"):
        next(outcomes)
    assert not [t for t in threading.enumerate() if t.name.startswith("prototxt-run")]


def test_errors_are_yielded(folder: Path) -> None:
    results = list(prototxt.run_images(scores(), str(folder), batch=4, on_error="yield"))
    assert [Path(result.name).name for result in results] == [f"{i}.png" for i in range(9)]
    assert [isinstance(result, Failure) for result in results] == [i == 2 for i in range(9)]
    (failure,) = (result for result in results if isinstance(result, Failure))
    assert isinstance(failure.error, ImageError)


def test_an_image_that_the_net_cannot_take_fails_by_itself(tmp_path: Path) -> None:
    convolution = "convolution_param { num_output: 4 kernel_size: 5 }"
    net = prototxt.parse_net(DATA + layer("Convolution", convolution), keep="outputs")
    files = [
        picture(tmp_path / f"{i}.png", size=size) for i, size in enumerate([(9, 8), (2, 3), (7, 9), (11, 6)])
    ]
    results = list(prototxt.run_images(net, files, recipe=Recipe("none"), on_error="yield"))
    shapes = [result.value("y").shape[2:] for result in results if isinstance(result, Outcome)]
    assert shapes == [(4, 5), (5, 3), (2, 7)]
    assert isinstance(results[1], Failure)
    assert str(results[1].error).startswith(f"{files[1]}: ")


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"blobs": ["q"]}, 'no blob "q"'),
        ({"end": "iz"}, 'no layer "iz"'),
        ({"recipe": "imagenet1"}, "imagenet"),
        ({"batch": 0}, "at least one image"),
        ({"on_error": "stop"}, 'on_error is "raise" or "yield"'),
    ],
)
def test_wrong_arguments_are_refused_at_once(folder: Path, options: dict[str, object], what: str) -> None:
    with pytest.raises(InputError) as caught:
        prototxt.run_images(scores(), folder, **options)  # type: ignore[call-overload]
    assert what in str(caught.value)


def test_a_folder_without_images(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no images in this folder"):
        prototxt.run_images(scores(), tmp_path)


def test_presets_and_the_nets_own_transform(folder: Path) -> None:
    (outcome,) = prototxt.run_images(scores(), folder / "0.png", recipe="unit")
    assert "x 0.00392157" in outcome.preparation
    own = (
        'layer { name: "data" type: "ImageData" top: "data" top: "label" image_data_param { source: "l.txt" }\n'
        "  transform_param { scale: 0.5 mirror: true } }\n"
    )
    net = prototxt.parse_net(own + layer("Power"), inputs={"data": (1, 3, 8, 9)}, keep="outputs")
    with pytest.warns(PrototxtWarning, match="not mirrored"):
        (outcome,) = prototxt.run_images(net, folder / "0.png")
    assert "x 0.5" in outcome.preparation


def test_features_in_a_few_lines(folder: Path, tmp_path: Path) -> None:
    net, file = scores(), tmp_path / "features.npz"
    with prototxt.open_features(file) as features:
        for outcome in prototxt.run_images(net, good(folder), recipe=SCALED, batch=3):
            features.append([outcome.name], {"y": outcome.value("y")})
    with np.load(file) as saved:
        assert saved["names"].tolist() == [str(path) for path in good(folder)]
        np.testing.assert_allclose(saved["y"], rows(scores(1), folder), 1e-4, 1e-5)


def test_part_of_a_net_on_rows_of_arrays(tmp_path: Path) -> None:
    net = prototxt.parse_net(DATA + layer("Power", "power_param { shift: 2 }"), keep="outputs")
    values = np.arange(5 * 3 * 8 * 9, dtype=np.float32).reshape(5, 3, 8, 9)
    np.savez(tmp_path / "x.npz", data=values)
    outcomes = list(prototxt.run_images(net, tmp_path / "x.npz", start="it", end="it", batch=2))
    assert [outcome.name for outcome in outcomes] == [f"{tmp_path / 'x.npz'}[{i}]" for i in range(5)]
    np.testing.assert_array_equal(np.concatenate([o.outputs["y"] for o in outcomes]), values + 2)


def test_closing_ends_the_threads(folder: Path) -> None:
    outcomes = prototxt.run_images(scores(), good(folder))
    for _ in range(3):
        next(outcomes)
    outcomes.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("prototxt-run")]


INTERRUPTED = """
import sys
import prototxt

net = prototxt.load_net(sys.argv[1], keep="outputs", threads=2)
names = []
try:
    for outcome in prototxt.run_images(net, [sys.argv[2]] * 500):
        names.append(outcome.name)
        print("ran", flush=True)
except KeyboardInterrupt:
    print("stopped", len(names) < 500)
"""


def test_ctrl_c_stops_between_two_batches(folder: Path, tmp_path: Path) -> None:
    net = tmp_path / "slow.prototxt"
    weights = 'convolution_param { num_output: 64 kernel_size: 9 weight_filler { type: "xavier" } }'
    net.write_text(DATA.replace("dim: 8 dim: 9", "dim: 120 dim: 130") + layer("Convolution", weights))
    command = [sys.executable, "-c", INTERRUPTED, str(net), str(folder / "0.png")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ran\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert out.splitlines()[-1] == "stopped True"
    assert "Traceback" not in err
    assert process.returncode == 0


MEMORY = """
import sys, tracemalloc
import prototxt

net = prototxt.load_net(sys.argv[1], keep="outputs", threads=2)
for i, number in enumerate((4, 40, 400)):
    tracemalloc.start()
    for outcome in prototxt.run_images(net, [sys.argv[2]] * number, batch=4, blobs=["data"]):
        pass
    if i:
        print(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
"""


def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path) -> None:
    net, image = tmp_path / "net.prototxt", picture(tmp_path / "i.png", size=(300, 200))
    net.write_text(DATA + layer("InnerProduct", CLASSES))
    command = [sys.executable, "-c", MEMORY, str(net), str(image)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    few, many = map(int, ended.stdout.split())
    # Reading ahead, and batches that run: 24 images of 180,000 bytes at most, reached or not by chance.
    assert many < few + 24 * 180_000
