"""The screen of an image in detail: what it does with a refusal, with other platforms, with raw JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.browse.models import BrowseError
from regtui.outcome import Outcome
from tests.tui_browsing import FakeBrowsing, browsing, calm, until
from tests.tui_screens import screen_text

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from regtui.browse.models import Details

TAGS = {"team/app": [("1.0",)]}


async def to_details(pilot: Pilot[None]) -> None:
    """Open the only tag of the only repository."""
    await calm(pilot)
    await pilot.press("enter")
    await calm(pilot)
    await pilot.press("enter")
    await calm(pilot)


def means(found: Details | BrowseError) -> FakeBrowsing:
    return FakeBrowsing([("team/app",)], tag_pages=TAGS, details_of={"1.0": found})


def left(pilot: Pilot[None]) -> int:
    """Return the seconds that the screen says are left."""
    return int(screen_text(pilot).partition("a pause, ")[2].partition(" s left")[0])


@pytest.mark.fault(32)
async def test_a_pause_that_the_registry_asks_for_is_counted_down_until_it_is_asked_again() -> None:
    asked = means(BrowseError("too much was asked", Outcome.RATE_LIMITED, retry_after=50.0))
    async with browsing(asked) as pilot:
        await to_details(pilot)
        assert "r ask again; the registry asks for a pause, " in screen_text(pilot)
        before = left(pilot)
        await until(pilot, lambda: left(pilot) < before)
        assert asked.asked["details 1.0"] == 1
        asked.details_of = {"1.0": BrowseError("not there", Outcome.NOT_FOUND)}
        await pilot.press("r")
        await calm(pilot)
        assert "not there" in screen_text(pilot)
        assert "a pause" not in screen_text(pilot)
