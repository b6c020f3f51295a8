"""Actions stand once; bindings, footer, palette and help follow from them."""

from __future__ import annotations

import pytest

from regtui.tui.actions import ACTIONS, Action, Owner, Place, by_id, footer_actions, keys_text, markdown_table
from regtui.tui.app import RegtuiApp
from regtui.tui.cells import line_text, line_width
from regtui.tui.glyphs import ASCII, UNICODE
from regtui.tui.help import help_lines
from regtui.tui.screens.home import HomeScreen
from regtui.tui.screens.panel import Panel
from regtui.tui.widgets.footer import FooterBar
from regtui.tui.widgets.name_input import NameInput
from tests.tui_fakes import ScriptedSession
from tests.tui_screens import LARGE, home, screen_text, settled, showing

ids = [action.id for action in ACTIONS]


def test_every_action_stands_once() -> None:
    assert len(set(ids)) == len(ids)
    assert by_id("quit").shown == "q"


@pytest.mark.parametrize("place", Place)
def test_no_key_means_two_things_in_one_place(place: Place) -> None:
    here = [action for action in ACTIONS if place in (action.places or (place,))]
    keys = [key for action in here for key in action.keys]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("action", ACTIONS, ids=ids)
def test_an_owner_can_do_what_it_owns(action: Action) -> None:
    owners: dict[Owner, type] = {Owner.SCREEN: HomeScreen, Owner.APP: RegtuiApp}
    if action.owner in owners:
        assert callable(getattr(owners[action.owner], f"action_{action.id}"))


@pytest.mark.parametrize(
    ("widget", "actions"),
    [(NameInput, ("submit", "leave", "older")), (Panel, ("dismiss",))],
)
def test_a_widget_binds_what_it_has_for_itself(widget: type[NameInput | Panel], actions: tuple[str, ...]) -> None:
    keys = {key for action in actions for key in by_id(action).keys}
    assert keys <= set(widget._merge_bindings().key_to_bindings)


@pytest.mark.parametrize("width", [30, 60, 76])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("place", [Place.LIST, Place.NAME, Place.WALK])
def test_the_help_lists_every_action_and_fits(width: int, glyphs: object, place: Place) -> None:
    assert isinstance(glyphs, type(UNICODE))
    lines = help_lines(width, glyphs, place)
    text = " ".join(" ".join(line_text(line).split()) for line in lines)
    assert [action.id for action in ACTIONS if action.help not in text] == []
    assert max(line_width(line) for line in lines) <= width
    assert glyphs is UNICODE or text.isascii()


def test_the_readme_gets_its_table_from_the_actions() -> None:
    rows = markdown_table().splitlines()
    assert rows[:2] == ["| key | does |", "|---|---|"]
    assert len(rows) == len(ACTIONS) + 2
    assert "| q | quit at once |" in rows


@pytest.mark.parametrize(
    ("action", "expected"),
    [("edit_name", "/ i"), ("older", "↑ ↓"), ("help", "? f1"), ("interrupt", "^c"), ("next_panel", "tab")],
)
def test_keys_are_written_as_people_write_them(action: str, expected: str) -> None:
    assert keys_text(by_id(action)) == expected


async def test_the_footer_follows_the_focus() -> None:
    async with showing(ScriptedSession(), size=LARGE) as pilot:
        seen = []
        for key in ("", "slash", "escape"):
            if key:
                await pilot.press(key)
            seen.append(screen_text(pilot).splitlines()[-1])
        assert seen[0].split() == " ".join(f"{a.shown} {a.label}" for a in footer_actions(Place.LIST)).split()
        assert seen[1].split() == " ".join(f"{a.shown} {a.label}" for a in footer_actions(Place.NAME)).split()
        assert seen[2] == seen[0]


async def test_a_narrow_footer_keeps_help_and_quit() -> None:
    async with showing(ScriptedSession(), size=(60, 15)) as pilot:
        footer = screen_text(pilot).splitlines()[-1]
        assert footer.endswith("? help  q quit")
        assert len(footer) <= 60


async def test_a_click_on_the_footer_is_the_key() -> None:
    async with showing(ScriptedSession()) as pilot:
        footer = screen_text(pilot).splitlines()[-1]
        await pilot.click(FooterBar, offset=(footer.index("? help") + 3, 0))
        await settled(pilot)
        assert pilot.app.screen.name == "help"


async def test_a_panel_opens_over_another_of_its_kind() -> None:
    async with showing(ScriptedSession()) as pilot:
        for _ in range(2):  # what opened between them lies over the first
            home(pilot).action_help()
            await settled(pilot)
        assert pilot.app.screen.name == "help"


async def test_the_palette_lists_the_actions_and_no_screenshot() -> None:
    async with showing(ScriptedSession()) as pilot:
        app = pilot.app
        commands = {command.title: command for command in app.get_system_commands(home(pilot))}
        mine = {action.palette for action in ACTIONS if action.palette and action.owner in (Owner.SCREEN, Owner.APP)}
        assert mine <= set(commands)
        assert not any("screenshot" in title.lower() for title in commands)
        await commands["show: help"].callback()
        await settled(pilot)
        assert app.screen.name == "help"


@pytest.mark.parametrize(
    ("keys", "code"),
    [(["q"], 0), (["ctrl+q"], 0), (["ctrl+c"], 130), (["slash", "ctrl+q"], 0), (["slash", "ctrl+c"], 130)],
)
async def test_quitting(keys: list[str], code: int) -> None:
    session = ScriptedSession(hold={"debian": 5})
    async with showing(session, name="debian") as pilot:
        await pilot.press(*keys)
        assert pilot.app.return_code == code
    assert session.closed
    assert session.left == ["debian"]


async def test_q_is_a_letter_while_a_name_is_typed() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("slash", "q")
        assert pilot.app.return_code is None
        assert home(pilot).query_one(NameInput).value == "q"
