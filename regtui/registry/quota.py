"""What a registry says of its limits and its answers: rate limits, Retry-After, Warning. Pure reading of headers."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from regtui.frozen import dataclass
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_AMOUNT = re.compile(r"[ \t]*([0-9]{1,12})[ \t]*(?:;[ \t]*w[ \t]*=[ \t]*([0-9]{1,12})[ \t]*)?", re.ASCII)
_SECONDS = re.compile(r"[0-9]+", re.ASCII)
_WARNING = re.compile(r'299 - "((?:[^"\\\x00-\x1f\x7f]|\\["\\])*)"', re.ASCII)
LONGEST_WAIT = 366 * 86400.0
"""Seconds; a longer wait is cut to it, so that it can always be added to a date."""
WARNINGS_LIMIT = 4096
"""Characters of all warnings of one answer together (distribution-spec, Warnings)."""


@dataclass(frozen=True, slots=True)
class RateLimit:
    """Docker Hub's pull limit: `limit` and `remaining` pulls in `window` seconds, counted for `source`.

    None where the registry does not say.
    """

    limit: int | None = None
    remaining: int | None = None
    window: int | None = None
    source: str = ""


def rate_limit(limit: str | None, remaining: str | None, source: str | None) -> RateLimit | None:
    """Read `ratelimit-limit: 100;w=21600`, `ratelimit-remaining` and `docker-ratelimit-source`; None without them."""
    most, window = _amount(limit)
    left, other_window = _amount(remaining)
    if most is None and left is None:
        return None
    return RateLimit(most, left, window if window is not None else other_window, printable(source or "", 100))


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds to wait from `now` (with its time zone), None where the header says nothing usable.

    Seconds or an HTTP date (RFC 9110, 10.2.3); a date gone by is 0.0, anything longer than a year is a year.
    """
    text = (value or "").strip(" \t")
    if _SECONDS.fullmatch(text):
        return min(float(text), LONGEST_WAIT) if len(text) < 300 else LONGEST_WAIT
    if not text.isascii() or not 20 <= len(text) <= 40:  # parsedate takes far more than HTTP dates
        return None
    try:
        date = parsedate_to_datetime(text)
        wait = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0.0), LONGEST_WAIT)


def warnings(values: Iterable[str]) -> tuple[str, ...]:
    """Return the texts of `Warning: 299 - "TEXT"` headers, each once, cleaned; any other form is ignored."""
    texts: dict[str, None] = {}
    room = WARNINGS_LIMIT
    for value in values:
        match = _WARNING.fullmatch(value.strip(" \t")) if len(value) <= room else None
        if match is not None:
            room -= len(value)
            texts[printable(re.sub(r"\\(.)", r"\1", match[1]), WARNINGS_LIMIT)] = None
    return tuple(texts)


def _amount(text: str | None) -> tuple[int | None, int | None]:
    match = _AMOUNT.fullmatch(text or "")
    if match is None:
        return None, None
    return int(match[1]), int(match[2]) if match[2] else None
