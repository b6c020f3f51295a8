"""`dataclass(frozen=True, slots=True)` without the price at every start.

The one of the standard library writes six methods of each class as text and compiles them: 0.4 ms a class, which for
the classes that a start loads is as much as all their modules together. Here five of them are the same functions for
every class, and the sixth, `__init__`, is written when some objects of the class have been made. What it makes is a
dataclass to `dataclasses.replace`, `fields`, `match` and the type checker, and behaves as theirs.
"""

from __future__ import annotations

import dataclasses
from dataclasses import MISSING, FrozenInstanceError
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass
else:

    def dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
        """Return the decorator; there is no other kind than frozen with slots."""
        if not frozen or not slots:
            raise TypeError("for another kind of class take the dataclass of the standard library")
        return _frozen


FEW = 16
"""Objects that are made without an `__init__` of their own: to write one takes as long as to make some 30 so."""

_bare = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)
_UNSET = object()


def _frozen(cls: type) -> type:
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # else dataclasses writes a signature there, which costs more than all the rest
    made: Any = _bare(cls)
    names = [field.name for field in dataclasses.fields(made) if field.compare]
    made.__compared__ = staticmethod(attrgetter(*names) if names else _nothing)
    for function in _SHARED:
        name = function.__name__
        if name not in cls.__dict__ or (name == "__hash__" and cls.__dict__[name] is None):
            setattr(made, name, function)
    made.__init__ = _first_init(made)
    return made  # type: ignore[no-any-return]


def _nothing(_self: object) -> tuple[()]:
    return ()


def _first_init(cls: Any) -> Callable[..., None]:
    """Return an `__init__` for the first few objects; after them it writes the class's own, which is called then."""
    left = FEW

    def __init__(self: Any, *values: Any, **named: Any) -> None:  # noqa: N807 - it is one
        nonlocal left
        left -= 1
        if left < 0 or not _set_fields(self, cls, values, named):
            cls.__init__ = written = _written_init(cls)
            written(self, *values, **named)

    return __init__


def _set_fields(made: Any, cls: Any, values: tuple[Any, ...], named: dict[str, Any]) -> bool:
    """Set the fields as the call gives them; False where Python refuses such a call, for which it has the words."""
    fields = dataclasses.fields(cls)
    given = dict(zip([field.name for field in fields], values, strict=False))
    if len(values) > len(fields) or given.keys() & named.keys():
        return False
    given |= named
    for field in fields:
        if field.name in given:
            continue
        if field.default is not MISSING:
            given[field.name] = field.default
        elif field.default_factory is not MISSING:
            given[field.name] = field.default_factory()
        else:
            return False
    if len(given) > len(fields):
        return False
    for name, value in given.items():
        object.__setattr__(made, name, value)
    return True


def _written_init(cls: Any) -> Callable[..., None]:
    scope: dict[str, Any] = {"_set": object.__setattr__, "_UNSET": _UNSET}
    parameters, lines = ["self"], ["pass"]
    for field in dataclasses.fields(cls):
        name, value = field.name, field.name
        parameters.append(name)
        if field.default is not MISSING:
            scope[f"_default_{name}"] = field.default
            parameters[-1] += f"=_default_{name}"
        elif field.default_factory is not MISSING:
            scope[f"_make_{name}"] = field.default_factory
            parameters[-1] += "=_UNSET"
            value = f"_make_{name}() if {name} is _UNSET else {name}"
        lines.append(f"_set(self, {name!r}, {value})")
    text = f"def __init__({', '.join(parameters)}):\n    " + "\n    ".join(lines)
    exec(text, scope)  # noqa: S102 - as dataclasses does it; every word is a field's name, an identifier
    written: Callable[..., None] = scope["__init__"]
    written.__qualname__ = f"{cls.__qualname__}.__init__"
    return written


def __repr__(self: Any) -> str:  # noqa: N807 - a method of every class
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in dataclasses.fields(self) if one.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"


def __eq__(self: Any, other: Any) -> bool:  # noqa: N807 - a method of every class
    if type(other) is not type(self):
        return NotImplemented
    return bool(self.__compared__(self) == self.__compared__(other))


def __hash__(self: Any) -> int:  # noqa: N807 - a method of every class
    return hash(self.__compared__(self))


def __setattr__(self: Any, name: str, value: object) -> None:  # noqa: N807 - a method of every class
    del self, value
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> None:  # noqa: N807 - a method of every class
    del self
    raise FrozenInstanceError(f"cannot delete field {name!r}")


def __getstate__(self: Any) -> list[object]:  # noqa: N807 - a method of every class
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def __setstate__(self: Any, state: list[object]) -> None:  # noqa: N807 - a method of every class
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_SHARED = (__repr__, __eq__, __hash__, __setattr__, __delattr__, __getstate__, __setstate__)
