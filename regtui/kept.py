"""Whether a mirror had an image already or fetched it just now, as far as its answer and the time tell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from regtui.events import RequestEnded

SLOW, FAST = 8.0, 2.0
"""How many times the ping's time a manifest takes that comes from afar, and one that lies there already."""
FAR, NEAR = 50.0, 5.0
"""Milliseconds that a manifest from afar takes at least more than the ping, and one from the store at most more."""
_MANIFEST = "/manifests/"


def kept_words(requests: Iterable[RequestEnded], ping: float | None) -> str:
    """Return words for what a mirror that served an image did, empty where neither a header nor the time tells.

    `ping` is what the same server took for `GET /v2/`, in milliseconds. docker's own registry says nothing of its
    cache, and asks its upstream for every tag whether it is still the same.
    """
    asked = [one for one in requests if _MANIFEST in one.url and one.status == 200]
    told = next((one.cache for one in asked if one.cache), "")
    if told:
        return _by_header(told)
    if not asked or ping is None:
        return ""
    took = asked[0].ms
    times = f"it seems: {_ms(took)}, /v2/ {_ms(ping)}"
    if took >= SLOW * ping and took >= ping + FAR:
        return f"asked its upstream just now, {times}"
    return f"had it already, {times}" if took <= FAST * ping + NEAR else ""


def _by_header(told: str) -> str:
    if re.search("miss|expired|bypass", told, re.IGNORECASE):
        return f"fetched just now: its answer says {told}"
    return f"had it already: its answer says {told}"


def _ms(time: float) -> str:
    return f"{time:.0f} ms" if time >= 1 else "<1 ms"
