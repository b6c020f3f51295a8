"""The list of repositories with a million names, and of a hundred thousand tags: stalls of the loop, and memory.

    python -m tests.benchmarks.tui_list

Runs the app without a terminal in a process of its own, over real connections, and looks at its loop's clock all the
time. What a key costs on its way to a terminal is measured by `tui_keys`.
"""

from __future__ import annotations

import asyncio
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.browse.order import Order, order_tags
from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.live import LiveSession, Means
from regtui.registry.dialers import SystemDialer
from regtui.registry.resolvers import StaticResolver
from regtui.registry.tls import Trust
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.browse.state import Phase
from regtui.tui.run import SWITCH
from regtui.tui.screens.browse import RepositoriesScreen
from regtui.tui.screens.tags import TagsScreen
from tests.benchmarks import Figure, bounded, show
from tests.benchmarks.measuring import ROOT
from tests.benchmarks.synthetic import REPOSITORY, running, tag_names
from tests.tui_screens import STILL

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

    from regtui.session import Session

REPOSITORIES, FEW_REPOSITORIES = 1_000_000, 30_000
TAGS, FEW_TAGS = 100_000, 5_000
TICK = 0.002
"""Seconds between two looks at the loop's clock."""
REPETITIONS = 3
KEYS = {"9": "9", "8": "98", "backspace": "9", "asterisk": "9*", "home": "9*", "question_mark": "?9*"}
"""What is typed into the filter, each key with what stands there then: parts with many and few matches, and globs."""


@dataclass
class Watch:
    """Looks at the clock all the time; the longest time between two looks is the longest stall.

    It looks at nothing else (`measuring.Clock` reads files, and waits at each for a thread that sorts), and only while
    it is `awake`: the pilot waits for a second after each key for a loop that never rests.
    """

    gaps: list[float] = field(default_factory=list)
    awake: bool = False

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            while not self.awake:  # noqa: ASYNC110 - an event would not let the pilot see a loop at rest
                await asyncio.sleep(25 * TICK)
            began = time.perf_counter()
            await asyncio.sleep(TICK)
            self.gaps.append((time.perf_counter() - began - TICK) * 1000)

    def wake(self) -> None:
        """Begin to look."""
        self.gaps, self.awake = [], True

    def take(self) -> float:
        """Return the longest stall since the last time in milliseconds."""
        worst, self.gaps, self.awake = max(self.gaps, default=0.0), [], False
        return worst


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[tuple[RegtuiApp, Pilot[None], Watch]]:
    """Yield the app over a live session, and what watches its loop."""
    # No name is looked up: a DNS server that does not answer would hold the end of the process.
    means = Means(StaticResolver({}), SystemDialer(), Trust())
    session = LiveSession(load("/", (str(path),)), means, place="benchmark", platform=Platform())

    async def open_session() -> Session:
        return session

    app = RegtuiApp(Start(session.config, "benchmark", open_session, STILL))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(lambda: app.home._session is not None)
        watch = Watch()
        watching = asyncio.create_task(watch.run())
        yield app, pilot, watch
        watching.cancel()
    await session.aclose()


async def watched(path: Path, repositories: int) -> dict[str, float]:
    """Stream the catalog into the screen, look for names, and return what that took."""
    found: dict[str, float] = {}
    async with opened(path) as (app, pilot, watch):
        began = time.perf_counter()
        pressed = asyncio.create_task(pilot.press("enter"))  # which ends when nothing moves any more
        await until(lambda: isinstance(app.screen, RepositoriesScreen) and bool(len(app.screen.names)))
        found["first rows"] = time.perf_counter() - began
        top = app.screen
        assert isinstance(top, RepositoriesScreen)
        watch.wake()
        await until(lambda: top.reading.loaded >= repositories)
        found["all rows"] = time.perf_counter() - began
        found["stall"] = watch.take()
        await pressed
        await pilot.press("slash")
        for key, text in KEYS.items():
            await pilot.pause()
            watch.wake()
            began = time.perf_counter()
            pressed = asyncio.create_task(pilot.press(key))
            await until(lambda: top.names.wanted.text == text and top.names.is_searched)  # noqa: B023 - awaited here
            took = (time.perf_counter() - began) * 1000
            found["filter stall"] = max(found.get("filter stall", 0.0), watch.take())
            await pressed
            found["filter all"] = max(found.get("filter all", 0.0), took)
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


async def ordered(path: Path, tags: int) -> dict[str, float]:
    """Open a repository of many tags and return the milliseconds from its last byte to its rows in order."""
    names = tag_names(tags)
    right = [names[index] for index in order_tags(names, Order.SEMVER)]
    async with opened(path) as (app, pilot, watch):
        await pilot.press("enter")
        await pilot.press("slash", *REPOSITORY)
        pressed = asyncio.create_task(pilot.press("enter"))
        await until(lambda: isinstance(app.screen, TagsScreen))
        top = app.screen
        assert isinstance(top, TagsScreen)
        watch.wake()
        await until(lambda: top.reading.phase is Phase.COMPLETE)
        began = time.perf_counter()
        await until(lambda: top.names.all[:1000] == right[:1000] and top.names.all[-1000:] == right[-1000:])
        found = {"order": (time.perf_counter() - began) * 1000, "stall": watch.take()}
        await pressed
        return found


async def until(reached: Callable[[], bool]) -> None:
    """Look until it is so; the pilot's own waiting would cost more than what is measured."""
    while not reached():  # noqa: ASYNC110 - nothing says when
        await asyncio.sleep(TICK)


def configuration(folder: str, port: int) -> Path:
    """Write the host's configuration with the one registry."""
    path = Path(folder) / "docker"
    path.write_text(f"ADD_REGISTRY='--add-registry 127.0.0.1:{port}'\n")
    return path


def apart(what: str, path: Path, count: int, repetitions: int) -> dict[str, float]:
    """Measure in processes of their own, whose memory is then that of the one measurement; return the medians."""
    command = [sys.executable, "-m", "tests.benchmarks.tui_list", what, str(path), str(count)]
    runs: list[dict[str, float]] = []
    for _ in range(repetitions):
        ran = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
        runs.append(json.loads(ran.stdout))
    return {name: statistics.median(run[name] for run in runs) for name in runs[0]}


def measure(*, short: bool) -> tuple[Figure, ...]:
    """Measure both lists."""
    repositories, tags = (FEW_REPOSITORIES, FEW_TAGS) if short else (REPOSITORIES, TAGS)
    with running(repositories=repositories, tags=tags) as port, tempfile.TemporaryDirectory() as folder:
        path = configuration(folder, port)
        repetitions = 1 if short else REPETITIONS
        listed, sorted_ = apart("names", path, repositories, repetitions), apart("tags", path, tags, repetitions)
    return (
        bounded(f"{repositories:,} names stream in: longest stall of the screen", listed["stall"], "ms", 50),
        bounded("memory of the whole program with them", listed["memory"], "MiB", 350),
        bounded("a key of the filter over them: longest stall", listed["filter stall"], "ms", 50),
        bounded("to the last match of such a key", listed["filter all"], "ms"),
        bounded(f"{tags:,} tags in semver order, after their last byte", sorted_["order"], "ms", 300),
        bounded("longest stall meanwhile", sorted_["stall"], "ms", 50),
    )


def main() -> int:
    """Measure all, or the part that another process asks for."""
    sys.setswitchinterval(SWITCH)
    match sys.argv[1:]:
        case ["names", path, count]:
            print(json.dumps(asyncio.run(watched(Path(path), int(count)))))
        case ["tags", path, count]:
            print(json.dumps(asyncio.run(ordered(Path(path), int(count)))))
        case _:
            return show(measure)
    return 0


if __name__ == "__main__":
    sys.exit(main())
