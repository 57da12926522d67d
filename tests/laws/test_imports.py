"""Law: imports go one way. No cycles, no private doors, one door for each outside library."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from support.imports import Import, Package

SOURCE = Path(__file__).parents[2] / "src" / "prototxt"
PROTOTXT = Package(SOURCE)

ORDER = (
    *("errors", "blobs", "util", "schema", "text", "upgrade", "formats", "boxes", "images", "data", "layers"),
    *("graph", "frontend", "weights", "kernels", "plan", "engine", "detection", "views", "net"),
    *("solver", "export", "explain", "pictures", "batch", "page", "caffe", "cli"),
)
"""The folders in the order in which data passes them: each may import those before it, none after it."""

MAX_ENTRIES, MAX_LOOSE_FILES = 30, 6

DOORS = {
    "lark": ("text/parse.py",),
    "click": ("cli/",),
    "google": ("schema/", "text/"),
    "PIL": ("images/", "pictures/"),  # the first reads images, the second draws them
    "rich": ("cli/", "views/", "explain/*/views/", "export/onnx/table.py"),
    "h5py": ("util/hdf5.py",),
    "pydot": ("caffe/draw.py",),
    "lmdb": ("data/lmdb.py",),
    "plyvel": ("data/leveldb.py",),
    "pyarrow": ("batch/features/",),
    "onnx": ("export/onnx/",),
    "onnxruntime": ("export/onnx/check.py",),
    "numba": ("kernels/compiled/",),
    "threadpoolctl": ("engine/blas.py",),
}
"""Library -> the only places that may import it; NumPy may be used by all."""

KERNELS_MAY_IMPORT = {
    *("__future__", "bisect", "collections", "dataclasses", "functools", "itertools", "math", "typing"),
    "numpy",
}


def chain(cycles: Iterable[Sequence[Import]]) -> str:
    """Cycles as text, one import a line."""
    return "\n\n".join("\n".join(map(str, cycle)) for cycle in cycles)


def test_no_cycle_between_folders() -> None:
    cycles = PROTOTXT.cycles(PROTOTXT.folder)
    assert not cycles, f"folders import each other:\n{chain(cycles)}"


SHARES_WITH_SUB_FOLDERS = {
    "cli": "commands and their actions share nets.py and printing.py",
    "layers": "common/ extends the base class in layers/base.py",
    "explain": "receptive_field/ makes the lines of sections/section.py",
}
"""Folders with a sub-folder that imports from them and is imported by them, and the reason."""


def test_no_cycle_between_nested_folders() -> None:
    cycles = PROTOTXT.cycles(PROTOTXT.nested_folder)
    others = [cycle for cycle in cycles if PROTOTXT.folder(cycle[0].importer) not in SHARES_WITH_SUB_FOLDERS]
    assert not others, f"folders import each other:\n{chain(others)}"
    assert {PROTOTXT.folder(cycle[0].importer) for cycle in cycles} == set(SHARES_WITH_SUB_FOLDERS)


def test_no_cycle_between_modules() -> None:
    cycles = PROTOTXT.cycles()
    assert not cycles, f"modules import each other:\n{chain(cycles)}"


def test_folders_import_only_those_before_them() -> None:
    rank = {folder: place for place, folder in enumerate(ORDER)}
    back = [
        str(i)
        for i in PROTOTXT.imports
        if rank.get(PROTOTXT.folder(i.importer), -1) < rank.get(PROTOTXT.folder(i.imported), -1)
    ]
    # The package itself gives its errors' names at once, and all others when they are first used.
    assert [line for line in back if not line.startswith("prototxt:")] == []


def test_every_folder_has_its_place_in_the_order() -> None:
    assert {PROTOTXT.folder(module) for module in PROTOTXT.modules} - {""} <= set(ORDER)


def test_nothing_imports_the_package_itself() -> None:
    """Its names are fetched from all folders: whoever imports it imports everything."""
    assert [str(i) for i in PROTOTXT.imports if i.imported == "prototxt" and i.importer != "prototxt"] == []


def test_private_modules_and_names_stay_in_their_folders() -> None:
    assert [str(i) for i in PROTOTXT.private_imports()] == []


LISTS_ITS_NAMES = {
    *("errors", "blobs", "util", "formats", "frontend", "weights", "kernels", "plan", "engine", "net"),
    *(
        "views",
        "solver",
        "pictures",
        "batch",
        "data",
        "images",
        "boxes",
        "text",
        "upgrade",
        "graph",
        "detection",
    ),
}
"""Folders whose every module has `__all__`; the others are to follow."""


def test_modules_list_the_names_that_others_may_use() -> None:
    unlisted = [
        module
        for module, path in PROTOTXT.modules.items()
        if PROTOTXT.folder(module) in LISTS_ITS_NAMES
        and path.name != "__init__.py"
        and "\n__all__ = [" not in path.read_text()
    ]
    assert unlisted == []


def test_the_top_folder_has_few_entries() -> None:
    entries = [path for path in SOURCE.iterdir() if path.name != "__pycache__"]
    assert len(entries) <= MAX_ENTRIES, sorted(path.name for path in entries)
    loose = [path.name for path in entries if path.is_file()]
    assert len(loose) <= MAX_LOOSE_FILES, sorted(loose)


def is_at(place: str, doors: Iterable[str]) -> bool:
    """True if a file is one of the doors or lies in one; a folder's door ends with a slash."""
    return any(fnmatchcase(place, f"{door}*" if door.endswith("/") else door) for door in doors)


def test_libraries_come_in_by_their_doors() -> None:
    strangers = [
        str(i)
        for i in PROTOTXT.outside
        if (library := i.imported.partition(".")[0]) in DOORS
        and not is_at(PROTOTXT.place(i.importer), DOORS[library])
    ]
    assert strangers == []


def test_every_library_has_a_door() -> None:
    libraries = {i.imported.partition(".")[0] for i in PROTOTXT.outside}
    assert libraries - sys.stdlib_module_names - {"numpy"} == set(DOORS)


def test_only_commands_print() -> None:
    printing = [
        f"{module}:{node.lineno}"
        for module, path in PROTOTXT.modules.items()
        if PROTOTXT.folder(module) != "cli"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"print", "exit"}
    ]
    assert printing == []


def test_kernels_know_numpy_only() -> None:
    ours = [i for i in PROTOTXT.imports if PROTOTXT.folder(i.importer) == "kernels"]
    assert {PROTOTXT.folder(i.imported) for i in ours} == {"kernels"}
    theirs = {
        i.imported.partition(".")[0] for i in PROTOTXT.outside if PROTOTXT.folder(i.importer) == "kernels"
    }
    assert theirs - {"numba"} <= KERNELS_MAY_IMPORT


STARTS_WITHOUT = {
    *("numpy", "PIL", "threadpoolctl", "h5py", "lmdb", "plyvel", "pyarrow"),  # arrays and files of arrays
    *("prototxt.net", "prototxt.engine", "prototxt.kernels", "prototxt.plan", "prototxt.weights"),
    *("prototxt.data", "prototxt.images", "prototxt.batch", "prototxt.explain", "prototxt.export"),
    *("prototxt.text.syntax", "difflib"),  # words for what is wrong
    *("google.protobuf.descriptor_pb2", "google.protobuf.symbol_database"),  # the default pool
    *("argparse", "asyncio", "csv", "importlib.metadata", "json", "statistics", "unittest"),
    *("rich._emoji_codes", "rich.live", "rich.progress", "rich.syntax", "rich.table", "rich.traceback"),
}
"""Modules that a table of shapes does not need: each would be loaded before anything is printed."""

LIBRARIES = ("click", "google.protobuf.message_factory", "lark", "rich.console")
"""Libraries that a table of shapes needs, with the modules that they load."""


def loaded_by_shapes(*options: str, after: Sequence[str] = ("sys",)) -> set[str]:
    """The modules that `prototxt-shapes` loads, without those loaded by importing `after` first."""
    script = (
        f"import sys, {', '.join(after)}; before = set(sys.modules); from prototxt.cli.shapes import main; "
        "main(sys.argv[1:], standalone_mode=False); print(*set(sys.modules) - before, file=sys.stderr)"
    )
    net = SOURCE.parents[1] / "examples" / "alexnet.prototxt"
    command = [sys.executable, "-c", script, str(net), *options]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}  # of these sources, wherever others are installed
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | paths)
    return set(done.stderr.split())


def test_shapes_load_only_needed_modules() -> None:
    assert loaded_by_shapes() >= {*LIBRARIES, "prototxt.views.table", "prototxt.layers.convolution"}
    assert not loaded_by_shapes(after=LIBRARIES) & STARTS_WITHOUT


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_other_forms_draw_no_table(form: str) -> None:
    loaded = loaded_by_shapes("--format", form)
    assert "prototxt.views.export" in loaded
    assert not loaded & {"numpy", "rich", "prototxt.views.table"}


def test_a_net_loads_only_its_own_layer_types() -> None:
    loaded = {name for name in loaded_by_shapes() if name.startswith("prototxt.layers.")}
    assert "prototxt.layers.lrn" in loaded
    assert not loaded & {"prototxt.layers.lstm", "prototxt.layers.data", "prototxt.layers.python"}


def test_compiled_kernels_are_loaded_only_on_request() -> None:
    users = {
        PROTOTXT.place(i.importer)
        for i in PROTOTXT.imports
        if i.imported.startswith("prototxt.kernels.compiled")
    }
    assert {user.rpartition("/")[0] for user in users} == {"kernels/compiled", "plan/compiled"}
    script = (
        "import sys, prototxt, prototxt.net; prototxt.load_net(sys.argv[1], keep='outputs').forward(); "
        "sys.exit('numba' in sys.modules or 'prototxt.plan.compiled' in sys.modules)"
    )
    net = SOURCE.parents[1] / "examples" / "lenet.prototxt"
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(
        [sys.executable, "-c", script, str(net)], check=True, capture_output=True, env=os.environ | paths
    )


# The law itself, on made-up packages.


def package(folder: Path, files: Mapping[str, str]) -> Package:
    for name, text in files.items():
        path = folder / "made" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Package(folder / "made")


TWO_FOLDERS = {
    "__init__.py": "",
    "low/__init__.py": "",
    "low/names.py": "import os\n",
    "high/__init__.py": "",
    "high/use.py": "from made.low.names import os\n",
}


def test_two_folders_in_one_direction_are_no_cycle(tmp_path: Path) -> None:
    made = package(tmp_path, TWO_FOLDERS)
    assert made.cycles() == made.cycles(made.folder) == []
    assert [str(i) for i in made.imports] == ["made.high.use:1 imports made.low.names.os"]
    assert [i.imported for i in made.outside] == ["os"]


@pytest.mark.parametrize(
    ("back", "name"),
    [
        ("from made.high.use import os\n", "made.high.use.os"),
        ("import made.high.use\n", "made.high.use"),
        ("from made.high import use\n", "made.high.use"),
        ("from made import high\n", "made.high"),
        ("from ..high import use\n", "made.high.use"),
        ("from ..high.use import os\n", "made.high.use.os"),
        ("def late():\n    from made.high import use\n", "made.high.use"),
        ("try:\n    from made.high import use\nexcept ImportError:\n    pass\n", "made.high.use"),
        ("if TYPE_CHECKING:\n    pass\nelse:\n    from made.high import use\n", "made.high.use"),
    ],
)
def test_a_cycle_between_folders_is_named_import_by_import(tmp_path: Path, back: str, name: str) -> None:
    made = package(tmp_path, TWO_FOLDERS | {"low/back.py": back})
    (cycle,) = made.cycles(made.folder)
    text = chain([cycle])
    assert "made.high.use:1 imports made.low.names.os" in text
    assert f"imports {name}" in text
    assert len(cycle) == 2
    assert made.cycles() == []  # the modules themselves are in no cycle


@pytest.mark.parametrize("test", ["TYPE_CHECKING", "typing.TYPE_CHECKING"])
def test_imports_for_type_checkers_do_not_count(tmp_path: Path, test: str) -> None:
    made = package(tmp_path, TWO_FOLDERS | {"low/back.py": f"if {test}:\n    from made.high import use\n"})
    assert made.cycles(made.folder) == []


def test_the_shortest_cycle_of_modules_is_shown(tmp_path: Path) -> None:
    made = package(
        tmp_path,
        {
            "__init__.py": "",
            "a.py": "from made import b\n",
            "b.py": "from made import c\n",
            "c.py": "from made import a, d\n",
            "d.py": "\nimport made.c\n",
        },
    )
    assert [[str(i) for i in cycle] for cycle in made.cycles()] == [
        ["made.c:1 imports made.d", "made.d:2 imports made.c"]
    ]


@pytest.mark.parametrize(
    ("place", "text", "caught"),
    [
        ("high/use.py", "from made.low import _inner\n", True),
        ("high/use.py", "from made.low._inner import name\n", True),
        ("high/use.py", "def late():\n    from made.low.names import _name\n", True),
        ("high/use.py", "from made.low import names\nnames._name()\n", True),
        ("high/use.py", "from made.low import __doc__\n", False),
        ("low/other.py", "from made.low import _inner\n", False),
        ("low/deep/other.py", "from made.low._inner import _name\n", False),
        ("high/use.py", "from made.low.names import name\n", False),
    ],
)
def test_private_names_of_other_folders_are_caught(
    tmp_path: Path, place: str, text: str, caught: bool
) -> None:
    made = package(tmp_path, TWO_FOLDERS | {"low/_inner.py": "", place: text})
    assert bool(list(made.private_imports())) is caught


def test_doors() -> None:
    assert is_at("cli/run/command.py", ["cli/"])
    assert is_at("explain/sections/views/text.py", ["explain/*/views/"])
    assert is_at("text/parse.py", ["text/parse.py"])
    assert not is_at("text/parse.py", ["cli/", "text/build.py"])
    assert not is_at("client/x.py", ["cli/"])
    assert not is_at("explain/cli/x.py", ["cli/"])
