"""Limits that a registry announces: rate limits, Retry-After, warnings; whatever is in the headers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.registry.quota import LONGEST_WAIT, RateLimit, rate_limit, retry_after, warnings

NOW = datetime(2026, 7, 1, 12, 0, 0, tzinfo=UTC)

WAITS = [
    ("120", 120.0),
    ("0", 0.0),
    (" 5 ", 5.0),
    ("Wed, 01 Jul 2026 12:01:30 GMT", 90.0),
    ("Wed, 01 Jul 2026 11:00:00 GMT", 0.0),
    ("Wednesday, 01-Jul-26 12:00:10 GMT", 10.0),
    ("Wed Jul  1 12:00:10 2026", 10.0),
    ("9" * 20, LONGEST_WAIT),
    ("9" * 400, LONGEST_WAIT),
    ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_WAIT),
    ("-1", None),
    ("1.5", None),
    ("\uff11\uff12", None),
    ("1_000", None),
    ("+5", None),
    ("soon", None),
    ("Wed, 99 Jul 2026 12:01:30 GMT", None),
    ("Wed, 01 Jul 2026 12:01:30 +9999", None),
    ("", None),
    (None, None),
]


@pytest.mark.fault(32)
@pytest.mark.parametrize(("value", "seconds"), WAITS)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.one_of(st.text(), st.text("0123456789 :,-+GMTWedJul", max_size=45)))
def test_any_retry_after_is_a_bounded_wait_or_none(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


QUOTAS = [
    (("100;w=21600", "76;w=21600", "203.0.113.7"), RateLimit(100, 76, 21600, "203.0.113.7")),
    (("100", "0", None), RateLimit(100, 0, None, "")),
    ((None, "5;w=60", None), RateLimit(None, 5, 60, "")),
    (("100;w=21600", "x", "a\x1bb"), RateLimit(100, None, 21600, "a\\x1bb")),
    (("-1", "\uff11", "y"), None),
    (("9" * 13, None, None), None),
    ((None, None, "203.0.113.7"), None),
]


@pytest.mark.fault(32)
@pytest.mark.parametrize(("headers", "expected"), QUOTAS)
def test_docker_hubs_quota(headers: tuple[str | None, str | None, str | None], expected: RateLimit | None) -> None:
    assert rate_limit(*headers) == expected


@pytest.mark.fault(34)
def test_warnings_are_cleaned_and_told_once() -> None:
    values = [
        '299 - "old, \\"very\\" old"',
        '299 - "old, \\"very\\" old"',
        '299 - "\u202e"',
        '199 - "x"',
        '299 - "a\x1bb"',
        "299",
    ]
    assert warnings(values) == ('old, "very" old', "\\u202e")
    assert warnings(['299 - "' + "x" * 4090 + '"', '299 - "y"']) == ("y",)
    assert len(warnings([f'299 - "{number:0100}"' for number in range(1000)])) == 4096 // 108
