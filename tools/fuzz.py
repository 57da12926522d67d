"""Fuzzes what reads files: `python tools/fuzz.py --seconds 60 [TARGET ...]` (pip install prototxt[fuzz]; Linux).

Each target of tests/support/fuzz/targets.py runs in a process of its own, from the good files of seeds.py and the
corpus. An input that a target lets an error out for, that takes more than 20 seconds or more than 2 GB, is saved in
the target's corpus, where tests/fuzz/test_corpus.py replays it ever after.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORPUS = ROOT / "tests" / "fuzz" / "corpus"
NAMES = ("text", "caffemodel", "npz", "hdf5", "mean", "image", "labels", "arrays", "upgrade")

LIMITS = ("-timeout=20", "-rss_limit_mb=2048", "-max_len=16384", "-print_final_stats=1", "-verbosity=0")


def main() -> int:
    """One line for each target; the exit code is 1 where one of them found something."""
    options = _options()
    if options.inside:
        return _fuzz(options.targets[0], options.inside)
    found = False
    for name in options.targets or NAMES:
        found |= _run(name, options.seconds, options.keep)
    return int(found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help=f"some of {', '.join(NAMES)}; default all"
    )
    parser.add_argument("--seconds", type=int, default=60, help="time for each target")
    parser.add_argument("--keep", type=Path, help="folder for the inputs that reached new code")
    parser.add_argument("--inside", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args()
    unknown = set(options.targets) - set(NAMES)
    if unknown:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    if not find_spec("atheris"):
        parser.error("atheris is not installed: pip install prototxt[fuzz]; it is built for Linux on x86-64")
    return options


def _run(name: str, seconds: int, keep: Path | None) -> bool:
    """Fuzz one target in a process of its own; whether it found something."""
    with tempfile.TemporaryDirectory(prefix="prototxt-fuzz-") as folder:
        made = keep / name if keep else Path(folder) / "made"
        made.mkdir(parents=True, exist_ok=True)
        (CORPUS / name).mkdir(parents=True, exist_ok=True)
        limits = [*LIMITS, f"-max_total_time={seconds}", f"-artifact_prefix={CORPUS / name}/"]
        command = [sys.executable, __file__, name, "--inside", *limits, str(made), str(CORPUS / name)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder)
    said = done.stderr.decode(errors="replace")
    runs = re.search(r"number_of_executed_units:\s*(\d+)", said)
    memory = re.search(r"peak_rss_mb:\s*(\d+)", said)
    figures = f"{int(runs[1]):,} runs, at most {memory[1]} MB" if runs and memory else "did not run"
    print(f"{name}: {figures}{', FAILED' if done.returncode else ''}")  # noqa: T201
    if done.returncode:
        print(said[-4000:])  # noqa: T201
    return bool(done.returncode)


def _fuzz(name: str, arguments: list[str]) -> int:
    """In the process of one target: libFuzzer takes over and never comes back."""
    import atheris

    sys.path[:1] = [str(ROOT / "src"), str(ROOT / "tests")]
    with atheris.instrument_imports(include=["prototxt", "support.fuzz"]):
        from support.fuzz.seeds import seeds
        from support.fuzz.targets import TARGETS

    made = Path(arguments[-2])
    for seed, data in seeds(name).items():
        (made / f"seed-{seed}").write_bytes(data)
    target = TARGETS[name]

    def once(data: bytes) -> None:
        target(data)

    atheris.Setup([sys.argv[0], *arguments], once)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
