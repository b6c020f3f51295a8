"""What the browsing commands share: their session, an end by signal, and lists that are written while they come."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from regtui.asked import RequestLog
from regtui.browse.models import BrowseError, ListingEnded
from regtui.browse.pages import MOST_EXAMPLES
from regtui.browse.where import TAG, candidate_places
from regtui.commands.host import complain
from regtui.commands.sessions import open_session
from regtui.options import USAGE_ERROR, UsageError
from regtui.outcome import Outcome
from regtui.outlet import Outlet
from regtui.text import printable

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator, Sequence

    from regtui.browse.models import CatalogPage, Place, TagsPage
    from regtui.engines.base import Candidate
    from regtui.live import LiveSession
    from regtui.options import Options

INTERRUPTED = ListingEnded(False, "interrupted", Outcome.UNDECIDED)
ELSEWHERE = frozenset(
    {Outcome.UNREACHABLE, Outcome.TLS_FAILED, Outcome.UNDECIDED, Outcome.NOT_A_REGISTRY, Outcome.SERVER_ERROR}
)
"""Outcomes of a registry after which its mirrors are asked: it gave no answer of its own."""


@contextmanager
def browsing_session(options: Options) -> Iterator[LiveSession | None]:
    """Yield the session, None where the host's configuration is refused, which has been said then."""
    with open_session(options) as session:
        session.requests = RequestLog(most=0)  # nobody can look at them
        yield None if complain(session.config, color=options.color) else session


def use_cache(session: LiveSession, options: Options) -> None:
    """Give the session the user's cache, unless there shall be none.

    The demo keeps nothing on the host, and another host's `localhost:5000` is another registry.
    """
    if options.cache and not options.demo and not options.host:
        from regtui.cache import Cache

        session.cache = Cache.open()


def refuse_host(options: Options, schema: str) -> int:
    """Return the exit status for a configuration that is refused, with a document that says so where one is wanted."""
    if options.json:
        why = {"outcome": Outcome.INVALID, "reason": "the host's configuration is refused", "exit": USAGE_ERROR}
        sys.stdout.write(json.dumps({"schema": schema, "complete": False, **why}) + "\n")
    return USAGE_ERROR


def run_in(session: LiveSession, work: Coroutine[Any, Any, int]) -> int:
    """Run the command's work to its end, or to a signal, and return the exit status."""
    return asyncio.run(_until_signaled(session, work))


_caught: list[int] = []
"""Signals that came in this run."""


def exit_status(status: int) -> int:
    """Return the status that the program leaves with: that of a signal where one came, in documents too."""
    return 128 + _caught[0] if _caught else status


async def _until_signaled(session: LiveSession, work: Coroutine[Any, Any, int]) -> int:
    loop, task = asyncio.get_running_loop(), asyncio.create_task(work)

    def stop(number: int) -> None:
        _caught.append(number)
        task.cancel()

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    try:
        return await task
    except asyncio.CancelledError:
        if not _caught:
            raise
        return exit_status(0)
    finally:
        await session.aclose()
        if session.cache is not None and session.cache.trouble:
            tell(session.cache.trouble)


def tell(text: str) -> None:
    """Write one line to stderr."""
    Outlet(sys.stderr).line(f"regtui: {printable(text, 1000)}")


def tell_end(ended: ListingEnded, count: int, empty: str) -> None:
    """Say after how many names a listing was cut short, or that it is `empty`; a whole one needs no word."""
    if ended.complete:
        if not count:
            tell(empty)
    elif count:
        tell(f"incomplete after {count:,} {'name' if count == 1 else 'names'}: {ended.reason}")
    elif ended.reason:
        tell(ended.reason)


class OddEntries:
    """Counts the entries of a listing that are no names, and keeps the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self._examples: list[str] = []

    def take(self, page: CatalogPage | TagsPage) -> None:
        """Count in those of a page."""
        self.count += page.invalid
        self._examples += page.examples[: MOST_EXAMPLES - len(self._examples)]

    def tell(self, name: str) -> None:
        """Say how many were left out, if any were; `name` is what an entry should be."""
        if self.count:
            more = ", ..." if self.count > len(self._examples) else ""
            are = f"entry that is no {name} was" if self.count == 1 else f"entries that are no {name}s were"
            tell(f"{self.count:,} {are} left out: {', '.join(self._examples)}{more}")


def candidates_of(session: LiveSession, name: str) -> tuple[Candidate, ...]:
    """Return what the engine makes of the name; BrowseError with the engine's own text where it refuses it.

    Looking needs no tag, where a pull with ctr does.
    """
    plan = session.plan(name)
    if plan.refused:
        with_tag = session.plan(name + TAG)
        plan = plan if with_tag.refused else with_tag
    if plan.refused:
        scheme = "; a name has no scheme before it" if "://" in name else ""
        raise BrowseError(printable(plan.refused[-1]) + scheme, Outcome.INVALID)
    return plan.candidates


class Tried:
    """The places where a name was looked for, in the engine's order: a registry, its mirrors where it is silent."""

    def __init__(self, session: LiveSession, name: str) -> None:
        self._session = session
        self._name = name
        self.refusals: list[tuple[str, BrowseError]] = []

    def places(self) -> Iterator[tuple[Place, Candidate]]:
        """Yield where to look next; the caller calls `refuse` for a place that does not have it."""
        for candidate in candidates_of(self._session, self._name):
            places = candidate_places(self._session, candidate)
            if not places:
                reason = printable(candidate.reason) or "the engine cannot ask it"
                self.refuse(candidate.registry, BrowseError(reason, candidate.outcome or Outcome.SKIPPED))
            for place in places:
                before = len(self.refusals)
                yield place, candidate
                silent = self.refusals[before:] and self.refusals[-1][1].outcome in ELSEWHERE
                if not silent:
                    break

    def refuse(self, title: str, error: BrowseError) -> None:
        """Take note of a place that does not have it, and say so."""
        self.refusals.append((title, error))
        text = str(error)
        tell(text if title in text else f"{title}: {text}")

    def document(self) -> list[dict[str, Any]]:
        """Return the refusals for a document."""
        return [
            {"place": title, "outcome": error.outcome, "reason": str(error), "retry_after": error.retry_after}
            for title, error in self.refusals
        ]


def without_tag(name: str) -> str:
    """Return the name of a repository; UsageError for one with a tag or a digest."""
    if "@" in name or ":" in name.rpartition("/")[2]:
        raise UsageError(f"{printable(name, 200)}: a repository is named without a tag or a digest")
    return name


class ListWriter:
    """Writes a list while it comes: a line for each item, or one JSON document with the list in it."""

    def __init__(self, key: str, *, as_json: bool) -> None:
        self.as_json = as_json
        self.count = 0
        self._key = key
        self._has_begun = False
        self._outlet = Outlet()

    def begin(self, head: dict[str, Any]) -> None:
        """Write what is known before the first item."""
        if self.as_json and not self._has_begun:
            sys.stdout.write(f"{json.dumps(head, allow_nan=False)[:-1]}, {json.dumps(self._key)}: [")
        self._has_begun = True

    def names(self, names: Sequence[str]) -> None:
        """Write names that have the grammar of repositories or tags, and so need no escape."""
        if names:
            text = '",\n"'.join(names) if self.as_json else "\n".join(names)
            self._write(f'"{text}"' if self.as_json else text)
            self.count += len(names)

    def item(self, text: str, document: dict[str, Any]) -> None:
        """Write one item, of which a line or its document is shown."""
        if self.as_json:
            self._write(json.dumps(document, allow_nan=False))
        else:
            self._outlet.line(text)
        self.count += 1

    def end(self, tail: dict[str, Any]) -> None:
        """Write what is known after the last item."""
        if self.as_json:
            sys.stdout.write(f"], {json.dumps(tail, allow_nan=False)[1:]}\n")
        sys.stdout.flush()

    def _write(self, text: str) -> None:
        if self.as_json:
            sys.stdout.write(f"{',' if self.count else ''}\n{text}")
        else:
            sys.stdout.write(text + "\n")
        sys.stdout.flush()
