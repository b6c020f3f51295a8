"""`regtui inspect NAME`: an image in detail, from the first registry of the engine's that has it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from regtui.browse.browser import standing
from regtui.browse.documents import INSPECT_SCHEMA, details_document, place_document, standing_document
from regtui.browse.look import details
from regtui.browse.models import BrowseError
from regtui.browse.telling import details_lines
from regtui.browse.where import repository_of
from regtui.commands.browsing import Tried, browsing_session, refuse_host, run_in, tell, use_cache
from regtui.outlet import Outlet
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.browse.models import Details, Standing
    from regtui.live import LiveSession
    from regtui.options import Options


def run(options: Options) -> int:
    """Show the image and return 0, or 1 where no registry has it."""
    with browsing_session(options) as session:
        if session is None:
            return refuse_host(options, INSPECT_SCHEMA)
        use_cache(session, options)
        return run_in(session, _find(session, options))


async def _find(session: LiveSession, options: Options) -> int:
    name = options.words[0]
    tried = Tried(session, name)
    error = f"no registry of this host has {printable(name, 200)}"
    try:
        for place, candidate in tried.places():
            try:
                found = await details(session, place, repository_of(place, candidate), candidate.wanted or "latest")
            except BrowseError as refusal:
                tried.refuse(place.title, refusal)
                continue
            known = standing(session, place)
            assert known is not None  # it has answered
            _show(found, known, candidate.reference, tried, options)
            return 0
    except BrowseError as refusal:  # the engine refuses the name
        error = str(refusal)
    if not tried.refusals:
        tell(error)
    if options.json:
        _write({"schema": INSPECT_SCHEMA, "name": name, "error": error, "tried": tried.document(), "exit": 1})
    return 1


def _show(found: Details, known: Standing, reference: str, tried: Tried, options: Options) -> None:
    if options.json:
        head = {"schema": INSPECT_SCHEMA, "name": options.words[0], "full_name": reference}
        _write(
            {
                **head,
                **place_document(found.place, known.url),
                **standing_document(known),
                **details_document(found),
                "tried": tried.document(),
                "exit": 0,
            }
        )
        return
    outlet = Outlet(color=options.color)
    for style, line in details_lines(found, known, printable(reference, 300)):
        outlet.line(outlet.paint(style, line) if style else line)


def _write(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
