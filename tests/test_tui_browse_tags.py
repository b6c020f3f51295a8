"""Tags on the screen: what is read of them on a key, what is attached to them, and those that stand for no image."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from regtui.browse.models import TagFacts
from regtui.tui.browse.name_list import NameList
from tests.tui_browsing import FakeBrowsing, browsing, calm, digest, screen, until
from tests.tui_screens import screen_text

if TYPE_CHECKING:
    from textual.pilot import Pilot

PAGES = [("team/app",)]


async def opened(pilot: Pilot[None]) -> None:
    """Open the first repository."""
    await pilot.press("enter")
    await calm(pilot)


async def test_a_key_reads_a_hundred_more_than_those_in_view_and_the_order_takes_them_in() -> None:
    tags = [f"v{number}" for number in range(500)]
    gate = asyncio.Event()
    gate.set()
    means = FakeBrowsing(PAGES, tag_pages={"team/app": [tags]}, facts_gate=gate)
    async with browsing(means) as pilot:
        await opened(pilot)
        await pilot.press("s", "s", "s")
        await until(pilot, lambda: "largest first, " in screen_text(pilot))
        await calm(pilot)
        known = sum(key.startswith("facts") for key in means.asked)
        gate.clear()
        await pilot.press("f")
        await until(pilot, lambda: "reading dates and sizes, 100 to come" in screen_text(pilot))
        gate.set()
        await until(pilot, lambda: f"largest first, {known + 100} of 500 known" in screen_text(pilot))
        assert "to come" not in screen_text(pilot)
        assert max(count for key, count in means.asked.items() if key.startswith("facts")) == 1


async def test_where_facts_cost_pulls_a_key_reads_those_in_view_and_scrolling_spends_nothing() -> None:
    tags = [f"v{number}" for number in range(500)]
    means = FakeBrowsing(PAGES, tag_pages={"team/app": [tags]}, counts_pulls=True)
    async with browsing(means) as pilot:
        await opened(pilot)
        height = screen(pilot).query_one(NameList).size.height
        await until(pilot, lambda: means.asked["facts v499"] == 1)
        await pilot.press("f")
        await until(pilot, lambda: means.asked["pulls"] == height)
        await pilot.press("f")
        await calm(pilot)
        await pilot.press("end")
        await until(pilot, lambda: means.asked["facts v0"] == 1)
        await calm(pilot)
        assert means.asked["pulls"] == height
        assert "dates and sizes cost pulls: f reads those in view" in screen_text(pilot)


async def test_what_is_attached_stands_in_one_order_whatever_the_registry_says() -> None:
    folded = {tag: digest(tag).replace(":", "-") for tag in ("v2", "v1")}
    tags = ["v2", "v1", *(f"{folded['v2']}.{kind}" for kind in ("sbom", "sig", "x", "att"))]
    tags += [f"{folded['v1']}.{kind}" for kind in ("att", "sbom", "sig")]
    async with browsing(FakeBrowsing(PAGES, tag_pages={"team/app": [tags]})) as pilot:
        await opened(pilot)
        await until(pilot, lambda: "sig att sbom x" in screen_text(pilot))
        await until(pilot, lambda: screen_text(pilot).count("sig att sbom") == 2)


async def test_the_cursor_stays_on_its_tag_and_its_line_when_others_come_above_it() -> None:
    tags = [f"v{number}" for number in range(500)]
    facts = {f"v{number}": TagFacts(f"v{number}", digest(f"v{number}"), size=1000 - number) for number in range(500)}
    async with browsing(FakeBrowsing(PAGES, tag_pages={"team/app": [tags]}, facts_of=facts)) as pilot:
        await opened(pilot)
        await pilot.press("s", "s", "s")
        await calm(pilot)
        listed = screen(pilot).query_one(NameList)
        await pilot.press(*["down"] * 24, "up")
        await calm(pilot)
        before, line = listed.cursor, listed.cursor - listed.in_view.start
        row = screen_text(pilot).splitlines()[3 + line]
        await pilot.press("f")
        await until(pilot, lambda: listed.cursor == before + 100)
        await calm(pilot)
        assert listed.cursor - listed.in_view.start == line
        assert screen_text(pilot).splitlines()[3 + line] == row
