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
        await until(pilot, lambda: f"largest first, {known + 100} of 500 known: f reads more" in screen_text(pilot))
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


SIGNATURES = [f"{digest(f'v{number}').replace(':', '-')}.sig" for number in range(3)]


async def test_a_repository_of_nothing_but_signatures_shows_them() -> None:
    async with browsing(FakeBrowsing(PAGES, tag_pages={"team/app": [SIGNATURES[:1], SIGNATURES[1:]]})) as pilot:
        await opened(pilot)
        text = screen_text(pilot)
        assert text.count("│   sha256-") == 3
        assert "3 tags, complete ─" in text
        await pilot.press("s")
        await calm(pilot)
        assert screen_text(pilot).count("│   sha256-") == 3


async def test_what_is_folded_is_found_where_nothing_else_is() -> None:
    tags = {"team/app": [["v1", "signed-2", *SIGNATURES]]}
    async with browsing(FakeBrowsing(PAGES, tag_pages=tags)) as pilot:
        await opened(pilot)
        await pilot.press("slash", *"sig")
        await calm(pilot)
        assert "1 match" in screen_text(pilot)
        await pilot.press("home", ".")
        await calm(pilot)
        text = screen_text(pilot)
        assert text.count("│   sha256-") == 3
        assert "5 tags, complete · 3 match ─" in text
        await pilot.press("escape", "escape")
        await calm(pilot)
        assert "sha256-" not in screen_text(pilot)
        assert "3 signatures and the like folded" in screen_text(pilot)


async def test_a_tag_that_its_column_has_no_room_for_stands_in_full_below() -> None:
    tags = [f"1.29.0-alpine3.20-slim-otel-{word}" for word in ("debug", "perl")]
    async with browsing(FakeBrowsing(PAGES, tag_pages={"team/app": [tags]})) as pilot:
        await opened(pilot)
        shown = []
        for _ in tags:
            shown.append(screen_text(pilot).splitlines()[21].strip("│ "))
            await pilot.press("down")
            await calm(pilot)
        assert sorted(shown) == tags


async def test_where_everything_was_read_no_key_is_offered_to_read_more() -> None:
    facts = {"v2": TagFacts("v2", digest("v2"), size=None, kind="artifact")}
    async with browsing(FakeBrowsing(PAGES, tag_pages={"team/app": [["v1", "v2"]]}, facts_of=facts)) as pilot:
        await opened(pilot)
        await pilot.press("s", "s", "s")
        await until(pilot, lambda: "largest first, 1 of 2 known ─" in screen_text(pilot))
