"""Events and their parts as JSON, and back: every type is read by its own annotations, strictly and within bounds."""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from regtui import events
from regtui.engines.base import Found, Plan
from regtui.outcome import Outcome, Stage
from regtui.redaction import TEXT_LIMIT
from regtui.text import printable

ITEMS_LIMIT = 10_000
"""Entries of one list; the longest real one is an index's platforms."""
NUMBER_LIMIT = 10**400
"""The largest count, in either direction: the size that a hostile manifest claims may have three hundred digits."""
TIME_LIMIT = 1e9
"""The largest time, whatever its unit; a walk ends within two minutes."""

_NAMES = {"Plan": Plan, "Found": Found, "Outcome": Outcome, "Stage": Stage}
"""What `regtui.events` imports for type checking alone."""
_NETWORKS = (IPv4Network, IPv6Network)


class RecordError(Exception):
    """Data that are no record. `str()` is a clause: `candidates[2].registry is no text`."""


def to_data(value: object) -> object:
    """Return a dataclass, or what one is made of, as JSON-ready data."""
    match value:
        case StrEnum():
            return value.value
        case IPv4Network() | IPv6Network():
            return str(value)
        case tuple():
            return [to_data(item) for item in value]
        case _ if dataclasses.is_dataclass(value):
            return {field.name: to_data(getattr(value, field.name)) for field in dataclasses.fields(value)}
        case _:
            return value


def event_of(data: object) -> events.Event:
    """Return the event that the data hold; raises RecordError. Keys that no field has are passed over.

    Texts are printable and of bounded length, numbers finite and in bounds. Whether a candidate or an endpoint exists
    is the plan's matter.
    """
    if not isinstance(data, dict):
        raise RecordError("it is no object")
    kind = data.get("event")
    found = events.KINDS.get(kind) if isinstance(kind, str) else None
    if found is None:
        shown = printable(kind, 60) if isinstance(kind, str) else "of that name"
        raise RecordError(f"there is no event {shown}")
    event = value_of(found, data, "")
    assert isinstance(event, events.Event)
    return event


def value_of(hint: Any, data: object, place: str) -> Any:
    """Return the value that the annotation describes; raises RecordError, which names the place below the record.

    Known are text, numbers, booleans, enumerations, networks, dataclasses, tuples of one kind, and None beside them.
    """
    if isinstance(hint, types.UnionType):
        return _optional(hint, data, place)
    if typing.get_origin(hint) is tuple:
        item, _dots = typing.get_args(hint)
        if not isinstance(data, list) or len(data) > ITEMS_LIMIT:
            raise RecordError(f"{place} is no list, or one that is too long")
        return tuple(value_of(item, one, f"{place}[{index}]") for index, one in enumerate(data))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, data, place)
    if issubclass(hint, StrEnum):
        return _member(hint, data, place)
    return _scalar(hint, data, place)


def _optional(hint: types.UnionType, data: object, place: str) -> Any:
    kinds = [kind for kind in typing.get_args(hint) if kind is not types.NoneType]
    if data is None and len(kinds) < len(typing.get_args(hint)):
        return None
    if all(kind in _NETWORKS for kind in kinds):
        try:
            return ip_network(data) if isinstance(data, str) else _refuse(place, "network")
        except ValueError:
            return _refuse(place, "network")
    (kind,) = kinds
    return value_of(kind, data, place)


def _dataclass(hint: type, data: object, place: str) -> Any:
    if not isinstance(data, dict):
        raise RecordError(f"{place or 'it'} is no object")
    values: dict[str, Any] = {}
    for field, kind, needed in _fields(hint):
        below = f"{place}.{field}" if place else field
        if field in data:
            values[field] = value_of(kind, data[field], below)
        elif needed:
            raise RecordError(f"{below} is missing")
    return hint(**values)


@functools.cache
def _fields(hint: type) -> tuple[tuple[str, Any, bool], ...]:
    """Return name, annotation, and whether it must be given, of each field of a dataclass."""
    hints = typing.get_type_hints(hint, localns=_NAMES)
    missing = dataclasses.MISSING
    return tuple(
        (field.name, hints[field.name], field.default is missing and field.default_factory is missing)
        for field in dataclasses.fields(hint)
    )


def _member(hint: type[StrEnum], data: object, place: str) -> StrEnum:
    found = next((member for member in hint if member.value == data), None)
    if found is None:
        raise RecordError(f"{place} is none of {', '.join(hint)}")
    return found


def _scalar(hint: type, data: object, place: str) -> object:
    if hint is str:
        return printable(data, TEXT_LIMIT) if isinstance(data, str) else _refuse(place, "text")
    if hint is bool:
        return data if isinstance(data, bool) else _refuse(place, "truth value")
    if isinstance(data, bool) or not isinstance(data, int | float):
        return _refuse(place, "number")
    if hint is int:
        is_good = isinstance(data, int) and abs(data) <= NUMBER_LIMIT
        return data if is_good else _refuse(place, "whole number in bounds")
    assert hint is float, f"no rule for {hint}"
    # A whole number may have thousands of digits, which float() does not take.
    if abs(data) > TIME_LIMIT or not math.isfinite(data) or data < 0:
        return _refuse(place, "time")
    return float(data)


def _refuse(place: str, wanted: str) -> typing.NoReturn:
    raise RecordError(f"{place} is no {wanted}")
