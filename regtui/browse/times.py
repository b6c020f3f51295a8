"""Points of time as images and artifacts give them (RFC 3339), read tolerantly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

_STAMP = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII
)
_NEVER = datetime(1, 1, 2, tzinfo=UTC)
"""Go's zero time is the first day of the year 1: it stands for no time at all."""


def read_time(text: str) -> datetime | None:
    """Return the moment, None for what is none: another form, a date that does not exist, Go's zero time."""
    match = _STAMP.fullmatch(text.strip())
    if match is None:
        return None
    fraction = int((match[7] or "0").ljust(9, "0")) // 1000
    try:
        offset = timedelta(hours=int(match[9] or 0), minutes=int(match[10] or 0)) * (-1 if match[8] == "-" else 1)
        year, month, day, hour, minute, second = (int(match[number]) for number in range(1, 7))
        moment = datetime(year, month, day, hour, minute, min(second, 59), fraction, tzinfo=timezone(offset))
        return None if moment.astimezone(UTC) < _NEVER else moment
    except (ValueError, OverflowError):
        return None
