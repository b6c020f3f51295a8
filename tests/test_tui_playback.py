"""How fast a walk is shown: spread out on a fast network, never later than it happens on a slow one."""

from __future__ import annotations

import pytest

from regtui.tui.frames import Canvas
from regtui.tui.glyphs import UNICODE
from regtui.tui.playback import FRAME, SPREAD, Playback, busy, receive, skip, start, tick
from regtui.tui.state import Walk, fold, planned
from tests.tui_fakes import SCRIPTS, plan_for

CANVAS = Canvas(77, UNICODE)
STILL = Canvas(77, UNICODE, motion=False)
EVENTS = SCRIPTS["debian"]


def begun(*, paced: bool = True, events: int = len(EVENTS), canvas: Canvas = CANVAS) -> Playback:
    """Return a playback for which the first events have come at once."""
    playback = start(planned(plan_for("debian")), canvas, 0.0, paced=paced)
    for event in EVENTS[:events]:
        playback = receive(playback, event)
    return playback


def last() -> Walk:
    """Return the walk after all events."""
    walk = planned(plan_for("debian"))
    for event in EVENTS:
        walk = fold(walk, event)
    return walk


def shown_after(playback: Playback) -> list[int]:
    """Return how many events still wait after each frame."""
    waiting, now = [], 0.0
    while playback.queue:
        now += FRAME
        playback = tick(playback, CANVAS, now)
        waiting.append(len(playback.queue))
    return waiting


def test_a_walk_that_is_over_at_once_is_spread_evenly() -> None:
    waiting = shown_after(begun())
    assert len(waiting) == pytest.approx(SPREAD / FRAME, abs=2)
    steps = [before - after for before, after in zip([len(EVENTS), *waiting], waiting, strict=False)]
    assert max(steps) <= 10


def test_an_event_that_comes_alone_is_shown_at_the_next_frame() -> None:
    playback = begun(events=1)
    for number, event in enumerate(EVENTS[1:], 1):
        playback = receive(playback, event)
        playback = tick(playback, CANVAS, number * FRAME)
        assert playback.shown


def test_after_the_spread_nothing_is_held_back() -> None:
    assert tick(begun(), CANVAS, SPREAD).walk == last()


def test_without_pacing_everything_is_there_at_the_first_frame() -> None:
    assert tick(begun(paced=False), CANVAS, 0.0).walk == last()


def test_a_key_goes_to_the_end_and_what_comes_later_is_not_held_back() -> None:
    playback = skip(begun(events=30), CANVAS)
    assert playback.shown
    for event in EVENTS[30:]:
        playback = receive(playback, event)
    assert tick(playback, CANVAS, 1.0).walk == last()


def test_the_times_are_the_true_ones_however_slowly_they_are_shown() -> None:
    playback, now = begun(), 0.0
    while playback.queue:
        now += FRAME
        playback = tick(playback, CANVAS, now)
    assert playback.walk.at == pytest.approx(last().at)
    assert playback.walk == last()


def test_the_clock_stops_once_all_is_shown_and_still() -> None:
    playback, now = begun(), 0.0
    for _ in range(200):
        now += FRAME
        playback = tick(playback, CANVAS, now)
    assert not busy(playback, CANVAS)


def test_without_motion_the_clock_is_needed_for_a_queue_only() -> None:
    playback = begun(canvas=STILL, events=20)
    assert busy(playback, STILL)
    playback = tick(playback, STILL, SPREAD)
    assert not busy(playback, STILL)


def test_the_cursor_follows_the_walk_until_a_person_moves_it() -> None:
    playback = tick(begun(), CANVAS, SPREAD)
    assert playback.scene.cursor == 2
