"""`regtui catalog` of a million names into a pipe, against a bare httpx loop: `python -m tests.benchmarks.catalog`."""

from __future__ import annotations

import asyncio
import json
import sys

import httpx

from tests.benchmarks import Figure, bounded, compared, show
from tests.benchmarks.measuring import REPETITIONS, best_of_turns, complete, regtui
from tests.benchmarks.synthetic import PAGE, running

COUNT, FEW = 1_000_000, 20_000
LOOP = "a bare httpx loop over the same pages"


async def floor(port: int) -> int:
    """Fetch the same pages with nothing but httpx, parse them, and return how many names came."""
    count = 0
    async with httpx.AsyncClient(trust_env=False) as client:
        url = f"http://127.0.0.1:{port}/v2/_catalog?n={PAGE}"
        while url:
            answer = await client.get(url)
            count += len(json.loads(answer.content)["repositories"])
            link = answer.headers.get("Link", "")
            url = f"http://127.0.0.1:{port}{link[1 : link.index('>')]}" if link else ""
    return count


def measure(*, short: bool) -> tuple[Figure, ...]:
    """List the catalog and run the loop in turns."""
    count = FEW if short else COUNT
    with running(repositories=count) as port:
        listed, fetched = best_of_turns(
            regtui("catalog", f"127.0.0.1:{port}", "--engine", "rhel-docker"),
            [sys.executable, "-m", "tests.benchmarks.catalog", str(port)],
            repetitions=1 if short else REPETITIONS,
        )
    complete(listed, count)
    what = f"`regtui catalog` of {count:,} names"
    return (
        compared(what, listed.wall, fetched.wall, LOOP, unit="s", limit=1.5),
        bounded("its memory", listed.memory, "MiB", 64),
    )


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1].isdecimal():
        sys.stdout.write(f"{asyncio.run(floor(int(sys.argv[1])))}\n")
    else:
        sys.exit(show(measure))
