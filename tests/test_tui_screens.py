"""The home screen in its main states, as a terminal shows it."""

from __future__ import annotations

import pytest

from tests.tui_fakes import CONFIG, REFUSED, ScriptedSession
from tests.tui_hostile import NAME, hostile_session
from tests.tui_screens import LARGE, SMALL, assert_screen, settled, showing

SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]


def suffix(size: tuple[int, int]) -> str:
    """Return the size as files are named by it."""
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", SIZES)
async def test_before_a_name(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), size=size) as pilot:
        assert_screen(pilot, f"empty-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_a_name_is_typed(size: tuple[int, int]) -> None:
    session = ScriptedSession()
    async with showing(session, size=size) as pilot:
        await pilot.press("slash", "d", "e")
        assert_screen(pilot, f"typing-{suffix(size)}")
    assert session.asked == []


@pytest.mark.parametrize("size", SIZES)
async def test_in_the_middle_of_a_walk(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(hold={"debian": 32}), name="debian", size=size) as pilot:
        assert_screen(pilot, f"walking-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_found_through_the_mirror(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="debian", size=size) as pilot:
        assert_screen(pilot, f"mirror-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_nobody_has_it(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="nosuch", size=size) as pilot:
        assert_screen(pilot, f"nowhere-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_the_daemon_would_not_start(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(REFUSED), size=size) as pilot:
        assert_screen(pilot, f"refused-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_payloads_in_every_string(size: tuple[int, int]) -> None:
    async with showing(hostile_session(), name=NAME, size=size) as pilot:
        assert_screen(pilot, f"hostile-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_what_docker_says_beside_the_truth(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="nosuch", size=size) as pilot:
        await pilot.press("t")
        await settled(pilot)
        assert_screen(pilot, f"transcript-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_a_registry_of_the_walk_is_opened(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="nosuch", size=size) as pilot:
        await pilot.press("up", "up", "enter")
        assert_screen(pilot, f"opened-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_a_refused_name_shows_the_engines_own_text(size: tuple[int, int]) -> None:
    session = ScriptedSession()
    async with showing(session, size=size) as pilot:
        await pilot.press("slash", "E", "t", "c", "d")
        assert_screen(pilot, f"refused-name-{suffix(size)}")
    assert session.asked == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_help(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), size=size) as pilot:
        await pilot.press("question_mark")
        await settled(pilot)
        assert_screen(pilot, f"help-{suffix(size)}")


@pytest.mark.parametrize("size", SIZES)
async def test_the_choice_of_what_to_copy(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="debian", size=size) as pilot:
        await pilot.press("y")
        await settled(pilot)
        assert_screen(pilot, f"copy-{suffix(size)}")


@pytest.mark.parametrize("size", [(60, 15), (59, 15), (60, 14), (20, 5), (200, 60)])
async def test_other_sizes(size: tuple[int, int]) -> None:
    async with showing(ScriptedSession(), name="debian", size=size) as pilot:
        assert_screen(pilot, f"mirror-{suffix(size)}")


async def test_before_the_session_is_there_the_list_stands_already() -> None:
    async with showing(ScriptedSession(CONFIG, health=())) as pilot:
        assert_screen(pilot, "unchecked-80x24")
