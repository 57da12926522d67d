"""The command line of `benchmarks/peers.py`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from nets import NETS
from rich.console import Console

from race.engines import ENGINES, missing, set_threads
from race.files import make_files
from race.figures import OURS, Race
from race.machine import measure_machine
from race.report import machine_line, print_race, print_summary
from race.run import race

CACHE = Path(__file__).parents[2] / ".bench-cache"
TOLERANCE = 1e-3
"""Outputs that differ by more (see `relative_error`) are not the same net's."""


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="peers.py", description="Forward passes beside other engines.")
    parser.add_argument("--nets", type=_names(NETS), default=list(NETS), help=f"of {', '.join(NETS)}")
    parser.add_argument("--engines", type=_names(ENGINES), default=list(ENGINES), help=f"of {', '.join(ENGINES)}")
    parser.add_argument("--batch", type=_numbers, default=[1, 8], help="batch sizes (default 1,8)")
    parser.add_argument("--rounds", type=int, help="default 15, 7 where a forward is large")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="for every engine (default all cores)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for the nets' files")
    return parser.parse_args(arguments)


def _names(known: dict[str, object] | dict[str, type]) -> object:
    def split(text: str) -> list[str]:
        names = text.split(",")
        for name in names:
            if name not in known:
                raise argparse.ArgumentTypeError(f'no "{name}"; there are {", ".join(known)}')
        return names

    return split


def _numbers(text: str) -> list[int]:
    return [int(number) for number in text.split(",")]


def main() -> None:
    given, console = parse(), Console()
    set_threads(given.threads)
    engines = []
    for engine in given.engines:
        reason = missing(engine)
        if reason:
            console.print(f"{ENGINES[engine].title} is left out: {reason}")
        else:
            engines.append(engine)
    with console.status("the machine's peak") as status:
        machine = measure_machine(given.threads)
    console.print(machine_line(machine, engines))
    races: list[Race] = []
    for net in given.nets:
        with console.status(f"{net}: files") as status:
            files = make_files(net, given.cache, onnx=any(ENGINES[e].needs_onnx for e in engines))
        for batch in given.batch:
            with console.status(net) as status:
                done = race(files, batch, engines, threads=given.threads, rounds=given.rounds, told=status.update)
            print_race(console, done, machine)
            races.append(done)
    print_summary(console, races)
    wrong = [(r, e) for r in races for e, entry in r.entries.items() if not entry.error <= TOLERANCE]
    for r, e in wrong:
        console.print(f"error: {r.net}, batch {r.batch}: {ENGINES[e].title} differs by {r.entries[e].error:.2g}")
    sys.exit(bool(wrong or any(r.failed for r in races)))
