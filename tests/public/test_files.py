"""Every public file: whether it opens, with a shape for every blob, and what stops it where it does not."""

from __future__ import annotations

import os

import pytest

from prototxt.errors import PrototxtError
from support.corpus import CORPUS, FOLDERS, VERDICTS, files, name_of, nets, opened, sweep, verdict, verdicts
from support.golden import needs_shared

pytestmark = [pytest.mark.sweep, needs_shared]

HOW = "if that is as it should be: PROTOTXT_REWRITE=1 pytest -m '' tests/public/test_files.py"

NO_NET = {
    "mobilenetssd/template_MobileNetSSD_deploy_template.prototxt": "takes a whole number, not cls3x",
    "mobilenetssd/template_MobileNetSSD_test_template.prototxt": "takes a whole number, not cls3x",
    "mobilenetssd/template_MobileNetSSD_train_template.prototxt": "takes a whole number, not cls3x",
    "netscope/fcn-16s.prototxt": 'no layer makes bottom "score-pool4c"',
    "netscope/inceptionv3.prototxt": r"\(Concat\): bottoms must agree on every axis but 1",
    "netscope/inceptionv3_orig.prototxt": r"\(Concat\): bottoms must agree on every axis but 1",
    "netscope/inceptionv4.prototxt": r"\(Concat\): bottoms must agree on every axis but 1",
    "netscope/inceptionv4_resnet.prototxt": r"\(Concat\): bottoms must agree on every axis but 1",
    "bvlc/examples/pycaffe/linreg.prototxt": "runs code of the net's author",
}
"""Files that are no nets, or nets that no reader could make shapes for, and what is said about them."""


@pytest.mark.parametrize(("folder", "step"), sweep())
def test_the_verdict_on_every_file_is_the_one_in_the_table(folder: str, step: int) -> None:
    """Progress and regressions both show: the table must say what happens today."""
    today = {name_of(path): verdict(path) for path in files(folder)[::step]}
    if os.environ.get("PROTOTXT_REWRITE"):
        rows = sorted((verdicts() | today).items())
        VERDICTS.write_text("".join(f"{name}\t{kind}\n" for name, kind in rows))
        verdicts.cache_clear()
    table = {name: verdicts().get(name) for name in today}
    assert {name: (table[name], kind) for name, kind in today.items() if table[name] != kind} == {}, HOW


def test_the_table_is_of_the_files_that_are_here() -> None:
    assert set(verdicts()) == {name_of(path) for folder in FOLDERS for path in files(folder)}


@pytest.mark.parametrize(("folder", "step"), sweep([folder for folder in FOLDERS if nets(folder)]))
def test_a_net_that_opens_has_a_shape_for_every_blob(folder: str, step: int) -> None:
    for path in nets(folder)[::step]:
        graph = opened(path)
        assert set(graph.shapes) == {top for node in graph.nodes for top in node.tops}, path
        assert graph.nodes


@pytest.mark.parametrize("name", NO_NET)
def test_what_is_no_net_says_why(name: str) -> None:
    with pytest.raises(PrototxtError, match=NO_NET[name]):
        opened(CORPUS / name)
