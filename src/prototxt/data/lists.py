"""Text files that name images: a label for each (ImageData), or windows in each (WindowData); and lists of files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from prototxt.data.paths import read_bytes
from prototxt.errors import DataError

__all__ = [
    "ListedImage",
    "ListedPair",
    "Window",
    "read_image_list",
    "read_labelled",
    "read_names",
    "read_pairs",
    "read_windows",
]

_WHOLE = re.compile(r"[+-]?[0-9]{1,10}")


@dataclass(frozen=True, slots=True)
class ListedImage:
    """One line of an image list."""

    name: str
    label: int


@dataclass(frozen=True, slots=True)
class ListedPair:
    """An image and what is said of it: the name of a label map, or a label."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Window:
    """A box in an image, both corners inside it; label 0 is background."""

    image: str
    label: int
    overlap: float
    x1: int
    y1: int
    x2: int
    y2: int


def _text(path: str, what: str) -> str:
    data = read_bytes(path, what)
    if b"\0" in data:
        raise DataError(f"not a {what}: it holds binary data", path=path)
    # Names are bytes to the system: what is not UTF-8 is given back as it was.
    return data.decode("utf-8-sig", errors="surrogateescape")


def read_image_list(path: str) -> tuple[ListedImage, ...]:
    """`NAME LABEL` a line; a name may hold spaces, a line of one word has label 0. Empty lines do not count.

    Raises DataError for a file that is missing or empty and for a label that is no whole number.

    Source: caffe/src/caffe/layers/image_data_layer.cpp (DataLayerSetUp).
    """
    images = []
    for number, line in enumerate(_text(path, "image list").split("\n"), 1):
        name, _, label = line.rstrip().replace("\t", " ").rpartition(" ")
        if name.strip():
            images.append(ListedImage(name.rstrip(), _whole(label, f"{path}:{number}")))
        elif label:
            images.append(ListedImage(label, 0))
    if not images:
        raise DataError("the image list is empty", path=path)
    return tuple(images)


def _whole(text: str, where: str) -> int:
    if _WHOLE.fullmatch(text) and abs(int(text)) < 1 << 31:
        return int(text)
    raise DataError(
        f'the label "{text}" is not a whole number of 32 bits',
        path=where,
        hint="a line is an image's name, a space and its label: images/cat.jpg 3",
    )


def read_pairs(path: str) -> tuple[ListedPair, ...]:
    """`NAME NAME`: images and their label maps, words without spaces; raises DataError.

    Source: caffe-segnet/src/caffe/layers/dense_image_data_layer.cpp (DataLayerSetUp).
    """
    words = read_names(path, "image list")
    if len(words) % 2:
        what = f'image "{words[-1]}", the last of {len(words)} names, has no label map'
        raise DataError(what, path=path, hint="a line is an image's name, a space and its label map's")
    return tuple(ListedPair(*pair) for pair in zip(words[::2], words[1::2], strict=True))


def read_labelled(path: str) -> tuple[ListedPair, ...]:
    """`NAME LABEL` a line, the label being a map's name, a number or nothing; what follows does not count.

    Raises DataError for a list without images.

    Source: PSPNet/src/caffe/layers/image_seg_data_layer.cpp (DataLayerSetUp).
    """
    lines = (line.split() for line in _text(path, "image list").split("\n"))
    pairs = tuple(ListedPair(words[0], "".join(words[1:2])) for words in lines if words)
    if not pairs:
        raise DataError("the image list is empty", path=path)
    return pairs


def read_names(path: str, what: str) -> tuple[str, ...]:
    """The words of a file, such as the HDF5 files that HDF5Data reads; raises DataError where there are none."""
    names = tuple(_text(path, what).split())
    if not names:
        raise DataError(f"the {what} is empty", path=path)
    return names


def read_windows(path: str, root: str = "") -> tuple[Window, ...]:
    """Every window of a window file, in order; `root` goes before each image's name.

    An image is `# INDEX`, its name, its channels, height and width, the number of its windows, and for each window
    its class, overlap with an object, x1, y1, x2 and y2. Raises DataError for anything else.

    Source: caffe/src/caffe/layers/window_data_layer.cpp (DataLayerSetUp).
    """
    words = _Words(path, _text(path, "window file").split())
    windows: list[Window] = []
    while words.left:
        windows += _windows_of_image(words, root)
    if not windows:
        raise DataError("the window file has no windows", path=path)
    return tuple(windows)


def _windows_of_image(words: _Words, root: str) -> Iterator[Window]:
    if words.next("#") != "#":
        raise words.error('"# index"')
    words.whole("the image's index")
    name = root + words.next("the image's name")
    for what in ("channels", "height", "width"):
        words.whole(what)
    for _ in range(words.whole("the number of windows")):
        label, overlap = words.whole("a class"), words.number("an overlap")
        corners = [words.whole(what) for what in ("x1", "y1", "x2", "y2")]
        yield Window(name, label, overlap, *corners)


class _Words:
    """The words of a file one after the other."""

    def __init__(self, path: str, words: list[str]) -> None:
        self._path, self._words, self._at = path, words, 0

    @property
    def left(self) -> int:
        return len(self._words) - self._at

    def next(self, what: str) -> str:
        if not self.left:
            raise DataError(f"the window file ends where {what} should be", path=self._path)
        self._at += 1
        return self._words[self._at - 1]

    def whole(self, what: str) -> int:
        word = self.next(what)
        if not _WHOLE.fullmatch(word) or abs(int(word)) >= 1 << 31:
            raise self.error(f"{what}, a whole number of 32 bits")
        return int(word)

    def number(self, what: str) -> float:
        try:
            return float(self.next(what))
        except ValueError:
            raise self.error(what) from None

    def error(self, what: str) -> DataError:
        word = self._words[self._at - 1]
        return DataError(f'word {self._at} is "{word}", not {what}', path=self._path)
