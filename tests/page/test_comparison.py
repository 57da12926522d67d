"""The document of two nets: what explain says of them, whatever the nets are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from prototxt.cli.report import main
from prototxt.explain.sections.layer import explain_layer
from prototxt.explain.surgery.diff import Diff, diff
from prototxt.frontend.load import Options, define_net
from prototxt.page.comparison import distinguishing_names, make_comparison
from prototxt.page.document import to_json
from prototxt.page.write import MEGA
from support.commands import ALEXNET, DIGIT, LENET, invoke
from support.golden import SHARED, needs_shared
from support.report_pages import check_entry, read_page

FIRST = """
name: "one"
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "a" convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "c" type: "ReLU" bottom: "a" top: "a" }
layer { name: "gone" type: "Convolution" bottom: "a" top: "b" convolution_param { num_output: 4 kernel_size: 1 } }
layer { name: "own" type: "Mine" bottom: "b" top: "z" }
layer { name: "fc" type: "InnerProduct" bottom: "a" top: "fc" inner_product_param { num_output: 5 } }
layer { name: "p" type: "Softmax" bottom: "fc" top: "p" }
"""
SECOND = (
    FIRST.replace("kernel_size: 3", "kernel_size: 3 stride: 2")
    .replace('"gone"', '"new"')
    .replace('"Mine"', '"Theirs"')
)

CORPUS = SHARED / "corpus"
KAIMING = [str(CORPUS / "kaiming" / f"prototxt_ResNet-{depth}-deploy.prototxt") for depth in (50, 152)]
BVLC = [str(CORPUS / "bvlc/models" / name / "deploy.prototxt") for name in ("bvlc_alexnet", "bvlc_googlenet")]


def compared(first: str, second: str, *files: str) -> Diff:
    names = files or ("a.prototxt", "b.prototxt")
    return diff(define_net(first, names[0]), define_net(second, names[1]), Options())


def of_files(first: str, second: str) -> Diff:
    return compared(Path(first).read_text(), Path(second).read_text(), first, second)


def marks(document: dict[str, Any]) -> dict[tuple[str, int], list[str] | str]:
    """By layer in what it differs, or which net alone has it."""
    return {
        (pair["name"], pair["copy"]): "after"
        if pair["before"] is None
        else "before"
        if pair["after"] is None
        else pair["differs"]
        for pair in document["pairs"]
    }


def test_what_differs() -> None:
    assert marks(make_comparison(compared(FIRST, SECOND))) == {
        ("x", 0): [],
        ("c", 0): ["settings", "shape", "cost"],
        ("c", 1): ["shape"],
        ("gone", 0): "before",
        ("new", 0): "after",
        ("own", 0): ["type"],
        ("fc", 0): ["parameters", "cost"],
        ("p", 0): [],
    }


def test_settings_field_by_field() -> None:
    document: Any = make_comparison(compared(FIRST, SECOND))
    by_name = {(pair["name"], pair["copy"]): pair["settings"] for pair in document["pairs"]}
    assert by_name["c", 0] == [
        {"field": "type", "before": '"Convolution"', "after": '"Convolution"'},
        {"field": "bottom", "before": '"x"', "after": '"x"'},
        {"field": "top", "before": '"a"', "after": '"a"'},
        {"field": "convolution_param.num_output", "before": "4", "after": "4"},
        {"field": "convolution_param.kernel_size", "before": "3", "after": "3"},
        {"field": "convolution_param.stride", "before": "", "after": "2"},
    ]
    assert {setting["before"] for setting in by_name["new", 0]} == {""}


def check_document(document: dict[str, Any], result: Diff) -> None:
    """All that the contract asks for is there, and says what explain says."""
    check_entry(document, "Comparison")
    assert document["same"] == (not result.changed)
    for name, graph, total in (
        ("before", result.before, result.comparison.before),
        ("after", result.after, result.comparison.after),
    ):
        check_entry(document[name], "NetSide")
        sides = [pair[name] for pair in document["pairs"] if pair[name]]
        assert [side["index"] for side in sorted(sides, key=lambda side: side["index"])] == list(
            range(len(graph.nodes))
        )
        sums = {
            key: sum(side[key] for side in sides) for key in ("paramCount", "statistics", "macs", "bytes")
        }
        assert list(sums.values()) == [total.params, total.statistics, total.macs, total.bytes]
        for side in sides:
            check_entry(side, "PairSide")
            results = [document["said"][place] for place in side["sections"]]
            sections = explain_layer(graph, graph.nodes[side["index"]])
            assert [section["title"] for section in results] == [section.title for section in sections]
            assert [line["text"] for section in results for line in section["lines"]] == [
                line.text for section in sections for line in section.lines
            ]
    for section in document["said"]:
        check_entry(section, "Explanation")
    for shown, pair in zip(document["pairs"], result.comparison.pairs, strict=True):
        check_entry(shown, "Pair")
        alone = None in (shown["before"], shown["after"])
        assert (alone or bool(shown["differs"])) == result.differs(pair)
        if not alone:
            different = [setting for setting in shown["settings"] if setting["before"] != setting["after"]]
            assert different == [asdict(each) for each in result.fields[pair.key]]
    for fate in document["weights"]:
        check_entry(fate, "Fate")
    fates = {fate["layer"]: fate["fate"] for fate in document["weights"]}
    assert {name for name, fate in fates.items() if fate == "loads"} == {
        f.layer for f in result.weight_matches if f.loads
    }
    assert {name for name, fate in fates.items() if fate == "refused"} == {
        f.layer for f in result.weight_matches if f.refused
    }
    assert {name for name, fate in fates.items() if fate in ("refused", "missing")} >= set(
        result.without_weights
    )


@pytest.mark.parametrize(("first", "second"), [(FIRST, SECOND), (SECOND, FIRST), (FIRST, FIRST)])
def test_made_up_nets(first: str, second: str) -> None:
    result = compared(first, second)
    check_document(make_comparison(result), result)


@pytest.mark.parametrize("pair", [(LENET, ALEXNET), (ALEXNET, ALEXNET)], ids=["different", "same"])
def test_examples(pair: tuple[str, str]) -> None:
    result = of_files(*pair)
    check_document(make_comparison(result), result)


@pytest.mark.sweep
@needs_shared
@pytest.mark.parametrize(
    "pair",
    [
        pytest.param(KAIMING, id="50-152"),
        pytest.param(KAIMING[::-1], id="152-50", marks=pytest.mark.slow),
        pytest.param(BVLC, id="alexnet-googlenet"),
    ],
)
def test_public_nets(pair: list[str]) -> None:
    result = of_files(*pair)
    check_document(make_comparison(result), result)


def test_biases_are_counted_where_explain_counts_them() -> None:
    document: Any = make_comparison(compared(FIRST, FIRST))
    counted = {(pair["name"], pair["copy"]): pair["before"]["biases"] for pair in document["pairs"]}
    assert counted == {
        ("x", 0): 0, ("c", 0): 4 * 6 * 6, ("c", 1): 0, ("gone", 0): 4 * 6 * 6, ("own", 0): 0, ("fc", 0): 5, ("p", 0): 0,
    }  # fmt: skip


def test_names_cannot_end_the_element() -> None:
    evil = FIRST.replace('"c"', '"</script><!--"')
    assert b"<" not in to_json(make_comparison(compared(evil, SECOND)))


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("/home/me/a.prototxt", "b.prototxt", ("a.prototxt", "b.prototxt")),
        ("/home/me/v1/net.prototxt", "/home/me/v2/net.prototxt", ("v1/net.prototxt", "v2/net.prototxt")),
        ("/home/me/net.prototxt", "/home/me/net.prototxt", ("net.prototxt", "net.prototxt")),
        ("net.prototxt", "new/net.prototxt", ("net.prototxt", "new/net.prototxt")),
    ],
)
def test_files_are_told_apart(before: str, after: str, shown: tuple[str, str]) -> None:
    assert distinguishing_names(before, after) == shown


def test_no_folder_of_this_machine_is_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(FIRST.replace("num_output: 5", "num_output: 5 no_such_field: 1"))
    assert invoke(main, tmp_path / "net.prototxt", "--compare", LENET, "-o", tmp_path / "x.html").code == 0
    page = read_page(tmp_path / "x.html")
    assert page.document["before"]["notes"]
    assert str(tmp_path) not in page.scripts["report"]


def test_the_command(tmp_path: Path) -> None:
    done = invoke(main, LENET, "--compare", ALEXNET, "-o", tmp_path / "x.html")
    assert done.code == 0
    assert done.out.rstrip().endswith("26 layers, 26 of them differ")
    assert set(read_page(tmp_path / "x.html").scripts) >= {"report"}
    done = invoke(main, LENET, "--compare", LENET, "-o", tmp_path / "x.html")
    assert done.out.rstrip().endswith("the two nets are the same")


@pytest.mark.parametrize(
    "given",
    [
        ["--image", DIGIT],
        ["--weights", "x"],
        ["--max-mb", 3],
        ["--dtype", "fp32"],
        ["--seed", 0],
        ["--preset", "mnist"],
    ],
    ids=lambda given: given[0],
)
def test_what_says_nothing_of_two_nets_is_refused(given: list[str], tmp_path: Path) -> None:
    done = invoke(main, LENET, "--compare", ALEXNET, *given, "-o", tmp_path / "x.html")
    assert done.code == 2
    assert f"{given[0]} is for the page of one net" in done.err
    assert not (tmp_path / "x.html").exists()


def test_a_file_that_is_no_net(tmp_path: Path) -> None:
    (tmp_path / "bad.prototxt").write_text("layer {")
    done = invoke(main, LENET, "--compare", tmp_path / "bad.prototxt", "-o", tmp_path / "x.html")
    assert done.code == 1
    assert "bad.prototxt" in done.err


@needs_shared
def test_the_size_of_large_nets(tmp_path: Path) -> None:
    assert invoke(main, KAIMING[0], "--compare", KAIMING[1], "-o", tmp_path / "x.html").code == 0
    assert (tmp_path / "x.html").stat().st_size < 5 * MEGA
