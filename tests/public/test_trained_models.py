"""Trained models: on the same input the numbers that the reference computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import prototxt
from prototxt.boxes.overlap import overlap
from prototxt.cli.run.command import main as run_command
from prototxt.formats.read import read_weights
from prototxt.frontend.load import define_net
from prototxt.text.files import read_text
from support.golden import ROOT, SHARED, needs_shared
from support.helpers import floats
from support.models import ATOL, MODELS, RTOL, check_statistics, stored, weights_of, written_behind

pytestmark = [pytest.mark.sweep, needs_shared]


NAMES = sorted(path.stem for path in (SHARED / "golden/models").glob("*.npz"))
"""Those with golden numbers."""
BOTH_ENGINES = ("lenet", "squeezenet", "res10_ssd")


def loaded(model: str, engine: str = "fast") -> prototxt.Net:
    return prototxt.load_net(MODELS / model / "deploy.prototxt", weights_of(model), engine=engine)


OF_FORKS = {"facemask", "res10_ssd", "res10_ssd_fp16", "wechat_detect"}
"""Models with layers of the SSD fork: Permute, Normalize, PriorBox, DetectionOutput."""


def test_every_model_with_golden_numbers_runs() -> None:
    table = [line.split("\t")[0] for line in (MODELS / "MODELS.tsv").read_text().splitlines()[1:]]
    assert set(NAMES) <= set(table)
    assert set(NAMES) >= OF_FORKS - {"res10_ssd_fp16"}  # a net that the reference cannot read


@pytest.mark.parametrize("model", sorted(OF_FORKS))
def test_weights_of_forks_are_read(model: str) -> None:
    """Every layer of the net that needs weights of a known type finds them in the file, of its own shapes."""
    stored = {layer.name: layer for layer in read_weights(weights_of(model))}
    path = MODELS / model / "deploy.prototxt"
    named = {layer.name: layer for layer in define_net(read_text(path), str(path)).message.layer}
    convolutions = [layer for layer in named.values() if layer.type == "Convolution"]
    assert convolutions
    for layer in convolutions:
        kernels = stored[layer.name].blobs[0]
        assert kernels.shape[0] == layer.convolution_param.num_output
        assert np.isfinite(kernels.array()).all()


def test_half_floats_are_the_floats() -> None:
    """NVIDIA's FP16 file of a net against the file it was made from."""
    halves, floats = (
        {layer.name: layer for layer in read_weights(weights_of(model)) if layer.blobs}
        for model in ("res10_ssd_fp16", "res10_ssd")
    )
    compared = 0
    for name in halves.keys() & floats.keys():
        for i, half in halves[name].blobs.items():
            whole = floats[name].blobs[i].array()
            if half.shape == whole.shape:
                np.testing.assert_allclose(half.array(), whole, 2**-10, 1e-6, err_msg=f"{name}/{i}")
                compared += whole.size
    assert compared > 1_000_000


@pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")
@pytest.mark.parametrize(
    ("model", "engine"),
    [(name, "fast") for name in NAMES] + [(name, "reference") for name in BOTH_ENGINES if name in NAMES],
)
def test_every_blob(model: str, engine: str) -> None:
    inputs, outputs, stats = stored(model)
    net = loaded(model, engine)
    got = net.forward(inputs)
    assert set(outputs) == set(got)
    for name, want in outputs.items():
        np.testing.assert_allclose(got[name], want, RTOL, ATOL, err_msg=name)
    last = {name: blob for name, blob in net.blobs.items() if "@" not in name}
    assert {name for name in stats if "_split_" not in name} == set(last)
    for name in set(last) - written_behind(net.graph):
        check_statistics(last[name].data, stats[name], name)


@pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")
@pytest.mark.parametrize("model", NAMES)
def test_every_parameter_comes_from_the_file(model: str) -> None:
    net = loaded(model)
    assert net.loaded is not None
    assert net.loaded.missing == ()
    assert set(net.loaded.layers) == set(net.params)


def command(*args: str | Path) -> dict[str, Any]:
    """What `prototxt-run --json` tells."""
    done = CliRunner().invoke(run_command, [*map(str, args), "--json"])
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def best(answer: dict[str, Any]) -> list[tuple[int, str]]:
    """The best classes of the only output, index and label."""
    (output,) = answer["answers"]
    return [(entry["index"], entry["label"]) for entry in output["classes"]]


def test_lenet_reads_a_seven() -> None:
    answer = command(
        *(MODELS / "lenet/deploy.prototxt", ROOT / "examples/digit.png"),
        *("--weights", weights_of("lenet"), "--scale", "0.00390625"),
    )
    assert best(answer)[0] == (7, "")
    assert answer["answers"][0]["classes"][0]["score"] > 0.99


def test_squeezenet_sees_what_the_reference_sees() -> None:
    """The kitten looks like a fox to this net: the reference's three best classes are foxes and a corgi."""
    answer = command(
        *(MODELS / "squeezenet/deploy.prototxt", SHARED / "images/cat.jpg"),
        *("--weights", weights_of("squeezenet"), "--mean", "104,117,123"),
        *("--labels", MODELS / "imagenet/synset_words.txt"),
    )
    scores = stored("squeezenet")[1]["pool_final"].ravel()
    theirs = [int(index) for index in np.argsort(-scores)[:3]]
    assert theirs == [278, 277, 263]
    assert [index for index, _ in best(answer)[:3]] == theirs
    assert [label for _, label in best(answer)[:3]] == [
        "kit fox, Vulpes macrotis",
        "red fox, Vulpes vulpes",
        "Pembroke, Pembroke Welsh corgi",
    ]


@pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")
def test_half_floats_find_the_same_faces() -> None:
    """Its file says `clip: 1`, a field of OpenCV's: boxes end at the image."""
    inputs, outputs, _ = stored("res10_ssd")
    rows = loaded("res10_ssd_fp16").forward(inputs)["detection_out"][0, 0]
    faces, want = (item[item[:, 2] > 0.5] for item in (rows, outputs["detection_out"][0, 0]))
    assert len(want) == 2
    np.testing.assert_allclose(faces, want, atol=0.01)
    assert 0 <= rows[:, 3:].min() <= rows[:, 3:].max() <= 1


@pytest.mark.filterwarnings("ignore::prototxt.PrototxtWarning")
def test_the_detector_finds_the_code() -> None:
    """One box around the QR code, and not much more than that."""
    with Image.open(SHARED / "images/qr_made_here.png") as image:
        grey = np.asarray(image.convert("L"), np.float32)
    rows = loaded("wechat_detect").forward({"data": grey[None, None] / 256})["detection_output"][0, 0]
    (result,) = rows[rows[:, 2] > 0.5]
    assert result[2] > 0.95
    y, x = np.nonzero(grey < 128)
    code = floats([x.min() / 384, y.min() / 384, (x.max() + 1) / 384, (y.max() + 1) / 384])
    assert overlap(result[3:], code) > 0.8
