"""The same image in every registry of the host: one question to each on the user's word, and whether it is equal."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from regtui.browse.browser import opened
from regtui.browse.models import BrowseError, Elsewhere
from regtui.browse.where import places, repository_at
from regtui.outcome import Outcome
from regtui.registry.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession


async def everywhere(
    session: BrowseSession, repository: str, tag: str, *, digest: str = "", mirrors: bool = False
) -> AsyncGenerator[Elsewhere, None]:
    """Yield a row for each registry as it answers, numbered in the engine's order; it raises nothing.

    Mirrors are asked where a person wants it: a pull-through mirror may fetch and store what it is asked for.

    `repository` is without a registry; Docker Hub is asked for `library/NAME` where it has one part. `digest` is what
    others are compared with, else the first that is found. One HEAD is sent to each (a GET, where that does not tell).
    """
    asked = [place for place in places(session) if mirrors or not place.mirror]
    tasks = [asyncio.create_task(_ask(session, place, repository, tag, order)) for order, place in enumerate(asked)]
    wanted = digest
    try:
        for done in asyncio.as_completed(tasks):
            row = await done
            wanted = wanted or row.digest or ""
            yield replace(row, same=bool(row.digest) and row.digest == wanted)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _ask(session: BrowseSession, place: Place, repository: str, tag: str, order: int) -> Elsewhere:
    mirror = place.endpoint.url if place.mirror else ""
    try:
        browser = await opened(session, place)
        digest = await browser.claimed_digest(repository_at(place, repository), tag)
    except BrowseError as error:
        return Elsewhere(place.registry, None, error.outcome, str(error), mirror=mirror, order=order)
    except RegistryError as error:
        told = browser.explained(error)
        return Elsewhere(place.registry, None, told.outcome, str(told), mirror=mirror, order=order)
    return Elsewhere(place.registry, digest, Outcome.FOUND, "", mirror=mirror, order=order)
