"""Nothing from outside reaches the terminal as a control character, and no markup is read from it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme

from regtui.tui.cells import EMPTY, Role, Span, line_text
from regtui.tui.safe import Backstop, content, palette_of, strip
from regtui.tui.themes import THEMES
from tests.tui_hostile import ESCAPES, EVIL, MARKUP, NAME, hostile_session
from tests.tui_screens import LARGE, SMALL, home, screen_text, settled, showing

if TYPE_CHECKING:
    from textual.pilot import Pilot

FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
BLACK = Color(0, 0, 0)
PLAIN_STYLES = dict.fromkeys(Role, Style())


@pytest.mark.fault(71)
@pytest.mark.parametrize("code", [*range(32), *range(0x7F, 0xA0), 0x200B, 0x200E, 0x202E, 0x2028, 0x2066, 0xFEFF])
def test_the_last_gate_drops_what_controls_a_terminal(code: int) -> None:
    kept = "a\tb" if code == 9 else "a\nb" if code == 10 else "ab"
    assert Backstop(plain=False).clean(f"a{chr(code)}b") == kept


@pytest.mark.parametrize("text", ["", "registry", "ä日本 ✓●▶━╸", "a\u0301"])
def test_the_last_gate_leaves_text_alone(text: str) -> None:
    assert Backstop(plain=False).clean(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("╭─ Help ─╮", "+- Help -+"),
        ("│ ▁▁ │", "| -- |"),
        ("●▶…", "*>~"),
        ("日本", "????"),
        ("ä", "?"),
        ("a\x1b✓", "a?"),
    ],
)
def test_a_terminal_without_unicode_gets_ascii_of_the_same_width(text: str, expected: str) -> None:
    assert Backstop(plain=True).clean(text) == expected


def test_the_gate_keeps_styles() -> None:
    style = Style(bold=True)
    assert Backstop(plain=False).apply([Segment("a\x1b[2J", style)], BLACK) == [Segment("a[2J", style)]


def test_a_strip_is_as_wide_as_it_is_asked_to_be() -> None:
    line = (Span("日本", Role.OK), Span("abc"))
    for width in range(10):
        assert strip(line, PLAIN_STYLES, width, Style()).cell_length == width
    assert strip(EMPTY, {}, 3, Style()).text == "   "


@pytest.mark.fault(72)
def test_content_is_never_read_as_markup() -> None:
    made = content(EVIL)
    assert made.plain.endswith(f"{MARKUP}\\")
    assert made.spans == []
    assert made.plain.isprintable()


@pytest.mark.parametrize("theme", [*THEMES, *BUILTIN_THEMES.values()], ids=lambda theme: theme.name)
def test_every_theme_has_a_style_for_every_role(theme: Theme) -> None:
    variables = theme.to_color_system().generate() | theme.variables
    palette = palette_of(variables, ansi=theme.ansi)
    assert set(palette.roles) == set(Role)
    # What matters is told apart from plain text, by color or by weight; so is the cursor.
    plain = palette.roles[Role.TEXT]
    assert all(palette.roles[role] != plain for role in (Role.DIM, Role.STRONG, Role.OK, Role.WARN, Role.BAD))
    assert palette.cursor != palette.cursor_blurred


def assert_harmless(pilot: Pilot[None]) -> None:
    """No payload acted, and none is on the screen as it came."""
    text = screen_text(pilot)
    assert FORBIDDEN.search(text.replace("\n", "")) is None
    assert pilot.app.return_code is None
    strips = pilot.app.screen._compositor.render_strips()
    assert not any("@click" in (segment.style.meta if segment.style else {}) for line in strips for segment in line)


@pytest.mark.fault(71, 72)
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["80x24", "120x36"])
@pytest.mark.parametrize(
    "keys",
    [[], ["tab", "down", "down", "down"], ["enter"], ["up", "enter"], ["t"], ["y"], ["y", "enter"], ["a"], ["ctrl+p"]],
    ids=["as it is", "list", "closed", "opened", "transcript", "choice", "copied", "all", "palette"],
)
async def test_payloads_in_every_string_do_nothing(keys: list[str], size: tuple[int, int]) -> None:
    async with showing(hostile_session(), name=NAME, size=size) as pilot:
        await pilot.press(*keys)
        await settled(pilot)
        assert_harmless(pilot)


async def test_a_payload_that_is_pasted_into_the_name_does_nothing() -> None:
    async with showing(hostile_session()) as pilot:
        await pilot.press("slash")
        entry = home(pilot).query_one("#name")
        entry.insert_text_at_cursor(EVIL)  # type: ignore[attr-defined] # it is an Input
        await settled(pilot)
        assert_harmless(pilot)


async def test_what_is_copied_is_harmless_too() -> None:
    async with showing(hostile_session(), name=NAME) as pilot:
        await pilot.press("y", "down", "enter")
        await settled(pilot)
        assert ESCAPES not in pilot.app.clipboard
        assert pilot.app.clipboard.isprintable()
        assert "\\x1b]0;pwned" in pilot.app.clipboard


def test_lines_keep_their_text() -> None:
    assert line_text((Span("a"), Span("b", Role.BAD))) == "ab"
