"""What a listing says of itself: why not all names came, which were left out, why there are none; never cut off."""

from __future__ import annotations

import pytest

from regtui.browse.models import ListingEnded
from regtui.outcome import Outcome
from tests.tui_browsing import FakeBrowsing, browsing, calm
from tests.tui_screens import screen_text

SIZES = [(80, 24), (120, 36)]
LONG = "the registry's link to the next page leads to another host, evil.example.com, and is not followed by anybody"


def flowing(text: str) -> str:
    """Return a screen as one line, without the edges of its panels."""
    return " ".join(text.replace("│", " ").split())


@pytest.mark.fault(39)
@pytest.mark.parametrize("size", SIZES)
async def test_why_not_all_names_came_is_told_to_the_end(size: tuple[int, int]) -> None:
    means = FakeBrowsing([["team/app"]], end=ListingEnded(False, LONG, Outcome.INVALID))
    async with browsing(means, size=size) as pilot:
        await calm(pilot)
        assert LONG in flowing(screen_text(pilot))
        assert "1 loaded, not all" in screen_text(pilot)


@pytest.mark.fault(36, 42)
@pytest.mark.parametrize("size", SIZES)
async def test_entries_that_are_no_names_are_counted_and_named(size: tuple[int, int]) -> None:
    examples = ("../../etc/passwd", "UPPER/Case", "a%2e%2e")
    async with browsing(FakeBrowsing([["team/app"]], invalid=5, examples=examples), size=size) as pilot:
        await calm(pilot)
        text = flowing(screen_text(pilot))
        told = "5 entries that are no repositories were left out: ../../etc/passwd, UPPER/Case, a%2e%2e and 2 more"
        assert told in text
        assert "1 repository, complete · 5 left out, no names" in text


async def test_a_registry_whose_names_are_all_unusable_is_not_said_to_be_empty() -> None:
    async with browsing(FakeBrowsing([[]], invalid=1, examples=("../x",))) as pilot:
        await calm(pilot)
        text = flowing(screen_text(pilot))
        assert "lists repositories, and none by a name that can be asked for" in text
        assert "1 entry that is no repository was left out: ../x" in text
        assert "or shows none to you" not in text


async def test_a_repository_that_its_row_has_no_room_for_stands_in_full_below() -> None:
    deep = "/".join(["namespace-of-a-team"] * 4)
    async with browsing(FakeBrowsing([[deep, f"{deep[:60]}/app"]])) as pilot:
        await calm(pilot)
        assert deep not in screen_text(pilot).splitlines()[2]
        assert deep in "".join(flowing(screen_text(pilot)).split())
        await pilot.press("down")
        await calm(pilot)
        assert "asked as robot" in screen_text(pilot)
