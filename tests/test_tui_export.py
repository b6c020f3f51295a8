"""The panel that writes a walk: what it offers, what it writes, and what it says where it cannot."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from regtui.recording import load_recording
from regtui.replay import ReplaySession
from regtui.settings import Motion
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.virtual_list import VirtualList
from tests.tui_fakes import HEALTHY, SCRIPTS, ScriptedSession
from tests.tui_screens import LARGE, PATIENCE, SMALL, STILL, assert_screen, home, screen_text, settled, showing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let regtui be started in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def files(folder: Path) -> list[str]:
    """Return what lies in the folder."""
    return [path.name for path in folder.iterdir()]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_panel(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="debian", size=size) as pilot:
        await pilot.press("e")
        await settled(pilot)
        assert_screen(pilot, f"export-{size[0]}x{size[1]}")


async def test_enter_writes_a_recording_that_replay_shows(folder: Path) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e", "enter")
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        told = screen_text(pilot)
        shown = home(pilot).walk_view.walk
        assert not isinstance(pilot.app.screen, Panel)
    assert "written: recording" in told
    recording = load_recording(folder / "regtui-debian.jsonl")
    assert recording.events == (*SCRIPTS["debian"], *HEALTHY)
    session = ReplaySession(recording, at_once=True)
    async with showing(ScriptedSession(scripts={"debian": recording.events}), name="debian") as pilot:
        assert home(pilot).walk_view.walk == shown
    assert [check async for check in session.health()] == list(HEALTHY)


@pytest.mark.parametrize(
    ("keys", "file", "begins"),
    [
        (("down",), "regtui-debian.md", "# `docker pull debian`"),
        (("down", "down"), "regtui-debian.txt", "docker pull debian"),
        (("up",), "regtui-debian.json", '{\n  "schema": "regtui.resolution/1"'),
        (("down", "up"), "regtui-debian.jsonl", '{"schema": "regtui.recording/1"'),
    ],
)
async def test_up_and_down_choose_the_format(keys: tuple[str, ...], file: str, begins: str, folder: Path) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e", *keys, "enter")
        await pilot.app.workers.wait_for_complete()
    assert files(folder) == [file]
    assert (folder / file).read_text().startswith(begins)


async def test_a_click_chooses_the_format(folder: Path) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e")
        await settled(pilot)
        await pilot.click(VirtualList, offset=(8, 3))
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
    assert json.loads((folder / "regtui-debian.json").read_text())["exit"] == 0


async def test_a_name_that_was_typed_stays_when_the_format_is_chosen(folder: Path) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e", "ctrl+u", *"t-42", "down", "enter")
        await pilot.app.workers.wait_for_complete()
    assert (folder / "t-42").read_text().startswith("# `docker pull debian`")


async def test_what_is_there_is_replaced_only_with_a_second_enter(folder: Path) -> None:
    (folder / "mine").write_text("mine")
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e", "ctrl+u", *"mine", "enter")
        await settled(pilot)
        assert "mine is there already; enter replaces it" in screen_text(pilot)
        assert (folder / "mine").read_text() == "mine"
        await pilot.press("2", "backspace", "enter")
        await settled(pilot)
        assert (folder / "mine").read_text() == "mine"
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
    assert (folder / "mine").read_text().startswith('{"schema"')


async def test_what_cannot_be_written_is_said_and_the_name_can_be_mended(folder: Path) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e", "home", *"no/")
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await settled(pilot)
        assert "no/regtui-debian.jsonl cannot be written: no such file or" in screen_text(pilot)
        assert pilot.app.screen.query_one(Input).value == "no/regtui-debian.jsonl"
        await pilot.press("home", "delete", "delete", "delete", "enter")
        await pilot.app.workers.wait_for_complete()
    assert files(folder) == ["regtui-debian.jsonl"]


async def test_escape_writes_nothing(folder: Path) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("e", "q", "escape")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, Panel)
    assert files(folder) == []


async def test_before_anybody_was_asked_there_is_nothing_to_write() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("e")
        await settled(pilot)
        assert "Ask for a name first" in screen_text(pilot)
        assert not isinstance(pilot.app.screen, Panel)


async def test_a_walk_that_runs_is_written_as_far_as_it_came(folder: Path) -> None:
    async with showing(ScriptedSession(hold={"debian": 20}), name="debian") as pilot:
        await pilot.press("e", "enter")
        for _ in range(PATIENCE):
            if not isinstance(pilot.app.screen, Panel):
                break
            await pilot.pause(0.01)
    assert load_recording(folder / "regtui-debian.jsonl").events == (*SCRIPTS["debian"][:20], *HEALTHY)


@pytest.mark.parametrize("paced", [False, True])
async def test_a_recording_without_an_end_says_so_and_comes_to_rest(paced: bool) -> None:
    session = ScriptedSession(scripts={"debian": SCRIPTS["debian"][:20]})
    look = replace(STILL, motion=Motion.FULL, paced=paced)
    async with showing(session, name="debian", look=look) as pilot:
        await settled(pilot, session)
        assert "the recording ends here: the walk was stopped" in screen_text(pilot)
        walk = home(pilot).walk_view.walk
        assert walk is not None
        assert walk.over
