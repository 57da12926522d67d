"""Law: no square cases. N, C, H and W differ, so that a mixed-up axis cannot hide.

Cases named drawn_* are random geometry, where a coincidence may happen; every family has others.
"""

from __future__ import annotations

import pytest

from support.case_index import facts, four_axes
from support.golden import CASE_LIST, Case

OURS = [case for case in CASE_LIST if not case.dialect]
WRITTEN = [case for case in OURS if not case.path.stem.startswith("drawn_")]


@pytest.mark.parametrize("case", [case for case in WRITTEN if facts(case).images], ids=str)
def test_axes_differ(case: Case) -> None:
    shapes = four_axes(case)
    assert shapes
    for n, c, h, w in shapes:
        assert n != c
        assert h != w


def test_every_family_has_a_written_case() -> None:
    families = {case.path.parent.name for case in OURS}
    assert families == {case.path.parent.name for case in WRITTEN}


def test_windows_differ_per_axis_at_least_once() -> None:
    texts = [case.path.with_suffix(".prototxt").read_text() for case in WRITTEN]
    for field in ("kernel", "stride", "pad"):
        assert any(f"{field}_h:" in text and f"{field}_w:" in text for text in texts), field
