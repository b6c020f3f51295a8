"""Every action once: its key, its label, its help; bindings, footer, palette, help screen and README come from here."""

from __future__ import annotations

from enum import StrEnum

from regtui.frozen import dataclass


class Place(StrEnum):
    """Where the keys are at the moment: a part of the home screen, a panel over it, or a screen of browsing."""

    LIST = "list"
    WALK = "walk"
    NAME = "name"
    PANEL = "panel"
    CHOICE = "choice"
    EXPORT = "export"
    MATRIX = "matrix"
    REQUESTS = "requests"
    REPOSITORIES = "repositories"
    TAGS = "tags"
    DETAILS = "details"
    FILTER = "filter"
    JSON = "json"
    CONFIGURATION = "configuration"
    FLEET = "fleet"


class Owner(StrEnum):
    """Who binds the keys: a screen (home and, where it has the place, browsing), the application, a widget for itself.

    What BROWSING owns the home screen does not have.
    """

    SCREEN = "screen"
    BROWSING = "browsing"
    APP = "app"
    WIDGET = "widget"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a person can do.

    `id` is the method `action_ID` of its owner. `keys` are Textual's key names; `shown` is how the footer writes the
    first, and empty where the footer leaves the action out; `drawing` is its label while a walk is drawn, where the
    key does something else then. `places` are where it works; empty means everywhere.
    `palette` is its name in the command palette, `area: verb`; empty where it needs a cursor. `first` says that its
    keys are looked at before the part that has the keys gets them.
    """

    id: str
    keys: tuple[str, ...]
    shown: str
    label: str
    help: str
    palette: str = ""
    places: tuple[Place, ...] = ()
    owner: Owner = Owner.SCREEN
    first: bool = False
    drawing: str = ""


_HOME = (Place.LIST, Place.WALK)
_NAME = (Place.NAME,)
_EXPORT = (Place.EXPORT,)
_VALUES = (Place.REQUESTS, Place.JSON)
_LISTS = (Place.REPOSITORIES, Place.TAGS)
_BROWSING = (*_LISTS, Place.DETAILS)
_FILTER = (Place.FILTER,)
_CONFIGURATION = (Place.CONFIGURATION,)


_BROWSING_ACTIONS = (
    Action(
        "enter", ("enter",), "enter", "open", "open a repository, a namespace, a tag", places=_LISTS, owner=Owner.WIDGET
    ),
    Action(
        id="find",
        keys=("slash",),
        shown="/",
        label="find",
        help="find names: a part of one, a glob (team/*), a regular expression (/^v1/)",
        palette="browse: find",
        places=_LISTS,
        owner=Owner.BROWSING,
        first=True,
    ),
    Action("back", ("escape",), "esc", "back", "show all names again, then go back", "", _BROWSING, Owner.BROWSING),
    Action(
        id="tree",
        keys=("t",),
        shown="t",
        label="tree",
        help="repositories below their namespaces, or as a list",
        palette="browse: tree or list",
        places=(Place.REPOSITORIES,),
        owner=Owner.BROWSING,
    ),
    Action(
        id="order",
        keys=("s",),
        shown="s",
        label="sort",
        help="sort tags by version, name, date, size",
        palette="browse: sort tags",
        places=(Place.TAGS,),
        owner=Owner.BROWSING,
    ),
    Action(
        id="diff",
        keys=("d", "space"),
        shown="d",
        label="diff",
        help="mark a tag; on another tag, compare the two",
        places=(Place.TAGS,),
        owner=Owner.BROWSING,
    ),
    Action(
        id="platform",
        keys=("p",),
        shown="p",
        label="platform",
        help="show the image for the next platform",
        palette="browse: next platform",
        places=(Place.DETAILS,),
        owner=Owner.BROWSING,
    ),
    Action(
        id="json",
        keys=("j",),
        shown="j",
        label="JSON",
        help="manifest and configuration as they were sent, foldable",
        palette="browse: raw JSON",
        places=(Place.DETAILS,),
        owner=Owner.BROWSING,
    ),
    Action(
        id="everywhere",
        keys=("m",),
        shown="m",
        label="everywhere",
        help="ask every registry for the same image: is its digest equal?",
        palette="browse: same image everywhere",
        places=(Place.TAGS, Place.DETAILS),
        owner=Owner.BROWSING,
    ),
    Action(
        id="fill_in",
        keys=("f",),
        shown="f",
        label="facts",
        help="read date, size and platforms of the next 100 tags; on a mirror and on Docker Hub of those in view",
        palette="browse: read facts of tags",
        places=(Place.TAGS,),
        owner=Owner.BROWSING,
    ),
    Action(
        id="refresh",
        keys=("r",),
        shown="r",
        label="again",
        help="read again from the registry, past the cache",
        palette="browse: read again",
        places=_BROWSING,
        owner=Owner.BROWSING,
    ),
    Action(
        id="to_list",
        keys=("enter",),
        shown="enter",
        label="open",
        help="open what was found, or a repository that no list has by its name",
        places=_FILTER,
        owner=Owner.WIDGET,
    ),
    Action("leave_filter", ("escape",), "esc", "back", "go to the list", places=_FILTER, owner=Owner.WIDGET),
    Action("move_list", ("up", "down"), "↑↓", "move", "move in the list", places=_FILTER, owner=Owner.WIDGET),
    Action(
        "fold", ("enter", "space"), "enter", "fold", "open or close a part", places=(Place.JSON,), owner=Owner.WIDGET
    ),
)

_CONFIGURATION_ACTIONS = (
    Action(
        "section", ("tab",), "tab", "section", "go to the next section", "", _CONFIGURATION, Owner.BROWSING, first=True
    ),
    Action(
        id="section_before",
        keys=("shift+tab",),
        shown="",
        label="section",
        help="go to the section before",
        places=_CONFIGURATION,
        owner=Owner.BROWSING,
        first=True,
    ),
    Action(
        id="look",
        keys=("r",),
        shown="r",
        label="again",
        help="read the host's files and ask its daemon again",
        palette="configuration: read again",
        places=_CONFIGURATION,
        owner=Owner.BROWSING,
    ),
    Action("close", ("escape", "c"), "esc", "back", "go back to the walk", "", _CONFIGURATION, Owner.BROWSING),
)

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
    *_BROWSING_ACTIONS,
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
    *_CONFIGURATION_ACTIONS,
    Action(
        "copy",
        ("y",),
        "y",
        "copy",
        "copy digest, full name, pull command; of the configuration a fix or a place",
        "copy: choose a text",
        (*_HOME, *_BROWSING, *_CONFIGURATION),
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
        "requests", ("l",), "l", "requests", "every request so far", "show: requests", (*_HOME, *_BROWSING), Owner.APP
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
        places=(*_HOME, *_NAME, *_BROWSING, *_CONFIGURATION),
    ),
    Action("next_panel", ("tab", "shift+tab"), "", "panel", "go to the next panel", places=_HOME, owner=Owner.WIDGET),
    Action(
        "quit",
        ("q",),
        "q",
        "quit",
        "quit at once",
        "regtui: quit",
        (*_HOME, *_BROWSING, *_CONFIGURATION, Place.FLEET),
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
