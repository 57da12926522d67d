"""prototxt-shapes --check: which of many files open, and why the others do not."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path

import pytest

from prototxt.cli.shapes import main as shapes
from support.commands import DATA, LENET, invoke, layer
from support.corpus import CORPUS, WITH_INPUTS, files, name_of, verdicts
from support.golden import needs_shared

TRAIN_ONLY = 'layer { name: "in" type: "DummyData" top: "data" include { phase: TRAIN } dummy_data_param { shape { dim: 2 dim: 3 } } }\n'  # noqa: E501


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    files = {
        "lenet.prototxt": Path(LENET).read_text(),
        "deep/odd.prototxt": DATA + layer("Zonk") + layer("Zonk", top='top: "z"').replace('"it"', '"it2"'),
        "deep/bare.pt": 'layer { name: "data" type: "Input" top: "data" }\n',
        "solver.prototxt": 'net: "lenet.prototxt" base_lr: 1 max_iter: 5',
        "train.prototxt": TRAIN_ONLY + layer("ReLU"),
        "torn.prototxt": "layer { name: ",
        "wrong.prototxt": DATA + layer("ReLU", bottom='bottom: "dta"'),
        "empty.prototxt": "",
        "notes.txt": "no net",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


def checked(*args: str | Path) -> dict[str, dict[str, str | int]]:
    result = invoke(shapes, "--check", *args, "--format", "json")
    assert result.err == ""
    return {Path(row["file"]).name: row for row in json.loads(result.out)}


def test_every_kind_of_file(folder: Path) -> None:
    got = checked(folder)
    assert {name: row["verdict"] for name, row in got.items()} == {
        "bare.pt": "shape needed",
        "odd.prototxt": "layers missing",
        "empty.prototxt": "fails",
        "lenet.prototxt": "opens",
        "solver.prototxt": "solver",
        "torn.prototxt": "fails",
        "train.prototxt": "opens",
        "wrong.prototxt": "fails",
    }
    assert got["odd.prototxt"]["why"] == "Zonk (2)"
    assert got["train.prototxt"]["phase"] == "TRAIN"
    assert got["wrong.prototxt"]["why"] == '5:3: layer "it" (ReLU): no layer makes bottom "dta"'
    assert got["solver.prototxt"]["why"] == f'its net is "{folder / "lenet.prototxt"}"'
    assert (got["lenet.prototxt"]["layers"], got["lenet.prototxt"]["params"]) == (9, 431080)


def test_the_table(folder: Path) -> None:
    result = invoke(shapes, "--check", folder)
    assert (result.code, result.err) == (1, "")
    tally = "8 files · opens 2 · layers missing 1 · shape needed 1 · solver 1 · fails 3"
    assert tally in result.out
    assert "layers missing: prototxt-shapes FILE" in result.out
    shown = [line.strip() for line in result.out.splitlines()]
    wrong = next(i for i, line in enumerate(shown) if line.endswith("wrong.prototxt"))
    assert shown[wrong].startswith("fails")
    assert shown[wrong + 1] == '5:3: layer "it" (ReLU): no layer makes bottom "dta"'
    written = folder / "table.txt"
    assert invoke(shapes, "--check", folder, "-o", written).code == 1
    assert tally in written.read_text()


BROKEN = layer("Slice", 'top: "b" slice_param { slice_point: 9 } include { phase: TEST }')
"""It is refused in TEST, and TRAIN does not have it."""


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (DATA + BROKEN, "fails"),
        (DATA + BROKEN + layer("EuclideanLoss", 'bottom: "data"', top='top: "loss"'), "opens"),
        (DATA + TRAIN_ONLY.replace('top: "data"', 'top: "mine"') + BROKEN, "opens"),
    ],
)
def test_train_is_tried_where_the_net_can_be_for_training(text: str, verdict: str, tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(text)
    row = checked(tmp_path)["net.prototxt"]
    assert row["verdict"] == verdict
    assert ("slice points" in str(row["why"])) == (verdict == "fails")


def test_csv(folder: Path) -> None:
    rows = list(csv.DictReader(StringIO(invoke(shapes, "--check", folder, "--format", "csv").out)))
    assert [row["verdict"] for row in rows].count("opens") == 2
    assert all(row["why"] for row in rows if row["verdict"] != "opens")


def test_inputs_are_for_nets_that_need_them(folder: Path) -> None:
    got = checked(folder, "--input", "data=1,3,5,7")
    assert got["bare.pt"]["verdict"] == "opens"
    assert got["lenet.prototxt"]["params"] == 431080
    assert checked(folder, "--input", "nobody=1,3,5,7") == checked(folder)


def test_all_fine_is_exit_code_0(folder: Path) -> None:
    fine = ("lenet.prototxt", "solver.prototxt", "train.prototxt")
    assert invoke(shapes, "--check", *(folder / name for name in fine)).code == 0
    assert invoke(shapes, "--check", folder / "[lt]*.prototxt").code == 1  # torn.prototxt


def test_wrong_usage(folder: Path) -> None:
    result = invoke(shapes, folder / "lenet.prototxt", folder / "train.prototxt")
    assert (result.code, result.out) == (2, "")
    assert "--check for a table" in result.err
    (folder / "nothing").mkdir()
    assert "no prototxt files in this folder" in invoke(shapes, "--check", folder / "nothing").err


FORKS = {
    "two.prototxt": DATA + layer("ReLU", "colour: 1 size: 2"),
    "one.prototxt": DATA + layer("ReLU", "lrn_param { k: 2 }"),
    "none.prototxt": DATA + layer("ReLU"),
    "odd.prototxt": DATA + layer("Zonk", "colour: 1"),
    "bare.prototxt": 'layer { name: "data" type: "Input" top: "data" colour: 1 }',
    "wrong.prototxt": DATA + layer("ReLU", "colour: 1", bottom='bottom: "dta"'),
    "refused.prototxt": DATA + layer("Slice", 'colour: 1 top: "b" slice_param { slice_point: 9 }'),
    "plain.prototxt": DATA + layer("ReLU", bottom='bottom: "dta"'),
    "torn.prototxt": "colour: 1 layer { name: ",
    "solver.prototxt": 'net: "two.prototxt" base_lr: 1',
}
COLOUR = 'layer "{}": unknown field "colour" in LayerParameter'
WARNINGS: dict[str, tuple[int | None, str]] = {
    "two.prototxt": (2, COLOUR.format("it")),
    "one.prototxt": (1, "lrn_param (Caffe) is not applied: a layer of type ReLU does not read it"),
    "none.prototxt": (0, ""),
    "odd.prototxt": (1, COLOUR.format("it")),
    "bare.prototxt": (1, COLOUR.format("data")),
    "wrong.prototxt": (1, COLOUR.format("it")),
    "refused.prototxt": (1, COLOUR.format("it")),
    "plain.prototxt": (None, ""),
    "torn.prototxt": (None, ""),
    "solver.prototxt": (None, ""),
}
"""By file the number of its warnings and how the first begins or ends, after its line and column."""


@pytest.fixture
def forks(tmp_path: Path) -> Path:
    for name, text in FORKS.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", FORKS)
def test_the_warnings_of_a_file_in_every_format(name: str, forks: Path) -> None:
    number, text = WARNINGS[name]
    shown = "" if number is None else str(number)

    (row,) = json.loads(invoke(shapes, "--check", forks / name, "--format", "json").out)
    assert row["warnings"] == number
    assert text in row["warning"]
    assert bool(row["warning"]) == bool(number)

    (cells,) = csv.DictReader(StringIO(invoke(shapes, "--check", forks / name, "--format", "csv").out))
    assert (cells["warnings"], cells["warning"]) == (shown, row["warning"])

    head, _, line, _, tally = invoke(shapes, "--check", forks / name, "--format", "markdown").out.splitlines()
    titles = [title.strip() for title in head.strip("|").split(" | ")]
    marked = dict(zip(titles, [cell.strip() for cell in line.strip("|").split(" | ")], strict=True))
    assert marked["warnings"] == shown
    assert marked["first warning"].replace("\\", "") == row["warning"]
    assert marked["verdict"] == row["verdict"]
    assert tally.startswith("1 file")

    table = invoke(shapes, "--check", forks / name).out
    count = {
        None: "",
        0: "",
        1: f"1 warning: {row['warning']}",
        2: f"2 warnings, the first: {row['warning']}",
    }
    assert count[number] in " ".join(table.split())
    assert ("warning: " in table or "warnings, the first: " in table) == bool(number)


@needs_shared
@pytest.mark.parametrize("folder", ["netscope", "c3d"])
def test_public_files_have_the_verdicts_of_the_table(folder: str) -> None:
    rows = json.loads(invoke(shapes, "--check", CORPUS / folder, "--format", "json").out)
    for row in rows:
        known = verdicts()[name_of(Path(row["file"]))]
        if known == WITH_INPUTS:  # it is given none here
            assert row["verdict"] != "opens"
        else:
            assert row["verdict"] == known.partition(":")[0]
    assert len(rows) == len(files(folder))
