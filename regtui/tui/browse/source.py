"""The seam between the browsing screens and the core below them; loaded without the network's libraries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from regtui import browse as core
from regtui.outcome import Outcome
from regtui.replay import ReplaySession

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from regtui.browse.models import CatalogPage, Details, Elsewhere, ListingEnded, Place, Standing, TagFacts, TagsPage
    from regtui.browse.where import BrowseSession
    from regtui.session import Session
    from regtui.tui.glyphs import Glyphs


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every screen of browsing needs of the application; `pull_command` is the engine's: `docker pull`."""

    browsing: Browsing
    glyphs: Glyphs
    blink: bool
    pull_command: str


class Facts(Protocol):
    """Reads what tags point at. `allowed` is off on a mirror; without `spend` Docker Hub counts nothing as a pull."""

    allowed: bool
    spend: bool

    def forget(self) -> None:
        """Ask anew from here on."""
        ...

    def describe(self, tags: Sequence[str]) -> AsyncGenerator[TagFacts, None]:
        """Yield the facts of the tags as they come."""
        ...


class Browsing(Protocol):
    """What the screens ask for. Every failure is a BrowseError with a clean sentence."""

    def place_of(self, host: str) -> Place:
        """Return the place of a registry's name or a mirror's URL."""
        ...

    def standing(self, place: Place) -> Standing | None:
        """Return what is known of a place so far, without a packet; None where it was never asked."""
        ...

    def forget(self, place: Place) -> None:
        """Drop what was learned of a place, rejected logins with it: a person asked for another try."""
        ...

    def repository_at(self, place: Place, typed: str) -> str:
        """Return a typed repository as the place has it: Docker Hub's own images have `library/` before their name."""
        ...

    def searches(self, place: Place) -> bool:
        """Say whether the place has a public search, for where it has no catalog."""
        ...

    def catalog(self, place: Place, *, fresh: bool) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield the repositories and how the listing ended; with `fresh` past the cache."""
        ...

    def seek(self, place: Place, prefix: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield repositories that begin with the prefix, beside a scan that will find them later."""
        ...

    def search(self, place: Place, text: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield what the registry's public search finds."""
        ...

    def tags(self, place: Place, repository: str, *, fresh: bool) -> AsyncGenerator[TagsPage | ListingEnded, None]:
        """Yield the tags of a repository; with `fresh` past the cache."""
        ...

    def facts(self, place: Place, repository: str) -> Facts:
        """Return what reads the facts of a repository's tags."""
        ...

    async def details(self, place: Place, repository: str, reference: str) -> Details:
        """Return a manifest with all around it."""
        ...

    def everywhere(self, place: Place, repository: str, reference: str, digest: str) -> AsyncGenerator[Elsewhere, None]:
        """Ask every registry of the host for the same name and say whose digest is equal to this one."""
        ...

    def holders(self, repository: str, reference: str, digest: str) -> AsyncGenerator[Elsewhere, None]:
        """Ask every registry of the host and every mirror for a repository without a registry's name."""
        ...


class LiveBrowsing:
    """Browses over a live session. The core loads the network's libraries with the first name that is used of it."""

    def __init__(self, session: BrowseSession) -> None:
        self._session = session

    def place_of(self, host: str) -> Place:
        """Return the place of a registry's name or a mirror's URL."""
        return core.place_of(self._session, host)

    def standing(self, place: Place) -> Standing | None:
        """Return what is known of a place so far."""
        return core.standing(self._session, place)

    def forget(self, place: Place) -> None:
        """Drop what was learned of a place."""
        core.forget(self._session, place)

    def repository_at(self, place: Place, typed: str) -> str:
        """Return a typed repository as the place has it."""
        return core.repository_at(place, typed)

    def searches(self, place: Place) -> bool:
        """Say whether the place has a public search."""
        return core.can_search(place)

    def catalog(self, place: Place, *, fresh: bool) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield the repositories."""
        return core.catalog(self._session, place, fresh=fresh)

    def seek(self, place: Place, prefix: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield repositories that begin with the prefix."""
        return core.seek(self._session, place, prefix)

    def search(self, place: Place, text: str) -> AsyncGenerator[CatalogPage | ListingEnded, None]:
        """Yield what the registry's public search finds."""
        return core.search(self._session, place, text)

    def tags(self, place: Place, repository: str, *, fresh: bool) -> AsyncGenerator[TagsPage | ListingEnded, None]:
        """Yield the tags of a repository."""
        return core.tags(self._session, place, repository, fresh=fresh)

    def facts(self, place: Place, repository: str) -> Facts:
        """Return what reads the facts of a repository's tags."""
        return core.TagFactsReader(self._session, place, repository)

    async def details(self, place: Place, repository: str, reference: str) -> Details:
        """Return a manifest with all around it."""
        return await core.details(self._session, place, repository, reference)

    def everywhere(self, place: Place, repository: str, reference: str, digest: str) -> AsyncGenerator[Elsewhere, None]:
        """Ask every registry of the host for the same name; Docker Hub's own images have no `library/` elsewhere."""
        name = repository.removeprefix("library/") if core.repository_at(place, "x") == "library/x" else repository
        return core.everywhere(self._session, name, reference, digest=digest)

    def holders(self, repository: str, reference: str, digest: str) -> AsyncGenerator[Elsewhere, None]:
        """Ask every registry of the host and every mirror, one question each."""
        return core.everywhere(self._session, repository, reference, digest=digest, mirrors=True)


def browsing_of(session: Session) -> Browsing:
    """Return the means to browse over a live session. BrowseError for a recording, which asks nobody."""
    if isinstance(session, ReplaySession):
        raise core.BrowseError("This is a recording: nobody is asked.", Outcome.SKIPPED)
    return LiveBrowsing(cast("BrowseSession", session))
