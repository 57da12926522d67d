"""Two nets as a page, in a real browser: what it shows is what explain says."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from prototxt.blobs import Shape
from prototxt.cli.report import main
from prototxt.explain.sections.cost import biases
from prototxt.explain.surgery.diff import Diff, diff
from prototxt.frontend.load import Options, define_net
from support.browser import CONTRAST, CUT_OFF, DESK, PHONE, Open, Opened, settle
from support.commands import ALEXNET, LENET, invoke
from support.golden import SHARED, needs_shared

CORPUS = SHARED / "corpus"
CHANGES = [
    (r'(name: "conv1".*?stride: )4', r"\g<1>2"),
    (r'(name: "conv3".*?num_output: )384', r"\g<1>256"),
    (r'name: "fc8"', 'name: "fc8_mine"'),
]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """AlexNet with another stride, fewer maps, and a last layer of another name."""
    text = Path(ALEXNET).read_text()
    for pattern, replacement in CHANGES:
        text, times = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
        assert times == 1
    file = tmp_path_factory.mktemp("nets") / "changed.prototxt"
    file.write_text(text)
    return file


@pytest.fixture(scope="module")
def page(changed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("page"), ALEXNET, changed)


@pytest.fixture(scope="module")
def net_diff(changed: Path) -> Diff:
    return diff_of(Path(ALEXNET), changed)


def diff_of(first: Path, second: Path) -> Diff:
    nets = [define_net(file.read_text(), str(file)) for file in (first, second)]
    return diff(nets[0], nets[1], Options())


def written(folder: Path, first: str | Path, second: str | Path) -> Path:
    assert invoke(main, first, "--compare", second, "-o", folder / "diff.html").code == 0
    return folder / "diff.html"


def cards(opened: Opened) -> dict[str, list[str]]:
    """The lines of every total."""
    shown: dict[str, list[str]] = opened.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-total]")].map(card =>
        [card.dataset.total, [...card.querySelectorAll("p")].map(p => p.textContent)]))"""
    )
    return shown


def rows(opened: Opened) -> dict[str, dict[str, list[str]]]:
    """Every row of the table: what stands in its cells, before and after."""
    shown: dict[str, dict[str, list[str]]] = opened.page.evaluate(
        """() => {
        const alone = e => [...e.childNodes].filter(n => !n.classList?.contains("sr")).map(n => n.textContent).join("")
        const texts = td => td.querySelector("s") ? [...td.querySelectorAll("s, b")].map(alone) : [td.textContent]
        const cells = row => [...row.cells].slice(2).map(td => [/col-(\\w+)/.exec(td.className)[1], texts(td)])
        const rows = [...document.querySelectorAll(".compare-table tbody tr")]
        return Object.fromEntries(rows.map(row => [row.dataset.layer, Object.fromEntries(cells(row))]))
        }"""
    )
    return shown


def filter_by(opened: Opened, key: str) -> None:
    opened.page.locator(f'[data-filter="{key}"]').click()


def test_totals(open_report: Open, page: Path, net_diff: Diff) -> None:
    before, after = net_diff.comparison.before, net_diff.comparison.after
    message = cards(open_report(page))
    assert message["layers"] == ["24", "the same"]
    for label, old, new in (
        ("parameters", before.params, after.params),
        ("MAC", before.macs, after.macs),
    ):
        sign = "+" if new > old else "−"
        assert message[label][:2] == [f"{old:,}", f"→ {new:,}"]
        assert message[label][2].split(" · ")[0] == f"{sign}{abs(new - old):,}"
    assert message["MAC"][2].endswith(f"× {after.macs / before.macs:.3g}")
    assert message["blobs"][0] == "5.66 MB"
    assert message["input"] == ["1 × 3 × 227 × 227", "the same"]


def as_shown(shapes: tuple[Shape | None, ...]) -> str:
    return ", ".join("?" if shape is None else "\u00a0×\u00a0".join(map(str, shape)) for shape in shapes)


@pytest.mark.parametrize("convention", ["mac", "bias", "flop"])
def test_every_row_says_what_explain_says(
    open_report: Open, page: Path, net_diff: Diff, convention: str
) -> None:
    opened = open_report(page)
    opened.page.get_by_label("How cost is counted").select_option(convention)
    filter_by(opened, "all")
    shown = rows(opened)
    assert list(shown) == [pair.name for pair in net_diff.comparison.pairs]
    for pair in net_diff.comparison.pairs:
        sides = [
            (side, graph)
            for side, graph in ((pair.before, net_diff.before), (pair.after, net_diff.after))
            if side is not None
        ]
        added = [biases(graph, graph.nodes[side.index]) for side, graph in sides]
        factor = 2 if convention == "flop" else 1
        costs = [
            factor * side.work.macs + (more if convention == "bias" else 0)
            for (side, _), more in zip(sides, added, strict=True)
        ]
        wanted = {
            "out": [as_shown(side.shapes) for side, _ in sides],
            "params": [f"{side.work.params + side.work.statistics:,}" for side, _ in sides],
            "cost": [f"{cost:,}" for cost in costs],
        }
        for column, texts in wanted.items():
            assert shown[pair.name][column] == list(dict.fromkeys(texts)), (pair.name, column)


def test_filters(open_report: Open, page: Path, net_diff: Diff) -> None:
    opened = open_report(page)
    pairs = net_diff.comparison.pairs
    own = {key[0] for key, fields in net_diff.fields.items() if fields}
    wanted = {
        "differs": [pair.name for pair in pairs if net_diff.differs(pair)],
        "changed": [pair.name for pair in pairs if not pair.change and pair.name in own],
        "follows": [pair.name for pair in pairs if not pair.change and pair.differs and pair.name not in own],
        "before": ["fc8"],
        "after": ["fc8_mine"],
        "same": [pair.name for pair in pairs if not net_diff.differs(pair)],
    }
    assert list(rows(opened)) == wanted["differs"]
    for key, names in wanted.items():
        filter_by(opened, key)
        assert list(rows(opened)) == names
        assert opened.page.locator(f'[data-filter="{key}"] .count').inner_text() == str(len(names))


def test_search_and_sort(open_report: Open, page: Path) -> None:
    opened = open_report(page)
    filter_by(opened, "all")
    opened.page.keyboard.press("/")
    opened.page.keyboard.type("conv")
    assert list(rows(opened)) == ["conv1", "conv2", "conv3", "conv4", "conv5"]
    assert opened.page.locator('.node[data-layer="pool1"]').get_attribute("class").endswith("dim")
    opened.page.get_by_role("button", name="parameters").click()
    params = [int(row["params"][-1].replace(",", "")) for row in rows(opened).values()]
    assert params == sorted(params, reverse=True)


def test_a_click_shows_both_layers(open_report: Open, page: Path, net_diff: Diff) -> None:
    opened = open_report(page)
    opened.page.locator('.node[data-layer="conv1"]').click()
    assert opened.page.url.endswith("#conv1")
    settings = opened.page.locator(".settings-part")
    marked = settings.locator("tr.differs")
    assert marked.count() == 1
    assert [cell.strip() for cell in marked.locator("th, td").all_inner_texts()] == [
        "≠\nconvolution_param.stride",
        "4",
        "2",
    ]
    text = opened.page.locator(".explained.section").all_inner_texts()
    assert any("+ 1 = 55" in part and "+ 1 = 109" in part for part in text)
    opened.page.keyboard.press("Escape")
    opened.page.locator('.compare-table tr[data-layer="fc8_mine"] .link').click()
    assert opened.page.locator(".settings-part thead th").all_inner_texts() == ["changed.prototxt"]


def test_links(open_report: Open, page: Path) -> None:
    opened = open_report(page, "#conv3")
    assert opened.page.locator(".compare-layer h2").inner_text() == "conv3"
    opened.page.keyboard.press("j")
    assert opened.page.locator(".compare-layer h2").inner_text() != "conv3"
    opened.page.go_back()
    opened.page.wait_for_function("document.querySelector('.compare-layer h2').textContent === 'conv3'")


def test_which_weights_load(open_report: Open, page: Path, net_diff: Diff) -> None:
    opened = open_report(page)
    opened.page.keyboard.press("w")
    fates: dict[str, str] = opened.page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-fate]")].map(row =>
        [row.dataset.layer, row.dataset.fate]))"""
    )
    wanted = {
        fate.layer: "loads" if fate.loads else "refused" if fate.refused else "unused"
        for fate in net_diff.weight_matches
    }
    assert fates == {**dict.fromkeys(net_diff.without_weights, "missing"), **wanted}
    verdict = opened.page.locator(".weights-view .verdict-mark").inner_text()
    assert "refused as a whole" in verdict
    assert all(fate.layer in verdict for fate in net_diff.weight_matches if fate.refused)


def test_csv_and_json(open_report: Open, page: Path, net_diff: Diff) -> None:
    opened = open_report(page)
    filter_by(opened, "all")
    files = {}
    for name in ("CSV", "JSON"):
        with opened.page.expect_download() as started:
            opened.page.get_by_role("button", name=name, exact=True).click()
        files[name] = Path(started.value.path()).read_text()
    table = list(csv.DictReader(files["CSV"].splitlines()))
    assert [row["layer"] for row in table] == [pair.name for pair in net_diff.comparison.pairs]
    sums = [sum(int(row[f"cost_{side}"] or 0) for row in table) for side in ("before", "after")]
    assert sums == [net_diff.comparison.before.macs, net_diff.comparison.after.macs]
    document = json.loads(files["JSON"])
    assert document["after"]["totals"]["params"] == net_diff.comparison.after.params
    assert [layer["name"] for layer in document["layers"]] == [row["layer"] for row in table]


def test_equal_nets(open_report: Open, tmp_path: Path) -> None:
    opened = open_report(written(tmp_path, LENET, LENET))
    assert "The two nets are the same" in opened.page.locator(".all-same").inner_text()
    assert opened.page.locator("h1").inner_text() == "LeNet (first) → LeNet (second)"
    assert len(rows(opened)) == 9
    assert opened.page.locator(".node").count() == 8


def test_nets_that_have_little_in_common(open_report: Open, tmp_path: Path) -> None:
    opened = open_report(written(tmp_path, LENET, ALEXNET), "#relu1")
    assert "Both" in opened.page.locator(".facts-part table").get_attribute("aria-label")
    assert opened.page.locator('[data-mark="after"]').count() > 0


EVIL = "</script><img src=x onerror=alert(1)><script>document.title=1</script>"


def test_names_may_be_anything(open_report: Open, tmp_path: Path) -> None:
    """The same name twice, markup in names, types that nothing here knows."""
    window = "convolution_param { num_output: 2 kernel_size: 3 }"
    text = f"""
    name: "{EVIL}"
    layer {{ name: "{EVIL}" type: "Input" top: "x" input_param {{ shape {{ dim: 1 dim: 3 dim: 8 dim: 9 }} }} }}
    layer {{ name: "twice" type: "Convolution" bottom: "x" top: "a" {window} }}
    layer {{ name: "twice" type: "Convolution" bottom: "a" top: "b" {window} }}
    layer {{ name: "z%2F@1" type: "{EVIL}" bottom: "b" top: "z" }}
    """
    for name, other in (("a", text), ("b", text.replace("num_output: 2 ", "num_output: 4 "))):
        (tmp_path / f"{name}.prototxt").write_text(other)
    file = written(tmp_path, tmp_path / "a.prototxt", tmp_path / "b.prototxt")
    opened = open_report(file, "#twice@1")
    assert opened.page.locator(".compare-layer h2").inner_text() == "twice number 2 of this name"
    assert opened.page.locator(".facts-part tr[data-field=weights] td").all_inner_texts() == [
        "2 × 2 × 3 × 3, 2",
        "4 × 4 × 3 × 3, 4",
        "",
    ]
    opened.page.keyboard.press("Escape")
    filter_by(opened, "all")
    for _ in range(4):
        opened.page.keyboard.press("j")
    opened.page.keyboard.press("w")
    assert opened.page.locator("img").count() == 0
    assert opened.page.title() == "a.prototxt → b.prototxt · prototxt"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "#conv1", "#fc8_mine", "#norm1"])
def test_everything_can_be_read(
    open_report: Open, page: Path, place: str, scheme: str, viewport: dict[str, int]
) -> None:
    opened = open_report(page, place, viewport, scheme)
    for key in ["", *("" if place else "wg")]:
        if key:
            opened.page.keyboard.press(key)
        assert settle(opened).evaluate(CONTRAST) == []
        assert opened.page.evaluate(CUT_OFF) == []


@needs_shared
def test_large_nets(open_report: Open, tmp_path: Path) -> None:
    names = [f"prototxt_ResNet-{depth}-deploy.prototxt" for depth in (50, 152)]
    first, second = (CORPUS / "kaiming" / name for name in names)
    opened = open_report(written(tmp_path, first, second))
    result = diff_of(first, second)
    assert len(rows(opened)) == sum(map(result.differs, result.comparison.pairs))
    folded, fit = opened.page.locator(".node.folded"), opened.page.locator(".tools").get_by_text("Fit")
    fit.click()  # what is out of view is not in the document
    count = folded.count()
    assert 0 < count < 20
    opened.page.get_by_role("button", name="Show every layer").click()
    fit.click()
    assert folded.count() == 0
    shown = opened.page.evaluate("document.querySelectorAll('.graph [data-layer]').length")
    assert shown == len(result.comparison.pairs)
    opened.page.get_by_role("button", name="Fold layers").click()
    fit.click()
    assert folded.count() == count


@needs_shared
def test_a_changed_stride_and_what_follows(open_report: Open, tmp_path: Path) -> None:
    first = CORPUS / "bvlc" / "models" / "bvlc_googlenet" / "deploy.prototxt"
    text, times = re.subn(
        r'(name: "conv1/7x7_s2".*?stride: )2', r"\g<1>1", first.read_text(), count=1, flags=re.DOTALL
    )
    assert times == 1
    (tmp_path / "stride.prototxt").write_text(text)
    opened = open_report(written(tmp_path, first, tmp_path / "stride.prototxt"))
    filter_by(opened, "changed")
    assert list(rows(opened)) == ["conv1/7x7_s2"]
    assert opened.page.locator(".node").count() == 5
    opened.page.locator('.compare-table tr[data-layer="conv1/7x7_s2"] .link').click()
    assert opened.page.url.endswith("#conv1/7x7_s2")
