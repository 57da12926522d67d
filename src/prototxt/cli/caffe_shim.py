"""prototxt-caffe-shim: `import caffe` gives prototxt.caffe in a virtual environment."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import click

from prototxt.cli.common import Command, show_notes
from prototxt.cli.options.net import file_name
from prototxt.errors import PrototxtError
from prototxt.util.files import whole_file

MARK = '"""caffe is prototxt.caffe here: made by prototxt-caffe-shim, which can uninstall it."""'
"""The first line of a package that is ours."""

CODE = f"""{MARK}

import importlib
import pkgutil
import sys

import prototxt.caffe

# Every module under its second name, so that `import caffe.io` finds the one module that there is.
for found in pkgutil.walk_packages(prototxt.caffe.__path__, "prototxt.caffe."):
    sys.modules[found.name.removeprefix("prototxt.")] = importlib.import_module(found.name)
sys.modules["caffe"] = prototxt.caffe
"""

MODULES = ("caffe.py", "caffe.so", "caffe.*.so", "caffe.pyd", "caffe.*.pyd")
"""What else Python would import as caffe."""

LEFTOVERS = {"__init__.py", "__pycache__"}
"""What may lie in a package that is ours."""


@dataclass(frozen=True)
class Shim:
    """The package `caffe` in a folder that Python imports from."""

    folder: Path

    @property
    def package(self) -> Path:
        return self.folder / "caffe"

    @property
    def is_ours(self) -> bool:
        """Whether the package is there and this command made it."""
        try:
            return (self.package / "__init__.py").read_text(encoding="utf-8").startswith(MARK)
        except (OSError, UnicodeDecodeError):
            return False

    @property
    def other(self) -> Path | None:
        """A `caffe` in this folder that this command did not make."""
        if self.package.exists():
            return None if self.is_ours else self.package
        modules = (path for form in MODULES for path in sorted(self.folder.glob(form)))
        return next(modules, None)

    def install(self) -> bool:
        """Write the package; whether there was none before. Raises PrototxtError."""
        if self.other is not None:
            raise PrototxtError(f"{self.other}: another caffe is here already, which stays as it is")
        is_new = not self.is_ours
        try:
            self.package.mkdir(exist_ok=True)
        except OSError as error:
            raise PrototxtError(f"{self.package}: cannot be made: {error.strerror}") from None
        with whole_file(self.package / "__init__.py") as file:
            file.write(CODE.encode())
        return is_new

    def uninstall(self) -> bool:
        """Remove the package; whether there was one. Raises PrototxtError."""
        if self.other is not None:
            raise PrototxtError(f"{self.other}: not made by prototxt-caffe-shim, so it stays as it is")
        if not self.is_ours:
            return False
        if more := sorted({path.name for path in self.package.iterdir()} - LEFTOVERS):
            raise PrototxtError(
                f"{self.package}: it holds files that are not prototxt-caffe-shim's: {', '.join(more)}"
            )
        try:
            for path in [*self.package.glob("__pycache__/*.pyc"), self.package / "__init__.py"]:
                path.unlink()
            for path in [*self.package.glob("__pycache__"), self.package]:
                path.rmdir()
        except OSError as error:
            raise PrototxtError(f"{self.package}: cannot be removed: {error.strerror}") from None
        return True


def shim_at(target: str | None) -> Shim:
    """The shim in that folder, or in the virtual environment that runs; raises PrototxtError without either."""
    if target is not None:
        if not Path(target).is_dir():
            raise PrototxtError(f"{target}: no such folder")
        return Shim(Path(target))
    if sys.prefix == sys.base_prefix:
        raise PrototxtError(
            f"{sys.prefix} is no virtual environment, and a package caffe would be there for every program",
            hint="make one (python -m venv DIR), or say where: --target DIR",
        )
    return Shim(Path(sysconfig.get_path("purelib")))


_target = click.option(
    "--target", type=file_name, metavar="DIR",
    help="The folder that holds the package, one that Python imports from.  [default: site-packages of the running "
    "virtual environment]",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prototxt")
def main() -> None:
    """Make `import caffe` give prototxt.caffe, so that scripts written for Caffe run as they are.

    A package `caffe` of one file is put into the running virtual environment. A caffe that is there already is
    never written over, nor removed.
    """


@main.command(cls=Command, short_help="Put the package there.")
@_target
def install(target: str | None) -> None:
    """Put the package `caffe` into the running virtual environment."""
    shim = shim_at(target)
    is_new = shim.install()
    click.echo(f"{shim.package}: {'made' if is_new else 'written anew'}; import caffe gives prototxt.caffe")
    show_notes(_warnings(shim))


@main.command(cls=Command, short_help="Take it away.")
@_target
def uninstall(target: str | None) -> None:
    """Remove the package `caffe` that `install` has put there."""
    shim = shim_at(target)
    was_there = shim.uninstall()
    click.echo(f"{shim.package}: {'removed' if was_there else 'it was not installed, nothing to do'}")


@main.command(cls=Command, short_help="Say whether it is there.")
@_target
def status(target: str | None) -> None:
    """Say what `import caffe` gives."""
    shim = shim_at(target)
    if shim.is_ours:
        click.echo(f"{shim.package}: installed; import caffe gives prototxt.caffe")
    elif shim.other is not None:
        click.echo(f"{shim.other}: another caffe, not made by prototxt-caffe-shim")
    else:
        click.echo(f"{shim.package}: not installed; prototxt-caffe-shim install puts it there")
    show_notes(_warnings(shim))


def _warnings(shim: Shim) -> list[str]:
    """What keeps the package from being the one that Python finds."""
    if not shim.is_ours:
        return []
    paths = [Path(path or ".").resolve() for path in sys.path]
    here = shim.folder.resolve()
    if here not in paths:
        return [f"{shim.folder} is not on Python's path: set PYTHONPATH to it"]
    before = (Shim(path).other for path in paths[: paths.index(here)])
    return [f"{other} comes first on Python's path" for other in before if other and _is_module(other)]


def _is_module(path: Path) -> bool:
    """Not a mere folder of that name, which Python passes by."""
    return path.is_file() or (path / "__init__.py").is_file()
