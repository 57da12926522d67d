"""The text that Python layers are given: every form that public nets have, and what is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prototxt.errors import LayerError
from prototxt.layers.common.param_str import positive, read_param_str, whole


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("", {}),
        ("{}", {}),
        ("'feat_stride': 16", {"feat_stride": 16}),
        ("feat_stride: 16", {"feat_stride": 16}),
        ('"feat_stride": 16', {"feat_stride": 16}),
        ("{'feat_stride': 16, 'scales': [8, 16, 32]}", {"feat_stride": 16, "scales": [8, 16, 32]}),
        ("'feat_stride': 16 \n'scales': !!python/tuple [4, 8]", {"feat_stride": 16, "scales": [4, 8]}),
        ("'a': (1, 2,)", {"a": [1, 2]}),
        ("{'a': [[1, 2], [3]], 'b': []}", {"a": [[1, 2], [3]], "b": []}),
        ("{'phase': 'TRAIN', 'p': '0.1'}", {"phase": "TRAIN", "p": "0.1"}),
        ("'a': 0.5 # half\n'b': true\n'c': null\n'd': -1e-3", {"a": 0.5, "b": True, "c": None, "d": -0.001}),
        ("{'dir': '../data/pascal/VOC2011', 'mean': (104.00699, 116.66877)}",
         {"dir": "../data/pascal/VOC2011", "mean": [104.00699, 116.66877]}),
    ],
)  # fmt: skip
def test_pairs(text: str, pairs: dict[str, object]) -> None:
    assert read_param_str(text) == pairs


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("16", "it ends too early"),
        ("'a' 16", '"16" where ":" is needed'),
        ("{'a': 16", "it ends too early"),
        ("'a': 16}", '"}" where a word or a number is needed'),
        ("{'a': 16} 'b'", '"b" after the end'),
        ("'a': [1 2]", '"]" or a comma is missing'),
        ("'a': [1, 2)", '"]" or a comma is missing'),
        ("'a': 'b", 'cannot read "\'"'),
        ("'a': !!python/object/apply:os.system ['ls']", "cannot read '!'"),
        ("a:\n - 1", None),
        ("'a': &x 1", "cannot read '&'"),
        ("'a': " + "[" * 20, "lists in lists, more than 8 deep"),
        ("x" * 20_000, "20000 characters, more than 10000"),
    ],
)
def test_bad_text_is_refused(text: str, what: str | None) -> None:
    with pytest.raises(LayerError) as caught:
        read_param_str(text)
    assert caught.value.field == "param_str"
    assert "'feat_stride': 16" in (caught.value.hint or "")
    if what is not None:
        assert caught.value.what == f"param_str: {what}"


@settings(deadline=None)
@given(st.text("{}[]():, '\"\n#!ab1.-", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(LayerError):
        read_param_str(text)


def test_numbers() -> None:
    pairs = read_param_str(
        "{'a': 3, 'b': 0, 'c': 2.5, 'd': true, 'e': [1, 2.5], 'f': [0], 'g': [], 'h': 99999999999}"
    )
    assert whole(pairs, "a") == 3
    assert whole(pairs, "b", 0) == 0
    assert positive(pairs, "e", ()) == (1, 2.5)
    assert positive(pairs, "none", (8,)) == (8,)
    for key in "bcdeh":
        with pytest.raises(LayerError, match=f"'{key}' must be a whole number from 1 to 1000000000, not"):
            whole(pairs, key)
    with pytest.raises(LayerError, match="no 'z'"):
        whole(pairs, "z")
    for key in "afg":
        with pytest.raises(LayerError, match=f"'{key}' must be a list of numbers above 0, not"):
            positive(pairs, key, ())


def test_quotes_in_errors_are_cut() -> None:
    with pytest.raises(LayerError) as caught:
        read_param_str("'a': 1 }" + "b" * 9000)
    assert len(caught.value.what) <= 200
