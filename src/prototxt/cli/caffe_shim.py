"""prototxt-caffe-shim: makes `import caffe` import prototxt.caffe in a virtual environment."""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import click

from prototxt.cli.command import Command
from prototxt.cli.options.group import file_name
from prototxt.cli.printing import print_line, print_warnings
from prototxt.errors import PrototxtError
from prototxt.util.files import whole_file

MARK = '"""caffe is prototxt.caffe here: made by prototxt-caffe-shim, which can uninstall it."""'
"""First line of the package; a package without it was made by somebody else."""

CODE = f"""{MARK}

import importlib
import pkgutil
import sys

import prototxt.caffe

# Every module under its second name, so that `import caffe.io` finds the one module that exists.
for module in pkgutil.walk_packages(prototxt.caffe.__path__, "prototxt.caffe."):
    sys.modules[module.name.removeprefix("prototxt.")] = importlib.import_module(module.name)
sys.modules["caffe"] = prototxt.caffe
"""

MODULES = ("caffe.py", "caffe.so", "caffe.*.so", "caffe.pyd", "caffe.*.pyd")
"""Files that Python would import as caffe too."""

LEFTOVERS = {"__init__.py", "__pycache__"}
"""Files that the package may hold; with any other one it is not removed."""


@dataclass(frozen=True)
class Shim:
    """The package `caffe` in a folder of Python's path."""

    folder: Path

    @property
    def package(self) -> Path:
        return self.folder / "caffe"

    @property
    def is_ours(self) -> bool:
        """Whether the package exists and this command made it."""
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
        """Write the package; True if there was none before. Raises PrototxtError."""
        if self.other is not None:
            raise PrototxtError(f"{self.other}: another caffe is installed here; it is left as it is")
        is_new = not self.is_ours
        try:
            self.package.mkdir(exist_ok=True)
        except OSError as error:
            raise PrototxtError(f"{self.package}: cannot be made: {error.strerror}") from None
        with whole_file(self.package / "__init__.py") as file:
            file.write(CODE.encode())
        return is_new

    def uninstall(self) -> bool:
        """Remove the package; True if there was one. Raises PrototxtError."""
        if self.other is not None:
            raise PrototxtError(f"{self.other}: not made by prototxt-caffe-shim; it is left as it is")
        if not self.is_ours:
            return False
        if more := sorted({path.name for path in self.package.iterdir()} - LEFTOVERS):
            raise PrototxtError(
                f"{self.package}: it holds files that prototxt-caffe-shim did not write: {', '.join(more)}"
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
    """The shim in this folder, or in the running virtual environment. Raises PrototxtError where neither exists."""
    if target is not None:
        if not Path(target).is_dir():
            raise PrototxtError(f"{target}: no such folder")
        return Shim(Path(target))
    if sys.prefix == sys.base_prefix:
        raise PrototxtError(
            f"{sys.prefix} is not a virtual environment: a package caffe in it would be seen by every program",
            hint="make one (python -m venv DIR), or name a folder: --target DIR",
        )
    return Shim(Path(sysconfig.get_path("purelib")))


_target = click.option(
    "--target", type=file_name, metavar="DIR",
    help="Folder of the package, which must be on Python's path.  [default: site-packages of the running virtual "
    "environment]",
)  # fmt: skip


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="prototxt")
def main() -> None:
    """Make `import caffe` import prototxt.caffe, so that scripts written for Caffe run unchanged.

    The command writes a package `caffe` of one file into the running virtual environment. It never overwrites or
    removes a caffe that it did not write.
    """


@main.command(cls=Command, short_help="Write the package.")
@_target
def install(target: str | None) -> None:
    """Write the package `caffe` into the running virtual environment."""
    shim = shim_at(target)
    is_new = shim.install()
    print_line(
        f"{shim.package}: {'written' if is_new else 'written again'}; import caffe gives prototxt.caffe"
    )
    print_warnings(_warnings(shim))


@main.command(cls=Command, short_help="Remove the package.")
@_target
def uninstall(target: str | None) -> None:
    """Remove the package `caffe` that `install` has written."""
    shim = shim_at(target)
    was_there = shim.uninstall()
    print_line(f"{shim.package}: {'removed' if was_there else 'was not installed, nothing to do'}")


@main.command(cls=Command, short_help="Print whether it is installed.")
@_target
def status(target: str | None) -> None:
    """Print what `import caffe` gives."""
    shim = shim_at(target)
    if shim.is_ours:
        print_line(f"{shim.package}: installed; import caffe gives prototxt.caffe")
    elif shim.other is not None:
        print_line(f"{shim.other}: another caffe, not made by prototxt-caffe-shim")
    else:
        print_line(f"{shim.package}: not installed; prototxt-caffe-shim install writes it")
    print_warnings(_warnings(shim))


def _warnings(shim: Shim) -> list[str]:
    """Reasons why Python would import another package, or none."""
    if not shim.is_ours:
        return []
    paths = [Path(path or ".").resolve() for path in sys.path]
    here = shim.folder.resolve()
    if here not in paths:
        return [f"{shim.folder} is not on Python's path: set PYTHONPATH to it"]
    before = (Shim(path).other for path in paths[: paths.index(here)])
    return [f"{other} comes first on Python's path" for other in before if other and _is_module(other)]


def _is_module(path: Path) -> bool:
    """Whether Python imports it: not a mere folder of that name."""
    return path.is_file() or (path / "__init__.py").is_file()
