"""`regtui catalog` of a million names into a pipe, against a bare httpx loop: `python -m tests.benchmarks.catalog`."""

from __future__ import annotations

import asyncio
import json
import sys

import httpx

from tests.benchmarks.measuring import best_of_turns, regtui, row, verdict
from tests.benchmarks.synthetic import PAGE, running

COUNT = 1_000_000


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


def main() -> int:
    """Measure and print; return 1 where a bound is missed."""
    with running(repositories=COUNT) as port:
        bare = [sys.executable, "-m", "tests.benchmarks.catalog", str(port)]
        listed, fetched = best_of_turns(regtui("catalog", f"127.0.0.1:{port}", "--engine", "rhel-docker"), bare)
    sys.stdout.write(row("bare httpx loop", fetched, fetched) + "\n")
    sys.stdout.write(row("regtui catalog", listed, fetched) + "\n")
    met = [
        listed.lines == COUNT,
        verdict("wall time as a multiple of the loop's", listed.wall / fetched.wall, 1.5),
        verdict("peak memory in MiB", listed.memory, 64),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.stdout.write(f"{asyncio.run(floor(int(sys.argv[1])))}\n")
    else:
        sys.exit(main())
