"""How fast a walk is shown: events wait in a queue, so that an answer within 10 ms can still be followed by eye.

On a fast network all events of a walk arrive at once; they are spread over `SPREAD` milliseconds from its start. After
that, and wherever they arrive more slowly, nothing is held back. The times that are shown are never touched.
"""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

from regtui.events import CandidateEnded, CandidateStarted, EndpointEnded, Event, StageEnded
from regtui.frozen import dataclass
from regtui.tui.frames import Scene, advance, moving, settle
from regtui.tui.state import fold

if TYPE_CHECKING:
    from regtui.tui.frames import Canvas
    from regtui.tui.state import Walk

SPREAD = 1500.0
"""Milliseconds in which a whole walk is shown."""
FRAME = 1000 / 12
"""Milliseconds between two frames: 12 a second."""

_STEPS = (StageEnded, EndpointEnded, CandidateStarted, CandidateEnded)
"""Events that the eye follows; all others ride with the one before."""


@dataclass(frozen=True, slots=True)
class Playback:
    """What is shown of a walk, and what still waits to be. `until` is when the waiting ends, in the clock's ms."""

    walk: Walk
    scene: Scene
    queue: tuple[Event, ...] = ()
    until: float = 0.0

    @property
    def shown(self) -> bool:
        """Say whether everything that happened is on the screen."""
        return not self.queue


def start(walk: Walk, canvas: Canvas, now: float, *, paced: bool) -> Playback:
    """Return the playback of a walk whose events begin to come now."""
    return Playback(walk, settle(walk, Scene(), canvas), until=now + SPREAD if paced else now)


def receive(playback: Playback, event: Event) -> Playback:
    """Put an event behind all others."""
    return replace(playback, queue=(*playback.queue, event))


def tick(playback: Playback, canvas: Canvas, now: float) -> Playback:
    """Return the next frame: as many events as are due, and the scene one step further."""
    count = _due(playback.queue, max(1, ceil((playback.until - now) / FRAME)))
    walk = playback.walk
    for event in playback.queue[:count]:
        walk = fold(walk, event)
    scene = _follow(playback.walk, walk, playback.scene)
    scene = advance(walk, scene, canvas) if canvas.motion else settle(walk, scene, canvas)
    return replace(playback, walk=walk, scene=scene, queue=playback.queue[count:])


def skip(playback: Playback, canvas: Canvas) -> Playback:
    """Show all that has come, and hold back nothing from now on."""
    walk = playback.walk
    for event in playback.queue:
        walk = fold(walk, event)
    scene = settle(walk, _follow(playback.walk, walk, playback.scene), canvas)
    return replace(playback, walk=walk, scene=scene, queue=(), until=0.0)


def busy(playback: Playback, canvas: Canvas) -> bool:
    """Say whether another frame is needed; without motion only a queue needs one."""
    if playback.queue:
        return True
    return canvas.motion and moving(playback.walk, playback.scene, canvas)


def _due(queue: tuple[Event, ...], frames: int) -> int:
    """Return how many events the next frame shows, if all of them are to be shown in that many frames."""
    wanted = ceil(sum(isinstance(event, _STEPS) for event in queue) / frames)
    steps = 0
    for index, event in enumerate(queue):
        if isinstance(event, _STEPS):
            if steps == wanted:
                return index
            steps += 1
    return len(queue)


def _follow(before: Walk, after: Walk, scene: Scene) -> Scene:
    """The cursor goes with the walk for as long as nobody has moved it elsewhere."""
    if scene.cursor not in (None, before.current):
        return scene
    goal = after.found.candidate if after.found is not None else after.current
    return replace(scene, cursor=goal)
