"""The screens of browsing over the demo's registries, as a terminal shows them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from regtui.demo.story import story_world, write_story_files
from regtui.demo.world import World
from regtui.engines.base import Platform
from regtui.host.discover import load
from regtui.live import LiveSession, Means
from regtui.registry.tls import Trust
from regtui.tui.app import RegtuiApp, Start
from tests.tui_browsing import calm, until
from tests.tui_screens import LARGE, SMALL, STILL, assert_screen, screen_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from textual.pilot import Pilot

    from regtui.session import Session

SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]


@asynccontextmanager
async def demo(root: Path, size: tuple[int, int], row: int = 1) -> AsyncIterator[Pilot[None]]:
    """Run the app on the demo's world, in this process, and open a row of the list of registries."""
    write_story_files(root)
    async with World(story_world(lively=False)) as world:
        means = Means(world.resolver, world.dialer, Trust(system=False, authorities=(world.authorities.encode(),)))
        session = LiveSession(load(str(root)), means, place="demo", platform=Platform())

        async def open_session() -> Session:
            return session

        app = RegtuiApp(Start(session.config, "demo", open_session, STILL))
        async with app.run_test(size=size, notifications=True) as pilot:
            await until(pilot, lambda: app.home._session is not None)
            await pilot.press(*["down"] * row, "enter")
            await calm(pilot)
            yield pilot


async def shown(pilot: Pilot[None], words: str) -> None:
    """Wait until the words stand on the screen and nothing more comes."""
    await until(pilot, lambda: words in screen_text(pilot))
    await calm(pilot)


async def to_tags(pilot: Pilot[None]) -> None:
    """Open the repository coreos/etcd."""
    await shown(pilot, "complete")
    await pilot.press("slash", *"etcd", "enter")
    await shown(pilot, "tags, complete")
    await until(pilot, lambda: "2024-04-26" in screen_text(pilot))
    await calm(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_from_the_registry_to_a_layer_and_back(tmp_path: Path, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with demo(tmp_path, size) as pilot:
        await shown(pilot, "complete")
        assert_screen(pilot, f"browse-repositories-{name}")
        await pilot.press("t")
        await calm(pilot)
        assert_screen(pilot, f"browse-tree-{name}")
        await pilot.press("t")
        await to_tags(pilot)
        assert_screen(pilot, f"browse-tags-{name}")
        await pilot.press("enter")
        await shown(pilot, "Layers")
        assert_screen(pilot, f"browse-details-{name}")
        await pilot.press("p")
        await shown(pilot, "This platform")
        assert_screen(pilot, f"browse-platform-{name}")
        await pilot.press("j")
        await shown(pilot, "schemaVersion")
        await pilot.press("down", "down", "down", "enter")
        assert_screen(pilot, f"browse-json-{name}")
        await pilot.press("escape", "escape", "d", "down", "down", "d")
        await shown(pilot, "Layers")
        assert_screen(pilot, f"browse-diff-{name}")
        for back in ("escape", "escape", "escape", "escape"):
            await pilot.press(back)
            await calm(pilot)
        assert pilot.app.screen is pilot.app.screen_stack[0]


async def test_what_attests_an_image_and_what_refers_to_it_are_named_for_what_they_are(tmp_path: Path) -> None:
    async with demo(tmp_path, LARGE) as pilot:
        await shown(pilot, "complete")
        await pilot.press("slash", *"supply", "enter")
        await shown(pilot, "2 tags, complete")
        await pilot.press("enter")
        await shown(pilot, "Refers to it")
        text = screen_text(pilot)
        assert "BuildKit attests linux/amd64  sha256:" in text
        assert "BuildKit attests linux/arm64  sha256:" in text
        assert "unknown/unknown" not in text
        assert all(kind in text for kind in ("application/spdx+json", "application/vnd.in-toto+json"))


@pytest.mark.parametrize("size", SIZES)
async def test_docker_hub_says_what_works_instead(tmp_path: Path, size: tuple[int, int]) -> None:
    async with demo(tmp_path, size, row=2) as pilot:
        await shown(pilot, "offers no catalog")
        # The path of config.json is the test's own.
        text = screen_text(pilot)
        assert "type a repository, such as library/debian" in text
        await pilot.press("slash", *"debian", "enter")
        await shown(pilot, "tags, complete")
        assert "docker.io ▸ library/debian" in screen_text(pilot)
        assert "dates and sizes cost pulls" in screen_text(pilot)


async def test_a_blocked_or_dead_registry_says_why_in_the_place_of_names(tmp_path: Path) -> None:
    async with demo(tmp_path, SMALL, row=2) as pilot:
        await shown(pilot, "offers no catalog")
        await pilot.press("slash", *"no/such", "enter")
        await shown(pilot, "✗")
        assert "nothing could be read" in screen_text(pilot)
        assert "dates and sizes" not in screen_text(pilot)
