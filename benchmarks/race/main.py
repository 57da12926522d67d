"""The command line of `benchmarks/peers.py`."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path
from platform import python_version

import numpy as np
from nets import NETS
from rich.console import Console

from prototxt.engine.tuning.machine import Machine, busy
from prototxt.util.files import whole_file
from race.engines import ENGINES, Job, missing, needs_onnx, set_threads, version_of
from race.figures import Race
from race.files import make_files
from race.machine import measure_machine
from race.report import markdown, race_sheet, screen, summary_sheets
from race.run import race

HERE = Path(__file__).parents[1]
CACHE, RESULTS = HERE.parent / ".bench-cache", HERE / "RESULTS.md"

TOLERANCE = 1e-3
"""Outputs that differ by more (see `relative_error`) are not the same net's."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="peers.py", description="Forward passes beside other engines.")
    parser.add_argument("--nets", type=_names(NETS), default=list(NETS), help=f"of {','.join(NETS)}")
    parser.add_argument(
        "--engines", type=_names(ENGINES), default=list(ENGINES), help=f"of {','.join(ENGINES)}"
    )
    parser.add_argument("--batch", type=_numbers, default=[1, 8], help="sizes (default 1,8)")
    parser.add_argument(
        "--rounds", type=_number, help="turns of each engine (default 15, 7 where a forward is large)"
    )
    parser.add_argument(
        "--threads", type=_number, default=os.cpu_count(), help="of every engine (default all cores)"
    )
    parser.add_argument(
        "--cache", type=Path, default=CACHE, help="folder for the nets' files (default .bench-cache)"
    )
    parser.add_argument("--write", action="store_true", help=f"write benchmarks/{RESULTS.name} too")
    return parser.parse_args(arguments)


def _names(known: Collection[str]) -> Callable[[str], list[str]]:
    def split(text: str) -> list[str]:
        names = list(dict.fromkeys(text.split(",")))
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f'no "{name}"; there are {", ".join(known)}')
        return names

    return split


def _number(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f'a number of at least 1, not "{text}"')
    return int(text)


def _numbers(text: str) -> list[int]:
    return [_number(number) for number in text.split(",")]


def main() -> None:
    given, console = parse(), Console()
    set_threads(given.threads)
    engines = _installed(given.engines, console)
    warning = busy()
    if warning:
        console.print(f"warning: {warning}", style="yellow", highlight=False)
    with console.status("what the machine can do"):
        machine = measure_machine(given.threads)
    races = _races(given, engines, console)
    with console.status("what the machine can do, once more"):
        machine = machine.best(measure_machine(given.threads))
    console.print(_about(machine, engines), highlight=False)
    sheets = list(summary_sheets(races, machine))
    if len(races) > 1:
        console.print(*map(screen, sheets))
    if given.write:
        command = shlex.join(["python", "benchmarks/peers.py", *sys.argv[1:]])
        text = "\n".join(
            [f"# Beside other engines\n\n{_about(machine, engines)}\n\n`{command}`\n", *map(markdown, sheets)]
        )
        with whole_file(RESULTS) as file:
            file.write(text.encode())
        console.print(f"written: {RESULTS}")
    sys.exit(1 if _complain(races, console) else 0)


def _installed(asked: Sequence[str], console: Console) -> list[str]:
    reasons = {engine: missing(engine) for engine in asked}
    for engine, reason in reasons.items():
        if reason:
            console.print(f"{ENGINES[engine].title} is left out: {reason}")
    return [engine for engine, reason in reasons.items() if not reason]


def _about(machine: Machine, engines: Sequence[str]) -> str:
    versions = ", ".join(f"{ENGINES[engine].title} {version_of(engine)}" for engine in engines)
    return (
        f"{machine.name}, {machine.threads} threads for every engine, {date.today()}. "
        f"NumPy's float32 products: {machine.gflops:.0f} GFLOP/s (the peak below), copies: "
        f"{machine.copy_gb:.0f} GB/s read and written. "
        f"{versions}; Python {python_version()}, NumPy {np.__version__}."
    )


def _races(given: argparse.Namespace, engines: Sequence[str], console: Console) -> list[Race]:
    races = []
    for net in given.nets:
        with console.status(f"{net}: making its files") as status:
            files = make_files(net, given.cache, onnx=any(map(needs_onnx, engines)))
            for batch in given.batch:
                job = Job(files, batch, given.threads)
                races.append(race(job, engines, rounds=given.rounds, told=status.update))
                console.print(screen(race_sheet(races[-1])))
    return races


def _complain(races: Sequence[Race], console: Console) -> bool:
    """Says which engines failed and whose outputs are not ours."""
    wrong = [
        f"{run.net}, batch {run.batch}: {ENGINES[engine].title} {what}"
        for run in races
        for engine, what in (
            *((e, f"failed: {reason}") for e, reason in run.failed.items()),
            *(
                (e, f"differs from ours by {entry.error:.1e}, more than {TOLERANCE:g}")
                for e, entry in run.entries.items()
                if entry.error > TOLERANCE
            ),
        )
    ]
    for line in wrong:
        console.print(f"error: {line}", style="red", highlight=False)
    return bool(wrong)
