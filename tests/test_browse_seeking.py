"""Seeking in a catalog: what is asked for, and what shows that the registry understood it."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from regtui.browse.seeking import before, order_of, passed
from regtui.registry.names import is_repository

NAMES = st.from_regex(r"[a-z0-9]{1,4}([./_-][a-z0-9]{1,4}){0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("prefix", "last"),
    [
        ("team/", "team"),
        ("team", "teal" + "zzz"),
        ("c", "bzzz"),
        ("a", "9zzz"),
        ("0", ""),
        ("team/a", "team/9zzz"),
        ("app-", "app"),
        ("v1", "v0zzz"),
        ("v0", "v"),
        ("", ""),
    ],
)
def test_what_is_asked_for_stands_shortly_before_the_prefix(prefix: str, last: str) -> None:
    assert before(prefix) == last


@given(NAMES, st.integers(1, 12))
def test_no_name_with_the_prefix_stands_before_what_is_asked_for(name: str, length: int) -> None:
    prefix = name[:length]
    last = before(prefix)
    assume(last)
    assert is_repository(last)
    for folder in (False, True):
        key = (lambda text: text.replace("/", "\0")) if folder else str
        assert key(last) < key(name)


@pytest.mark.parametrize(
    ("last", "names", "is_in_order"),
    [
        ("b", ["c", "d"], True),
        ("b", ["a", "c"], False),
        ("b", ["d", "c"], False),
        ("b", ["c", "c"], False),
        ("team", ["team-a", "team/a", "teams"], True),
        ("team", ["team/a", "team-a", "teams"], True),
        ("team", ["team/a", "team-a", "team.a/b", "team-b"], False),
    ],
)
def test_both_orders_of_catalogs_are_known(last: str, names: list[str], *, is_in_order: bool) -> None:
    assert (order_of(last, names) is not None) is is_in_order


def test_a_name_is_past_the_prefix_in_its_own_order() -> None:
    by_folder = order_of("team", ["team/a", "team-a"])
    by_character = order_of("team", ["team-a", "team/a"])
    assert by_folder is not None
    assert by_character is not None
    assert passed("team-a", "team/", by_folder)
    assert not passed("team-a", "team/", by_character)
    assert not passed("team/x", "team/", by_folder)
