"""What can be done is found by typing a part of its name, however fast the keys come."""

from __future__ import annotations

import asyncio

import pytest
from textual.app import SystemCommand

from regtui.tui.screens.palette import PalettePanel, matching
from regtui.tui.widgets.virtual_list import VirtualList
from tests.tui_fakes import ScriptedSession
from tests.tui_screens import LARGE, SMALL, screen_text, settled, showing

COMMANDS = tuple(
    SystemCommand(title, told, lambda: None)
    for title, told in (
        ("show: help", "all keys and signs"),
        ("show: requests", "every request so far"),
        ("theme: choose", "dark, light"),
        ("copy: help", "a text for the clipboard"),
    )
)


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("", [one.title for one in COMMANDS]),
        ("help", ["show: help", "copy: help"]),
        ("HELP copy", ["copy: help"]),
        ("keys", ["show: help"]),
        ("request every", ["show: requests"]),
        ("thch", ["theme: choose"]),
        ("xyz", []),
    ],
)
def test_a_command_is_found_by_words_of_it_else_by_letters_in_their_order(typed: str, titles: list[str]) -> None:
    assert [one.title for one in matching(COMMANDS, typed)] == titles


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_command_is_chosen_by_typing(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), size=size) as pilot:
        await pilot.press("ctrl+p", *"show help")
        await settled(pilot)
        rows = pilot.app.screen.query_one(VirtualList).rows
        assert len(rows) == 1
        assert "all keys and signs" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert pilot.app.screen.name == "help"


async def test_a_theme_is_chosen_with_the_arrow_keys() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("ctrl+p", *"theme choose", "enter")
        await settled(pilot)
        await pilot.press(*"solarized-", "down", "enter")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, PalettePanel)
        assert pilot.app.theme == "solarized-light"


async def test_nothing_is_done_where_nothing_is_found_or_it_is_left() -> None:
    async with showing(ScriptedSession()) as pilot:
        before = pilot.app.theme
        await pilot.press("ctrl+p", *"xyzxyz", "enter")
        await settled(pilot)
        assert isinstance(pilot.app.screen, PalettePanel)
        await pilot.press("escape")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, PalettePanel)
        assert pilot.app.theme == before


@pytest.mark.parametrize("keys", [["pageup"], ["pagedown"], ["end"], ["escape"], ["up", "enter"], ["ctrl+p"]])
async def test_a_key_right_behind_the_palettes_own_is_obeyed(keys: list[str]) -> None:
    """Textual's own palette looked for rows that were not there yet, and ended the program."""
    async with showing(ScriptedSession()) as pilot:
        for _ in range(3):
            for key in ["ctrl+p", *keys]:
                pilot.app.simulate_key(key)
            await asyncio.sleep(0)
        await settled(pilot)
        assert pilot.app.return_code is None
        assert "regtui" in screen_text(pilot) or "Commands" in screen_text(pilot)
