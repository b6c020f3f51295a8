"""What an action is: its keys and words, where it works, and who binds it."""

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
