"""The commands that a page of the docs shows, with what it says they print, and how to run them."""

from __future__ import annotations

import math
import re
import shlex
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import click
from click.testing import CliRunner

SKIPPED = "..."
"""Alone on a line: rows that are not shown."""

WIDTH = 80
"""Columns of the terminal, where a page names no other: `Outputs are for a terminal of 100 columns.`"""

SCRIPTS: dict[str, str] = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())[
    "project"
]["scripts"]
"""Commands by name, with where their function is: `prototxt.cli.run.command:main`."""

_BLOCK = re.compile(r"^(?:<!-- (?P<hidden>\$ .*) -->\n)?```\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_WIDTH = re.compile(r"terminal\s+of\s+(\d+)\s+columns")
_POINT = re.compile(r"-?\d+\.\d+(?:e[+-]\d+)?")
_OPEN = re.compile(r" \(\S+ apart\)$|(?<=largest difference )[\d.e-]+")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


@dataclass(frozen=True)
class Shown:
    """A command and the rows below it; `line` is where the block stands, `body` what is in it."""

    line: int
    body: str
    command: str
    rows: tuple[str, ...]

    def updated(self, printed: Sequence[str]) -> str:
        """The block's body with what is printed now: of what is skipped in part, as many rows as before."""
        rows = [*printed] if SKIPPED not in self.rows else _kept(self.rows, printed)
        head = self.body.splitlines()[: len(self.body.splitlines()) - len(self.rows)]
        return "\n".join([*head, *rows]) + "\n"


@dataclass(frozen=True)
class Page:
    """A page's commands with an output, and the width that these are for."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Page:
        return cls(path, path.read_text(encoding="utf-8"))

    @property
    def width(self) -> int:
        stated = _WIDTH.search(self.text)
        return int(stated[1]) if stated else WIDTH

    @property
    def shown(self) -> list[Shown]:
        """The blocks that begin with `$ ` and a command, or have one in a comment above them."""
        collected = []
        for block in _BLOCK.finditer(self.text):
            rows = [*filter(None, [block["hidden"]]), *block["body"].splitlines()]
            if rows and rows[0].startswith("$ "):
                line = self.text.count("\n", 0, block.start()) + 1
                collected.append(_shown(line, block["body"], rows))
        return collected

    @property
    def commands(self) -> list[str]:
        """The commands of the blocks that show no output, one a line, continued after a backslash."""
        bodies = (block["body"] for block in _BLOCK.finditer(self.text) if not block["hidden"])
        lines = "\n".join(bodies).replace("\\\n", " ").splitlines()
        return [line for line in lines if re.match(r"prototxt-\w+ ", line)]


def _shown(line: int, body: str, rows: Sequence[str]) -> Shown:
    command = rows[0].removeprefix("$ ")
    last = 1
    while command.endswith("\\"):
        command, last = command[:-1] + rows[last], last + 1
    return Shown(line, body, command, tuple(row.rstrip() for row in rows[last:]))


@dataclass(frozen=True)
class Ran:
    """The exit code and output of a command."""

    code: int
    rows: tuple[str, ...]


def run(command: str, width: int) -> Ran:
    """One of this package's commands, in a terminal of a given width."""
    name, *args = shlex.split(command, comments=True)
    module, _, attribute = SCRIPTS[name].partition(":")
    main = getattr(import_module(module), attribute)
    assert isinstance(main, click.Command)
    done = CliRunner(env={"FORCE_COLOR": "1", "COLUMNS": str(width)}).invoke(main, args)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    rows = (row.rstrip() for row in _COLOURS.sub("", done.output).rstrip().splitlines())
    return Ran(done.exit_code, tuple(rows))


def alike(shown: str, printed: str) -> bool:
    """Whether two rows say the same: letter by letter, but for what rounding and time leave open.

    Numbers with a point may differ by what another order of float32 sums makes of them; how far two results lie apart
    may be anything. Blanks and rules are as long as the widest of these needs.
    """
    texts, numbers = zip(*map(_apart, (shown, printed)), strict=True)
    if texts[0] != texts[1] or len(numbers[0]) != len(numbers[1]):
        return False
    return all(math.isclose(a, b, rel_tol=1e-4, abs_tol=2e-6) for a, b in zip(*numbers, strict=True))


def _apart(row: str) -> tuple[tuple[str, ...], list[float]]:
    """A row's text without blanks, and its numbers with a point."""
    match = re.sub("─+", "─", _OPEN.sub("", row))
    return tuple("".join(_POINT.split(match)).split()), [float(item) for item in _POINT.findall(match)]


def without_times(rows: Sequence[str]) -> list[str]:
    """The rows of a table without the milliseconds that end them."""
    return [re.sub(r" +\d+\.\d\d$", "", row) for row in rows]


def misfit(shown: Sequence[str], printed: Sequence[str]) -> str:
    """The mistake in the rows that are shown; empty where they are the printed ones, in order."""
    parts = _parts(shown)
    at = 0
    for number, part in enumerate(parts):
        place = _find(part, printed, at, at_once=number == 0)
        if place is None:
            return _not_there(part, printed[at:])
        at = place + len(part)
    if at < len(printed) and parts[-1]:
        return f"more is printed after this, and no {SKIPPED} says so:\n" + "\n".join(printed[at:])
    return ""


def _parts(shown: Sequence[str]) -> list[list[str]]:
    """The rows between what is skipped; an empty first or last part says that it begins or ends with that."""
    parts: list[list[str]] = [[]]
    for row in shown:
        if row == SKIPPED:
            parts.append([])
        else:
            parts[-1].append(row)
    return parts


def _find(part: Sequence[str], printed: Sequence[str], at: int, *, at_once: bool) -> int | None:
    """Where these rows stand together, from `at` on."""
    places = [at] if at_once else range(at, len(printed) - len(part) + 1)
    fits = (i for i in places if len(printed) >= i + len(part))
    return next((i for i in fits if all(map(alike, part, printed[i:]))), None)


def _kept(shown: Sequence[str], printed: Sequence[str]) -> list[str]:
    """The parts that are shown, as they are printed now: each from the row that it begins with."""
    kept: list[str] = []
    at = 0
    for number, part in enumerate(_parts(shown)):
        place = _find(part[:1], printed, at, at_once=False) if number else 0
        rows = part if place is None else printed[place : place + len(part)]
        kept += [*[SKIPPED] * (number > 0), *rows]
        at = (at if place is None else place) + len(part)
    return kept


def _not_there(part: Sequence[str], printed: Sequence[str]) -> str:
    strange = next((row for row in part if not any(alike(row, other) for other in printed)), None)
    what = "these rows do not follow each other" if strange is None else f"shown, not printed: {strange!r}"
    return "\n".join([what, "shown:", *part, "printed:", *printed])
