"""`regtui catalog REGISTRY [PREFIX]`: the repositories of a registry, one a line, as they come."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from regtui.browse.browser import standing
from regtui.browse.documents import CATALOG_SCHEMA, ended_document, place_document
from regtui.browse.models import BrowseError, CatalogPage, Origin
from regtui.browse.repositories import catalog
from regtui.browse.where import place_of
from regtui.commands.browsing import INTERRUPTED, ListWriter, browsing_session, run_in, tell
from regtui.options import USAGE_ERROR
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from regtui.browse.models import Place
    from regtui.live import LiveSession
    from regtui.options import Options


def run(options: Options) -> int:
    """List the catalog and return 0 where it is complete, or a search found something; else 1."""
    host, prefix = options.words[0], options.words[1] if len(options.words) > 1 else ""
    with browsing_session(options) as session:
        if session is None:
            return USAGE_ERROR
        try:
            place = place_of(session, host)
        except BrowseError as error:
            tell(str(error))
            return USAGE_ERROR
        return run_in(session, _list(session, place, prefix, options))


async def _list(session: LiveSession, place: Place, prefix: str, options: Options) -> int:
    if place.note:
        tell(f"{place.title}: {place.note}")
    writer = ListWriter("names", as_json=options.json)
    head = {"schema": CATALOG_SCHEMA, **place_document(place, place.endpoint.url), "prefix": prefix}
    ended, invalid, sources = INTERRUPTED, 0, set()
    try:
        async with aclosing(catalog(session, place, prefix=prefix, fresh=True)) as parts:
            async for part in parts:
                if isinstance(part, CatalogPage):
                    writer.begin({**head, "endpoint": _url(session, place)})
                    writer.names(part.names)
                    invalid += part.invalid
                    sources.add(part.source)
                    if part.examples:
                        tell(f"entries that are no repository names: {', '.join(part.examples)}")
                else:
                    ended = part
    finally:
        writer.begin(head)
        found = Origin.SEARCH in sources and ended.outcome is Outcome.FOUND
        status = 0 if ended.complete or found else 1
        tail = {"sources": sorted(sources), "invalid": invalid, **ended_document(ended, status)}
        writer.end(tail)
    if ended.reason:
        tell(ended.reason)
    if invalid:
        tell(f"{invalid} invalid entries were left out")
    return status


def _url(session: LiveSession, place: Place) -> str:
    known = standing(session, place)
    return known.url if known is not None else place.endpoint.url
