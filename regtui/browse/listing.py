"""What catalogs and tags have in common: one listing from the cache or from the registry, batch by batch."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from regtui.browse.kept import Shelf
from regtui.browse.models import ListingEnded, Origin
from regtui.browse.pages import Ended, Walk
from regtui.frozen import dataclass
from regtui.registry.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from regtui.browse.browser import PlaceBrowser
    from regtui.browse.models import BrowseError
    from regtui.cache import Cache
    from regtui.registry.replies import Reply


@dataclass(frozen=True, slots=True)
class Batch:
    """Some names of a listing; the fields are those of `CatalogPage`."""

    names: tuple[str, ...]
    invalid: int = 0
    examples: tuple[str, ...] = ()
    source: Origin = Origin.SCAN
    age: float = 0.0


@dataclass(frozen=True, slots=True)
class Listed:
    """Which listing: `path` stands below the API and names it in the cache, `key` is the field that has its names."""

    browser: PlaceBrowser
    scopes: tuple[str, ...]
    path: str
    key: str
    cache: Cache | None

    async def batches(self, *, fresh: bool) -> AsyncGenerator[Batch | ListingEnded, None]:
        """Yield the names and how it ended; RegistryError. `fresh` asks the registry whatever the cache has."""
        if not fresh:
            has_begun = False
            async with aclosing(self._kept()) as parts:
                async for part in parts:
                    if isinstance(part, ListingEnded) and not (part.complete or has_begun):
                        break  # damaged, and nothing of it is on a screen: as if there were none
                    yield part
                    if isinstance(part, ListingEnded):
                        return
                    has_begun = True
        async with aclosing(self._asked()) as parts:
            async for part in parts:
                yield part

    def walk(self, **parameters: str) -> Walk:
        """Return a walk over the registry's pages; `parameters` are the first page's (`last`)."""
        browser = self.browser
        wanted = {**browser.parameters, **parameters}
        return Walk(self._ask, browser.url_of(self.path), self.key, browser.place.title, **wanted)

    async def _ask(self, url: str) -> Reply:
        return await self.browser.page(self.scopes, url)

    async def _kept(self) -> AsyncGenerator[Batch | ListingEnded, None]:
        """Yield what the cache has and its end, nothing where it has nothing for who asks."""
        if self.cache is None:
            return
        try:
            await self.browser.authorized(self.scopes)
        except RegistryError:
            return  # asking for the listing tells why
        shelf = Shelf(self.cache, self.browser, self.path)
        kept = await shelf.find()
        if kept is None:
            return
        async with aclosing(shelf.read(kept, self.key)) as parts:
            async for part in parts:
                yield part if isinstance(part, ListingEnded) else Batch(part, source=Origin.CACHE, age=kept.age)

    async def _asked(self) -> AsyncGenerator[Batch | ListingEnded, None]:
        """Yield what the registry says, and write it down for the cache."""
        keeper = None
        try:
            async with aclosing(self.walk().pages()) as pages:
                async for page in pages:
                    if isinstance(page, Ended):
                        if keeper is not None and not page.reason:
                            keeper.complete()
                        yield ListingEnded(not page.reason, page.reason)
                        return
                    keeper = keeper or Shelf(self.cache, self.browser, self.path).keeper()
                    if keeper is not None:
                        keeper.add(page.names)
                    yield Batch(page.names, page.invalid, page.examples)
        finally:
            if keeper is not None:
                keeper.close()


def ended(error: BrowseError) -> ListingEnded:
    """Return the end of a listing that an error ended."""
    return ListingEnded(False, str(error), error.outcome, error.retry_after)


def failed(error: RegistryError, browser: PlaceBrowser) -> ListingEnded:
    """Return the end of a listing that a registry's refusal, or the network, ended."""
    return ended(browser.explained(error))
