"""Tags in the order that people expect, and those that belong to other tags."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regtui.browse import order
from regtui.browse.models import TagFacts
from regtui.browse.order import LATEST, Attached, Order, fold_tags, order_tags, same_digests, semver_keys

HEX = "ab" * 32
TAG = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,40}", fullmatch=True)
VERSION = st.tuples(st.integers(0, 999), st.integers(0, 999), st.integers(0, 999))


def ordered(names: list[str], by: Order = Order.SEMVER, facts: dict[str, TagFacts] | None = None) -> list[str]:
    return [names[index] for index in order_tags(names, by, facts)]


@pytest.mark.parametrize(
    "expected",
    [
        "latest 10.0.0 9.0.0 2.0.0 1.0.0",
        "v1.10.0 v1.9.0 v1.2.0",
        "v2.0.0 1.9.0 v1.8.0",
        "1.5.0 1.5.0-rc.2 1.5.0-rc.1 1.5.0-beta.11 1.5.0-beta.2 1.5.0-beta 1.5.0-alpha.beta 1.5.0-alpha.1 1.4.9",
        "1.4 1.4.2 1.4.1 1.3",
        "2 2.1 2.1.0 2.0.5 1",
        "1.28.0 1.28.0-alpine 1.27.5 1.27.5-alpine",
        "3.5.1 3.5.1rc2 3.5.1rc1 3.5.0",
        "rc.10 rc2 rc.1",
        "2025.39 2025.38 2024.40",
        "RELEASE.2025-04-22T22-12-26Z RELEASE.2025-04-08T15-41-24Z RELEASE.2025-03-12T18-04-18Z",
        "1.0.0 main-20250402 main-20250401 main",
        "1.0.0 7c9f2e1",
        "1.02.0 1.1.9",
        "latest 1.0.0 stable edge",
        "7.9-1445 7.9-1409 7.9-99",
        f"1{'0' * 120} 9{'9' * 30}",
    ],
)
def test_versions_stand_from_new_to_old(expected: str) -> None:
    names = expected.split()
    assert ordered(sorted(names)) == names
    assert ordered(names[::-1]) == names


@given(st.lists(TAG, max_size=40))
def test_every_order_is_a_permutation(names: list[str]) -> None:
    for by in Order:
        assert sorted(order_tags(names, by)) == list(range(len(names)))


@given(VERSION, VERSION)
def test_numbers_are_compared_as_numbers(one: tuple[int, int, int], other: tuple[int, int, int]) -> None:
    names = [".".join(map(str, version)) for version in (one, other)]
    assert ordered(names)[0] == ".".join(map(str, max(one, other)))


@given(VERSION, TAG)
def test_a_release_stands_above_what_came_before_it(version: tuple[int, int, int], suffix: str) -> None:
    release = ".".join(map(str, version))
    assert ordered([f"{release}-{suffix}", release]) == [release, f"{release}-{suffix}"]


@given(st.lists(TAG, max_size=20), st.lists(TAG, max_size=20))
def test_keys_of_pages_are_those_of_the_whole(first: list[str], second: list[str]) -> None:
    assert semver_keys(first) + semver_keys(second) == semver_keys([*first, *second])


@given(st.lists(TAG, max_size=60), st.sampled_from(Order), st.integers(1, 9))
def test_sorting_in_steps_sorts_as_in_one(names: list[str], by: Order, run: int) -> None:
    known = {name: facts(name, day=1 + len(name) % 3, size=len(name) // 2) for name in names[::2]}
    whole = order_tags(names, by, known)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "RUN", run)
        assert order_tags(names, by, known) == whole


def test_equal_names_stay_as_they_came() -> None:
    names = ["b", "a", "b", "a", "b"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(order, "RUN", 2)
        assert order_tags(names, Order.NAME) == (1, 3, 0, 2, 4)
        assert order_tags(names, Order.SEMVER) == (0, 2, 4, 1, 3)


@given(st.lists(st.text(max_size=20), max_size=20))
def test_no_text_breaks_an_order(names: list[str]) -> None:
    assert sorted(order_tags(names, Order.SEMVER)) == list(range(len(names)))


def facts(tag: str, day: int | None = None, size: int | None = None, digest: str = "") -> TagFacts:
    return TagFacts(tag, digest, None if day is None else datetime(2025, 1, day, tzinfo=UTC), size)


def test_dates_and_sizes_come_from_facts_and_unknown_ones_stand_last_in_semver_order() -> None:
    names = ["1.0", "2.0", "3.0", "4.0"]
    known = {"1.0": facts("1.0", 9, 10), "2.0": facts("2.0", 30, 5)}
    assert ordered(names, Order.DATE, known) == ["2.0", "1.0", "4.0", "3.0"]
    assert ordered(names, Order.SIZE, known) == ["1.0", "2.0", "4.0", "3.0"]


def test_names_stand_by_their_characters() -> None:
    assert ordered(["b", "B", "a10", "a9"], Order.NAME) == ["B", "a10", "a9", "b"]


def test_signatures_are_folded_under_their_image() -> None:
    names = ["1.0", f"sha256-{HEX}.sig", f"sha256-{HEX}.att", f"sha256-{HEX}", "sha256-short.sig", "latest"]
    folded = fold_tags(names)
    assert folded.names == ("1.0", "sha256-short.sig", "latest")
    assert dict(folded.attached) == {
        f"sha256:{HEX}": (
            Attached("sig", f"sha256-{HEX}.sig"),
            Attached("att", f"sha256-{HEX}.att"),
            Attached("referrers", f"sha256-{HEX}"),
        )
    }


@given(st.lists(TAG, max_size=20))
def test_folding_loses_no_tag(names: list[str]) -> None:
    folded = fold_tags(names)
    attached = [each.tag for tags in folded.attached.values() for each in tags]
    assert sorted([*folded.names, *attached]) == sorted(names)


def test_equal_digests_are_found_with_latest_first() -> None:
    rows = [facts("3.5", digest="d1"), facts(LATEST, digest="d1"), facts("3.4", digest="d2"), facts("gone")]
    assert same_digests(rows) == {"3.5": (LATEST, "3.5"), LATEST: (LATEST, "3.5")}
