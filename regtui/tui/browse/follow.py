"""What runs beside the browsing screens: pages, facts and details, posted one by one. Nothing here touches a widget."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from regtui.browse.difference import Difference, diff
from regtui.browse.models import (
    BrowseError,
    CatalogPage,
    Details,
    Elsewhere,
    ListingEnded,
    TagFacts,
    TagsPage,
)
from regtui.tui.browse.slices import BETWEEN

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    Post = Callable[[Message], object]

BATCH = 8
"""Tags that are asked for before it is looked again which of them somebody looks at."""
SOUGHT = 1_000
"""Names of a prefix that are fetched ahead of the scan: more than anybody reads."""


@dataclass
class Paged(Message):
    """A page of the listing with this number; what an earlier one still sends is told apart by it."""

    number: int
    page: CatalogPage | TagsPage


@dataclass
class Ended(Message):
    """The listing with this number came to its end; it says why not all names came."""

    number: int
    end: ListingEnded


@dataclass
class Sought(Message):
    """Names that begin with a typed prefix, found before the scan came to them, or by a search."""

    prefix: str
    page: CatalogPage


@dataclass
class SeekEnded(Message):
    """Nothing more comes for a prefix; `search` tells a search from a seek."""

    prefix: str
    end: ListingEnded
    search: bool


@dataclass
class FactsRead(Message):
    """What the manifest of a tag says."""

    facts: TagFacts


@dataclass
class FactsSettled(Message):
    """No more facts are wanted at the moment."""


@dataclass
class DetailsRead(Message):
    """An image in detail, or why it cannot be shown."""

    reference: str
    found: Details | BrowseError


@dataclass
class ElsewhereRead(Message):
    """A registry's answer for the same name; None at the end."""

    answer: Elsewhere | None


@dataclass
class Compared(Message):
    """What is different between two images, or why that cannot be told."""

    found: Difference | BrowseError


async def follow_listing(
    pages: AsyncGenerator[CatalogPage | ListingEnded, None] | AsyncGenerator[TagsPage | ListingEnded, None],
    number: int,
    post: Post,
) -> None:
    """Post the pages of a listing and its end; being cancelled closes the listing.

    A server that is near sends them without a break, and a key would wait for a piece of a page at each of its turns.
    """
    async with aclosing(pages):
        async for page in pages:
            post(Ended(number, page) if isinstance(page, ListingEnded) else Paged(number, page))
            await asyncio.sleep(BETWEEN)


async def follow_seek(
    pages: AsyncGenerator[CatalogPage | ListingEnded, None], prefix: str, delay: float, post: Post, *, search: bool
) -> None:
    """Post what begins with the prefix, after a moment in which the next key may come; a bounded number of names."""
    await asyncio.sleep(delay)
    count = 0
    async with aclosing(pages):
        async for page in pages:
            if isinstance(page, ListingEnded):
                post(SeekEnded(prefix, page, search))
                return
            post(Sought(prefix, page))
            count += len(page.names)
            if count >= SOUGHT:
                return


class Wanted:
    """The tags whose facts are wanted next; those that nobody looks at any more are not among them."""

    def __init__(self) -> None:
        self._queue: list[str] = []
        self._asked: set[str] = set()

    @property
    def pending(self) -> bool:
        """Whether anything is wanted or under way."""
        return bool(self._queue or self._asked)

    def replace(self, tags: list[str]) -> None:
        """Want these, and nothing else; what is under way comes to its end."""
        self._queue = [tag for tag in tags if tag not in self._asked]

    def clear(self) -> None:
        """Want nothing; nothing is under way."""
        self._queue, self._asked = [], set()

    def take(self) -> list[str]:
        """Return what to ask for now."""
        batch, self._queue = self._queue[:BATCH], self._queue[BATCH:]
        self._asked = set(batch)
        return batch


async def follow_facts(
    describe: Callable[[list[str]], AsyncGenerator[TagFacts, None]], wanted: Wanted, post: Post
) -> None:
    """Post the facts of wanted tags, a few at a time, until no more are wanted."""
    while batch := wanted.take():
        async with aclosing(describe(batch)) as found:
            async for facts in found:
                post(FactsRead(facts))
    post(FactsSettled())


async def follow_details(reading: Awaitable[Details], reference: str, post: Post) -> None:
    """Post an image in detail, or why it cannot be shown."""
    try:
        post(DetailsRead(reference, await reading))
    except BrowseError as error:
        post(DetailsRead(reference, error))


async def follow_difference(before: Awaitable[Details], after: Awaitable[Details], post: Post) -> None:
    """Post what is different between two images."""
    both = asyncio.gather(before, after)
    try:
        post(Compared(diff(*await both)))
    except BrowseError as error:
        post(Compared(error))
    finally:
        both.cancel()


async def follow_everywhere(answers: AsyncGenerator[Elsewhere, None], post: Post) -> None:
    """Post each registry's answer, then that there are no more."""
    async with aclosing(answers):
        async for answer in answers:
            post(ElsewhereRead(answer))
    post(ElsewhereRead(None))
