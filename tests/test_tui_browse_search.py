"""What is typed is asked for where that is faster than the list, or all that there is: seeks and public searches."""

from __future__ import annotations

import asyncio

from tests.tui_browsing import REFUSED, FakeBrowsing, browsing, calm, until
from tests.tui_screens import screen_text


async def test_search_results_are_labelled_as_search() -> None:
    means = FakeBrowsing(end=REFUSED, searchable=True, found={"post": ["library/postgres", "bitnami/postgresql"]})
    async with browsing(means) as pilot:
        await pilot.press("slash", *"post")
        await until(pilot, lambda: "bitnami" in screen_text(pilot))
        await calm(pilot)
        assert "search of registry.example finds for post" in screen_text(pilot)
        assert "─ 2 search results, not a catalog ─" in screen_text(pilot)
        assert means.asked["search post"] == 1
        await pilot.press("q")
        await until(pilot, lambda: "finds for postq" in screen_text(pilot))
        await calm(pilot)
        assert "bitnami" not in screen_text(pilot)
        assert "─ 0 search results, not a catalog ─" in screen_text(pilot)


async def test_what_is_typed_before_a_registry_refuses_its_catalog_is_searched_for() -> None:
    gate = asyncio.Event()
    means = FakeBrowsing(end=REFUSED, searchable=True, found={"post": ["library/postgres"]}, gate=gate)
    async with browsing(means) as pilot:
        await pilot.press("slash", *"post")
        await calm(pilot)
        gate.set()
        await until(pilot, lambda: "library/postgres" in screen_text(pilot))


async def test_what_is_looked_for_is_sought_again_when_a_list_is_read_again() -> None:
    means = FakeBrowsing([["team/app"]], gate=asyncio.Event(), sought={"zoo/": ["zoo/one"]})
    async with browsing(means) as pilot:
        await pilot.press("slash", *"zoo", "slash", "asterisk")
        await until(pilot, lambda: "zoo/one" in screen_text(pilot))
        await pilot.press("escape", "r")
        await until(pilot, lambda: means.asked["seek zoo/"] == 2 and "zoo/one" in screen_text(pilot))


async def test_results_of_a_search_stand_in_the_tree_too() -> None:
    means = FakeBrowsing(end=REFUSED, searchable=True, found={"post": ["library/postgres", "bitnami/postgresql"]})
    async with browsing(means) as pilot:
        await pilot.press("t", "slash", *"post")
        await until(pilot, lambda: "▸ bitnami/" in screen_text(pilot))


async def test_a_whole_name_is_opened_whatever_a_search_finds() -> None:
    means = FakeBrowsing(end=REFUSED, searchable=True, found={"me/app": ["some/app", "other/app"]})
    async with browsing(means) as pilot:
        await pilot.press("slash", *"me/app")
        await until(pilot, lambda: "other/app" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: means.asked["tags me/app"] == 1)


async def test_enter_opens_the_only_match_in_the_tree_too() -> None:
    means = FakeBrowsing([["a/b/deep", "a/other", "team/app", "team/web"]])
    async with browsing(means) as pilot:
        await pilot.press("t", "slash", *"deep")
        await until(pilot, lambda: "a/b/deep" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: means.asked["tags a/b/deep"] == 1)
