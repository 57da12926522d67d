"""Set-up of every test run: a cache folder of its own, compiled modules kept, garbage of collection left alone."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from prototxt.util import opened

CACHE = "XDG_CACHE_HOME"
NO_BYTECODE, BYTECODE = "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX"


def pytest_configure(config: pytest.Config) -> None:
    """Put an empty cache folder in place of the user's, before any test module is imported.

    What was measured on this machine then changes no test. Subprocesses inherit the folder; each worker of
    pytest-xdist makes its own.
    """
    before = {name: os.environ.get(name) for name in (CACHE, NO_BYTECODE, BYTECODE)}
    folder = tempfile.mkdtemp(prefix="prototxt-test-cache-")
    os.environ[CACHE] = folder
    if sys.dont_write_bytecode:
        _keep_bytecode(config.rootpath / ".pytest_cache" / "bytecode")

    def restore() -> None:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(restore)


def _keep_bytecode(folder: Path) -> None:
    """Where Python is told to write no bytecode, keep it beside pytest's cache.

    Each of the commands that tests start would compile the whole package, and each worker every test file.
    """
    sys.dont_write_bytecode = False
    sys.pycache_prefix = os.environ[BYTECODE] = str(folder)
    os.environ.pop(NO_BYTECODE, None)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the garbage collector the many objects of collection, which live until the end of the run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True)
def no_wait_for_the_clock_of_files(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read files that a test has just written at once.

    A reader waits until a later write would show in a file's time of modification, 16 ms after the last one.
    """
    if request.path.name != "test_files_that_change.py":
        monkeypatch.setattr(opened, "_TICK", 0)
