"""The tags of a repository, page by page."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING

from regtui.browse.browser import opened, pull_scope
from regtui.browse.listing import Batch, Listed, ended, failed
from regtui.browse.models import BrowseError, ListingEnded, TagsPage
from regtui.browse.pages import TAGS
from regtui.outcome import Outcome
from regtui.registry.errors import RegistryError
from regtui.registry.names import is_repository
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession


async def tags(
    session: BrowseSession, place: Place, repository: str, *, fresh: bool = False
) -> AsyncGenerator[TagsPage | ListingEnded, None]:
    """Yield the tags in the registry's order and, last, how the listing ended; it raises nothing.

    `repository` is the path as the registry has it (`library/debian`). `fresh` passes the cache by. Manifests are
    never asked for.
    """
    if not is_repository(repository):
        yield ListingEnded(False, f"{printable(repository, 100)} is no repository name", Outcome.INVALID)
        return
    try:
        browser = await opened(session, place)
    except BrowseError as error:
        yield ended(error)
        return
    listed = Listed(browser, pull_scope(repository), f"{repository}/tags/list", TAGS, session.cache)
    total = 0
    try:
        async with aclosing(listed.batches(fresh=fresh)) as parts:
            async for part in parts:
                if isinstance(part, Batch):
                    total += len(part.names)
                    yield TagsPage(part.names, part.invalid, total, part.source, part.age, part.examples)
                else:
                    yield part
    except RegistryError as error:
        yield failed(error, browser)
