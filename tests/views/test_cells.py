"""Names from strangers' files in messages and tables: nothing in them acts on a terminal, a page or a spreadsheet."""

from __future__ import annotations

import csv
import random
import unicodedata
from pathlib import Path

import numpy as np
import pytest

import prototxt
from prototxt.cli.shapes import main as shapes
from prototxt.errors import (
    DataError,
    LayerError,
    MissingLayerError,
    PrototxtError,
    WeightsError,
    printable,
    printable_text,
)
from prototxt.formats.npz import write_npz
from prototxt.views.cells import csv_cell, markdown_cell
from support.commands import invoke

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ODD = BIDI + "\u2028\u2029\ufeff\x00\x07\x1b\x7f\x85\x9b=+-@<>&|`*_[]~\\\"' aß中\u200d"


def random_name(rng: random.Random) -> str:
    return "".join(rng.choice(ODD) for _ in range(rng.randint(1, 12)))


def acts(text: str) -> list[str]:
    """The characters that would act on a terminal."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") or c in BIDI + "\ufeff"]


def test_every_control_character_is_spelled_out() -> None:
    for code in [*range(0x3000), *range(0xD800, 0xE000), 0xFEFF]:
        assert not acts(printable(chr(code)))
    assert printable("a\x1b\u202e\u2028\n\udcd6é") == "a\\x1b\\u202e\\u2028\\x0a\\xd6é"
    assert printable_text("a\n\tb\x1b\u202e") == "a\n\tb\\x1b\\u202e"


def test_every_error_is_safe_to_print() -> None:
    rng = random.Random(0)
    for _ in range(50):
        name = random_name(rng)
        error = PrototxtError(f"about {name}", layer=name, layer_type=name, hint=f"try {name}", excerpt=name)
        assert not acts(str(error).replace("\n", ""))
        assert str(error).count("\n") == 2


@pytest.mark.parametrize(
    "error_type", [PrototxtError, LayerError, MissingLayerError, DataError, WeightsError]
)
def test_only_the_given_lines_begin_a_line(error_type: type[PrototxtError]) -> None:
    name = "a\nerror: forged"
    more: dict[str, str] = {"missing": name} if error_type is MissingLayerError else {}
    error = error_type(f'no "{name}"', lines=["one", name], hint=f"try {name}", **more)  # type: ignore[arg-type]
    spelled = "a\\x0aerror: forged"
    assert str(error).splitlines() == [f'no "{spelled}"', "  one", f"  {spelled}", f"hint: try {spelled}"]
    assert error.first_line == f'no "{spelled}"'
    assert (error.what, error.lines) == (f'no "{name}"', ("one", name))


def test_a_layer_name_of_a_weights_file_forges_no_line(tmp_path: Path) -> None:
    with (tmp_path / "w.npz").open("wb") as file:
        write_npz(file, [("x\nerror: \u202e/0", np.ones(3, np.float32))])
    text = 'input: "x" input_shape { dim: 1 dim: 4 } layer { name: "a" type: "InnerProduct" bottom: "x" top: "a" '
    with pytest.raises(WeightsError) as caught:
        prototxt.parse_net(text + "inner_product_param { num_output: 3 } }", tmp_path / "w.npz")
    assert '"x\\x0aerror: \\u202e"' in str(caught.value)


def test_cells() -> None:
    assert markdown_cell("a_b|<i>*x*_y_ & [l](u) `c`") == (
        "a_b\\|&lt;i&gt;\\*x\\*\\_y\\_ &amp; \\[l\\](u) \\`c\\`"
    )
    assert [csv_cell(text) for text in ("=1+1", "+1", "-2", "@x", " =1", "a=1", "\t=1")] == [
        "'=1+1", "'+1", "'-2", "'@x", "' =1", "a=1", "\\x09=1",
    ]  # fmt: skip


def quoted(name: str) -> str:
    return "".join(f"\\{byte:03o}" for byte in name.encode())


def test_tables_of_random_names(tmp_path: Path) -> None:
    rng = random.Random(1)
    names = list({random_name(rng) for _ in range(30)})
    layers, bottom = ['input: "d" input_shape { dim: 1 dim: 2 dim: 5 dim: 3 }'], "d"
    for name in names:
        layers.append(
            f'layer {{ name: "{quoted(name)}" type: "ReLU" bottom: "{quoted(bottom)}" top: "{quoted(name)}t" }}'
        )
        bottom = f"{name}t"
    net = tmp_path / "net.prototxt"
    net.write_text("\n".join(layers))
    for form in ("table", "markdown", "csv"):
        out = invoke(shapes, net, "--format", form).out
        assert not acts(out.replace("\n", ""))
        assert out.count("\n") >= len(names)
    rows = list(csv.reader(invoke(shapes, net, "--format", "csv").out.splitlines()))
    assert len(rows) == len(names) + 2
    assert not [
        cell
        for row in rows[1:]
        for cell in row[:5]
        if cell.lstrip()[:1] in ("=", "+", "-", "@") and cell.strip()
    ]
    lines = invoke(shapes, net, "--format", "markdown").out.splitlines()
    assert not [line for line in lines if "<" in line or ">" in line]
