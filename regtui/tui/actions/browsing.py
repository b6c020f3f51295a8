"""What the screens of browsing and the configuration screen do."""

from __future__ import annotations

from regtui.tui.actions.action import Action, Owner, Place

_LISTS = (Place.REPOSITORIES, Place.TAGS)
_FILTER = (Place.FILTER,)
BROWSING = (*_LISTS, Place.DETAILS)
CONFIGURATION = (Place.CONFIGURATION,)

BROWSING_ACTIONS = (
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
    Action("back", ("escape",), "esc", "back", "show all names again, then go back", "", BROWSING, Owner.BROWSING),
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
        places=BROWSING,
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

CONFIGURATION_ACTIONS = (
    Action(
        "section", ("tab",), "tab", "section", "go to the next section", "", CONFIGURATION, Owner.BROWSING, first=True
    ),
    Action(
        id="section_before",
        keys=("shift+tab",),
        shown="",
        label="section",
        help="go to the section before",
        places=CONFIGURATION,
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
        places=CONFIGURATION,
        owner=Owner.BROWSING,
    ),
    Action("close", ("escape", "c"), "esc", "back", "go back to the walk", "", CONFIGURATION, Owner.BROWSING),
)
