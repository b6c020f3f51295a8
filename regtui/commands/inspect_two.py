"""`regtui inspect NAME OTHER`: what is different between two images, each from the first registry that has it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from regtui.browse.difference import diff
from regtui.browse.look import details
from regtui.browse.models import BrowseError
from regtui.browse.telling_difference import DIFFERENCE_SCHEMA, difference_document, difference_lines
from regtui.browse.where import repository_of
from regtui.commands.browsing import Tried, tell
from regtui.outlet import Outlet
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.browse.models import Details
    from regtui.live import LiveSession
    from regtui.options import Options


async def compare_two(session: LiveSession, options: Options) -> int:
    """Show the difference and return 0, or 1 where one of the two cannot be had."""
    first, other = options.words
    names = (first, named_beside(first, other))
    head = {"schema": DIFFERENCE_SCHEMA, "names": list(names)}
    found: list[tuple[str, Details]] = []
    for name in names:
        tried = Tried(session, name)
        error = f"no registry of this host has {printable(name, 200)}"
        try:
            seen = await _first(session, tried)
        except BrowseError as refusal:  # the engine refuses the name
            seen, error = None, str(refusal)
        if seen is None:
            if not tried.refusals:
                tell(error)
            if options.json:
                _write({**head, "error": error, "tried": tried.document(), "exit": 1})
            return 1
        found.append(seen)
    (before_name, before), (after_name, after) = found
    different = diff(before, after)
    if options.json:
        known = {"full_names": [before_name, after_name], "digests": [before.digest, after.digest]}
        _write({**head, **known, **difference_document(different), "exit": 0})
        return 0
    outlet = Outlet(color=options.color)
    for style, line in difference_lines((printable(before_name, 300), printable(after_name, 300)), different):
        outlet.line(outlet.paint(style, line) if style else line)
    return 0


def named_beside(first: str, other: str) -> str:
    """Return the second name in full: `:TAG` or `@DIGEST` alone stands for the first one's repository."""
    if not other.startswith((":", "@")):
        return other
    repository = first.partition("@")[0]
    head, slash, last = repository.rpartition("/")
    return f"{head}{slash}{last.partition(':')[0]}{other}"


async def _first(session: LiveSession, tried: Tried) -> tuple[str, Details] | None:
    for place, candidate in tried.places():
        repository, wanted = repository_of(place, candidate), candidate.wanted or "latest"
        try:
            return candidate.reference, await details(session, place, repository, wanted, everything=False)
        except BrowseError as refusal:
            tried.refuse(place.title, refusal)
    return None


def _write(document: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
