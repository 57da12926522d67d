"""Fixtures of every test: a cache folder of its own, so that what was measured on this machine changes none."""

from __future__ import annotations

import os
import shutil
import tempfile

import pytest

CACHE = "XDG_CACHE_HOME"


def pytest_configure(config: pytest.Config) -> None:
    """Put an empty cache folder in place of the user's, before any test module is imported.

    Subprocesses inherit it. Each worker of pytest-xdist makes its own.
    """
    before = os.environ.get(CACHE)
    folder = tempfile.mkdtemp(prefix="prototxt-test-cache-")
    os.environ[CACHE] = folder

    def restore() -> None:
        if before is None:
            os.environ.pop(CACHE, None)
        else:
            os.environ[CACHE] = before
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(restore)
