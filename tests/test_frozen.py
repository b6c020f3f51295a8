"""The quick way to make frozen classes is the one of the standard library in all that a program can see."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from dataclasses import FrozenInstanceError, field
from typing import TYPE_CHECKING, Any

import pytest

from regtui.frozen import FEW, dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

MAKERS = (dataclass, dataclasses.dataclass)


@dataclass(frozen=True, slots=True)
class Place:
    """At the top of a module, where pickle finds it."""

    host: str
    port: int = 443


def classes(make: Callable[..., Any]) -> tuple[Any, Any]:
    """Return a class with every kind of field that there is in regtui, and one that derives from it."""

    @make(frozen=True, slots=True)
    class Base:
        """A base."""

        name: str
        secret: str = field(default="hunter2", repr=False)
        items: dict[str, int] = field(default_factory=dict, compare=False)

        @property
        def shout(self) -> str:
            return self.name.upper()

    @make(frozen=True, slots=True)
    class Derived(Base):
        number: int = 0

        def __str__(self) -> str:
            return f"{self.name} {self.number}"

    return Base, Derived


def seen(make: Callable[..., Any]) -> dict[str, object]:
    """Return what a program can see of the classes and their objects."""
    base, derived = classes(make)
    one, same, other = base("a"), base(name="a", secret="hunter2", items={"x": 1}), base("b")
    new = dataclasses.replace(derived("d", number=1), name="e")
    match new:
        case derived(name, secret, _, number):
            matched = (name, secret, number)
    return {
        "repr": [repr(made).rpartition(".")[2] for made in (one, same, new)],
        "str": str(new),
        "equal": (one == same, one == other, one == new, one == "a", derived("a") == base("a")),
        "hash": (hash(one) == hash(same), hash(one) == hash(other)),
        "fields": [(one.name, one.default, one.repr, one.compare) for one in dataclasses.fields(derived)],
        "as a dict": dataclasses.asdict(new),
        "own factory": base("a").items is not base("a").items,
        "matched": matched,
        "property": new.shout,
        "slots": (derived.__slots__, hasattr(new, "__dict__")),
        "copy": copy.copy(new) == copy.deepcopy(new) == new,
        "doc": base.__doc__,
    }


def test_a_program_sees_no_difference() -> None:
    quick, standard = (seen(make) for make in MAKERS)
    assert quick == standard


@pytest.mark.parametrize("make", MAKERS)
def test_nothing_can_be_changed(make: Callable[..., Any]) -> None:
    for cls in classes(make):
        made = cls("a")
        with pytest.raises(FrozenInstanceError):
            made.name = "b"
        with pytest.raises(FrozenInstanceError):
            del made.name
        with pytest.raises((FrozenInstanceError, TypeError)):  # CPython issue 90562: super() in a class with slots
            made.other = 1


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("values", "named"), [((), {}), (("a",), {"name": "b"}), (("a",), {"nope": 1}), (("a", "b", {}, 1, 2), {})]
)
def test_a_wrong_call_is_a_type_error(
    make: Callable[..., Any], values: tuple[object, ...], named: dict[str, object]
) -> None:
    for cls in classes(make):
        with pytest.raises(TypeError):
            cls(*values, **named)
        with pytest.raises(TypeError):  # the first call has written the method, the second finds it
            cls(*values, **named)


def test_methods_of_a_class_are_its_own() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd:
        value: int

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Odd) and self.value % 2 == other.value % 2

        def __repr__(self) -> str:
            return "odd"

    assert Odd(1) == Odd(3)
    assert repr(Odd(1)) == "odd"


def test_a_class_may_have_no_fields() -> None:
    @dataclass(frozen=True, slots=True)
    class Nothing:
        """Nothing."""

    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1


def test_objects_can_be_pickled() -> None:
    made = Place("quay.io", 5000)
    assert pickle.loads(pickle.dumps(made)) == made


def test_another_kind_of_class_is_refused() -> None:
    with pytest.raises(TypeError, match="standard library"):
        dataclass(frozen=False, slots=True)


def test_the_first_objects_are_made_as_all_later_ones() -> None:
    quick, standard = (
        [cls("a", secret=str(number), **({"items": {}} if number % 2 else {})) for number in range(3 * FEW)]
        for cls in (classes(make)[1] for make in MAKERS)
    )
    assert [repr(one) for one in quick] == [repr(one) for one in standard]
    assert [dataclasses.asdict(one) for one in quick] == [dataclasses.asdict(one) for one in standard]
