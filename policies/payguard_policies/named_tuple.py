"""Named tuples for who starts often: what `typing.NamedTuple` defines, defined six times as fast.

The standard library compiles each class anew, and `typing` is as slow to import as a small
program: together they were half of the time to load the engine. Here one compiled function per
number of fields serves all classes. To a type checker it is `typing.NamedTuple` itself.
"""

import functools
import types
from collections.abc import Iterable, Mapping
from operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

try:
    from _collections import _tuplegetter as _getter  # type: ignore[import-not-found]
except ImportError:  # pragma: no cover  other Pythons than CPython, as in ``collections``

    def _getter(index: int, doc: str) -> property:
        return property(itemgetter(index), doc=doc)


class _Values(tuple[object, ...]):
    """What all named tuples can do; the methods do what those of the standard library do."""

    __slots__ = ()
    _fields: tuple[str, ...] = ()
    _field_defaults: Mapping[str, object] = types.MappingProxyType({})

    @classmethod
    def _make(cls, values: "Iterable[object]") -> "Self":
        made = tuple.__new__(cls, values)
        if len(made) != len(cls._fields):
            raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
        return made

    def _replace(self, /, **changes: object) -> "Self":
        made = tuple.__new__(self.__class__, map(changes.pop, self._fields, self))
        if changes:
            raise TypeError(f"{type(self).__name__} has no field {', '.join(map(repr, changes))}")
        return made

    def _asdict(self) -> dict[str, object]:
        return dict(zip(self._fields, self, strict=True))

    def __repr__(self) -> str:
        fields = map("{}={!r}".format, self._fields, self)
        return f"{type(self).__name__}({', '.join(fields)})"

    def __getnewargs__(self) -> tuple[object, ...]:
        """The values, to copy and to pickle it with."""
        return tuple(self)


class _Definition(type):
    """Turns a class statement whose base is ``NamedTuple`` into a class of tuples."""

    def __new__(cls, name: str, bases: tuple[type, ...], members: "dict[str, Any]") -> type:
        if not bases:
            return super().__new__(cls, name, bases, members)
        defined = type(name, (_Values,), {**members, "__slots__": ()})
        fields = tuple(defined.__annotations__)
        defaults = {field: members[field] for field in fields if field in members}
        getters = {field: _getter(at, f"Field {at}") for at, field in enumerate(fields)}
        for member, value in {
            "__match_args__": fields,
            "__new__": _constructor(fields, tuple(defaults.values())),
            "_field_defaults": defaults,
            "_fields": fields,
            **getters,
        }.items():
            setattr(defined, member, value)
        return defined


def _constructor(
    fields: tuple[str, ...], defaults: tuple[object, ...]
) -> "staticmethod[Any, object]":
    """Return the ``__new__`` of a class with these fields; the last ones have the defaults."""
    code = _code(len(fields)).replace(co_name="__new__", co_varnames=("_cls", *fields))
    return staticmethod(types.FunctionType(code, {"_new": tuple.__new__}, "__new__", defaults))


@functools.cache
def _code(count: int) -> types.CodeType:
    """Return what a function does that makes a tuple of so many values."""
    values = "".join(f"_{index}, " for index in range(count))
    made: types.FunctionType = eval(f"lambda _cls, {values}: _new(_cls, ({values}))")  # noqa: S307
    return made.__code__


if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414, TID251  offered here
else:

    class NamedTuple(metaclass=_Definition):
        """The base of a class statement that lists the fields, as `typing.NamedTuple` is."""
