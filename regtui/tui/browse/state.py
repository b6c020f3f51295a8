"""How far a listing is, and what is known of its tags: frozen states and pure reducers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from regtui.browse.models import CatalogPage, ListingEnded, Origin, TagFacts, TagsPage
from regtui.browse.order import Attached, Order, fold_tags, order_tags
from regtui.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from regtui.browse.models import BrowseError

KINDS = ("sig", "att", "sbom")
"""The order of what is attached to an image, whatever order a registry lists it in; other kinds stand behind."""
ORDERS = (Order.SEMVER, Order.NAME, Order.DATE, Order.SIZE)
"""In the order in which the key goes through them."""


class Phase(StrEnum):
    """Where a listing stands. ENDED: it came to its end but not all names did. FAILED: nothing came."""

    READING = "reading"
    COMPLETE = "complete"
    ENDED = "ended"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reading:
    """A listing so far. `age` is in seconds, None where it was read just now; `wait` in seconds after a 429.

    `offered` is False where the registry has no such listing: nothing failed then.
    """

    phase: Phase = Phase.READING
    loaded: int = 0
    invalid: int = 0
    examples: tuple[str, ...] = ()
    origin: Origin = Origin.SCAN
    age: float | None = None
    reason: str = ""
    outcome: Outcome = Outcome.FOUND
    wait: float | None = None
    offered: bool = True


def paged(reading: Reading, page: CatalogPage | TagsPage, kept: int) -> Reading:
    """Take a page of which so many names are new."""
    return replace(
        reading,
        loaded=reading.loaded + kept,
        invalid=reading.invalid + page.invalid,
        examples=(*reading.examples, *page.examples)[:3],
        origin=page.source,
        age=page.age if page.source is Origin.CACHE else None,
    )


def ended(reading: Reading, end: ListingEnded) -> Reading:
    """Take the end: what came stays, and where not all came that is said."""
    if end.complete:
        return replace(reading, phase=Phase.COMPLETE)
    phase = Phase.ENDED if reading.loaded else Phase.FAILED
    return replace(
        reading, phase=phase, reason=end.reason, outcome=end.outcome, wait=end.retry_after, offered=end.offered
    )


def failed(reading: Reading, error: BrowseError) -> Reading:
    """Take a failure that ended the listing."""
    phase = Phase.ENDED if reading.loaded else Phase.FAILED
    return replace(reading, phase=phase, reason=str(error), outcome=error.outcome, wait=error.retry_after)


def next_order(order: Order) -> Order:
    """Return the order that the key chooses next."""
    return ORDERS[(ORDERS.index(order) + 1) % len(ORDERS)]


@dataclass(frozen=True, slots=True)
class Tags:
    """The tags that stand for themselves, what is attached to images, and the facts that are known.

    `groups` counts, by digest, the tags that are known to have it. The two maps and the list of names are replaced,
    never changed.
    """

    attached: Mapping[str, tuple[Attached, ...]] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, TagFacts] = field(default_factory=lambda: MappingProxyType({}))
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def folded(self) -> int:
        """How many tags are folded under their images."""
        return sum(map(len, self.attached.values()))

    def attached_to(self, tag: str) -> tuple[Attached, ...]:
        """Return what is attached to the image of a tag, as far as its digest is known."""
        known = self.facts.get(tag)
        attached = self.attached.get(known.digest, ()) if known is not None and known.digest else ()
        return tuple(sorted(attached, key=lambda each: KINDS.index(each.kind) if each.kind in KINDS else len(KINDS)))

    def others(self, tag: str) -> tuple[str, ...]:
        """Return the other tags that are known to be the same image, `latest` first."""
        known = self.facts.get(tag)
        group = self.groups.get(known.digest, ()) if known is not None and known.digest else ()
        return tuple(sorted((other for other in group if other != tag), key=lambda other: other != "latest"))


def with_names(tags: Tags, names: Sequence[str]) -> tuple[Tags, tuple[str, ...]]:
    """Take a page; return its tags that stand for themselves as well."""
    page = fold_tags(names)
    if page.attached:
        merged = dict(tags.attached)
        for digest, attached in page.attached.items():
            merged[digest] = (*merged.get(digest, ()), *attached)
        tags = replace(tags, attached=merged)
    return tags, page.names


def with_facts(tags: Tags, facts: TagFacts) -> Tags:
    """Take what a manifest said of a tag."""
    groups = dict(tags.groups)
    before = tags.facts.get(facts.tag)
    if before is not None and before.digest:
        groups[before.digest] = tuple(tag for tag in groups[before.digest] if tag != facts.tag)
    if facts.digest:
        groups[facts.digest] = (*groups.get(facts.digest, ()), facts.tag)
    return replace(tags, facts={**tags.facts, facts.tag: facts}, groups=groups)


def in_order(names: Sequence[str], order: Order, facts: Mapping[str, TagFacts]) -> list[str]:
    """Return the tags in an order; with 100,000 of them this belongs into a thread."""
    return [names[index] for index in order_tags(names, order, facts)]
