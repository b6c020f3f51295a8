"""The repositories of a registry: all of them, those with a prefix, or what works where there is no catalog."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from regtui.browse.browser import opened
from regtui.browse.listing import Batch, Listed, ended, failed
from regtui.browse.models import BrowseError, CatalogPage, ListingEnded, Origin
from regtui.browse.no_catalog import instead, is_known, is_no_catalog
from regtui.browse.pages import REPOSITORIES, Ended
from regtui.browse.searching import can_search, search
from regtui.browse.seeking import before, order_of, passed
from regtui.registry.browsing import CATALOG
from regtui.registry.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from regtui.browse.browser import PlaceBrowser
    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession

Part = CatalogPage | ListingEnded
MOST_SOUGHT = 20_000
"""Names of one prefix that are sought; a longer prefix finds more."""
NO_SEEK = "the registry does not list from a name on"


async def catalog(
    session: BrowseSession, place: Place, *, prefix: str = "", fresh: bool = False
) -> AsyncGenerator[Part, None]:
    """Yield the repositories in the registry's order and, last, how the listing ended; it raises nothing.

    With a `prefix`, only names that begin with it: sought where the registry can list from a name on, else found by a
    search that it offers, else by reading everything. Without a catalog the end says what works instead. `fresh`
    passes the cache by.
    """
    if prefix and is_known(place) and can_search(place):
        async with aclosing(search(session, place, prefix)) as found:
            async for part in found:
                yield part
        return
    try:
        browser = await opened(session, place)
    except BrowseError as error:
        yield ended(error)
        return
    try:
        async with aclosing(_listed(session, browser, prefix, fresh=fresh)) as parts:
            async for part in parts:
                yield part
    except RegistryError as error:
        refused = is_no_catalog(error, browser)
        if refused and prefix and can_search(place):
            async with aclosing(search(session, place, prefix)) as found:
                async for part in found:
                    yield part
        elif refused:
            yield instead(error, browser)
        else:
            yield failed(error, browser)


async def seek(session: BrowseSession, place: Place, prefix: str) -> AsyncGenerator[Part, None]:
    """Yield the names that begin with the prefix, asked for with `last`, beside a scan that will find them later.

    The end is complete where the registry showed that it lists from a name on, in order; else it says so, and nothing
    was yielded. It raises nothing.
    """
    try:
        browser = await opened(session, place)
    except BrowseError as error:
        yield ended(error)
        return
    try:
        async with aclosing(_sought(session, browser, prefix)) as parts:
            async for part in parts:
                yield part
    except RegistryError as error:
        yield failed(error, browser)


async def _listed(
    session: BrowseSession, browser: PlaceBrowser, prefix: str, *, fresh: bool
) -> AsyncGenerator[Part, None]:
    found: set[str] = set()
    if prefix:
        async with aclosing(_sought(session, browser, prefix)) as parts:
            async for part in parts:
                if isinstance(part, CatalogPage):
                    found.update(part.names)
                elif part.complete:
                    yield part
                    return
                else:
                    break
                yield part
        if not found and can_search(browser.place):
            async with aclosing(search(session, browser.place, prefix)) as parts:
                async for part in parts:
                    yield part
            return
    async with aclosing(_scanned(session, browser, prefix, found, fresh=fresh)) as parts:
        async for part in parts:
            yield part


async def _scanned(
    session: BrowseSession, browser: PlaceBrowser, prefix: str, found: set[str], *, fresh: bool
) -> AsyncGenerator[Part, None]:
    scanned, total = 0, len(found)
    async with aclosing(_catalog_of(session, browser).batches(fresh=fresh)) as parts:
        async for part in parts:
            if not isinstance(part, Batch):
                yield part
                continue
            names = part.names
            scanned += len(names)
            if prefix:
                names = tuple(name for name in names if name.startswith(prefix) and name not in found)
            total += len(names)
            yield CatalogPage(names, part.invalid, total, part.source, part.age, scanned, part.examples)


async def _sought(session: BrowseSession, browser: PlaceBrowser, prefix: str) -> AsyncGenerator[Part, None]:
    last = before(prefix)
    if not last or browser.seeks is False:
        yield ListingEnded(False, NO_SEEK)
        return
    previous, total, scanned = last, 0, 0
    async with aclosing(_catalog_of(session, browser).walk(last=last).pages()) as pages:
        async for page in pages:
            if isinstance(page, Ended):
                known = browser.seeks is True
                yield ListingEnded(known and not page.reason, page.reason or ("" if known else NO_SEEK))
                return
            if not page.names:
                continue
            order = order_of(previous, page.names)
            if order is None:
                browser.seeks = False
                yield ListingEnded(False, NO_SEEK)
                return
            browser.seeks = True
            previous = page.names[-1]
            names = tuple(name for name in page.names if name.startswith(prefix))
            total, scanned = total + len(names), scanned + len(page.names)
            if names:
                yield CatalogPage(names, page.invalid, total, Origin.SEEK, 0.0, scanned, page.examples)
            if passed(previous, prefix, order):
                yield ListingEnded(True)
                return
            if scanned > MOST_SOUGHT:
                yield ListingEnded(False, f"the first {total} names that begin so; a longer beginning finds the others")
                return


def _catalog_of(session: BrowseSession, browser: PlaceBrowser) -> Listed:
    return Listed(browser, (CATALOG,), "_catalog", REPOSITORIES, session.cache)
