"""Listings from the cache, and into it: with their age, and only to whom they were shown before."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING

from regtui.browse.models import ListingEnded
from regtui.browse.pages import grammar_of, lines_are_names
from regtui.browse.refusals import countdown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from regtui.browse.browser import PlaceBrowser
    from regtui.cache import Cache, KeptList, ListKeeper

YOUNG = 3600.0
"""Seconds for which a kept listing is shown in place of a new one; `r` asks anew at any time."""
PAGE = 10_000
"""Names of a page from the cache."""


class Shelf:
    """Where one listing is kept; nothing is, where there is no cache or nobody can tell who asks."""

    def __init__(self, cache: Cache | None, browser: PlaceBrowser, name: str) -> None:
        """`name` tells the listing from others of the same endpoint: `catalog`, `tags team/app`."""
        self._cache = cache
        self._scope = browser.scope
        self._name = name

    async def find(self) -> KeptList | None:
        """Return what is kept and young."""
        if self._cache is None or self._scope is None:
            return None
        kept = await asyncio.to_thread(self._cache.listing, self._scope, self._name)
        return kept if kept is not None and kept.age <= YOUNG else None

    async def read(self, kept: KeptList, key: str) -> AsyncGenerator[tuple[str, ...] | ListingEnded, None]:
        """Yield the names in pages, and how it ended. A file that is damaged is dropped, and the listing incomplete."""
        chunks = kept.chunks()
        count = 0
        try:
            while (lines := await asyncio.to_thread(next, chunks, None)) is not None:
                names = lines.split("\n")[:-1]
                if not lines_are_names(lines, names, key) and not all(map(grammar_of(key), names)):
                    count = -1
                    break
                count += len(names)
                rest = iter(names)
                while page := tuple(islice(rest, PAGE)):
                    yield page
        except (OSError, UnicodeDecodeError):
            count = -1
        finally:
            chunks.close()
        if count == kept.count:
            yield ListingEnded(True, f"as it was {countdown(kept.age)} ago")
            return
        if self._cache is not None and self._scope is not None:
            await asyncio.to_thread(self._cache.drop_listing, self._scope, self._name)
        yield ListingEnded(False, "the cached list is damaged and was dropped")

    def keeper(self) -> ListKeeper | None:
        """Return what writes the listing down; None where it is not kept."""
        if self._cache is None or self._scope is None:
            return None
        return self._cache.list_keeper(self._scope, self._name)
