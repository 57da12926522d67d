"""Sums over rounds: ratios, means, errors, and the two forms of a table."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pytest
from race.figures import Race, batch_gain, geometric_mean, relative_error
from race.report import Sheet, markdown, summary_sheets

from prototxt.blobs import Array
from prototxt.engine.tuning.machine import Machine

MACHINE = Machine("a machine", 2, 100.0, 20.0)


@dataclass
class Told:
    """A turn as a worker would tell it."""

    seconds: float
    output: Array
    peak_bytes: int = 5_000_000


def turn(seconds: float, *values: float) -> Told:
    return Told(seconds, np.array([values], np.float32))


def run_of(net: str, batch: int, *rounds: dict[str, float]) -> Race:
    race = Race(net, batch, batch * 2_000_000_000)
    for i, seconds in enumerate(({"ours": 9.0, "opencv": 9.0}, *rounds)):
        race.add({engine: turn(s, 1, 0.5) for engine, s in seconds.items()}, timed=i > 0)
    return race


def test_ratio_is_the_median_of_rounds() -> None:
    race = run_of("net", 1, {"ours": 2, "opencv": 1}, {"ours": 30, "opencv": 10}, {"ours": 4, "opencv": 1})
    assert race.ratio("opencv") == 3  # of 2, 3, 4: not 4 / 1, the medians' ratio
    assert race.entries["ours"].median == 4
    assert race.gflops("opencv") == pytest.approx(4)
    assert race.images_per_second("ours") == 0.25


def test_what_batches_gain() -> None:
    races = [run_of("net", 1, {"ours": 2}), run_of("net", 8, {"ours": 12}), run_of("other", 8, {"ours": 1})]
    assert batch_gain(races, "net", 1, 8) == 0.75
    assert batch_gain(races, "other", 1, 8) is None


def test_geometric_mean() -> None:
    assert geometric_mean([2, 8]) == pytest.approx(4)


def test_errors_are_by_the_largest_value_of_each_image() -> None:
    expected = np.array([[1, 2, 4], [0.1, 0.2, 0.1]], np.float32)
    result = expected + np.array([[0, 0.04, 0], [0, 0, 0.01]], np.float32)
    assert relative_error(result, expected) == pytest.approx(0.05)
    result[0, 0] = np.nan
    assert relative_error(result, expected) == inf


def test_the_largest_error_of_all_rounds_stays() -> None:
    race = Race("net", 1, 1)
    for value in (1.0, 1.5, 1.0):
        race.add({"ours": turn(1, 1.0), "opencv": turn(1, value)}, timed=True)
    assert race.entries["opencv"].error == 0.5
    assert race.entries["ours"].error == 0


def test_an_engine_that_fails_later_has_no_figures() -> None:
    race = run_of("net", 1, {"ours": 2, "opencv": 1})
    race.fail("opencv", "its process ended with -9")
    assert race.ratio("opencv") is None
    assert [sheet.title for sheet in summary_sheets([race], MACHINE)] == [
        "Median milliseconds, batch 1",
        "prototxt; by singly: the batch's time by that of as many images one by one",
        "Peak memory of the process, MB",
    ]


def test_ratios_are_a_table_with_their_mean() -> None:
    races = [run_of("a", 1, {"ours": 2, "opencv": 1}), run_of("b", 1, {"ours": 8, "opencv": 1})]
    sheets = {sheet.title: sheet for sheet in summary_sheets(races, MACHINE)}
    ratios = sheets["Our time by the peer's, batch 1: below 1 we are faster"]
    assert ratios.heads == ("net", "OpenCV")
    assert ratios.rows == (("a", "2.00"), ("b", "8.00"), ("geometric mean", "4.00"))
    ours = next(sheet for title, sheet in sheets.items() if title.startswith("prototxt"))
    assert ours.rows[0] == ("a x 1", "2,000", "0.5", "2", "2%", "–")


def test_markdown() -> None:
    sheet = Sheet("Times", ("net", "ms"), (("a", "1.5"),))
    assert markdown(sheet) == "## Times\n\n| net | ms |\n| --- | ---: |\n| a | 1.5 |\n"
