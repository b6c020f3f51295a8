"""A list of a million rows: only what is in view is drawn, and adding costs nothing."""

from __future__ import annotations

import random
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from textual.app import App

from regtui.tui.cells import Line, Span
from regtui.tui.widgets.virtual_list import NoRows, VirtualList
from tests.tui_glass import glass_of, painted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.app import ComposeResult
    from textual.pilot import Pilot

HEIGHT = 20
MANY = 1_000_000


@dataclass
class Counted:
    """Rows that know which of them were drawn."""

    count: int
    drawn: list[int] = field(default_factory=list)
    word: str = "row"

    def __len__(self) -> int:
        return self.count

    def line(self, index: int, width: int) -> Line:
        """Draw a row."""
        self.drawn.append(index)
        return (Span(f"{self.word} {index}"[:width]),)


class ListApp(App[None]):
    """Nothing but a list."""

    CSS = "VirtualList { height: 20; }"

    def __init__(self, rows: Counted) -> None:
        super().__init__()
        self._rows = rows
        self.moved: list[int] = []
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        """Show the list."""
        yield VirtualList(self._rows)

    def on_virtual_list_moved(self, message: VirtualList.Moved) -> None:
        """Remember where the cursor went."""
        assert message.control is message.list
        self.moved.append(message.index)

    def on_virtual_list_chosen(self, message: VirtualList.Chosen) -> None:
        """Remember what was chosen."""
        assert message.control is message.list
        self.chosen.append(message.index)


@asynccontextmanager
async def listing(rows: Counted, width: int = 40) -> AsyncIterator[tuple[Pilot[None], VirtualList, ListApp]]:
    """Show the rows."""
    app = ListApp(rows)
    async with app.run_test(size=(width, 24)) as pilot:
        await pilot.pause()
        yield pilot, app.query_one(VirtualList), app


def first_visible(widget: VirtualList) -> str:
    """Return the text of the first row in view."""
    return widget.render_line(0).text.strip()


async def test_only_rows_in_view_are_drawn() -> None:
    rows = Counted(MANY)
    async with listing(rows) as (_, widget, _app):
        assert set(rows.drawn) <= set(range(HEIGHT + 1))
        assert widget.virtual_size.height == MANY


@pytest.mark.parametrize(
    ("keys", "cursor", "first"),
    [
        (["down"], 1, 0),
        (["j", "j", "k"], 1, 0),
        (["up"], 0, 0),
        (["end"], MANY - 1, MANY - HEIGHT),
        (["end", "home"], 0, 0),
        (["pagedown"], HEIGHT - 1, 0),
        (["pagedown", "pagedown"], 2 * (HEIGHT - 1), HEIGHT - 1),
        (["end", "pageup"], MANY - HEIGHT, MANY - HEIGHT),
    ],
)
async def test_keys_move_the_cursor_and_keep_it_in_view(keys: list[str], cursor: int, first: int) -> None:
    rows = Counted(MANY)
    async with listing(rows) as (pilot, widget, _app):
        await pilot.press(*keys)
        assert widget.cursor == cursor
        assert first_visible(widget) == f"row {first}"
        assert len(set(rows.drawn)) <= 4 * HEIGHT


async def test_a_move_within_the_view_draws_two_rows() -> None:
    rows = Counted(MANY)
    async with listing(rows) as (pilot, _widget, _app):
        rows.drawn.clear()
        await pilot.press("down")
        assert set(rows.drawn) == {0, 1}


async def test_rows_that_are_added_below_the_view_are_not_drawn() -> None:
    rows = Counted(HEIGHT + 5)
    async with listing(rows) as (pilot, widget, _app):
        rows.drawn.clear()
        for _ in range(10):
            rows.count += 1000
            widget.grown()
            await pilot.pause()
        assert set(rows.drawn) <= set(range(HEIGHT + 1))
        assert widget.virtual_size.height == rows.count


async def test_rows_that_are_added_in_view_are_drawn() -> None:
    rows = Counted(3)
    async with listing(rows) as (pilot, widget, _app):
        rows.drawn.clear()
        rows.count = 5
        widget.grown()
        await pilot.pause()
        assert {3, 4} <= set(rows.drawn)


async def test_a_cursor_that_went_to_a_row_not_shown_yet_is_in_view_once_it_is() -> None:
    rows = Counted(HEIGHT + 5)
    async with listing(rows) as (pilot, widget, _app):
        rows.count = 500
        await pilot.press("end")
        widget.grown()
        await pilot.pause()
        await pilot.pause()
        assert first_visible(widget) == f"row {500 - HEIGHT}"


async def test_fewer_rows_keep_the_cursor_on_one() -> None:
    async with listing(Counted(100)) as (pilot, widget, _app):
        await pilot.press("end")
        widget.show(Counted(7))
        await pilot.pause()
        assert widget.cursor == 6
        widget.show(NoRows())
        await pilot.pause()
        assert widget.cursor == 0


async def test_an_update_repaints_what_differs() -> None:
    rows = Counted(30)
    async with listing(rows) as (pilot, widget, _app):
        other = Counted(30, word="line")
        widget.update(other)
        await pilot.pause()
        assert first_visible(widget) == "line 0"
        widget.update(Counted(2))
        await pilot.pause()
        assert widget.virtual_size.height == 2


async def test_enter_and_a_second_click_choose() -> None:
    async with listing(Counted(100)) as (pilot, _widget, app):
        await pilot.press("down", "enter")
        await pilot.click(VirtualList, offset=(3, 5))
        await pilot.click(VirtualList, offset=(3, 5), times=2)
        await pilot.click(VirtualList, offset=(3, 23))
        assert app.moved == [1, 5]
        assert app.chosen == [1, 5]


async def test_an_empty_list_has_nothing_to_choose() -> None:
    async with listing(Counted(0)) as (pilot, widget, app):
        await pilot.press("down", "end", "enter", "pagedown")
        await pilot.click(VirtualList, offset=(3, 5))
        assert (widget.cursor, app.chosen, app.moved) == (0, [], [])


async def test_rows_that_come_page_by_page_paint_nothing() -> None:
    rows = Counted(MANY // 2)
    async with listing(rows) as (pilot, widget, app):
        with pytest.MonkeyPatch.context() as patch:
            await pilot.press("down", "up")  # the first paint is behind it
            glass = glass_of(app, patch)
            for _ in range(10):
                rows.count += 1000
                widget.grown()
                await pilot.pause()
            assert glass.received == 0
            assert widget.max_scroll_y == rows.count - HEIGHT
            await pilot.press("end")
            assert first_visible(widget) == f"row {rows.count - HEIGHT}"
            assert glass.cells == painted(app).cells


@pytest.mark.parametrize("seed", range(4))
async def test_what_was_painted_piece_by_piece_is_what_should_stand_there(seed: int) -> None:
    chance = random.Random(seed)
    rows = Counted(HEIGHT - 2)
    async with listing(rows) as (pilot, widget, app):
        with pytest.MonkeyPatch.context() as patch:
            glass = glass_of(app, patch)
            for _ in range(40):
                match chance.choice(("key", "key", "wheel", "grown", "shrunk")):
                    case "key":
                        await pilot.press(chance.choice(("down", "down", "up", "pagedown", "pageup", "end", "home")))
                    case "wheel":
                        widget.scroll_relative(y=chance.choice((-3, 1, 3)), animate=False, force=True)
                    case "grown":
                        rows.count += chance.choice((1, 5, 300, 100_000))
                        widget.grown()
                    case _:
                        rows.count = max(1, rows.count - chance.choice((1, 20, 100_000)))
                        widget.show(rows)
                await pilot.pause()
                assert glass.cells == painted(app).cells


async def test_a_scrolled_row_costs_what_differs() -> None:
    rows = Counted(MANY, word="a-name-that-all-rows-have/in-common")
    async with listing(rows, width=120) as (pilot, _widget, app):
        with pytest.MonkeyPatch.context() as patch:
            await pilot.press("pagedown")
            whole = painted(app).received
            glass = glass_of(app, patch)
            await pilot.press("down")
            assert 0 < glass.received < whole / 2
            assert glass.cells == painted(app).cells
