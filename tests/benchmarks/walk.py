"""How long a walk takes where every registry is 50 ms away: counted in virtual time, and run once in real time."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.demo.story import write_story_files
from regtui.demo.world import World
from regtui.registry.limits import Limits
from tests.benchmarks import Figure, compared, show
from tests.relay import ROUND_TRIP
from tests.test_round_trips import Far, far_walks, seed_world

if TYPE_CHECKING:
    from tests.test_round_trips import Walked

WALKS = (
    ("team/app", "the first registry has it", 4),
    ("debian", "the mirror has it", 7),
    ("redis", "three registries and the mirror, an index on docker.io", 9),
    ("nosuch", "nobody has it", 9),
)
AS_DOCKER = Limits(kept=0.0)
"""docker/distribution closes the connection after each request (distribution/registry.go: DisableKeepAlives)."""


def measure(*, short: bool) -> tuple[Figure, ...]:
    """Count the round trips of each walk, and of the engine's own requests in its order; time the longest walk."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_story_files(root)
        for name, words, most in WALKS:
            _, (ours,) = far_walks(root, name)
            _, (engine,) = far_walks(root, name, strict=True, limits=AS_DOCKER)
            figures.append(
                Figure(
                    f"a walk, {words}",
                    f"{ours.depth} round trips",
                    f"the engine's own requests: {engine.depth} round trips",
                    f"{ours.depth / engine.depth:.2f}x",
                    f"{most} round trips",
                    ours.depth <= most,
                )
            )
        walked, seconds = asyncio.run(_in_real_time(root, "redis"))
    ideal = walked.depth * ROUND_TRIP
    figures.append(compared("the longest of them in real time", seconds * 1000, ideal * 1000, "on the way alone"))
    return tuple(figures)


async def _in_real_time(root: Path, name: str) -> tuple[Walked, float]:
    """Walk twice and time the second: the first loads libraries and reads the authorities."""
    seconds = 0.0
    async with World(seed_world()) as world:
        for _ in range(2):
            far = Far(root, world, Limits())
            began = time.perf_counter()
            walked = await far.walk(name)
            seconds = time.perf_counter() - began
            await far.close()
    return walked, seconds


if __name__ == "__main__":
    sys.exit(show(measure))
