"""The files that names stand for: files themselves, folders, patterns, a list."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prototxt.errors import InputError, Place
from prototxt.images.load import is_image_name
from prototxt.util.files import exists, is_folder

__all__ = ["NETS", "Kind", "expand"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of files to look for in folders: its name in messages, and the test of a file's name."""

    plural: str
    has: Callable[[str], bool]


IMAGES = Kind("images", is_image_name)
NETS = Kind("prototxt files", lambda name: name.endswith((".prototxt", ".pt", ".pbtxt")))


def expand(named: Iterable[str], listed: Iterable[str] = (), kind: Kind = IMAGES) -> Iterator[str]:
    """The files that these names stand for, in order.

    A folder stands for every image (or file of another `kind`) in it and below, by name. `*`, `?` and `[...]` are
    patterns (`**` goes through folders) where no file has that very name. `-` stands for the lines of `listed`, empty
    ones skipped.
    Any other name is a file, whether it exists or not.

    Raises InputError for a folder without any and a pattern that nothing matches.
    """
    for name in named:
        if name == "-":
            yield from (line for line in (raw.rstrip("\r\n") for raw in listed) if line.strip())
        elif is_folder(name):
            yield from _files_in(name, kind)
        elif glob.has_magic(name) and not exists(name):
            yield from _matching(name)
        else:
            yield name


def _files_in(folder: str, kind: Kind) -> list[str]:
    files = [
        str(path)
        for path in sorted(Path(folder).rglob("*"))
        if kind.has(path.name) and not _hidden(path.relative_to(folder)) and path.is_file()
    ]
    if not files:
        raise InputError(f"no {kind.plural} in this folder", place=Place(folder))
    return files


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _matching(pattern: str) -> list[str]:
    # Not Path.glob: it takes no absolute patterns.
    matching = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    files = [name for name in matching if not is_folder(name)]
    if not files:
        raise InputError(f'no file matches "{pattern}"')
    return files
