"""From what a person names to files: files themselves, folders, patterns, a list."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from prototxt.errors import InputError, Place
from prototxt.images.load import is_image_name


def expand(named: Iterable[str], listed: Iterable[str] = ()) -> Iterator[str]:
    """The files that these names mean, in order.

    A folder means every image in it and below, by name; `*`, `?` and `[...]` are patterns (`**` goes through
    folders) where no file has that very name; `-` means the lines of `listed`, empty ones skipped. Any other name is
    a file, whether it is there or not.

    Raises InputError for a folder without images and a pattern that nothing matches.
    """
    for name in named:
        if name == "-":
            yield from (line for line in (raw.rstrip("\r\n") for raw in listed) if line.strip())
        elif _is_folder(name):
            yield from _images_in(name)
        elif glob.has_magic(name) and not Path(name).exists():
            yield from _matching(name)
        else:
            yield name


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):  # what can be no path is a file that is not there
        return False


def _images_in(folder: str) -> list[str]:
    found = [
        str(path)
        for path in sorted(Path(folder).rglob("*"))
        if is_image_name(path.name) and not _hidden(path.relative_to(folder)) and path.is_file()
    ]
    if not found:
        raise InputError("no images in this folder", place=Place(folder))
    return found


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _matching(pattern: str) -> list[str]:
    # Not Path.glob: it takes no absolute patterns.
    matching = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    found = [name for name in matching if not _is_folder(name)]
    if not found:
        raise InputError(f'no file matches "{pattern}"')
    return found
