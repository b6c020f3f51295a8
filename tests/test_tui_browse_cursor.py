"""The cursor of a listing that changes: it stays on what a person put it on, and in view."""

from __future__ import annotations

import asyncio

from regtui.tui.browse.name_list import NameList
from tests.tui_browsing import FakeBrowsing, browsing, calm, screen, until
from tests.tui_screens import screen_text


async def test_the_cursor_stays_on_its_repository_when_a_seek_finds_others() -> None:
    gate = asyncio.Event()
    sought = {"zoo": [f"zoo/{number}" for number in range(30)]}
    means = FakeBrowsing([["a/zoo", "b/zoo", "c/zoo"], sought["zoo"]], gate=gate, sought=sought)
    async with browsing(means) as pilot:
        gate.set()
        gate.clear()  # lets one page pass
        await until(pilot, lambda: "3 loaded" in screen_text(pilot))
        await pilot.press("slash", *"zoo", "down")
        await until(pilot, lambda: "found ahead of the scan" in screen_text(pilot))
        await calm(pilot)
        listed = screen(pilot).query_one(NameList)
        assert listed.cursor == 31
        assert listed.cursor in listed.in_view
        assert "b/zoo" in screen_text(pilot)
        gate.set()
        await until(pilot, lambda: "33 repositories, complete" in screen_text(pilot))
        await pilot.press("enter", "home")
        await calm(pilot)
        assert "zoo/0" in screen_text(pilot)
        assert "found ahead of the scan" not in screen_text(pilot)


async def test_the_cursor_stays_on_its_namespace_when_one_above_it_grows() -> None:
    gate = asyncio.Event()
    means = FakeBrowsing([["a/one", "b/one"], [f"a/{number}" for number in range(9)]], gate=gate)
    async with browsing(means) as pilot:
        gate.set()
        gate.clear()
        await until(pilot, lambda: "2 loaded" in screen_text(pilot))
        await pilot.press("t", "enter", "down", "down")
        gate.set()
        await until(pilot, lambda: "11 repositories, complete" in screen_text(pilot))
        await calm(pilot)
        assert screen(pilot).query_one(NameList).cursor == 11


async def test_a_list_that_was_scrolled_is_read_again() -> None:
    names = [f"team/app-{number:03}" for number in range(200)]
    async with browsing(FakeBrowsing([names])) as pilot:
        await pilot.press("end")
        await calm(pilot)
        await pilot.press("r")
        await calm(pilot)
        assert "200 repositories, complete" in screen_text(pilot)
        assert "team/app-000" in screen_text(pilot)
