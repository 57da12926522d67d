"""Law: who may import whom. The straight line goes one way, and each outside library has one door."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "prototxt"
MODULES = sorted(SOURCE.rglob("*.py"))

# folder -> the project's folders (or modules) it may import, besides its own and errors
ALLOWED = {
    "schema": set[str](),
    "user_cache": set[str](),
    "text": {"schema", "user_cache"},
    "definition": {"text"},
    "upgrade": {"definition", "schema", "text"},
    "lazy": set[str](),
    "boxes": {"layers", "lazy"},
    # data: the rooms that read files; weights: DummyData's fillers, InfogainLoss's matrix
    "layers": {"boxes", "data", "lazy", "schema", "weights"},
    "data": {"extras", "files", "hdf5", "images", "layers", "lazy", "schema"},
    "graph": {"definition", "layers", "schema", "text"},
    "extras": set[str](),
    "files": set[str](),
    "features": {"extras", "files", "hdf5", "interrupt", "layers", "lazy"},
    "hdf5": set[str](),
    "interrupt": set[str](),
    "limits": set[str](),
    "weights": {"files", "graph", "hdf5", "layers", "limits", "npy", "schema"},
    "kernels": set[str](),
    "plan": {"graph", "kernels", "layers"},
    "watch": {"graph", "layers", "lazy"},
    # files, user_cache: the kernels that were measured to be fastest are remembered
    "engine": {"files", "graph", "kernels", "layers", "limits", "plan", "user_cache", "watch", "weights"},
    # text: label maps are prototxt
    "images": {"files", "layers", "text", "weights"},
    "detections": {"boxes", "graph", "images", "layers"},
    "npy": {"files", "layers", "limits"},
    "runs": {"detections", "engine", "files", "graph", "images", "layers", "net", "npy", "watch"},
    "pictures": {"detections", "files", "images", "layers"},
    # net: what one value is made of needs an engine; the others: nets that are changed, and their weights
    "explain": {"definition", "graph", "layers", "net", "reading", "text", "weights"},
    # net: the values of maps and kernels
    "report": {"explain", "files", "graph", "images", "layers", "net", "pictures", "views", "watch"},
    "views": {"check", "detections", "explain", "graph", "images", "layers", "plan", "schema", "watch"},
    "solver": {"schema", "text"},
    "reading": {"definition", "graph", "layers", "solver", "text", "upgrade"},
    "rewrite": {"definition", "files", "schema", "solver", "text", "upgrade", "weights"},
    "check": {"definition", "graph", "layers", "reading", "text"},
    # pycaffe's names over the whole of it
    "caffe": {
        "data", "definition", "files", "graph", "images", "layers", "net", "reading", "schema", "text",
        "upgrade", "views", "weights",
    },
    "net": {
        "definition", "detections", "engine", "extras", "graph", "images", "kernels", "layers", "limits", "plan",
        "reading", "text", "views", "watch", "weights",
    },
}  # fmt: skip

# library -> the only places that may import it
DOORS = {
    "lark": {"text/parse.py"},
    "click": {"cli"},
    "google": {"schema", "text"},
    "PIL": {"images", "pictures"},  # the first reads them, the second draws them
    "rich": {"cli", "views"},
    "h5py": {"hdf5.py"},
    "pydot": {"caffe/draw.py"},
    "lmdb": {"data"},
    "plyvel": {"data"},
    "pyarrow": {"features"},
    "numba": {"kernels/compiled"},
}


def folder_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield f"{node.module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_rooms_import_only_what_they_may(path: Path) -> None:
    here = folder_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "prototxt":
            places = DOORS.get(parts[0])
            where = str(path.relative_to(SOURCE))
            assert places is None or any(where == p or where.startswith(f"{p}/") for p in places), name
        elif len(parts) > 1 and here in ALLOWED:
            assert parts[1] in {here, "errors", *ALLOWED[here]}, f"{here} imports {name}"


def test_every_room_has_a_rule() -> None:
    free = {"__init__", "cli", "errors"}
    assert {folder_of(path) for path in MODULES} - free == set(ALLOWED)


@pytest.mark.parametrize(
    "folder",
    [
        "kernels",
        "boxes",
        "layers",
        "graph",
        "plan",
        "engine",
        "weights",
        "text",
        "images",
        "data",
        "detections",
        "explain",
        "features",
        "pictures",
        "report",
    ],
)
def test_only_commands_print(folder: str) -> None:
    for path in (SOURCE / folder).rglob("*.py"):
        calls = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        assert not [c for c in calls if isinstance(c, ast.Name) and c.id in {"print", "exit"}], path


def test_readers_of_data_know_no_rooms() -> None:
    for path in (SOURCE / "data").glob("*.py"):
        assert {n for n in imports(path) if n.startswith("prototxt.layers")} <= {"prototxt.layers.base"}, path


def test_boxes_know_no_rooms() -> None:
    for path in (SOURCE / "boxes").glob("*.py"):
        assert {n for n in imports(path) if n.startswith("prototxt.layers")} <= {"prototxt.layers.base"}, path


def test_two_rooms_know_weights() -> None:
    users = {(p.name, n) for p in (SOURCE / "layers").glob("*.py") for n in imports(p) if "weights" in n}
    assert users == {
        ("dummy_data.py", "prototxt.layers.fillers"),
        ("infogain_loss.py", "prototxt.formats.caffemodel"),
    }


def test_kernels_know_numpy_alone() -> None:
    outside = {
        "__future__",
        "bisect",
        "collections.abc",
        "dataclasses",
        "functools",
        "itertools",
        "math",
        "numpy",
        "prototxt.kernels",
        "typing",
    }
    for path in (SOURCE / "kernels").glob("*.py"):
        rooms = {n if n in outside else n.rpartition(".")[0] or n for n in imports(path)}
        assert {"numpy" if n.startswith("numpy") else n for n in rooms} <= outside, path


STARTS_WITHOUT = {
    *("numpy", "PIL", "threadpoolctl", "h5py", "lmdb", "plyvel", "pyarrow"),  # arrays and files of arrays
    *("prototxt.net", "prototxt.engine", "prototxt.kernels", "prototxt.plan", "prototxt.weights"),
    *("prototxt.data", "prototxt.images", "prototxt.batch", "prototxt.engine.watch"),
    *("prototxt.text.syntax", "difflib"),  # words for what is wrong
    *("google.protobuf.descriptor_pb2", "google.protobuf.symbol_database"),  # the default pool
    *("argparse", "asyncio", "csv", "importlib.metadata", "json", "statistics", "unittest"),
    *("rich._emoji_codes", "rich.live", "rich.progress", "rich.syntax", "rich.table", "rich.traceback"),
}
"""What a table of shapes has no use for: each would be loaded before anything is said."""

LIBRARIES = ("click", "google.protobuf.message_factory", "lark", "rich.console")
"""What a table of shapes does need, with whatever they load themselves."""


def loaded_by_shapes(*options: str, behind: Sequence[str] = ("sys",)) -> set[str]:
    """The modules that `prototxt-shapes` loads; those of the modules that it runs behind are not counted."""
    script = (
        f"import sys, {', '.join(behind)}; before = set(sys.modules); from prototxt.cli.shapes import main; "
        "main(sys.argv[1:], standalone_mode=False); print(*set(sys.modules) - before, file=sys.stderr)"
    )
    net = SOURCE.parents[1] / "examples" / "alexnet.prototxt"
    command = [sys.executable, "-c", script, str(net), *options]
    paths = {"PYTHONPATH": os.pathsep.join(sys.path)}  # of these sources, wherever others are installed
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ | paths)
    return set(done.stderr.split())


def test_shapes_start_with_what_they_need() -> None:
    assert loaded_by_shapes() >= {*LIBRARIES, "prototxt.views.table", "prototxt.layers.convolution"}
    assert not loaded_by_shapes(behind=LIBRARIES) & STARTS_WITHOUT


@pytest.mark.parametrize("form", ["json", "csv", "markdown"])
def test_other_forms_draw_no_table(form: str) -> None:
    loaded = loaded_by_shapes("--format", form)
    assert "prototxt.views.export" in loaded
    assert not loaded & {"numpy", "rich", "prototxt.views.table"}


def test_a_net_loads_the_rooms_of_its_own_layers() -> None:
    rooms = {name for name in loaded_by_shapes() if name.startswith("prototxt.layers.")}
    assert "prototxt.layers.lrn" in rooms
    assert not rooms & {"prototxt.layers.lstm", "prototxt.layers.data", "prototxt.layers.python"}


def test_compiled_kernels_know_numba_too_and_nobody_loads_them_unasked() -> None:
    for path in (SOURCE / "kernels" / "compiled").glob("*.py"):
        rooms = {
            ".".join(n.split(".")[:2]) if n.startswith("prototxt") else n.split(".")[0] for n in imports(path)
        }
        assert rooms <= {
            "__future__",
            "collections",
            "functools",
            "math",
            "numba",
            "numpy",
            "prototxt.kernels",
            "typing",
        }, path
    users = {
        path.name
        for path in MODULES
        if "compiled" not in path.parts
        for n in imports(path)
        if "compiled" in n
    }
    assert users == {"compiled.py", "net.py"}
    script = (
        "import sys, prototxt, prototxt.net; prototxt.load_net(sys.argv[1], keep='outputs').forward(); "
        "sys.exit('numba' in sys.modules or 'prototxt.plan.compiled' in sys.modules)"
    )
    net = SOURCE.parents[1] / "examples" / "lenet.prototxt"
    subprocess.run([sys.executable, "-c", script, str(net)], check=True, capture_output=True)
