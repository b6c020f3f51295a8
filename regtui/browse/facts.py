"""What tags point at, filled in for the rows that somebody looks at: a few at a time, and each content once."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from regtui.browse.browser import PlaceBrowser, opened
from regtui.browse.images import Image, entry_for, read_image
from regtui.browse.models import BrowseError, TagFacts
from regtui.browse.refusals import countdown
from regtui.browse.where import is_hub
from regtui.registry.errors import AnswerRefused, RegistryError
from regtui.registry.flights import Flights
from regtui.registry.manifests import Kind
from regtui.registry.names import is_digest, is_tag
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from regtui.browse.models import Place
    from regtui.browse.where import BrowseSession
    from regtui.registry.browsing import Fetched

AT_ONCE = 4
"""Tags that are asked for at one time, as many as a registry gets connections."""
MOST_REMEMBERED = 200_000
"""Tags whose facts are remembered; a repository with more forgets the oldest."""


class TagFactsReader:
    """Reads the facts of one repository's tags, and remembers them by digest.

    Off (`allowed=False`) on a mirror until a person asks: it stores what it is asked for. Docker Hub counts every GET
    of a manifest as a pull, so there only HEAD is sent, and what is in the cache is shown; `spend` allows the GETs.
    """

    def __init__(
        self,
        session: BrowseSession,
        place: Place,
        repository: str,
        *,
        allowed: bool | None = None,
        spend: bool = False,
    ) -> None:
        """`allowed` defaults to whether the place's server is no mirror."""
        self.allowed = not place.caches if allowed is None else allowed
        self.spend = spend or not is_hub(place)
        self.known: dict[str, TagFacts] = {}
        self._session = session
        self._place = place
        self._repository = repository
        self._by_digest: dict[str, TagFacts] = {}
        self._flights: Flights[TagFacts] = Flights()

    def forget(self) -> None:
        """Ask anew where tags point from here on; what a digest holds does not change."""
        self.known.clear()

    async def describe(self, tags: Sequence[str]) -> AsyncGenerator[TagFacts, None]:
        """Yield the facts of the tags as they come, those that are known at once.

        It raises nothing: `trouble` tells what failed. After a 429 the rest is left until its time is over. Who stops
        taking facts cancels what is under way.
        """
        unknown = []
        for tag in dict.fromkeys(tags):
            if tag in self.known:
                yield self.known[tag]
            elif is_tag(tag):
                unknown.append(tag)
        if not unknown or not self.allowed:
            return
        try:
            browser = await opened(self._session, self._place)
        except BrowseError as error:
            for tag in unknown:
                yield TagFacts(tag, trouble=str(error))
            return
        async with aclosing(self._ask(browser, unknown)) as found:
            async for facts in found:
                yield facts

    async def _ask(self, browser: PlaceBrowser, tags: list[str]) -> AsyncGenerator[TagFacts, None]:
        waiting = iter(tags)
        running: set[asyncio.Task[TagFacts]] = set()
        try:
            while True:
                while len(running) < AT_ONCE and not browser.held and (tag := next(waiting, None)) is not None:
                    running.add(asyncio.create_task(self._facts(browser, tag)))
                if not running:
                    break
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    facts = task.result()
                    if not browser.held:  # else it may be had later
                        self._remember(facts)
                    yield facts
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        for tag in waiting:
            yield TagFacts(tag, trouble=f"not asked: the registry wants a pause of {countdown(browser.held)}")

    def _remember(self, facts: TagFacts) -> None:
        self.known[facts.tag] = facts
        if facts.size is not None and not facts.trouble:
            self._by_digest[facts.digest] = facts
        for kept in (self.known, self._by_digest):
            while len(kept) > MOST_REMEMBERED:
                del kept[next(iter(kept))]

    async def _facts(self, browser: PlaceBrowser, tag: str) -> TagFacts:
        try:
            if self.spend:
                return await self._of(browser, tag, await browser.content(self._repository, tag))
            return await self._without_a_pull(browser, tag)
        except RegistryError as error:
            return TagFacts(tag, trouble=str(browser.explained(error)))

    async def _without_a_pull(self, browser: PlaceBrowser, tag: str) -> TagFacts:
        reply = await browser.head(self._repository, tag)
        if not is_digest(reply.digest):
            raise AnswerRefused(f"{self._place.title} names no digest for {tag}", answer=reply)
        known = self._by_digest.get(reply.digest)
        if known is not None:
            return replace(known, tag=tag)
        kept = await browser.kept_manifest(reply.digest)
        if kept is not None:
            return await self._of(browser, tag, kept, kept_only=True)
        return TagFacts(tag, reply.digest, media_type=reply.media_type, claimed=True)

    async def _of(self, browser: PlaceBrowser, tag: str, fetched: Fetched, *, kept_only: bool = False) -> TagFacts:
        """Return what a manifest says; the image of this host's platform stands for an index."""
        digest = fetched.manifest.digest
        known = self._by_digest.get(digest)
        if known is None:  # `latest` and `3.5` are asked for together, and are one image
            read = partial(self._read, browser, tag, fetched, kept_only=kept_only)
            known = await self._flights.join((digest, kept_only), read)
        if fetched.is_misnamed and fetched.manifest.kind is not Kind.SCHEMA1:  # as in `look`
            claimed = printable(fetched.claimed, 80)
            mismatch = f"DIGEST MISMATCH: the header says {claimed}, the content is {digest}"
            return replace(known, tag=tag, trouble=mismatch)
        return replace(known, tag=tag)

    async def _read(self, browser: PlaceBrowser, tag: str, fetched: Fetched, *, kept_only: bool) -> TagFacts:
        manifest = fetched.manifest
        facts = TagFacts(tag, manifest.digest, None, None, manifest.platforms, manifest.media_type, str(manifest.kind))
        if manifest.kind is not Kind.INDEX:
            image = await read_image(browser, self._repository, manifest)
            return _with_image(facts, image)
        entry = entry_for(manifest, self._session.platform)
        if entry is None:
            return facts
        child = await browser.kept_manifest(entry.descriptor.digest)
        if child is None and not kept_only:
            child = await browser.content(self._repository, entry.descriptor.digest)
        if child is None:
            return facts
        return _with_image(facts, await read_image(browser, self._repository, child.manifest))


def _with_image(facts: TagFacts, image: Image) -> TagFacts:
    platforms = facts.platforms or ((image.platform,) if image.platform else ())
    size = image.manifest.content_size
    return replace(facts, created=image.created, size=size, platforms=platforms, trouble=image.trouble)
