"""What is left after an hour of browsing and ten thousand cancellations: `python -m tests.benchmarks.soak`.

It takes some minutes, so it stands beside the other benchmarks, and writes a table of its own into README.md.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from tests.benchmarks import Figure, compared, lines
from tests.readme import put
from tests.soak import cancel, counted, forty_good, soaking, use

if TYPE_CHECKING:
    from tests.soak import Census

ACTIONS = 1200
"""One every three seconds, for an hour."""
CANCELS = 10_000
WARM = 200
"""Actions after which all that is loaded and remembered once is there."""
OBJECTS, MEMORY = 300, 8 * 1024
"""Objects, and KiB, that may be more: kept connections, and what the allocator has not given back."""


async def measure() -> tuple[Figure, ...]:
    """Browse, cancel, and ask fifty registries."""
    async with soaking() as (session, net):
        await use(session, net, WARM)
        warm = await counted(session)
        began = time.perf_counter()
        await use(session, net, ACTIONS, seed=3)
        used, using = await counted(session), time.perf_counter() - began
        began = time.perf_counter()
        await cancel(session, net, CANCELS)
        left, leaving = await counted(session), time.perf_counter() - began
    alone = await forty_good(dead=0)
    beside = await forty_good(dead=10)
    return (
        _kept(f"an hour of browsing, {ACTIONS:,} actions in {using:.0f} s", warm, used),
        _kept(f"{CANCELS:,} requests canceled in {leaving:.0f} s", warm, left),
        compared(
            f"40 registries beside 10 dead ones, {beside.most_connections} connections at most",
            beside.seconds * 1000,
            alone.seconds * 1000,
            "the 40 alone",
            limit=2,
        ),
    )


def _kept(what: str, before: Census, after: Census) -> Figure:
    """Return what a census has more than the one before."""
    sockets = after.sockets - before.sockets - 2 * (after.connections - before.connections)
    tasks = after.tasks - before.tasks - (after.connections - before.connections)
    objects, memory = after.objects - before.objects, after.memory - before.memory
    threads = after.threads - before.threads
    return Figure(
        what,
        f"sockets {sockets:+}, threads {threads:+}, tasks {tasks:+}, places {after.places:+}, objects {objects:+},"
        f" memory {memory / 1024:+.1f} MiB",
        f"{before.objects:,} objects, {before.memory / 1024:.0f} MiB",
        "",
        f"0, 0, 0, 0, {OBJECTS}, {MEMORY // 1024} MiB",
        (sockets, tasks, threads, after.places) == (0, 0, 0, 0) and objects <= OBJECTS and memory <= MEMORY,
    )


def main() -> int:
    """Measure, print, and write the figures into the README; return 1 where a limit was not kept."""
    figures = asyncio.run(measure())
    print("\n".join(lines(figures)))
    put("soak", "\n".join(lines(figures)))
    return 0 if all(one.kept for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
