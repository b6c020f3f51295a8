"""Every action once: its key, its label, its help; bindings, footer, palette, help screen and README come from here."""

from __future__ import annotations

from regtui.tui.actions.action import Action, Owner, Place, key_label, keys_text
from regtui.tui.actions.browsing import BROWSING, BROWSING_ACTIONS, CONFIGURATION, CONFIGURATION_ACTIONS

__all__ = [
    "ACTIONS",
    "Action",
    "Owner",
    "Place",
    "by_id",
    "footer_actions",
    "key_label",
    "keys_text",
    "markdown_table",
]

_HOME = (Place.LIST, Place.WALK)
_NAME = (Place.NAME,)
_EXPORT = (Place.EXPORT,)
_VALUES = (Place.REQUESTS, Place.JSON)

ACTIONS: tuple[Action, ...] = (
    Action(
        id="edit_name",
        keys=("slash", "i"),
        shown="/",
        label="name",
        help="type the name of an image",
        palette="resolve: type a name",
        places=_HOME,
        # What is typed right behind the slash, in one burst over a slow line, belongs to the name already.
        first=True,
    ),
    Action(
        "browse",
        ("enter",),
        "enter",
        "browse",
        "browse a registry or a mirror",
        places=(Place.LIST,),
        owner=Owner.WIDGET,
    ),
    *BROWSING_ACTIONS,
    Action("submit", ("enter",), "enter", "ask", "ask for the typed name", places=_NAME, owner=Owner.WIDGET),
    Action("leave", ("escape",), "esc", "back", "leave the name", places=_NAME, owner=Owner.WIDGET),
    Action("complete", ("tab",), "tab", "complete", "complete the name, then the next one", "", _NAME, Owner.WIDGET),
    Action("older", ("up", "down"), "↑↓", "history", "names asked before", places=_NAME, owner=Owner.WIDGET),
    Action(
        id="open",
        keys=("enter", "space"),
        shown="enter",
        label="details",
        help="open or close a registry of the walk; while it is being drawn, go to its end at once",
        places=(Place.WALK,),
        drawing="skip",
    ),
    Action(
        id="engine",
        keys=("o",),
        shown="",
        label="engine",
        help="change to another engine, or put all of the host's side by side",
        palette="engine: change",
        places=_HOME,
        owner=Owner.APP,
    ),
    Action(
        id="ask_all",
        keys=("a",),
        shown="a",
        label="ask all",
        help="ask on, past the registry that serves it: who else holds the name, and is it the same image?",
        palette="resolve: ask all",
        places=_HOME,
    ),
    Action(
        id="allow",
        keys=("A",),
        shown="",
        label="allow login",
        help="let a login go to the token service on another host that the walk kept it from; asks first",
        palette="resolve: allow the token service",
        places=_HOME,
    ),
    Action(
        id="holders",
        keys=("m",),
        shown="m",
        label="mirrors and all",
        help="ask every registry and every mirror what it holds: is it what its upstream holds?",
        places=(Place.MATRIX,),
        owner=Owner.BROWSING,
    ),
    Action("transcript", ("t",), "t", "output", "what docker prints, and the truth", "show: transcript", _HOME),
    Action(
        id="configuration",
        keys=("c",),
        shown="c",
        label="config",
        help="the host's settings with their places, findings with a fix, the daemon that runs",
        palette="show: configuration",
        places=_HOME,
    ),
    Action(
        id="export",
        keys=("e",),
        shown="e",
        label="export",
        help="write the walk to a file: a recording, or a report in Markdown, text or JSON, without secrets",
        palette="walk: export",
        places=_HOME,
    ),
    Action("write", ("enter",), "enter", "write", "write the file", places=_EXPORT, owner=Owner.WIDGET),
    Action("format", ("up", "down"), "↑↓", "format", "choose what is written", places=_EXPORT, owner=Owner.WIDGET),
    Action("give_up", ("escape",), "esc", "close", "write nothing", places=_EXPORT, owner=Owner.WIDGET),
    *CONFIGURATION_ACTIONS,
    Action(
        "copy",
        ("y",),
        "y",
        "copy",
        "copy digest, full name, pull command; of the configuration a fix or a place",
        "copy: choose a text",
        (*_HOME, *BROWSING, *CONFIGURATION),
    ),
    Action(
        id="again",
        keys=("r",),
        shown="r",
        label="again",
        help="in the list, ask every registry whether it answers; in the walk, ask for the name again",
        palette="resolve: again",
        places=_HOME,
    ),
    Action(
        "requests", ("l",), "l", "requests", "every request so far", "show: requests", (*_HOME, *BROWSING), Owner.APP
    ),
    Action("copy_row", ("y",), "y", "copy", "copy method and URL, or the value", "", _VALUES, Owner.BROWSING),
    Action("stop", ("escape",), "", "stop", "stop asking", "resolve: stop", (Place.WALK,)),
    Action("choose", ("enter",), "enter", "choose", "take the row", places=(Place.CHOICE,), owner=Owner.WIDGET),
    Action(
        id="dismiss",
        keys=("escape", "q"),
        shown="esc",
        label="close",
        help="close the panel",
        places=(Place.PANEL, Place.MATRIX, Place.REQUESTS, Place.CHOICE, Place.JSON),
        owner=Owner.WIDGET,
    ),
    Action(
        id="help",
        keys=("question_mark", "f1"),
        shown="?",
        label="help",
        help="all keys and signs",
        palette="show: help",
        places=(*_HOME, *_NAME, *BROWSING, *CONFIGURATION),
    ),
    Action("next_panel", ("tab", "shift+tab"), "", "panel", "go to the next panel", places=_HOME, owner=Owner.WIDGET),
    Action(
        "quit",
        ("q",),
        "q",
        "quit",
        "quit at once",
        "regtui: quit",
        (*_HOME, *BROWSING, *CONFIGURATION, Place.FLEET),
        Owner.APP,
    ),
    Action("leave_now", ("ctrl+q",), "", "quit", "quit, wherever the keys are", owner=Owner.APP, first=True),
    Action("interrupt", ("ctrl+c",), "", "quit", "quit with status 130", owner=Owner.APP, first=True),
    Action("suspend", ("ctrl+z",), "", "suspend", "go to the shell; `fg` comes back", owner=Owner.APP, first=True),
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
