"""Panels that ask before they show: two tags compared, one name asked of every registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on, work

from regtui.browse.models import BrowseError
from regtui.tui.actions import by_id
from regtui.tui.browse.compare_lines import difference_lines, elsewhere_lines
from regtui.tui.browse.follow import Compared, ElsewhereRead, follow_difference, follow_everywhere
from regtui.tui.cells import Role, wrap
from regtui.tui.screens.panel import TextPanel

if TYPE_CHECKING:
    from regtui.browse.models import Elsewhere, Place
    from regtui.tui.browse.source import Surroundings
    from regtui.tui.cells import Line


class DiffScreen(TextPanel):
    """What is different between two tags of a repository."""

    def __init__(self, around: Surroundings, place: Place, repository: str, tags: tuple[str, str]) -> None:
        self._around = around
        self._place = place
        self._repository = repository
        self._tags = tags
        super().__init__("Difference", self._asking, plain=around.glyphs.plain, name="diff", keys="d")

    def on_mount(self) -> None:
        """Ask for both."""
        super().on_mount()
        self._follow()

    def _asking(self, width: int) -> tuple[Line, ...]:
        before, after = self._tags
        return wrap(f"reading {before} and {after} of {self._repository}", width, Role.DIM)

    @work(group="diff", exclusive=True)
    async def _follow(self) -> None:
        browsing = self._around.browsing
        before, after = (browsing.details(self._place, self._repository, tag) for tag in self._tags)
        await follow_difference(before, after, self.post_message)

    @on(Compared)
    def _take(self, message: Compared) -> None:
        found, glyphs = message.found, self._around.glyphs
        before, after = (f"{self._place.registry}/{self._repository}:{tag}" for tag in self._tags)
        if isinstance(found, BrowseError):
            self.draw(lambda width: wrap(f"{glyphs.bad} {found}", width, Role.BAD))
        else:
            self.draw(lambda width: difference_lines((before, after), found, width, glyphs))


class EverywhereScreen(TextPanel):
    """The same name in every registry of the host."""

    def __init__(self, around: Surroundings, place: Place, repository: str, reference: str, digest: str) -> None:
        self._around = around
        self._place = place
        self._repository = repository
        self._reference = reference
        self._digest = digest
        self._answers: tuple[Elsewhere, ...] = ()
        self._asking = True
        plain, keys = around.glyphs.plain, ",".join(by_id("everywhere").keys)
        super().__init__("The same image everywhere", self._lines, plain=plain, name="everywhere", keys=keys)

    def on_mount(self) -> None:
        """Ask everybody."""
        super().on_mount()
        self._follow()

    @work(group="everywhere", exclusive=True)
    async def _follow(self) -> None:
        browsing = self._around.browsing
        answers = browsing.everywhere(self._place, self._repository, self._reference, self._digest)
        await follow_everywhere(answers, self.post_message)

    @on(ElsewhereRead)
    def _take(self, message: ElsewhereRead) -> None:
        if message.answer is None:
            self._asking = False
        else:
            self._answers = tuple(sorted((*self._answers, message.answer), key=lambda answer: answer.order))
        self.draw(self._lines)

    def _lines(self, width: int) -> tuple[Line, ...]:
        name = f"{self._repository}:{self._reference}"
        return elsewhere_lines(name, self._answers, width, self._around.glyphs, asking=self._asking)
