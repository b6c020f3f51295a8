"""Random events and configurations, made from the annotations of their fields."""

from __future__ import annotations

import dataclasses
import types
import typing
from enum import StrEnum
from ipaddress import ip_network
from typing import Any

from hypothesis import strategies as st

from regtui import events
from regtui.engines.base import Found, Plan
from regtui.outcome import Outcome, Stage

_NAMES = {"Plan": Plan, "Found": Found, "Outcome": Outcome, "Stage": Stage}
_NETWORKS = st.sampled_from(["127.0.0.0/8", "::1/128", "10.0.0.0/8", "192.0.2.7/32"]).map(ip_network)


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for values of an annotation."""
    if isinstance(hint, types.UnionType):
        kinds = typing.get_args(hint)
        if any(kind is not types.NoneType and "Network" in kind.__name__ for kind in kinds):
            return st.none() | _NETWORKS
        return st.one_of([st.none() if kind is types.NoneType else any_of(kind) for kind in kinds])
    if typing.get_origin(hint) is tuple:
        return st.lists(any_of(typing.get_args(hint)[0]), max_size=2).map(tuple)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = typing.get_type_hints(hint, localns=_NAMES)
        return st.builds(hint, **{field.name: any_of(hints[field.name]) for field in dataclasses.fields(hint)})
    if issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    simple: dict[type, st.SearchStrategy[Any]] = {
        str: st.text(max_size=12),
        bool: st.booleans(),
        int: st.integers(-(2**53), 2**53),
        float: st.floats(0, 1e9),
    }
    return simple[hint]


def any_event() -> st.SearchStrategy[events.Event]:
    """Return a strategy for events of all kinds; they need not fit any plan."""
    return st.one_of([any_of(kind) for kind in events.KINDS.values()])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
"""Any JSON value."""
