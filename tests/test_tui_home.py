"""What the home screen does: who is asked when, what is dropped, where the keys go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.worker import WorkerFailed

from regtui.host.model import Security
from regtui.settings import Motion
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.follow import Happened
from regtui.tui.glyphs import UNICODE
from regtui.tui.widgets.name_input import HISTORY_LIMIT, NAME_LIMIT, NameInput
from regtui.tui.widgets.registry_list import RegistryList
from regtui.tui.widgets.walk_view import Manner, WalkView
from tests.tui_fakes import CONFIG, HEALTHY, PLANS, SCRIPTS, SYSCONFIG, ScriptedSession
from tests.tui_screens import STILL, home, screen_text, settled, showing

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from regtui.session import Session


def name_of(pilot: Pilot[None]) -> str:
    """Return what is typed."""
    return home(pilot).query_one(NameInput).value


def focus_of(pilot: Pilot[None]) -> str | None:
    """Return which part has the keys."""
    return pilot.app.focused.id if pilot.app.focused else None


async def test_starting_asks_for_everybodys_health_and_for_no_name() -> None:
    session = ScriptedSession()
    async with showing(session) as pilot:
        assert (session.health_checks, session.asked) == (1, [])
        assert focus_of(pilot) == "registry-list"


async def test_typing_asks_nobody_until_enter() -> None:
    session = ScriptedSession()
    async with showing(session) as pilot:
        await pilot.press("slash", *"debian")
        assert session.asked == []
        await pilot.press("enter")
        await settled(pilot, session)
        assert session.asked == [("debian", False)]
        assert focus_of(pilot) == "walk"


async def test_a_name_that_is_typed_while_a_walk_runs_gives_the_walk_up() -> None:
    session = ScriptedSession(hold={"debian": 20})
    async with showing(session, name="debian") as pilot:
        await pilot.press("slash", "x")
        await settled(pilot, session)
        assert session.left == ["debian"]
        walk = home(pilot).walk_view.walk
        assert walk is not None
        assert not walk.asked
        assert walk.plan.name == "x"


async def test_an_event_of_a_walk_that_was_given_up_is_dropped() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian") as pilot:
        before = home(pilot).walk_view.walk
        home(pilot).post_message(Happened(0, SCRIPTS["nosuch"][0]))
        await settled(pilot)
        assert home(pilot).walk_view.walk == before


async def test_the_walk_stays_for_as_long_as_its_own_name_stands_there() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian") as pilot:
        await pilot.press("slash", "escape")
        walk = home(pilot).walk_view.walk
        assert walk is not None
        assert walk.over
        assert focus_of(pilot) == "walk"


async def test_an_empty_name_shows_the_hint_and_gives_the_list_the_keys() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian") as pilot:
        await pilot.press("slash", "ctrl+u", "backspace", "enter")
        assert home(pilot).walk_view.walk is None
        assert "type a name" in screen_text(pilot)
        await pilot.press("escape")
        assert focus_of(pilot) == "registry-list"
        assert session.asked == [("debian", False)]


async def test_blanks_around_a_name_are_not_part_of_it() -> None:
    session = ScriptedSession()
    async with showing(session) as pilot:
        home(pilot).ask("  debian ")
        await settled(pilot, session)
        assert session.asked == [("debian", False)]


async def test_asking_all_goes_on_past_the_winner() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian") as pilot:
        await pilot.press("a")
        await settled(pilot, session)
        await pilot.press("escape", "r")
        await settled(pilot, session)
        assert session.asked == [("debian", False), ("debian", True), ("debian", True)]


@pytest.mark.fault(1, 3)
async def test_again_in_the_list_asks_for_health() -> None:
    session = ScriptedSession()
    async with showing(session) as pilot:
        await pilot.press("r")
        await settled(pilot, session)
        assert (session.health_checks, session.asked) == (2, [])


async def test_escape_stops_a_walk_and_says_so() -> None:
    session = ScriptedSession(hold={"debian": 20})
    async with showing(session, name="debian") as pilot:
        await pilot.press("escape")
        await settled(pilot)
        assert session.left == ["debian"]
        assert "stopped: nobody is asked any more" in screen_text(pilot)
        walk = home(pilot).walk_view.walk
        assert walk is not None
        assert not any(view.running for view in walk.candidates)


async def test_escape_after_the_end_changes_nothing() -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        before = screen_text(pilot)
        await pilot.press("escape")
        assert screen_text(pilot) == before


async def test_names_that_were_asked_come_back_with_the_arrows() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian") as pilot:
        home(pilot).ask("nosuch")
        home(pilot).ask("debian")
        await settled(pilot, session)
        await pilot.press("slash")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await pilot.press(key)
            seen.append(name_of(pilot))
        assert seen == ["debian", "nosuch", "nosuch", "debian", "", ""]


async def test_the_history_and_a_name_are_bounded() -> None:
    async with showing(ScriptedSession()) as pilot:
        entry = home(pilot).query_one(NameInput)
        for number in range(HISTORY_LIMIT + 50):
            entry.remember(str(number))
        assert len(entry._history) == HISTORY_LIMIT
        for count, length in ((NAME_LIMIT, NAME_LIMIT), (1, NAME_LIMIT), (10_000, NAME_LIMIT)):
            entry.insert_text_at_cursor("x" * count)
            assert len(entry.value) == length


async def test_the_transcript_of_nothing_is_a_sentence() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("t")
        await settled(pilot)
        assert pilot.app.screen is home(pilot)
        assert "Ask for a name first" in screen_text(pilot)


async def test_the_transcript_follows_a_walk_that_goes_on() -> None:
    session = ScriptedSession(hold={"debian": 12})
    async with showing(session, name="debian") as pilot:
        await pilot.press("t")
        await settled(pilot)
        assert "not over yet" in screen_text(pilot)
        for event in SCRIPTS["debian"][12:]:
            home(pilot).post_message(Happened(1, event))
        await settled(pilot)
        assert "Status: Downloaded newer image" in screen_text(pilot)
        await pilot.press("t")
        await settled(pilot)
        assert pilot.app.screen is home(pilot)


@pytest.mark.parametrize(
    ("keys", "copied"),
    [
        (["enter"], "sha256:fc5f6e08c9e389068498c2fafb50f1faf78bd599571ec2124f3836ffa0c26577"),
        (["end", "enter"], "docker pull docker.io/library/debian:latest"),
        (["escape"], ""),
    ],
)
async def test_copying(keys: list[str], copied: str) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        await pilot.press("y")
        await settled(pilot)
        await pilot.press(*keys)
        await settled(pilot)
        assert pilot.app.clipboard == copied
        assert pilot.app.screen is home(pilot)
        # A terminal may ignore the clipboard's sequence without a word: the text is shown as well.
        assert ("copied:" in screen_text(pilot)) is bool(copied)


async def test_there_is_nothing_to_copy_before_a_name() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("y")
        await settled(pilot)
        assert "There is nothing to copy yet" in screen_text(pilot)


async def test_what_a_resolution_learned_of_addresses_reaches_the_list() -> None:
    async with showing(ScriptedSession()) as pilot:
        assert [row.security for row in home(pilot)._rows().rows][1] is Security.UNKNOWN
        home(pilot).ask("debian")
        await settled(pilot)
        assert [row.security for row in home(pilot)._rows().rows][1] is Security.SECURE


async def test_the_list_tells_of_the_row_under_the_cursor() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("down", "down", "down")
        selected = home(pilot).query_one(RegistryList).selected
        assert selected is not None
        assert selected.name == "http://okd-lr.zyl.io:5000/"
        assert "/etc/sysconfig/docker:5 OPTIONS" in screen_text(pilot)


async def test_a_click_selects_and_a_second_one_opens() -> None:
    async with showing(ScriptedSession(), name="nosuch") as pilot:
        await pilot.click(WalkView, offset=(10, 0))
        assert home(pilot).walk_view.cursor == 0
        before = home(pilot).walk_view.line_count
        await pilot.click(WalkView, offset=(10, 0))
        assert home(pilot).walk_view.line_count > before


async def test_a_name_on_the_command_line_waits_for_the_session() -> None:
    """The means to ask come after the first paint; what was wanted in the meantime is asked then."""
    session = ScriptedSession()
    opened: list[str] = []

    async def open_session() -> Session:
        opened.append(screen_text(pilot))
        return session

    app = RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, STILL, "debian"))
    async with app.run_test() as pilot:
        await settled(pilot, session)
        assert len(opened) == 1
        assert "quay.io" in opened[0]
        assert "docker pull debian" in opened[0]
        assert session.asked == [("debian", False)]


async def test_a_fault_ends_the_app_with_its_own_status() -> None:
    async def open_session() -> Session:
        raise ZeroDivisionError

    app = RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, STILL))
    with pytest.raises(WorkerFailed):
        async with app.run_test() as pilot:
            await settled(pilot)
    assert app.return_code == 70
    assert isinstance(app.fault, ZeroDivisionError)


async def test_an_unknown_theme_is_the_dark_one() -> None:
    async with showing(ScriptedSession(), look=replace(STILL, theme="no-such-theme")) as pilot:
        assert pilot.app.theme == "dark"


async def test_another_theme_repaints_everything() -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        before = home(pilot).walk_view.render_line(0)
        for theme in ("light", "ansi", "nord"):
            pilot.app.theme = theme
            await settled(pilot)
            after = home(pilot).walk_view.render_line(0)
            assert after.text == before.text
            assert after != before
            before = after


async def test_a_theme_is_kept_on_a_persons_word_only() -> None:
    session = ScriptedSession()
    kept: list[str] = []

    async def open_session() -> Session:
        return session

    def save(theme: str) -> str:
        kept.append(theme)
        return "written to settings.toml"

    app = RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, STILL, save=save))
    async with app.run_test(notifications=True) as pilot:
        await settled(pilot, session)
        app.theme = "light"
        await settled(pilot)
        assert kept == []
        commands = {command.title: command for command in app.get_system_commands(app.home)}
        commands["theme: keep"].callback()
        await settled(pilot)
        assert kept == ["light"]
        assert "written to settings.toml" in screen_text(pilot)


@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
async def test_a_theme_changes_no_text(theme: str) -> None:
    async with showing(ScriptedSession(), name="debian") as pilot:
        expected = screen_text(pilot)
    async with showing(ScriptedSession(), name="debian", look=replace(STILL, theme=theme)) as pilot:
        assert pilot.app.theme == theme
        assert screen_text(pilot) == expected


async def test_problems_with_the_settings_are_told() -> None:
    session = ScriptedSession()

    async def open_session() -> Session:
        return session

    problem = "settings.toml:3: motion is one of full, basic, none, not [b]fast[/b]"
    app = RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, STILL, "", (problem,)))
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await settled(pilot, session)
        assert "[b]fast[/b]" in screen_text(pilot)


async def test_a_key_goes_to_the_end_of_a_walk_that_is_being_drawn() -> None:
    """The clock stands still, so nothing of the walk is due; a key shows all of it."""
    session = ScriptedSession()

    async def open_session() -> Session:
        return session

    manner = Manner(UNICODE, motion=True, paced=True, frames=12, clock=lambda: 0.0)
    look = replace(STILL, motion=Motion.FULL, paced=True)
    app = RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, look, "debian"), manner=manner)
    async with app.run_test() as pilot:
        await settled(pilot, session)
        assert home(pilot).walk_view.playing
        drawn = screen_text(pilot).splitlines()[-1]
        assert "enter skip " in drawn
        await pilot.press("space")
        walk = home(pilot).walk_view.walk
        assert walk is not None
        assert walk.over
        assert not home(pilot).walk_view.playing
        await pilot.pause()
        assert screen_text(pilot).splitlines()[-1] == drawn.replace("skip   ", "details")


async def test_when_nothing_moves_no_clock_runs() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian", look=replace(STILL, motion=Motion.FULL)) as pilot:
        view = home(pilot).walk_view
        for _ in range(60):
            await pilot.pause(0.05)
            if view._timer is None or not view._timer._active.is_set():
                break
        assert view._timer is None or not view._timer._active.is_set()


def test_the_story_has_what_the_tests_ask_for() -> None:
    assert set(SCRIPTS) <= set(PLANS)
    assert len(HEALTHY) == len(CONFIG.registries) + len(CONFIG.mirrors)
