"""The screen's engines: changing from one to another, and all of them side by side, over the demo's registries."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from regtui.cli import parse
from regtui.commands.host import read_host
from regtui.commands.other_engines import HostEngines
from regtui.commands.sessions import session_with
from regtui.demo.story import story_world, write_story_files
from regtui.demo.world import World
from regtui.live import Means
from regtui.registry.tls import Trust
from regtui.tui.app import RegtuiApp, Start
from tests.tui_browsing import calm, until
from tests.tui_fakes import ScriptedSession
from tests.tui_screens import LARGE, SMALL, STILL, assert_screen, home, screen_text, showing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from regtui.session import Session

SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]


@asynccontextmanager
async def demo(root: Path, *, name: str = "", size: tuple[int, int] = SMALL) -> AsyncIterator[Pilot[None]]:
    """Run the app on the demo's host and world, in this process, with its engines to change between."""
    write_story_files(root)
    options = parse(["--root", str(root)])
    assert options is not None
    config = read_host(options)
    async with World(story_world(lively=False)) as world:
        means = Means(world.resolver, world.dialer, Trust(system=False, authorities=(world.authorities.encode(),)))

        async def open_session() -> Session:
            return session_with(means, config, "demo")

        engines = HostEngines(options, str(root), "demo", config, lambda: means)
        app = RegtuiApp(Start(config, "demo", open_session, STILL, name, engines=lambda: engines))
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.home._session is not None)
            if name:
                await until(pilot, lambda: "would exit" in screen_text(pilot))
            await calm(pilot)
            yield pilot


async def test_the_engines_of_the_host_can_be_chosen_from(tmp_path: Path) -> None:
    async with demo(tmp_path) as pilot:
        await pilot.press("o")
        await calm(pilot)
        rows = [line.strip("│ ") for line in screen_text(pilot).splitlines() if line.startswith("│ │")]
        assert rows == [
            "▶ rhel-docker           /etc/sysconfig/docker exists, and no docker.se…",
            "podman                /usr/bin/podman is there",
            "containerd (nerdctl)  /usr/bin/containerd, /etc/containerd/certs.d a…",
            "moby                  not found on this host",
            "· all                   side by side, with the name",
        ]


async def test_another_engine_asks_for_the_same_name(tmp_path: Path) -> None:
    async with demo(tmp_path, name="etcd") as pilot:
        assert "docker pull etcd" in screen_text(pilot)
        await pilot.press("o", "down", "enter")
        await until(pilot, lambda: "podman pull would exit 0" in screen_text(pilot))
        told = screen_text(pilot)
        assert " regtui  podman · demo" in told
        assert "quay.io/coreos/etcd:latest" in told
        await pilot.press("o", "down", "down", "enter")
        await until(pilot, lambda: "nerdctl pull would exit 0" in screen_text(pilot))
        assert home(pilot).engine == "containerd (nerdctl)"
        await pilot.press("o", "enter")
        await until(pilot, lambda: "docker pull would exit 0" in screen_text(pilot))
        assert home(pilot).engine == "rhel-docker"


async def test_an_engine_that_the_host_does_not_have_can_be_tried_on_its_files(tmp_path: Path) -> None:
    async with demo(tmp_path) as pilot:
        await pilot.press("o", *["down"] * 3, "enter")
        await until(pilot, lambda: " regtui  moby · demo" in screen_text(pilot))


@pytest.mark.parametrize("size", SIZES)
async def test_all_engines_side_by_side(size: tuple[int, int], tmp_path: Path) -> None:
    async with demo(tmp_path, name="etcd", size=size) as pilot:
        await pilot.press("o", *["down"] * 4, "enter")
        await until(pilot, lambda: "only rhel-docker and podman ask quay.io" in screen_text(pilot))
        assert_screen(pilot, f"engines-{size[0]}x{size[1]}")
        await pilot.press("escape")
        assert pilot.app.screen is home(pilot)


async def test_without_a_name_there_is_nothing_to_put_side_by_side(tmp_path: Path) -> None:
    async with demo(tmp_path) as pilot:
        await pilot.press("o", *["down"] * 4, "enter")
        await calm(pilot)
        assert "Type a name first" in screen_text(pilot)


async def test_a_recording_has_one_engine_alone() -> None:
    async with showing(ScriptedSession()) as pilot:
        await pilot.press("o")
        await pilot.pause()
        assert "A recording has one engine alone." in screen_text(pilot)
