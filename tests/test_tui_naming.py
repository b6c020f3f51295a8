"""The line of the name: what tab puts there, what stands there in gray, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regtui.tui.app import RegtuiApp, Start
from regtui.tui.naming import NoNames
from regtui.tui.widgets.name_input import NameInput
from tests.tui_fakes import CONFIG, SYSCONFIG, ScriptedSession
from tests.tui_screens import PATIENCE, STILL, home, screen_text, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.pilot import Pilot


@dataclass
class ScriptedNames:
    """Offers names from a list; `kept` is what was remembered."""

    known: tuple[str, ...] = ("debian", "debian:12", "debian/eol")
    kept: list[str] = field(default_factory=list)
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def recall(self) -> tuple[str, ...]:
        """Return two names of earlier runs."""
        return ("older", "old")

    def remember(self, name: str) -> None:
        """Keep it."""
        self.kept.append(name)

    def complete(self, typed: str, asked: Sequence[str], local: Sequence[str]) -> tuple[str, ...]:
        """Return what begins so."""
        assert not local
        self.asked.append(tuple(asked))
        return tuple(name for name in self.known if typed and name.startswith(typed) and name != typed)


def app_of(session: ScriptedSession, names: ScriptedNames | None) -> RegtuiApp:
    """Return the app with these names."""

    async def open_session() -> ScriptedSession:
        return session

    return RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, STILL, names=names))


async def until(pilot: Pilot[None], value: str) -> NameInput:
    """Wait until the value stands in the line, which a thread has looked for."""
    entry = home(pilot).query_one(NameInput)
    for _ in range(PATIENCE):
        if entry.value == value:
            break
        await pilot.pause(0.01)
    assert entry.value == value
    await settled(pilot)
    return entry


async def test_tab_completes_and_goes_on_to_the_next_name() -> None:
    session, names = ScriptedSession(), ScriptedNames()
    async with app_of(session, names).run_test() as pilot:
        await settled(pilot, session)
        await pilot.press("slash", "d", "e", "tab")
        for number, name in enumerate((*names.known, names.known[0]), 1):
            await until(pilot, name)
            assert f"{(number - 1) % 3 + 1} of 3" in screen_text(pilot)
            walk = home(pilot).walk_view.walk
            assert walk is not None
            assert walk.plan.name == name or walk.plan.name == "debian"
            await pilot.press("tab")
        await until(pilot, names.known[1])
        await pilot.press("x")
        await settled(pilot)
        assert " of 3" not in screen_text(pilot)
        assert session.asked == []


async def test_what_nothing_begins_with_stays_and_says_so() -> None:
    async with app_of(ScriptedSession(), ScriptedNames()).run_test() as pilot:
        await settled(pilot)
        await pilot.press("slash", "z", "tab")
        for _ in range(PATIENCE):
            if "no match" in screen_text(pilot):
                break
            await pilot.pause(0.01)
        assert "no match" in screen_text(pilot)
        assert home(pilot).query_one(NameInput).value == "z"


async def test_the_first_completion_stands_behind_what_is_typed_and_is_not_asked_with_it() -> None:
    session = ScriptedSession(scripts={"deb": ()})
    async with app_of(session, ScriptedNames()).run_test() as pilot:
        await settled(pilot, session)
        await pilot.press("slash", "d", "e", "b")
        for _ in range(PATIENCE):
            if "docker pull debian" in screen_text(pilot):
                break
            await pilot.pause(0.01)
        assert "docker pull debian" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot, session)
        assert session.asked == [("deb", False)]


async def test_tab_in_an_empty_line_goes_to_the_next_panel() -> None:
    async with app_of(ScriptedSession(), ScriptedNames()).run_test() as pilot:
        await settled(pilot)
        await pilot.press("slash", "tab")
        assert pilot.app.focused is home(pilot).walk_view


async def test_names_of_earlier_runs_come_back_before_those_of_this_one() -> None:
    session, names = ScriptedSession(), ScriptedNames()
    async with app_of(session, names).run_test() as pilot:
        await settled(pilot, session)
        home(pilot).ask("debian")
        await settled(pilot, session)
        await pilot.press("slash")
        seen = []
        for _ in range(4):
            await pilot.press("up")
            seen.append(home(pilot).query_one(NameInput).value)
        assert seen == ["debian", "old", "older", "older"]
        await pilot.press("x", "tab")
        await settled(pilot)
    assert names.kept == ["debian"]


async def test_a_name_that_the_engine_refuses_is_not_kept() -> None:
    session, names = ScriptedSession(scripts={"Etcd": (), "debian": ()}), ScriptedNames()
    async with app_of(session, names).run_test() as pilot:
        await settled(pilot, session)
        for name in ("Etcd", "debian"):
            home(pilot).ask(name)
            await settled(pilot, session)
        await pilot.app.workers.wait_for_complete()
    assert names.kept == ["debian"]


def test_a_recording_offers_what_was_asked_in_this_run_alone() -> None:
    names = NoNames()
    names.remember("debian")
    assert names.recall() == ()
    assert names.complete("de", ("debian", "etcd", "debian:12"), ("dev:1",)) == ("debian:12", "debian", "dev:1")
    assert names.complete("", ("debian",), ()) == ()
