"""`regtui tags REPOSITORY`: the tags of a repository, one a line as they come, sorted, or with what they point at."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from regtui.browse.browser import standing
from regtui.browse.documents import TAGS_SCHEMA, ended_document, facts_document, place_document
from regtui.browse.models import BrowseError, ListingEnded, TagFacts
from regtui.browse.order import LATEST, Order, fold_tags, order_tags
from regtui.browse.tag_lists import tags
from regtui.browse.where import is_hub, repository_of
from regtui.commands.browsing import (
    INTERRUPTED,
    ListWriter,
    OddEntries,
    Tried,
    browsing_session,
    exit_status,
    refuse_host,
    run_in,
    tell,
    tell_end,
    use_cache,
    without_tag,
)
from regtui.text import printable, size

if TYPE_CHECKING:
    from collections.abc import Sequence

    from regtui.browse.facts import TagFactsReader
    from regtui.browse.models import Place
    from regtui.browse.order import FoldedTags
    from regtui.live import LiveSession
    from regtui.options import Options

AT_A_TIME = 64
"""Tags that are looked at before their lines are printed in order."""
MANY = 200
"""Tags that are looked at without a word while nothing is printed."""
WIDEST = 48
"""Columns of a tag in the long form; a longer one moves its own line alone."""


def run(options: Options) -> int:
    """List the tags of the first registry that has the repository; 0 where all came, else 1."""
    name = without_tag(options.words[0])
    with browsing_session(options) as session:
        if session is None:
            return refuse_host(options, TAGS_SCHEMA)
        if options.long or options.sort in (Order.DATE, Order.SIZE):
            use_cache(session, options)
        return run_in(session, _find(session, name, options))


async def _find(session: LiveSession, name: str, options: Options) -> int:
    """Look in one place after the other, as the engine would, until one has the repository."""
    tried = Tried(session, name)
    writer = ListWriter("tags", as_json=options.json)
    ended = ListingEnded(False, f"no registry of this host has {printable(name, 200)}")
    status, invalid = 1, 0
    try:
        for place, candidate in tried.places():
            listing = _Listing(session, place, repository_of(place, candidate), writer, options)
            ended = INTERRUPTED
            ended = await listing.run()
            invalid = listing.odd.count
            if listing.has_begun:
                status = 0 if ended.complete else 1
                tell_end(ended, writer.count, f"{listing.full_name} has no tags")
                break
            tried.refuse(place.title, BrowseError(ended.reason, ended.outcome, retry_after=ended.retry_after))
        else:
            if not tried.refusals:
                tell(ended.reason)
            return 1
    except BrowseError as error:  # the engine refuses the name
        ended = ListingEnded(False, str(error), error.outcome)
        tell(str(error))
        return 1
    finally:
        writer.begin({"schema": TAGS_SCHEMA, "registry": None, "repository": name})
        writer.end({"invalid": invalid, **ended_document(ended, exit_status(status)), "tried": tried.document()})
    return status


class _Listing:
    """The tags of one repository in one place, written as the options want them."""

    def __init__(
        self, session: LiveSession, place: Place, repository: str, writer: ListWriter, options: Options
    ) -> None:
        self.has_begun = False
        self.odd = OddEntries()
        self.full_name = f"{place.registry}/{repository}"
        self._typed = options.words[0]
        self._session = session
        self._place = place
        self._repository = repository
        self._writer = writer
        self._long = options.long
        self._order = Order(options.sort) if options.sort else None
        self._names: list[str] = []

    async def run(self) -> ListingEnded:
        """Read all pages, and write at once what needs no order; return how the listing ended."""
        streams = not self._long and self._order is None
        ended = INTERRUPTED
        async with aclosing(tags(self._session, self._place, self._repository, fresh=True)) as parts:
            async for part in parts:
                if isinstance(part, ListingEnded):
                    ended = part
                    continue
                self._begin()
                self.odd.take(part)
                if streams:
                    self._writer.names(part.names)
                else:
                    self._names.extend(part.names)
        if self.has_begun and not streams:
            await self._write_ordered()
        self.odd.tell("tag")
        return ended

    def _begin(self) -> None:
        if not self.has_begun:
            self.has_begun = True
            known = standing(self._session, self._place)
            url = known.url if known is not None else self._place.endpoint.url
            document = place_document(self._place, url)
            self._writer.begin({"schema": TAGS_SCHEMA, **document, "repository": self._repository})
            if self._place.mirror:
                tell(f"the tags of {self.full_name}, from the {self._place.title}: {self._place.note}")
            elif self.full_name != self._typed:
                tell(f"the tags of {self.full_name}")

    async def _write_ordered(self) -> None:
        from regtui.browse.facts import TagFactsReader

        by_facts = self._order in (Order.DATE, Order.SIZE)
        folded = fold_tags(self._names)
        reader = TagFactsReader(self._session, self._place, self._repository)
        if (self._long or by_facts) and not self._may_look(reader):
            if by_facts:
                tell("they stand in the order of their versions, not by date or size")
            by_facts = False
        if by_facts:
            if len(folded.names) > MANY:
                tell(f"{len(folded.names):,} tags are looked at before the first line: their {self._order} decides")
            await self._look(reader, folded.names)
        names: Sequence[str] = folded.names if self._long else self._names
        if self._order is not None:
            order = self._order if by_facts or self._order in (Order.NAME, Order.SEMVER) else Order.SEMVER
            names = [names[index] for index in order_tags(names, order, reader.known)]
        if self._long:
            await self._write_long(reader, folded, names)
        else:
            self._writer.names(names)

    def _may_look(self, reader: TagFactsReader) -> bool:
        if not reader.allowed:
            tell(f"{self._place.title} is a mirror, which would fetch and store each tag: they are not looked at")
        elif is_hub(self._place):
            tell("Docker Hub counts manifests as pulls: dates and sizes are those that the cache has")
        return reader.allowed

    async def _look(self, reader: TagFactsReader, names: Sequence[str]) -> dict[str, TagFacts]:
        async with aclosing(reader.describe(names)) as found:
            return {facts.tag: facts async for facts in found}

    async def _write_long(self, reader: TagFactsReader, folded: FoldedTags, names: Sequence[str]) -> None:
        width = min(max(map(len, names), default=0), WIDEST)
        latest = (await self._look(reader, [LATEST])).get(LATEST) if LATEST in folded.names else None
        alone = dict(folded.attached)
        for start in range(0, len(names), AT_A_TIME):
            few = names[start : start + AT_A_TIME]
            found = await self._look(reader, few)
            for name in few:
                facts = found.get(name, TagFacts(name))
                attached = folded.attached.get(facts.digest, ())
                alone.pop(facts.digest, None)
                is_latest = (
                    latest is not None and name != LATEST and bool(facts.digest) and facts.digest == latest.digest
                )
                line = _line(facts, width, [each.kind for each in attached], is_latest=is_latest)
                self._writer.item(line, facts_document(facts, attached))
        for digest, left in alone.items():  # of an image that no tag names any more, or that was not looked at
            for each in left:
                line = f"{each.tag:{width}}  {each.kind} of {digest[:19]}"
                self._writer.item(line, {**facts_document(TagFacts(each.tag)), "attached_to": digest})


def _line(facts: TagFacts, width: int, attached: list[str], *, is_latest: bool) -> str:
    if facts.trouble and not facts.digest:
        return f"{facts.tag:{width}}  {printable(facts.trouble)}"
    columns: list[Any] = [
        f"{facts.tag:{width}}",
        f"{facts.digest[:19]:19}",
        f"{facts.created:%Y-%m-%d %H:%M}" if facts.created else " " * 16,
        f"{size(facts.size) if facts.size is not None else '':>9}",
        " ".join(facts.platforms) or facts.kind,
        *((f"= {LATEST}",) if is_latest else ()),
        *attached,
        *((printable(facts.trouble),) if facts.trouble else ()),
    ]
    return "  ".join(columns).rstrip()
