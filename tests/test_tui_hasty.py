"""Keys that come together, as over a slow line: each does what it does once, and none ends the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fuzz.keys import mashed
from tests.tui_browsing import FakeBrowsing, browsing, calm
from tests.tui_fakes import ScriptedSession
from tests.tui_screens import home, screen_text, settled, showing

if TYPE_CHECKING:
    from pathlib import Path

APPS = FakeBrowsing([["team/app"]], tag_pages={"team/app": [["v1", "v2"]]})


@pytest.mark.parametrize("opened", ["question_mark", "y", "ctrl+p", "e", "t"])
@pytest.mark.parametrize("key", ["escape", "enter", "q"])
async def test_a_panel_closes_once(opened: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # an export writes where one stands
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press(opened)
        await settled(pilot)
        for _ in range(3):
            pilot.app.simulate_key(key)
        await settled(pilot)
        assert pilot.app.return_code in (None, 0)  # a third `q` may come to the home screen
        assert home(pilot) in pilot.app.screen_stack


@pytest.mark.parametrize("seed", range(2))
def test_keys_at_random_end_nothing(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m tests.fuzz.keys` presses more of them."""
    monkeypatch.chdir(tmp_path)
    mashed(["--demo"], seed, 100, str(tmp_path))


async def test_three_escapes_leave_one_screen_and_open_none() -> None:
    async with browsing(APPS) as pilot:
        await calm(pilot)
        top = pilot.app.screen
        for _ in range(3):
            pilot.app.simulate_key("enter")
        await calm(pilot)
        assert len(pilot.app.screen_stack) == pilot.app.screen_stack.index(top) + 2
        assert "2 tags, complete" in screen_text(pilot)
        for _ in range(3):
            pilot.app.simulate_key("escape")
        await calm(pilot)
        assert pilot.app.return_code is None
        assert pilot.app.is_running
