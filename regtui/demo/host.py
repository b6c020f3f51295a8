"""The demo as a host: its files in a temporary folder, its world of registries on loopback."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from regtui.demo.story import write_story_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from regtui.demo.thread import WorldThread
    from regtui.registry.network import Resolver

DEMO_PLACE = "demo"


@contextmanager
def demo_root() -> Iterator[str]:
    """Yield a folder with the demo host's files below it; it is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="regtui-demo-") as folder:
        write_story_files(Path(folder))
        yield folder


def demo_resolver() -> Resolver:
    """Return what DNS says in the demo, for what needs no server."""
    from regtui.demo.story import story_world
    from regtui.demo.world import World

    return World(story_world()).resolver


@contextmanager
def demo_world() -> Iterator[WorldThread]:
    """Yield the running world; it stops with the block."""
    from regtui.demo.story import story_world
    from regtui.demo.thread import WorldThread

    world = WorldThread(story_world())
    world.start()
    try:
        yield world
    finally:
        world.stop()
