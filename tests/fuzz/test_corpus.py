"""Every file of the corpus through its target: what fuzzing once found is found no more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import process_time

import pytest

from support.fuzz.seeds import ROOT, seed_names, seeds
from support.fuzz.targets import CORPUS, TARGETS

pytestmark = pytest.mark.sweep

FILES = sorted(path for path in CORPUS.glob("*/*") if path.is_file())
MAX_SECONDS = 5
"""Of the processor, so that other work on the machine does not count."""
LARGEST = 20_000


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_file(path: Path) -> None:
    start = process_time()
    TARGETS[path.parent.name](path.read_bytes())
    assert process_time() - start < MAX_SECONDS


@pytest.mark.parametrize(
    ("target", "name"), [(t, name) for t in TARGETS for name in seed_names(t)], ids=lambda part: str(part)
)
def test_good_files_are_taken(target: str, name: str) -> None:
    assert TARGETS[target](seeds(target)[name]) is not None


def test_the_fuzzer_knows_every_target() -> None:
    command = [sys.executable, str(ROOT / "tools" / "fuzz.py"), "--help"]
    said = subprocess.run(
        command, capture_output=True, text=True, check=True, env=os.environ | {"COLUMNS": "500"}
    )
    assert f"some of {', '.join(TARGETS)}; default all" in said.stdout


def test_the_corpus_is_small() -> None:
    assert {path.parent.name for path in FILES} <= set(TARGETS)
    assert all(path.stat().st_size <= LARGEST for path in FILES)
