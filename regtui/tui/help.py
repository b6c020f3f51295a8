"""The help screen's text, made from the actions and the signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.tui.actions import ACTIONS, Place, keys_text
from regtui.tui.cells import EMPTY, Line, Role, Span, indent, wrap

if TYPE_CHECKING:
    from regtui.tui.actions import Action
    from regtui.tui.glyphs import Glyphs

_KEYS = 12


def help_lines(width: int, glyphs: Glyphs) -> tuple[Line, ...]:
    """Return all keys by the part that they belong to, what the signs mean, and what regtui never does."""
    lines: list[Line] = []
    for title, places in _SECTIONS:
        lines += _section(title, [action for action in ACTIONS if set(action.places) == places], width, glyphs)
    lines.append((Span("Signs", Role.STRONG),))
    for sign, role, meaning in _signs(glyphs):
        lines += _entry(sign, meaning, width, role)
    lines.append(EMPTY)
    text = (
        "regtui reads: to a registry it sends GET and HEAD and nothing else, to a token service one POST at most, and "
        "it writes no file of docker's."
    )
    return (*lines, *wrap(text, width, Role.DIM))


_SECTIONS: tuple[tuple[str, set[Place]], ...] = (
    ("Registries and walk", {Place.LIST, Place.WALK}),
    ("Walk", {Place.WALK}),
    ("While a name is typed", {Place.NAME}),
    ("Panels and choices", {Place.PANEL, Place.CHOICE}),
    ("Choices", {Place.CHOICE}),
    ("On the home screen", {Place.LIST, Place.WALK, Place.NAME}),
    ("Everywhere", set()),
)
"""Every action stands in the section of its places; a test sees to it that none is left out."""


def _section(title: str, actions: list[Action], width: int, glyphs: Glyphs) -> list[Line]:
    lines: list[Line] = [(Span(title, Role.STRONG),)]
    for action in actions:
        lines += _entry(keys_text(action, plain=glyphs.plain), action.help, width, Role.ACCENT)
    return [*lines, EMPTY]


def _entry(key: str, text: str, width: int, role: Role) -> list[Line]:
    told = wrap(text, width - _KEYS - 2)
    return [(Span(f"  {key:<{_KEYS}}", role), *told[0]), *indent(told[1:], _KEYS + 2)]


def _signs(glyphs: Glyphs) -> list[tuple[str, Role, str]]:
    return [
        (glyphs.marker, Role.ACCENT, "the registry that is asked, then the one that serves the image"),
        (f"{glyphs.ok} {glyphs.bad} ?", Role.TEXT, "it went well, it failed, no answer in time"),
        (f"{glyphs.alive} {glyphs.unknown}", Role.TEXT, "a registry answers; it was not asked yet"),
        (glyphs.none, Role.DIM, "passed over by the engine"),
        (glyphs.assumed, Role.WARN, "a line that rests on an answer which is not asked for"),
        (glyphs.bar, Role.OK_BAR, "when it was asked and for how long, all on one line of time"),
    ]
