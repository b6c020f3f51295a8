"""A screen that opens is painted once: over SSH, painting it again part by part would be twice the bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.tui_browsing import calm
from tests.tui_fakes import ScriptedSession
from tests.tui_glass import glass_of, painted
from tests.tui_screens import showing

if TYPE_CHECKING:
    from textual.pilot import Pilot

BAR = 1.25
"""The scroll bar of a long text is known after the first layout: its column, and no more, is painted again."""


async def cost_of(pilot: Pilot[None], key: str) -> tuple[int, float]:
    """Press a key that opens a screen; return the frames, and the bytes as a multiple of one painting of it all."""
    await calm(pilot)
    with pytest.MonkeyPatch.context() as patch:
        before, glass = pilot.app.screen, glass_of(pilot.app, patch)
        await pilot.press(key)
        await calm(pilot)
        assert pilot.app.screen is not before
        whole = painted(pilot.app)
        assert glass.cells == whole.cells
        return glass.frames, glass.received / whole.received


@pytest.mark.parametrize("key", ["l", "y"], ids=["requests", "copy"])
async def test_a_panel_without_a_scroll_bar_is_one_frame(key: str) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        assert await cost_of(pilot, key) == (1, 1.0)


@pytest.mark.parametrize("key", ["c", "question_mark", "t", "e"], ids=["configuration", "help", "transcript", "export"])
async def test_a_screen_with_one_is_painted_once_and_then_its_bar(key: str) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        _, times = await cost_of(pilot, key)
        assert times < BAR
