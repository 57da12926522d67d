"""The imports of a package, read from its source: who imports whom, in cycles or not."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path


@dataclass(frozen=True)
class Import:
    """One import statement's share: `importer` imports `name` of `imported` ("" for the module itself)."""

    importer: str
    imported: str
    name: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}" + (f".{self.name}" if self.name else "")


@dataclass(frozen=True)
class Package:
    """A package's modules and their imports, those inside functions included.

    What stands under `if TYPE_CHECKING:` never runs and does not count. What a string names
    (`import_module`, a lazy `__getattr__`) is not noticed.
    """

    root: Path
    name: str = field(default="")

    @property
    def title(self) -> str:
        return self.name or self.root.name

    @cached_property
    def modules(self) -> dict[str, Path]:
        """Every module by its dotted name; a package by the name of its folder."""
        return {self._name_of(path): path for path in sorted(self.root.rglob("*.py"))}

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """Imports within the package, each resolved to the module it names."""
        return tuple(i for i in self._all if i.imported in self.modules)

    @cached_property
    def outside(self) -> tuple[Import, ...]:
        """Imports of other libraries, by their full name."""
        return tuple(i for i in self._all if i.imported not in self.modules)

    def folder(self, module: str) -> str:
        """The top-level folder of a module; a loose file is a folder of its own, "" is the package itself."""
        return module.removeprefix(self.title).lstrip(".").partition(".")[0]

    def nested_folder(self, module: str) -> str:
        """The folder that holds a module, however deep; a loose file or a package is a folder of its own."""
        is_own = self.modules[module].name == "__init__.py" or module.count(".") == 1
        return module if is_own else module.rpartition(".")[0]

    def place(self, module: str) -> str:
        """The path of a module inside the package, with slashes."""
        return self.modules[module].relative_to(self.root).as_posix()

    def cycles(self, group: Callable[[str], str] = str) -> list[list[Import]]:
        """One shortest cycle for every knot of groups of modules that import each other.

        `group` names what a module belongs to: itself, or its folder.
        """
        edges: dict[str, dict[str, Import]] = {}
        for i in self.imports:
            ends = group(i.importer), group(i.imported)
            if ends[0] != ends[1] or i.importer == i.imported:
                edges.setdefault(ends[0], {}).setdefault(ends[1], i)
        knots = strongly_connected({start: list(ends) for start, ends in edges.items()})
        return [_shortest_cycle(edges, knot) for knot in knots]

    def private_imports(self) -> Iterator[Import]:
        """Imports of a private module or name by a module outside the folder that holds it."""
        for i in (*self.imports, *self._attributes()):
            owner = self._private_owner(i)
            if owner and not f"{i.importer}.".startswith(f"{owner}.") and i.importer != i.imported:
                yield i

    def _private_owner(self, i: Import) -> str:
        """The package that may use what is imported, "" if everybody may."""
        parts = i.imported.split(".")
        for depth, part in enumerate(parts):
            if is_private(part):
                return ".".join(parts[:depth])
        if not is_private(i.name):
            return ""
        is_package = self.modules[i.imported].name == "__init__.py"
        return i.imported if is_package else i.imported.rpartition(".")[0]

    def _attributes(self) -> Iterator[Import]:
        """Private attributes taken from imported modules: `from package import module; module._name`."""
        for module, tree in self._trees.items():
            bound = dict(self._bound_modules(module, tree))
            for node in ast.walk(tree):
                if (
                    isinstance(node, ast.Attribute)
                    and isinstance(node.value, ast.Name)
                    and is_private(node.attr)
                    and node.value.id in bound
                ):
                    yield Import(module, bound[node.value.id], node.attr, node.lineno)

    def _bound_modules(self, module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
        """Local names that stand for modules of the package."""
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                source = self._source(module, node)
                for alias in node.names:
                    if f"{source}.{alias.name}" in self.modules:
                        yield alias.asname or alias.name, f"{source}.{alias.name}"
            elif isinstance(node, ast.Import):
                yield from ((a.asname, a.name) for a in node.names if a.asname and a.name in self.modules)

    @cached_property
    def _trees(self) -> dict[str, ast.Module]:
        return {module: ast.parse(path.read_text("utf-8")) for module, path in self.modules.items()}

    @cached_property
    def _all(self) -> tuple[Import, ...]:
        return tuple(i for module, tree in self._trees.items() for i in self._imports_of(module, tree))

    def _imports_of(self, module: str, tree: ast.Module) -> Iterator[Import]:
        for node in running(tree):
            if isinstance(node, ast.Import):
                yield from (Import(module, alias.name, "", node.lineno) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                source = self._source(module, node)
                for alias in node.names:
                    whole = f"{source}.{alias.name}"
                    if whole in self.modules:
                        yield Import(module, whole, "", node.lineno)
                    else:
                        yield Import(module, source, alias.name, node.lineno)

    def _source(self, module: str, node: ast.ImportFrom) -> str:
        """The absolute name of the module of a `from ... import`, relative ones resolved."""
        if not node.level:
            return node.module or ""
        up = node.level - (self.modules[module].name == "__init__.py")
        parts = module.split(".")
        base = ".".join(parts[: len(parts) - up])
        return f"{base}.{node.module}" if node.module else base

    def _name_of(self, path: Path) -> str:
        parts = (self.title, *path.relative_to(self.root).with_suffix("").parts)
        return ".".join(parts).removesuffix(".__init__")


def running(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node of a tree but those that only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and is_type_checking(node.test):
            for other in node.orelse:
                yield other
                yield from running(other)
        else:
            yield node
            yield from running(node)


def is_type_checking(test: ast.expr) -> bool:
    """True for `TYPE_CHECKING` and `typing.TYPE_CHECKING`."""
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def is_private(name: str) -> bool:
    """True for `_name`, not for `__name__`."""
    return name.startswith("_") and not name.endswith("__")


def strongly_connected(edges: Mapping[str, Iterable[str]]) -> list[set[str]]:
    """The groups of two or more nodes that reach each other, and nodes with an edge to themselves (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[set[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            start = stack.index(node)
            group = set(stack[start:])
            del stack[start:]
            if len(group) > 1 or node in edges.get(node, ()):
                groups.append(group)

    for node in edges:
        if node not in index:
            visit(node)
    return groups


def _shortest_cycle(edges: Mapping[str, Mapping[str, Import]], knot: set[str]) -> list[Import]:
    return min((_way_back(edges, knot, node) for node in sorted(knot)), key=len)


def _way_back(edges: Mapping[str, Mapping[str, Import]], knot: set[str], start: str) -> list[Import]:
    """The shortest way from a node of a knot through the knot to itself."""
    ways: deque[tuple[str, list[Import]]] = deque([(start, [])])
    visited: set[str] = set()
    while ways:
        node, way = ways.popleft()
        for other, i in edges.get(node, {}).items():
            if other == start:
                return [*way, i]
            if other in knot and other not in visited:
                visited.add(other)
                ways.append((other, [*way, i]))
    raise AssertionError(f"{start} is in no cycle")
