"""Whatever comes in whatever order: what stands on the terminal is what a screen painted anew would show."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from textual.widget import Widget

import regtui.tui.screens.browse
import regtui.tui.screens.listing
from regtui.browse.models import TagFacts, TagsPage
from regtui.tui.browse.filter_input import FilterInput
from regtui.tui.browse.name_list import NameList
from tests.tui_browsing import COMPLETE, FakeBrowsing, browsing, calm, digest, screen
from tests.tui_glass import glass_of, painted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from regtui.browse.models import ListingEnded, Place

STEPS = 30
SIZES = [(80, 24), (120, 36)]
KEYS = ("down", "down", "up", "pagedown", "pageup", "end", "home", "s", "f", "r")
IN_REPOSITORIES = (*KEYS, "t", "t", "enter")
TYPED = (("t", "e"), ("z", "o"), ("v", "1"), ("x",), (".", "s", "i", "g"), ("z", "*"))


@dataclass(eq=False)
class Turnstile(asyncio.Event):
    """Lets one wait pass for each `set`."""

    passes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    def set(self) -> None:
        """Let one pass."""
        self.passes.release()

    async def wait(self) -> bool:  # type: ignore[override]  # an event's says Literal[True]
        """Wait for a pass."""
        return await self.passes.acquire()


@dataclass
class Paged(FakeBrowsing):
    """Sends each page of tags through the turnstile too."""

    async def tags(
        self, place: Place, repository: str, *, fresh: bool
    ) -> AsyncGenerator[TagsPage | ListingEnded, None]:
        """Yield the pages, whatever the repository."""
        assert self.gate is not None
        for names in self.tag_pages["*"]:
            await self.gate.wait()
            yield TagsPage(tuple(names))
        await self.gate.wait()
        yield COMPLETE


def scripted(chance: random.Random) -> Paged:
    """Return repositories and tags in pages: some equal, some signed, some that cannot be read."""
    names = [
        f"{top}/{low}/{n}" for top in ("alpha", "team", "zoo") for low in "xy" for n in range(chance.randrange(20))
    ]
    names += [f"team/{n}" for n in range(9)]
    if chance.random() < 0.5:
        chance.shuffle(names)
    tags = list(dict.fromkeys(f"v{chance.randrange(5)}.{chance.randrange(30)}" for _ in range(150)))
    digests = {tag: digest(str(chance.randrange(50))) for tag in tags}
    facts = {
        tag: TagFacts(tag, digests[tag], size=chance.randrange(10**8), kind="image")
        if chance.random() < 0.9
        else TagFacts(tag, trouble="it broke")
        for tag in tags
    }
    tags += dict.fromkeys(f"{digests[tag].replace(':', '-')}.sig" for tag in chance.sample(tags, 15))
    chance.shuffle(tags)
    return Paged(
        [names[start : start + 12] for start in range(0, len(names), 12)],
        tag_pages={"*": [tags[start : start + 20] for start in range(0, len(tags), 20)]},
        facts_of=facts,
        sought={prefix: [name for name in names if name.startswith(prefix)] for prefix in ("te", "zo", "z")},
        gate=Turnstile(),
        facts_gate=Turnstile(),
    )


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("tags", [False, True], ids=["repositories", "tags"])
async def test_nothing_stale_stands_on_the_screen(seed: int, tags: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regtui.tui.screens.browse, "DELAY", 0.0)
    monkeypatch.setattr(regtui.tui.screens.listing, "REDRAW", 0.0)
    chance = random.Random(f"{seed} {tags}")
    means = scripted(chance)
    assert means.gate is not None
    assert means.facts_gate is not None
    async with browsing(means, size=SIZES[seed % 2]) as pilot:
        means.gate.set()
        await calm(pilot)
        if tags:
            await pilot.press("enter")
            await calm(pilot)
        top, glass, done = screen(pilot), glass_of(pilot.app, monkeypatch), list[str]()
        for _ in range(STEPS):
            step = chance.choice(("page", "page", "facts", "key", "key", "key", "type", "leave"))
            done.append(step)
            match step:
                case "page":
                    means.gate.set()
                case "facts":
                    for _ in range(8):
                        means.facts_gate.set()
                case "key":
                    key = chance.choice(KEYS if tags or isinstance(top.focused, FilterInput) else IN_REPOSITORIES)
                    row = top.query_one(NameList)
                    if key != "enter" or not len(row.rows) or "/" in row.line_at(row.cursor)[-1].text:
                        done.append(key)
                        await pilot.press(key)
                case "type":
                    await pilot.press("slash", *chance.choice(TYPED))
                case "leave" if isinstance(top.focused, FilterInput):
                    await pilot.press("escape")
            await calm(pilot, 4)
            if pilot.app.screen is not top:
                break
            shown = glass.cells
            for widget in top.walk_children(Widget):
                widget._styles_cache.clear()  # what was drawn before is drawn again
            assert shown == painted(pilot.app).cells, done
