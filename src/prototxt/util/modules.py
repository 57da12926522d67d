"""Modules that are imported for what they register, not for a name they hold."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

__all__ = ["import_submodules", "submodules"]


@cache
def submodules(package: str) -> frozenset[str]:
    """The names of a package's modules and sub-packages, without the package's own name; imports the package only."""
    return frozenset(module.name for module in pkgutil.iter_modules(import_module(package).__path__))


@cache
def import_submodules(package: str) -> None:
    """Imports every module of a package, in the order of their names; once per process.

    Sub-packages are imported too, but not the modules inside them.
    """
    for name in sorted(submodules(package)):
        import_module(f"{package}.{name}")
