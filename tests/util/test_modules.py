"""Importing all modules of a package for what they register."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from prototxt.util.modules import import_submodules, submodules

PACKAGE = "package_of_rules"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of two modules and a sub-package, each of which appends its name to `package_of_rules.imported`."""
    folder = tmp_path / PACKAGE
    (folder / "more").mkdir(parents=True)
    (folder / "__init__.py").write_text("imported = []\n")
    append = f"from {PACKAGE} import imported\nimported.append(__name__)\n"
    for file in ("b.py", "a.py", "more/__init__.py", "more/inner.py"):
        (folder / file).write_text(append)
    monkeypatch.syspath_prepend(tmp_path)
    return folder


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        monkeypatch.delitem(sys.modules, name)
    submodules.cache_clear()
    import_submodules.cache_clear()


def test_imports_every_module_once_in_order(package: Path) -> None:
    import_submodules(PACKAGE)
    import_submodules(PACKAGE)
    assert sys.modules[PACKAGE].imported == [f"{PACKAGE}.{name}" for name in ("a", "b", "more")]


def test_names_are_listed_without_importing_the_modules(package: Path) -> None:
    assert submodules(PACKAGE) == {"a", "b", "more"}
    assert f"{PACKAGE}.a" not in sys.modules


def test_a_module_that_fails_is_reported(package: Path) -> None:
    (package / "c.py").write_text("raise ImportError('no library')\n")
    with pytest.raises(ImportError, match="no library"):
        import_submodules(PACKAGE)
