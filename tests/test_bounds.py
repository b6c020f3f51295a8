"""Every bound is a constant with a reason, and the list of them is as the constants say."""

from __future__ import annotations

import pytest

from tests.bounds import NAME, NONE, PAGE, Bound, bounds, table
from tests.readme import part

BOUNDS = bounds()


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.place)
def test_a_bound_has_a_reason(bound: Bound) -> None:
    assert len(bound.reason) > 5


def test_the_list_is_as_the_constants_say() -> None:
    assert part(NAME, PAGE) == table().strip("\n"), "run: python -m tests.bounds"


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("registry/limits.py Limits.total", "30"),
        ("registry/limits.py Limits.per_origin", "4"),
        ("registry/limits.py MANIFEST_BYTES", "4 MiB"),
        ("registry/limits.py TOKEN_BYTES", "128 KiB"),
        ("registry/redirects.py MOST", "5"),
        ("registry/pagination.py MOST_PAGES", "5,000"),
        ("registry/browsing.py TRIES", "3"),
        ("registry/browsing.py OBEYED", "10"),
        ("registry/credential_helpers.py HelperLimits.seconds", "10"),
        ("registry/credential_helpers.py HelperLimits.output", "64 KiB"),
        ("resolve.py WALK_LIMIT", "120"),
        ("host/files.py FILE_LIMIT", "1 MiB"),
    ],
)
def test_what_is_promised_is_among_them(place: str, value: str) -> None:
    assert {bound.place: bound.value for bound in BOUNDS}[place] == value


def test_what_is_no_bound_is_not_listed() -> None:
    assert not {bound.place.partition(" ")[2] for bound in BOUNDS if not bound.place.startswith("host/lint")} & set(
        NONE
    )
