"""`regtui inspect NAME`: an image in detail, from the first registry of the engine's that has it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from regtui.browse.browser import standing
from regtui.browse.documents import INSPECT_SCHEMA, details_document, place_document, standing_document
from regtui.browse.images import is_for
from regtui.browse.look import details, manifest_of
from regtui.browse.models import BrowseError
from regtui.browse.raw import raw_lines
from regtui.browse.telling import details_lines
from regtui.browse.where import repository_of
from regtui.commands.browsing import Tried, browsing_session, refuse_host, run_in, tell, use_cache
from regtui.outlet import Outlet
from regtui.registry.manifests import Kind
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.browse.models import Details, Standing
    from regtui.engines.base import Platform
    from regtui.live import LiveSession
    from regtui.options import Options
    from regtui.registry.browsing import Fetched


def run(options: Options) -> int:
    """Show the image and return 0, or 1 where no registry has it, or it is not for the platform that is wanted."""
    with browsing_session(options) as session:
        if session is None:
            return refuse_host(options, INSPECT_SCHEMA)
        use_cache(session, options)
        if len(options.words) > 1:
            from regtui.commands.inspect_two import compare_two

            return run_in(session, compare_two(session, options))
        return run_in(session, _find(session, options))


async def _find(session: LiveSession, options: Options) -> int:
    name = options.words[0]
    tried = Tried(session, name)
    error = f"no registry of this host has {printable(name, 200)}"
    try:
        for place, candidate in tried.places():
            repository, wanted = repository_of(place, candidate), candidate.wanted or "latest"
            try:
                if options.raw:
                    _show_raw(await manifest_of(session, place, repository, wanted, of_platform=bool(options.platform)))
                    return 0
                found = await details(session, place, repository, wanted, attached=True)
            except BrowseError as refusal:
                tried.refuse(place.title, refusal)
                continue
            known = standing(session, place)
            assert known is not None  # it has answered
            status = 1 if options.platform and _lacks(found, options.platform) else 0
            _show(found, known, candidate.reference, tried, options, status)
            if status:
                tell(f"{candidate.reference} has no image for {options.platform}")
            return status
    except BrowseError as refusal:  # the engine refuses the name
        error = str(refusal)
    if not tried.refusals:
        tell(error)
    if options.json:
        _write({"schema": INSPECT_SCHEMA, "name": name, "error": error, "tried": tried.document(), "exit": 1})
    return 1


def _show_raw(found: Fetched) -> None:
    """Write the manifest's own bytes, so that their hash is its digest; to a terminal what it may be shown of them."""
    if found.is_misnamed:
        tell(f"DIGEST MISMATCH: the header says {printable(found.claimed, 80)}, the content is {found.manifest.digest}")
    if sys.stdout.isatty():
        outlet = Outlet(color=False)
        for line in raw_lines(found.body):
            outlet.line(line)
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(found.body)


def _lacks(found: Details, platform: Platform) -> bool:
    """Say whether there is no image for a platform."""
    if found.manifest.kind is Kind.INDEX:
        return not any(is_for(entry, platform) for entry in found.manifest.entries if not entry.attests)
    config = found.config
    return config is not None and (config.os, config.architecture) != (platform.os, platform.architecture)


def _show(found: Details, known: Standing, reference: str, tried: Tried, options: Options, status: int) -> None:
    if options.json:
        head = {"schema": INSPECT_SCHEMA, "name": options.words[0], "full_name": reference}
        _write(
            {
                **head,
                **place_document(found.place, known.url),
                **standing_document(known),
                **details_document(found),
                "tried": tried.document(),
                "exit": status,
            }
        )
        return
    outlet = Outlet(color=options.color)
    for style, line in details_lines(found, known, printable(reference, 300)):
        outlet.line(outlet.paint(style, line) if style else line)


def _write(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
