"""The walk on the screen: plays what happens, lets a person open each registry, and is still when nothing moves."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from regtui.beside import NOTHING_BESIDE
from regtui.clock import utc_now
from regtui.frozen import dataclass
from regtui.tui.frames import Canvas, Frame, Scene, frame, settle, toggled
from regtui.tui.playback import Playback, busy, receive, skip, start, tick
from regtui.tui.state import stopped
from regtui.tui.widgets.line_view import TextLines

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events
    from textual.timer import Timer

    from regtui.beside import Beside
    from regtui.events import Event
    from regtui.tui.glyphs import Glyphs
    from regtui.tui.state import Walk
    from regtui.tui.widgets.line_view import Make


@dataclass(frozen=True, slots=True)
class Manner:
    """How a walk is played: with motion or without, spread out or at once, frames a second, the clock in ms.

    `written` is the time in UTC that is written into exports.
    """

    glyphs: Glyphs
    motion: bool = True
    paced: bool = True
    frames: int = 12
    clock: Callable[[], float] = lambda: monotonic() * 1000
    written: Callable[[], str] = utc_now


class WalkView(TextLines):
    """Owns what is shown of a walk; posts `Shown` whenever that changed, so that all around it tells the same."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "candidate(-1)", "Up", show=False),
        Binding("down,j", "candidate(1)", "Down", show=False),
    ]

    @dataclasses.dataclass
    class Shown(Message):
        """Another moment of the walk is on the screen."""

        walk: Walk | None

        def can_replace(self, message: Message) -> bool:
            """Only the latest counts."""
            return isinstance(message, WalkView.Shown)

    def __init__(self, manner: Manner, hint: Make, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(hint, id=id)
        self._manner = manner
        self._hint = hint
        self._playback: Playback | None = None
        self._beside = NOTHING_BESIDE
        self._frame = Frame((), ())
        self._timer: Timer | None = None

    @property
    def walk(self) -> Walk | None:
        """What is shown."""
        return self._playback.walk if self._playback else None

    @property
    def cursor(self) -> int | None:
        """The candidate that is selected."""
        return self._playback.scene.cursor if self._playback else None

    @property
    def playing(self) -> bool:
        """Say whether something that happened is not on the screen yet."""
        return self._playback is not None and not self._playback.shown

    def cursor_cells(self, index: int) -> int:
        """The cursor covers the selected candidate's name."""
        return self._frame.column if self.has_focus and index == self._cursor_line else 0

    @property
    def _cursor_line(self) -> int | None:
        heads = self._frame.heads
        return heads[self.cursor] if self.cursor is not None and self.cursor < len(heads) else None

    def clear(self) -> None:
        """Show no walk but the hint."""
        self._playback, self._frame = None, Frame((), ())
        self.draw(self._hint)
        self.post_message(self.Shown(None))

    def know(self, beside: Beside) -> None:
        """Take what is known of the host itself, and draw again what follows from it."""
        self._beside = beside
        if self._playback is not None:
            self._change(self._playback.scene)

    def begin(self, walk: Walk) -> None:
        """Show a plan, or the walk that begins."""
        self._playback = start(walk, self._canvas, self._manner.clock(), paced=self._paced)
        self.scroll_to(y=0, animate=False)
        self._redraw()

    def receive(self, event: Event) -> None:
        """Take what happened; it is shown when it is due."""
        if self._playback is None:
            return
        self._playback = receive(self._playback, event)
        if self._paced:
            self._run()
        else:
            self._tick()

    def stop(self, reason: str) -> None:
        """Show the walk as given up."""
        if self._playback is None or self._playback.walk.over:
            return
        self.skip()
        walk = stopped(self._playback.walk, reason)
        self._playback = replace(self._playback, walk=walk, scene=settle(walk, self._playback.scene, self._canvas))
        self._redraw()

    def skip(self) -> None:
        """Go to the end of what has come."""
        if self._playback is not None:
            self._playback = skip(self._playback, self._canvas)
            self._redraw()

    def toggle(self) -> None:
        """Open or close the selected candidate."""
        if self._playback is None or self._playback.scene.cursor is None:
            return
        scene = toggled(self._playback.scene, self._playback.scene.cursor)
        self._change(scene)

    def action_candidate(self, by: int) -> None:
        """Move the cursor to another candidate."""
        if self._playback is None or not self._playback.walk.candidates:
            return
        last = len(self._playback.walk.candidates) - 1
        now = self._playback.scene.cursor
        after = (0 if by > 0 else last) if now is None else max(0, min(last, now + by))
        self._change(replace(self._playback.scene, cursor=after))
        self._bring_into_view(after)

    def on_click(self, event: events.Click) -> None:
        """Select the candidate that was clicked; a second click opens or closes it."""
        offset = event.get_content_offset(self)
        if offset is None or self._playback is None:
            return
        line = offset.y + self.scroll_offset.y
        clicked = [index for index, head in enumerate(self._frame.heads) if head <= line]
        if not clicked or line >= self.line_count:
            return
        again = clicked[-1] == self.cursor
        self._change(replace(self._playback.scene, cursor=clicked[-1]))
        if again:
            self.toggle()

    def on_resize(self) -> None:
        """Draw for the new width; what moves is brought to where it belongs."""
        if self._playback is not None:
            scene = settle(self._playback.walk, self._playback.scene, self._canvas)
            self._playback = replace(self._playback, scene=scene)
            self._redraw()

    def on_focus(self) -> None:
        """Show the cursor."""
        self._repaint_cursor(self._cursor_line)

    def on_blur(self) -> None:
        """Hide the cursor."""
        self._repaint_cursor(self._cursor_line)

    @property
    def _canvas(self) -> Canvas:
        return Canvas(max(20, self.text_width), self._manner.glyphs, self._manner.motion, self._beside)

    @property
    def _paced(self) -> bool:
        return self._manner.paced and self._manner.motion

    def _change(self, scene: Scene) -> None:
        assert self._playback is not None
        if not busy(self._playback, self._canvas):
            scene = settle(self._playback.walk, scene, self._canvas)
        self._playback = replace(self._playback, scene=scene)
        self._redraw()

    def _repaint_cursor(self, line: int | None) -> None:
        if line is not None:
            self.refresh(Region(0, line - self.scroll_offset.y, max(1, self._frame.column), 1))

    def _run(self) -> None:
        """Start the clock of the frames; it runs while there is something to move."""
        if self._timer is None:
            self._timer = self.set_interval(1 / self._manner.frames, self._tick)
        else:
            self._timer.resume()

    def _tick(self) -> None:
        if self._playback is not None:
            self._playback = tick(self._playback, self._canvas, self._manner.clock())
            self._redraw()
        if self._timer is not None and (self._playback is None or not busy(self._playback, self._canvas)):
            self._timer.pause()

    def _redraw(self) -> None:
        """Draw this moment; the cursor's old and new line are repainted where it went to another."""
        assert self._playback is not None
        playback, before = self._playback, self._cursor_line
        self._frame = frame(playback.walk, playback.scene, self._canvas)
        self.draw(lambda _width: self._frame.lines)
        if before != self._cursor_line:
            self._repaint_cursor(before)
            self._repaint_cursor(self._cursor_line)
        if playback.walk.asked and playback.scene.cursor is not None:
            self._bring_into_view(playback.scene.cursor)
        self.post_message(self.Shown(playback.walk))

    def _bring_into_view(self, candidate: int) -> None:
        heads = self._frame.heads
        if candidate >= len(heads):
            return
        first = heads[candidate]
        last = heads[candidate + 1] if candidate + 1 < len(heads) else self.line_count
        top, height = self.scroll_offset.y, self.size.height
        goal = top
        if last - first >= height or first < top:
            goal = first
        elif last > top + height:
            goal = last - height
        goal = max(0, min(goal, self.line_count - height))
        if goal != top:
            # By force: the scroll bar is laid out after the lines that need it, and without one nothing scrolls.
            self.scroll_to(y=goal, animate=False, force=True)
