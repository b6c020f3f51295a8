"""Means to browse that follow a script: pages that come when a test says so, and a count of all that is asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from regtui.browse.models import (
    BrowseError,
    CatalogPage,
    Details,
    Elsewhere,
    ListingEnded,
    Origin,
    Place,
    Standing,
    TagFacts,
    TagsPage,
)
from regtui.engines.base import Endpoint
from regtui.outcome import Outcome
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.screens.browsing import BrowsingScreen
from tests.tui_fakes import SYSCONFIG, ScriptedSession
from tests.tui_screens import SMALL, STILL, settled

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence

    from textual.pilot import Pilot

    from regtui.session import Session
    from regtui.tui.browse.source import Facts
    from regtui.tui.terminal import Look

COMPLETE = ListingEnded(True)
LOGIN = "asked as robot: the stored login of robot in /root/.docker/config.json"
REFUSED = ListingEnded(
    False, "registry.example offers no catalog: type a repository name", Outcome.NOT_FOUND, offered=False
)
LIMITED = ListingEnded(False, "too much was asked", Outcome.RATE_LIMITED, 90.0)


def digest(tag: str) -> str:
    """Return a digest that is told apart by the tag."""
    return f"sha256:{tag.encode().hex():0>64}"[:71]


@dataclass
class FakeFacts:
    """Knows every tag; remembers which were asked for."""

    browsing: FakeBrowsing
    allowed: bool
    spend: bool = True

    def forget(self) -> None:
        """Nothing is remembered."""

    async def describe(self, tags: Sequence[str]) -> AsyncGenerator[TagFacts, None]:
        """Yield what is scripted for a tag, else a plain image."""
        for tag in tags if self.allowed else ():
            if self.browsing.facts_gate is not None:
                await self.browsing.facts_gate.wait()
            self.browsing.asked[f"facts {tag}"] += 1
            if not self.spend:
                yield TagFacts(tag, digest(tag), claimed=True)
                continue
            self.browsing.asked["pulls"] += self.browsing.counts_pulls
            yield self.browsing.facts_of.get(tag) or TagFacts(tag, digest(tag), size=1_000_000, kind="image")
            await asyncio.sleep(0)


@dataclass
class FakeBrowsing:
    """Follows a script. `pages` are the catalog's, then `end`; with `gate` each page waits until the gate is open."""

    pages: Sequence[Sequence[str]] = ()
    end: ListingEnded = COMPLETE
    tag_pages: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    facts_of: Mapping[str, TagFacts] = field(default_factory=dict)
    details_of: Mapping[str, Details | BrowseError] = field(default_factory=dict)
    elsewhere: Sequence[Elsewhere] = ()
    sought: Mapping[str, Sequence[str]] = field(default_factory=dict)
    found: Mapping[str, Sequence[str]] = field(default_factory=dict)
    searchable: bool = False
    counts_pulls: bool = False
    mirror: bool = False
    stand: Standing = field(default_factory=lambda: Standing("https://registry.example", LOGIN))
    gate: asyncio.Event | None = None
    facts_gate: asyncio.Event | None = None
    origin: Origin = Origin.SCAN
    age: float = 0.0
    invalid: int = 0
    examples: tuple[str, ...] = ()
    asked: Counter[str] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)

    def place_of(self, host: str) -> Place:
        """Return a place by the host's name."""
        return Place(host, Endpoint("https://registry.example"), self.mirror)

    def standing(self, place: Place) -> Standing | None:
        """Return what is scripted."""
        return self.stand

    def forget(self, place: Place) -> None:
        """Count it."""
        self.asked["forget"] += 1

    def repository_at(self, place: Place, typed: str) -> str:
        """Return what was typed."""
        return typed

    def searches(self, place: Place) -> bool:
        """Return what is scripted."""
        return self.searchable

    async def catalog(self, place: Place, *, fresh: bool) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield the pages."""
        self.asked["catalog fresh" if fresh else "catalog"] += 1
        total = 0
        try:
            for names in self.pages:
                if self.gate is not None:
                    await self.gate.wait()
                total += len(names)
                yield CatalogPage(
                    tuple(names),
                    self.invalid,
                    total,
                    self.origin,
                    self.age,
                    total,
                    self.examples if self.invalid else (),
                )
                await asyncio.sleep(0)
            if self.gate is not None:
                await self.gate.wait()
            yield self.end
        finally:
            self.closed.append("catalog")

    async def seek(self, place: Place, prefix: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield what is sought."""
        self.asked[f"seek {prefix}"] += 1
        names = tuple(self.sought.get(prefix, ()))
        if names:
            yield CatalogPage(names, 0, len(names), Origin.SEEK)
        yield COMPLETE

    async def search(self, place: Place, text: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield what a search finds."""
        self.asked[f"search {text}"] += 1
        names = tuple(self.found.get(text, ()))
        if names:
            yield CatalogPage(names, 0, len(names), Origin.SEARCH)
        yield ListingEnded(False, f"{len(names)} that the search of registry.example finds for {text}")

    async def tags(
        self, place: Place, repository: str, *, fresh: bool
    ) -> AsyncGenerator[TagsPage | ListingEnded, None]:
        """Yield the pages of a repository; NOT_FOUND for one that is not scripted."""
        self.asked[f"tags {repository}"] += 1
        try:
            if repository not in self.tag_pages:
                yield ListingEnded(False, f"no repository {repository}", Outcome.NOT_FOUND)
                return
            for names in self.tag_pages[repository]:
                yield TagsPage(tuple(names))
                await asyncio.sleep(0)
            yield COMPLETE
        finally:
            self.closed.append(f"tags {repository}")

    def facts(self, place: Place, repository: str) -> Facts:
        """Return what knows every tag."""
        return FakeFacts(self, not place.mirror, not self.counts_pulls)

    async def details(self, place: Place, repository: str, reference: str) -> Details:
        """Return what is scripted; a reference that is not never gets an answer."""
        self.asked[f"details {reference}"] += 1
        found = self.details_of.get(reference)
        if found is None:
            try:
                await asyncio.Event().wait()
            finally:
                self.closed.append(f"details {reference}")
        if isinstance(found, BrowseError):
            raise found
        assert found is not None
        return found

    async def everywhere(
        self, place: Place, repository: str, reference: str, digest: str
    ) -> AsyncGenerator[Elsewhere, None]:
        """Yield what is scripted."""
        self.asked[f"everywhere {repository}:{reference} {digest[:10]}"] += 1
        for answer in self.elsewhere:
            yield answer

    async def holders(self, repository: str, reference: str, digest: str) -> AsyncGenerator[Elsewhere, None]:
        """Yield what is scripted."""
        self.asked[f"holders {repository}:{reference} {digest[:10]}"] += 1
        for answer in self.elsewhere:
            yield answer


@asynccontextmanager
async def browsing(
    means: FakeBrowsing, *, size: tuple[int, int] = SMALL, look: Look = STILL
) -> AsyncIterator[Pilot[None]]:
    """Run the app, and open the first registry of the list."""
    session = ScriptedSession()

    async def open_session() -> Session:
        return session

    app = RegtuiApp(Start(session.config, SYSCONFIG, open_session, look, browsing=lambda _session: means))
    async with app.run_test(size=size, notifications=True) as pilot:
        await settled(pilot, session)
        await pilot.press("enter")
        await calm(pilot)
        yield pilot


async def calm(pilot: Pilot[None], turns: int = 12) -> None:
    """Wait until what is on its way has arrived and is painted."""
    for _ in range(turns):
        await pilot.pause()


async def until(pilot: Pilot[None], reached: Callable[[], bool]) -> None:
    """Wait for something that a worker brings about; half a minute, for a machine that stands still meanwhile."""
    for _ in range(3000):
        if reached():
            return
        await pilot.pause(0.01)
    raise AssertionError("it never came to this")


def screen(pilot: Pilot[None]) -> BrowsingScreen:
    """Return the browsing screen at the top."""
    top = pilot.app.screen
    assert isinstance(top, BrowsingScreen), top
    return top
