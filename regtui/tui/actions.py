"""Every action once: its key, its label, its help; bindings, footer, palette, help screen and README come from here."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where the keys are at the moment: a part of the home screen, or a panel over it."""

    LIST = "list"
    WALK = "walk"
    NAME = "name"
    PANEL = "panel"
    CHOICE = "choice"


class Owner(StrEnum):
    """Who binds the keys: the home screen, the application, or a widget that has them for itself."""

    SCREEN = "screen"
    APP = "app"
    WIDGET = "widget"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do.

    `id` is the method `action_ID` of its owner. `keys` are Textual's key names; `shown` is how the footer writes the
    first, and empty where the footer leaves the action out. `places` are where it works; empty means everywhere.
    `palette` is its name in the command palette, `area: verb`; empty where it needs a cursor.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    palette: str = ""
    places: tuple[Place, ...] = ()
    owner: Owner = Owner.SCREEN


_HOME = (Place.LIST, Place.WALK)
_NAME = (Place.NAME,)

ACTIONS: tuple[Action, ...] = (
    Action("edit_name", ("slash", "i"), "/", "name", "type the name of an image", "resolve: type a name", _HOME),
    Action("submit", ("enter",), "enter", "ask", "ask for the typed name", places=_NAME, owner=Owner.WIDGET),
    Action("leave", ("escape",), "esc", "back", "leave the name", places=_NAME, owner=Owner.WIDGET),
    Action("older", ("up", "down"), "↑↓", "history", "names asked before", places=_NAME, owner=Owner.WIDGET),
    Action(
        id="open",
        keys=("enter", "space"),
        shown="enter",
        label="details",
        help="open or close a registry of the walk; while it is being drawn, go to its end at once",
        places=(Place.WALK,),
    ),
    Action("ask_all", ("a",), "a", "ask all", "ask on, past the registry that serves it", "resolve: ask all", _HOME),
    Action(
        id="again",
        keys=("r",),
        shown="r",
        label="again",
        help="in the list, ask every registry whether it answers; in the walk, ask for the name again",
        palette="resolve: again",
        places=_HOME,
    ),
    Action("stop", ("escape",), "", "stop", "stop asking", "resolve: stop", (Place.WALK,)),
    Action("transcript", ("t",), "t", "transcript", "what docker prints, and the truth", "show: transcript", _HOME),
    Action("copy", ("y",), "y", "copy", "copy digest, full name or pull command", "copy: choose a text", _HOME),
    Action("choose", ("enter",), "enter", "choose", "take the row", places=(Place.CHOICE,), owner=Owner.WIDGET),
    Action(
        id="dismiss",
        keys=("escape", "q"),
        shown="esc",
        label="close",
        help="close the panel",
        places=(Place.PANEL, Place.CHOICE),
        owner=Owner.WIDGET,
    ),
    Action("help", ("question_mark", "f1"), "?", "help", "all keys and signs", "show: help", (*_HOME, *_NAME)),
    Action("next_panel", ("tab", "shift+tab"), "", "panel", "go to the next panel", places=_HOME, owner=Owner.WIDGET),
    Action("quit", ("q", "ctrl+q"), "q", "quit", "quit at once", "regtui: quit", _HOME, Owner.APP),
    Action("interrupt", ("ctrl+c",), "", "quit", "quit at once, wherever the keys are", owner=Owner.APP),
    Action("command_palette", ("ctrl+p",), "", "palette", "find a command by its name", owner=Owner.WIDGET),
)
"""In the order of the footer and the help screen."""


def footer_actions(place: Place) -> tuple[Action, ...]:
    """Return what the footer lists while the keys are there."""
    return tuple(action for action in ACTIONS if action.shown and place in (action.places or (place,)))


def by_id(action_id: str) -> Action:
    """Return the action with this id."""
    return next(action for action in ACTIONS if action.id == action_id)


def markdown_table() -> str:
    """Return the table of keys for the README."""
    rows = [f"| {keys_text(action)} | {action.help} |" for action in ACTIONS]
    return "\n".join(["| key | does |", "|---|---|", *rows])


_KEY_TEXT = {"slash": "/", "question_mark": "?", "escape": "esc", "up": "↑", "down": "↓"}
_PLAIN_KEYS = str.maketrans({"↑": "^", "↓": "v"})


def key_label(action: Action, *, plain: bool = False) -> str:
    """Return how the footer writes the action's key."""
    return action.shown.translate(_PLAIN_KEYS) if plain else action.shown


def keys_text(action: Action, *, plain: bool = False) -> str:
    """Return all keys of an action as a person writes them: `/ i`, `q ^q`."""
    keys = (_KEY_TEXT.get(key, key.replace("ctrl+", "^").replace("shift+", "")) for key in action.keys)
    text = " ".join(dict.fromkeys(keys))
    return text.translate(_PLAIN_KEYS) if plain else text
