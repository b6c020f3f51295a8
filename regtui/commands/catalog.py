"""`regtui catalog REGISTRY [PREFIX]`: the repositories of a registry, one a line, as they come."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from regtui.browse.browser import standing
from regtui.browse.documents import CATALOG_SCHEMA, ended_document, place_document
from regtui.browse.listing import ended
from regtui.browse.models import BrowseError, CatalogPage, Origin
from regtui.browse.repositories import catalog
from regtui.browse.searching import can_search
from regtui.browse.where import place_of
from regtui.commands.browsing import (
    INTERRUPTED,
    ListWriter,
    OddEntries,
    browsing_session,
    exit_status,
    refuse_host,
    run_in,
    tell,
    tell_end,
)
from regtui.options import USAGE_ERROR
from regtui.outcome import Outcome
from regtui.text import printable

if TYPE_CHECKING:
    from regtui.browse.models import Place
    from regtui.live import LiveSession
    from regtui.options import Options


def run(options: Options) -> int:
    """List the catalog and return 0 where it is complete, or a search found something; else 1."""
    host, prefix = options.words[0], options.words[1] if len(options.words) > 1 else ""
    with browsing_session(options) as session:
        if session is None:
            return refuse_host(options, CATALOG_SCHEMA)
        try:
            place = place_of(session, host)
        except BrowseError as error:
            return _refuse(host, error, options)
        return run_in(session, _list(session, place, prefix, options))


def _refuse(host: str, error: BrowseError, options: Options) -> int:
    """Say why this is no registry that could be asked."""
    tell(str(error))
    writer = ListWriter("names", as_json=options.json)
    writer.begin({"schema": CATALOG_SCHEMA, "registry": printable(host, 300)})
    writer.end(ended_document(ended(error), USAGE_ERROR))
    return USAGE_ERROR


async def _list(session: LiveSession, place: Place, prefix: str, options: Options) -> int:
    if place.note:
        tell(f"{place.title}: {place.note}")
    writer = ListWriter("names", as_json=options.json)
    head = {"schema": CATALOG_SCHEMA, **place_document(place, place.endpoint.url), "prefix": prefix}
    end, odd, sources = INTERRUPTED, OddEntries(), set()
    try:
        async with aclosing(catalog(session, place, prefix=prefix, fresh=True)) as parts:
            async for part in parts:
                if isinstance(part, CatalogPage):
                    writer.begin({**head, "endpoint": _url(session, place)})
                    writer.names(part.names)
                    odd.take(part)
                    sources.add(part.source)
                else:
                    end = part
    finally:
        writer.begin(head)
        found = Origin.SEARCH in sources and end.outcome is Outcome.FOUND
        status = 0 if end.complete or found else 1
        writer.end({"sources": sorted(sources), "invalid": odd.count, **ended_document(end, exit_status(status))})
    odd.tell("repository name")
    if found:  # a search has no end that could be reached
        tell(end.reason)
    else:
        wanted = f"no repository of {place.title} begins with {printable(prefix, 200)}"
        tell_end(end, writer.count, wanted if prefix else f"{place.title} lists no repositories")
    if not end.offered and not place.mirror:
        search = f", to search: regtui catalog {place.registry} WORD" if can_search(place) and not prefix else ""
        tell(f"that is: regtui tags {place.registry}/REPOSITORY{search}")
    return status


def _url(session: LiveSession, place: Place) -> str:
    known = standing(session, place)
    return known.url if known is not None else place.endpoint.url
