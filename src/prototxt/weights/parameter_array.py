"""Learned arrays that count the writes to them: NumPy arrays that users read and write as any other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, SupportsIndex, TypeAlias, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

from prototxt.blobs import Array, Shape

__all__ = ["ParameterArray", "ParameterMemory"]

AnyArray = NDArray[Any]
"""An array of any type of numbers: a view of a learned array may have another than float32."""

Operand: TypeAlias = Any
"""What NumPy takes or returns: an array, a number, an index, a data type."""

WRITERS: Mapping[Callable[..., Operand], str] = {
    np.copyto: "dst",
    np.fill_diagonal: "a",
    np.place: "arr",
    np.put: "a",
    np.put_along_axis: "arr",
    np.putmask: "a",
}
"""NumPy's functions that write into their first argument, with that argument's name."""


class ParameterMemory:
    """The memory of one learned array, and `version`, the number of writes to it.

    Whoever derives something from `array`, such as weights in a kernel's own form, compares versions to see whether it
    still holds. `array` itself is for readers inside the package; whoever writes into it calls `mark_written`.
    """

    __slots__ = ("_lent", "array", "version")

    def __init__(self, array: Array) -> None:
        self.array: Array = np.require(array, np.float32, ["C", "W", "A"])
        self.version = 0
        self._lent: Array = np.asarray(_ReadOnlyMemory(self.array))

    def mark_written(self) -> None:
        """Say that values may have changed."""
        self.version += 1

    def borrow(self, shape: Shape) -> ParameterArray:
        """The values in this shape, as an array whose writes are counted."""
        borrowed = self._lent.reshape(shape).view(ParameterArray)
        borrowed._memory = self
        return borrowed


class _ReadOnlyMemory:
    """The base of every array that is lent: NumPy refuses to make one of them writable again."""

    def __init__(self, array: Array) -> None:
        self._array = array  # keeps the memory alive
        pointer, _ = array.__array_interface__["data"]
        self.__array_interface__ = {**array.__array_interface__, "data": (pointer, True)}


class ParameterArray(np.ndarray[Operand, np.dtype[Operand]]):
    """A learned array, or a view of one, as users see it.

    It can be read, indexed, written (`a[...] = values`, `a += 1`, `np.copyto(a, values)`, `np.add(x, y, out=a)`,
    `a.sort()` ...) and passed to every NumPy function like any other array. Every write is counted in the memory that
    it belongs to, also one through a view of it (`a[0]`, `a.T`, `a.reshape(-1)`, `np.split(a, 2)[1]`). Results of
    computations and copies are plain arrays.

    What cannot be counted cannot be done: for NumPy's lower levels the array is read-only, so that a plain view of it
    (`np.asarray(a)`, `memoryview(a)`) can be read and raises an error when it is written.
    """

    _memory: ParameterMemory | None

    def __array_finalize__(self, source: object) -> None:
        self._memory = getattr(source, "_memory", None)

    # ---- Where its values lie ----

    @property
    def _offset(self) -> int | None:
        """Bytes from the start of the memory to the first value; None for an array that is no view of it."""
        if self._memory is None or not self.size:
            return None
        offset = _pointer(self) - _pointer(self._memory.array)
        return int(offset) if 0 <= offset < self._memory.array.nbytes else None

    def _writable(self) -> AnyArray:
        """The same values as a plain array that may be written."""
        offset = self._offset
        if offset is None or self._memory is None:
            return self.view(np.ndarray) if self.size else np.empty(self.shape, self.dtype)
        return np.ndarray(self.shape, self.dtype, self._memory.array, offset, self.strides)

    @contextmanager
    def _writing(self) -> Iterator[AnyArray]:
        """A plain array to write into; the write is counted, also one that fails half way."""
        try:
            yield self._writable()
        finally:
            self._count_write()

    def _count_write(self) -> None:
        if self._memory is not None:
            self._memory.mark_written()

    # ---- Writing ----

    def __setitem__(self, key: Operand, value: Operand, /) -> None:  # whatever NumPy takes
        with self._writing() as plain:
            plain[_plain(key)] = _plain(value)

    def fill(self, value: ArrayLike) -> None:
        with self._writing() as plain:
            plain.fill(_plain(value))

    def sort(self, *args: Operand, **kwargs: Operand) -> None:  # as ndarray.sort
        with self._writing() as plain:
            plain.sort(*args, **kwargs)

    def partition(self, *args: Operand, **kwargs: Operand) -> None:  # as ndarray.partition
        with self._writing() as plain:
            plain.partition(*args, **kwargs)

    def put(self, *args: Operand, **kwargs: Operand) -> None:  # as ndarray.put
        with self._writing() as plain:
            plain.put(*map(_plain, args), **kwargs)

    def setfield(self, *args: Operand, **kwargs: Operand) -> None:  # as ndarray.setfield
        with self._writing() as plain:
            plain.setfield(*map(_plain, args), **kwargs)

    def byteswap(self, inplace: bool = False) -> Operand:  # another array where it is not in place
        if not inplace:
            return _plain(self).byteswap()
        with self._writing() as plain:
            plain.byteswap(inplace=True)
        return self

    @property
    def flat(self) -> Operand:  # stands in for np.flatiter, which cannot be derived from
        """The values one after another, to be read and written."""
        return _Flat(self)

    @flat.setter
    def flat(self, values: ArrayLike) -> None:
        with self._writing() as plain:
            plain.flat[:] = _plain(values)

    # ---- What NumPy calls ----

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Operand, out: tuple[Operand, ...] = (), **kwargs: Operand
    ) -> Operand:
        """Computations: on plain arrays, and into the memory where this is an output."""
        targets = [*out, *(inputs[:1] if method == "at" else ())]
        arguments = [_plain(x) for x in inputs]
        if method == "at":
            arguments[0] = _opened(inputs[0])
        options = {name: _plain(value) for name, value in kwargs.items()}
        if out:
            options["out"] = tuple(map(_opened, out))
        try:
            result = getattr(ufunc, method)(*arguments, **options)
        finally:
            _count_writes(targets)
        if len(out) > 1:
            pairs = zip(out, result, strict=True)
            return tuple(value if given is None else given for given, value in pairs)
        return out[0] if out and out[0] is not None else result

    def __array_function__(
        self,
        func: Callable[..., Operand],
        types: Iterable[type],
        args: Iterable[Operand],
        kwargs: Mapping[str, Operand],  # whatever `func` takes
    ) -> Operand:
        """NumPy's other functions: views of this stay what they are, everything else is plain."""
        args, kwargs = list(args), dict(kwargs)
        targets = [kwargs.get("out")]
        if func in WRITERS:
            name = WRITERS[func]
            targets.append(args[0] if args else kwargs.get(name))
            if args:
                args[0] = _opened(args[0])
            else:
                kwargs[name] = _opened(kwargs.get(name))
        if isinstance(targets[0], ParameterArray):
            kwargs["out"] = _opened(targets[0])
        try:
            result = super().__array_function__(func, types, tuple(args), kwargs)
        finally:
            _count_writes(targets)
        return targets[0] if isinstance(targets[0], ParameterArray) else _settled(result)

    def __getitem__(self, key: Operand) -> Operand:  # a number, a view or a copy
        return _settled(super().__getitem__(key))

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Operand, ...]:  # as ndarray.__reduce_ex__
        """Pickled as a plain array of its own."""
        return cast(tuple[Operand, ...], np.array(self).__reduce_ex__(protocol))

    def __repr__(self) -> str:
        return repr(_plain(self))


def _copying(name: str) -> Callable[..., Operand]:
    """A method of ndarray that may give a copy: as a plain array."""
    inherited = getattr(np.ndarray, name)

    def method(self: ParameterArray, *args: Operand, **kwargs: Operand) -> Operand:
        return _settled(inherited(self, *args, **kwargs))

    method.__name__, method.__doc__ = name, inherited.__doc__
    return method


for _name in (
    "__copy__", "__deepcopy__", "argpartition", "argsort", "astype", "choose", "compress", "copy", "flatten",
    "ravel", "repeat", "reshape", "take",
):  # fmt: skip
    setattr(ParameterArray, _name, _copying(_name))


class _Flat:
    """`array.flat` of a learned array."""

    def __init__(self, array: ParameterArray) -> None:
        self._array = array
        self._values = _plain(array).flat

    def __getitem__(self, key: Operand) -> Operand:  # a number or an array
        return self._values[key]

    def __setitem__(self, key: Operand, value: ArrayLike) -> None:
        with self._array._writing() as plain:
            plain.flat[key] = _plain(value)

    def __len__(self) -> int:
        return self._array.size

    def __iter__(self) -> Iterator[Operand]:
        return iter(_plain(self._array).flat)

    def __next__(self) -> Operand:
        return next(self._values)

    def __array__(self, dtype: Operand = None, copy: bool | None = None) -> AnyArray:
        return np.array(_plain(self._array), dtype).reshape(-1)

    def __getattr__(self, name: str) -> Operand:
        """The other attributes of np.flatiter: `base`, `coords`, `index`, `copy` ..."""
        return getattr(self._values, name)


def _pointer(array: AnyArray) -> int:
    pointer: int = array.__array_interface__["data"][0]
    return pointer


def _plain(value: Operand) -> Operand:
    """A learned array as a plain one, read-only; every other value as it is."""
    return value.view(np.ndarray) if isinstance(value, ParameterArray) else value


def _opened(value: Operand) -> Operand:
    """A learned array as a plain one that may be written; every other value as it is."""
    return value._writable() if isinstance(value, ParameterArray) else value


def _count_writes(targets: Sequence[Operand]) -> None:
    for target in targets:
        if isinstance(target, ParameterArray):
            target._count_write()


def _settled(result: Operand) -> Operand:
    """A result of NumPy: plain where it is no view of a learned array."""
    if isinstance(result, ParameterArray):
        return result if result._offset is not None else result.view(np.ndarray)
    if type(result) in (list, tuple):
        return type(result)(map(_settled, result))
    return result
