"""The configuration screen in its main states, and what a person does on it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from regtui.daemon import compare
from regtui.daemon.process import RunningDaemon
from regtui.host.discover import load
from regtui.host.files import HostFiles
from regtui.host.model import EngineName, Setting, Source
from regtui.survey.reading import take
from regtui.tui.cells import line_text, line_width
from regtui.tui.configuration import setting_entries, verdict_entries
from regtui.tui.entries import Entry, lay_out
from regtui.tui.glyphs import ASCII, UNICODE
from regtui.tui.screens.configuration import ConfigurationScreen
from regtui.tui.widgets.entry_view import EntryView
from tests.docker_socket import said
from tests.lint_hosts import NOW, write
from tests.surveyed_hosts import CONTAINERD, FAULTY, FINE, PASSWORD, PODMAN, REFUSED, survey_of
from tests.tui_fakes import ScriptedSession
from tests.tui_hostile import hostile_session
from tests.tui_screens import LARGE, SMALL, STILL, assert_screen, screen_text, settled, showing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from textual.pilot import Pilot

    from regtui.survey import Survey

SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]


def found(survey: Survey) -> Callable[[], Awaitable[Survey]]:
    """Return a look at the host that finds this."""

    async def look() -> Survey:
        return survey

    return look


def differing(root: Path) -> Survey:
    """Return a host whose daemon was started with another list."""
    survey = survey_of(root, FINE)
    daemon = replace(said("rhel-docker"), version="1.13.1")
    more = compare(survey.config, survey.config, daemon)
    return replace(survey, daemon=daemon, findings=(*more, *survey.findings))


def contained(root: Path) -> Survey:
    """Return a host where containerd pulls."""
    write(root, CONTAINERD)
    return take(load(root, (), EngineName.CONTAINERD), files=HostFiles(root), now=NOW)


HUNG = "/var/run/docker.sock gave no answer to GET /info in 2 s"
STATES: dict[str, Callable[[Path], Survey]] = {
    "fine": lambda root: survey_of(root, FINE),
    "findings": lambda root: survey_of(root, FAULTY),
    "refused": lambda root: survey_of(root, REFUSED),
    "differs": differing,
    "hung": lambda root: replace(survey_of(root, FINE), daemon_words=HUNG, daemon_failed=True),
    "podman": lambda root: survey_of(root, PODMAN),
    "containerd": contained,
}


def view(pilot: Pilot[None], name: str = "verdicts") -> EntryView:
    """Return one of the screen's two texts."""
    return pilot.app.screen.query_one(f"#{name}", EntryView)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("state", STATES)
async def test_the_states_of_the_screen(tmp_path: Path, state: str, size: tuple[int, int]) -> None:
    survey = STATES[state](tmp_path)
    async with showing(ScriptedSession(survey.config), size=size, survey=found(survey)) as pilot:
        await pilot.press("c")
        await settled(pilot)
        assert_screen(pilot, f"configuration-{state}-{size[0]}x{size[1]}")


async def test_the_sections_follow_each_other_on_a_small_screen(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FAULTY)
    async with showing(ScriptedSession(survey.config), survey=found(survey)) as pilot:
        await pilot.press("c")
        seen = []
        for _ in range(9):
            entry = view(pilot).selected
            assert entry is not None
            seen.append(entry.section)
            await pilot.press("tab")
        assert seen == [
            "Findings",
            "The daemon that runs",
            "Engine",
            "Settings as dockerd sees them",
            "Registries",
            "Logins",
            "Proxies of the daemon, not of your shell",
            "Files",
            "Files",
        ]
        await pilot.press("shift+tab")
        assert "Proxies of the daemon" in screen_text(pilot)
        await settled(pilot)
        assert_screen(pilot, "configuration-proxies-80x24")


async def test_tab_goes_on_in_the_other_panel_where_there_are_two(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FINE)
    async with showing(ScriptedSession(survey.config), size=LARGE, survey=found(survey)) as pilot:
        await pilot.press("c", "tab", "tab")
        assert view(pilot, "settings").has_focus
        await pilot.press("shift+tab")
        assert view(pilot).has_focus


async def test_y_copies_the_fix_of_a_finding(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FAULTY)
    async with showing(ScriptedSession(survey.config), survey=found(survey)) as pilot:
        await pilot.press("c", "down")
        assert "y copies fix: OPTIONS=" in screen_text(pilot)
        await pilot.press("y")
        await settled(pilot)
        assert pilot.app.screen.name == "copy"
        await pilot.press("enter")
        await settled(pilot)
        fix = "OPTIONS='--selinux-enabled --signature-verification=false --registry-mirror=http://mirror.example.com:5000'"
        assert pilot.app.clipboard == fix


async def test_escape_and_c_go_back(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FINE)
    async with showing(ScriptedSession(survey.config), survey=found(survey)) as pilot:
        for key in ("escape", "c"):
            await pilot.press("c")
            assert isinstance(pilot.app.screen, ConfigurationScreen)
            await pilot.press(key)
            assert not isinstance(pilot.app.screen, ConfigurationScreen)


async def test_r_reads_the_host_again(tmp_path: Path) -> None:
    surveys = [survey_of(tmp_path / "before", FINE), survey_of(tmp_path / "after", FAULTY)]

    async def look() -> Survey:
        return surveys.pop(0)

    async with showing(ScriptedSession(surveys[0].config), survey=look) as pilot:
        await pilot.press("c")
        assert "nothing to report" in screen_text(pilot)
        await pilot.press("r")
        await settled(pilot)
        assert "7 warnings" in screen_text(pilot)
    assert surveys == []


async def test_the_screen_stands_before_the_host_was_looked_at(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FAULTY)
    looked = asyncio.Event()

    async def look() -> Survey:
        await looked.wait()
        return survey

    async with showing(ScriptedSession(survey.config), survey=look) as pilot:
        await pilot.press("c")
        await settled(pilot)
        assert "were not looked at" in " ".join(screen_text(pilot).split())
        looked.set()
        await settled(pilot)
        assert "7 warnings, 4 notes" in screen_text(pilot)


async def test_a_host_without_files_around_it_has_nothing_to_read_again() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("c", "r")
        await settled(pilot)
        assert "nothing to read again" in " ".join(screen_text(pilot).split())


async def test_a_long_entry_is_scrolled_through_before_the_cursor_moves_on() -> None:
    lines = tuple(() for _ in range(50))
    view = EntryView(lambda _width: (Entry(lines), Entry(((),))))
    async with showing(ScriptedSession()) as pilot:
        await pilot.app.screen.mount(view)
        view.styles.height = 10
        await settled(pilot)
        view.focus()
        pressed = 0
        while view.selected is not None and view.selected.lines == lines:
            await pilot.press("down")
            pressed += 1
        assert pressed == 6
        await pilot.press("up", "up")
        assert view.scroll_offset.y < 40


def texts(survey: Survey, width: int, *, plain: bool = False) -> list[str]:
    """Return all that the screen can show, for a width."""
    glyphs = ASCII if plain else UNICODE
    entries = (*verdict_entries(survey, width, glyphs), *setting_entries(survey, width, glyphs))
    laid = lay_out(entries)
    assert max(line_width(line) for line in laid.lines) <= width
    return [line_text(line) for line in laid.lines]


@pytest.mark.parametrize("width", [54, 75, 96, 116])
@pytest.mark.parametrize("state", STATES)
def test_every_line_fits_and_no_secret_is_told(tmp_path: Path, state: str, width: int) -> None:
    told = "\n".join(texts(STATES[state](tmp_path), width, plain=True))
    assert told.isascii()
    assert PASSWORD not in told
    assert "Ym9iOmh1bnRlcjI" not in told


def test_a_daemon_whose_command_line_alone_can_be_read(tmp_path: Path) -> None:
    survey = survey_of(tmp_path, FINE)
    source = Source("/proc/7/cmdline")
    words = (Setting("argument", "--add-registry=old.example.com", source),)
    told = texts(replace(survey, process=RunningDaemon(7, "dockerd-current", words)), 76)
    assert "dockerd-current runs as process 7; its command line tells its lists" in told
    assert "! --add-registry differ" in told
    assert "  runs with  old.example.com" in told
    assert "  files say  quay.io" in told


async def test_payloads_in_every_string() -> None:
    async with showing(hostile_session(), look=STILL) as pilot:
        await pilot.press("c")
        await settled(pilot)
        assert_screen(pilot, "configuration-hostile-80x24")


async def test_a_survey_that_comes_while_the_screen_is_laid_out(tmp_path: Path) -> None:
    before, after = survey_of(tmp_path / "a", FINE), survey_of(tmp_path / "b", FAULTY)
    async with showing(ScriptedSession(before.config)) as pilot:
        screen = ConfigurationScreen(before, "here", UNICODE)
        pushed = pilot.app.push_screen(screen)
        screen.show(after)
        await pushed
        await settled(pilot)
        assert "7 warnings, 4 notes" in screen_text(pilot)
