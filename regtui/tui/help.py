"""The help screen's text, made from the actions and the signs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from regtui.tui.actions import ACTIONS, Place, keys_text
from regtui.tui.cells import EMPTY, Line, Role, Span, indent, wrap

if TYPE_CHECKING:
    from regtui.tui.actions import Action
    from regtui.tui.glyphs import Glyphs

_KEYS = 12


def help_lines(width: int, glyphs: Glyphs, here: Place = Place.LIST) -> tuple[Line, ...]:
    """Return the keys of the part that has them, then all others, what the signs mean, and what regtui never does."""
    told = [action for action in ACTIONS if here in action.places]
    lines = _section("Here", told, width, glyphs)
    for place in Place:
        others = [action for action in ACTIONS if place in action.places and action not in told]
        told += others
        lines += _section(place.value.capitalize(), others, width, glyphs) if others else []
    lines += _section("Everywhere", [action for action in ACTIONS if not action.places], width, glyphs)
    lines.append((Span("Signs", Role.STRONG),))
    for sign, role, meaning in _signs(glyphs):
        lines += _entry(sign, meaning, width, role)
    lines.append(EMPTY)
    text = (
        "regtui reads: to a registry it sends GET and HEAD and nothing else, to a token service one POST at most, and "
        "it writes no file of docker's."
    )
    return (*lines, *wrap(text, width, Role.DIM))


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
