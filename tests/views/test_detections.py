"""What was found, in words."""

from __future__ import annotations

import numpy as np
import pytest

from prototxt.detection.detection import Boxes, Detection, Segmentation
from prototxt.images.view import View
from prototxt.views.columns import plain_text
from prototxt.views.detections import (
    Selection,
    backgrounds,
    headline,
    legend,
    line,
    percent,
    prediction_dict,
    tag,
)
from prototxt.views.detections_table import prediction_table

VIEW = View.whole(300, 400)
BOXES = Boxes(
    ("out",), 3, VIEW,
    (
        Detection(1, 0.91, (10.04, 20, 200, 250.5)),
        Detection(2, 0.6, (-5, 1, 30, 40)),
        Detection(1, 0.2, (0, 0, 1, 1)),
    ),
)  # fmt: skip
NONE = Boxes(("out",), 3, VIEW, ())
PIXELS = Segmentation(("score",), 4, VIEW, np.array([[0, 0, 0, 0], [0, 3, 1, 0]]))
LABELS = ("cat", "d\x1bog")


def test_headlines() -> None:
    assert headline(BOXES, Selection()) == "2 boxes of at least 0.5, 1 below"
    assert headline(BOXES, Selection(min_score=0.8)) == "1 box of at least 0.8, 2 below"
    assert headline(BOXES, Selection(min_score=0, top=2)) == "3 boxes of at least 0, 0 below; the best 2"
    assert headline(BOXES, Selection(min_score=0.95)) == "no box of at least 0.95; the best of 3 has 0.91"
    assert headline(NONE, Selection()) == "no box"


def test_lines() -> None:
    assert line(BOXES, Selection(LABELS)) == "2 boxes of at least 0.5, 1 below: cat 0.91, d\\x1bog 0.60"
    assert line(BOXES, Selection(top=1)) == "2 boxes of at least 0.5, 1 below; the best 1: class 1: 0.91"
    assert line(NONE, Selection()) == "no box"
    many = Boxes(("out",), 0, VIEW, BOXES.detections * 4)
    assert line(many, Selection()).endswith("class 2: 0.60, class 1: 0.91 and 3 more")
    assert line(PIXELS, Selection()) == "class 0 75.0%, class 1 12.5%, class 3 12.5%"
    assert line(PIXELS, Selection(("a", "b", "c"), top=2)) == "background 75.0%, a 12.5%"


def test_tables_of_boxes() -> None:
    text = plain_text(prediction_table(BOXES, Selection(LABELS)))
    rows = [" ".join(row.split()) for row in text.splitlines() if row.strip() and "─" not in row]
    assert rows == [
        "out: 2 boxes of at least 0.5, 1 below",
        "label name score x1 y1 x2 y2",
        "1 cat 0.9100 10.0 20.0 200.0 250.5",
        "2 d\\x1bog 0.6000 -5.0 1.0 30.0 40.0",
        "x1, y1 and x2, y2: corners in pixels of the image, 400 x 300",
    ]
    assert "name" not in plain_text(prediction_table(BOXES, Selection()))
    near = Boxes(("out",), 3, VIEW, (Detection(1, 0.9, (-0.01, -0.0, 1, 1)),))
    assert "-0.0" not in plain_text(prediction_table(near, Selection()))
    assert plain_text(prediction_table(NONE, Selection())) == "out: no box"


def test_tables_of_pixels() -> None:
    text = plain_text(prediction_table(PIXELS, Selection(("sky", "road", "car", "tree"), top=2)))
    assert "score: 3 classes at 4 x 2 places; the 2 largest" in text
    assert "0   sky    75.0%   ██████████████████\n" in text
    one = Segmentation(("score",), 4, VIEW, np.zeros((1, 2), np.intp))
    assert "1 class at 2 x 1 places" in plain_text(prediction_table(one, Selection()))


def test_json() -> None:
    told = prediction_dict(BOXES, Selection(LABELS, top=1))
    assert (told["outputs"], told["width"], told["height"]) == (["out"], 400, 300)
    assert (told["min_score"], told["below"]) == (0.5, 1)
    assert told["boxes"] == [{"label": 1, "name": "cat", "score": 0.91, "box": [10.04, 20, 200, 250.5]}]
    assert prediction_dict(PIXELS, Selection())["classes"][0] == {"label": 0, "name": "", "share": 0.75}


def test_legends() -> None:
    assert legend(PIXELS, Selection(("sky", "road"))) == [
        (0, "sky", "75.0%"),
        (1, "road", "12.5%"),
        (3, "class 3", "12.5%"),
    ]
    assert backgrounds(PIXELS, Selection(("Background", "road"))) == {0}
    assert backgrounds(PIXELS, Selection(("a", "b", "c"))) == {0}
    assert backgrounds(PIXELS, Selection(("sky", "road"))) == set()
    assert backgrounds(PIXELS, Selection()) == set()
    assert tag(BOXES.detections[0], ("", "")) == "class 1: 0.91"


@pytest.mark.parametrize(
    ("share", "text"), [(0, "0.0%"), (0.0001, "<0.1%"), (0.0005, "0.1%"), (0.5, "50.0%"), (1, "100.0%")]
)
def test_shares(share: float, text: str) -> None:
    assert percent(share) == text
