"""From names to files: folders, patterns, lists."""

from __future__ import annotations

from pathlib import Path

import pytest

from prototxt.batch.sources import expand
from prototxt.errors import InputError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (
        "b.jpg",
        "a.PNG",
        "notes.txt",
        "deep/c.tif",
        ".hidden/d.jpg",
        ".e.png",
        "deep/model.h5",
        "x[1].png",
    ):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    return tmp_path


def names(folder: Path, *result: str) -> list[str]:
    return [str(folder / name) for name in result]


def test_a_folder(folder: Path) -> None:
    assert list(expand([str(folder)])) == names(folder, "a.PNG", "b.jpg", "deep/c.tif", "x[1].png")


def test_patterns(folder: Path) -> None:
    assert list(expand([f"{folder}/*.jpg"])) == names(folder, "b.jpg")
    assert list(expand([f"{folder}/**/*.[tj][ip]*"])) == names(folder, "b.jpg", "deep/c.tif")
    assert list(expand([f"{folder}/x[[]1].p?g"])) == names(folder, "x[1].png")


def test_a_file_whose_name_is_a_pattern(folder: Path) -> None:
    assert list(expand(names(folder, "x[1].png"))) == names(folder, "x[1].png")


def test_files_as_they_are_named(folder: Path) -> None:
    named = [*names(folder, "notes.txt", "nothing.jpg", "b.jpg", "b.jpg"), "\0", "x" * 5000]
    assert list(expand(named)) == named


def test_a_list() -> None:
    listed = ["a b.jpg\n", "\n", "c.png\r\n", "  \n", "d.png"]
    assert list(expand(["first", "-", "last"], listed)) == ["first", "a b.jpg", "c.png", "d.png", "last"]


@pytest.mark.parametrize(
    ("name", "what"), [("deep/empty", "no images in this folder"), ("*.gif", "no file matches")]
)
def test_nothing_there(folder: Path, name: str, what: str) -> None:
    (folder / "deep/empty").mkdir()
    with pytest.raises(InputError, match=what):
        list(expand([str(folder / name)]))
