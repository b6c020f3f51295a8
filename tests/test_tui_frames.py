"""Each frame of the animation as text, and that motion ends where no motion begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regtui.events import AlsoFound, EndpointEnded, Event
from regtui.outcome import Outcome, Stage
from regtui.tui.cells import line_text, line_width
from regtui.tui.frames import Canvas, Scene, advance, frame, moving, settle, toggled
from regtui.tui.glyphs import ASCII, UNICODE
from regtui.tui.playback import busy, receive, start, tick
from regtui.tui.state import Walk, fold, planned
from tests.tui_fakes import DIGEST, SCRIPTS, Script, plan_for
from tests.tui_screens import assert_text

CANVAS = Canvas(77, UNICODE)
STILL = replace(CANVAS, motion=False)
ENOUGH = 400
"""Frames; every animation here ends long before."""


def walk_of(*events: Event, path: str = "debian") -> Walk:
    """Return the walk after the events of its script."""
    walk = planned(plan_for(path))
    for event in events:
        walk = fold(walk, event)
    return walk


def drawn(walk: Walk, scene: Scene | None = None, canvas: Canvas = STILL) -> str:
    """Return a frame as text; without a scene the one in which everything stands where it belongs."""
    scene = settle(walk, Scene(), canvas) if scene is None else scene
    return "\n".join(line_text(line).rstrip() for line in frame(walk, scene, canvas).lines)


@pytest.mark.parametrize("name", ["debian", "nosuch"])
def test_every_frame_of_a_walk(name: str) -> None:
    """All events are there at once; the clock moves by one frame's time."""
    playback = start(planned(plan_for(name)), CANVAS, 0.0, paced=True)
    for event in SCRIPTS[name]:
        playback = receive(playback, event)
    frames: list[str] = []
    now = 0.0
    while busy(playback, CANVAS) and len(frames) < ENOUGH:
        now += 83.4
        playback = tick(playback, CANVAS, now)
        frames.append(drawn(playback.walk, playback.scene, CANVAS))
    assert_text("\n\n".join(f"[{number}]\n{text}" for number, text in enumerate(frames, 1)) + "\n", f"frames-{name}")
    assert frames[-1] == drawn(walk_of(*SCRIPTS[name], path=name))


@pytest.mark.parametrize("name", ["debian", "nosuch"])
@pytest.mark.parametrize("width", [20, 40, 56, 60, 77, 100, 140])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_no_line_is_wider_than_its_room(name: str, width: int, glyphs: object) -> None:
    assert isinstance(glyphs, type(UNICODE))
    canvas = Canvas(width, glyphs)
    walk, scene = planned(plan_for(name)), Scene()
    for event in SCRIPTS[name]:
        walk = fold(walk, event)
        scene = toggled(advance(walk, scene, canvas), 1)
        lines = frame(walk, settle(walk, scene, canvas), canvas).lines
        assert [line_text(line) for line in lines if line_width(line) > width] == []
        assert glyphs is UNICODE or "".join(line_text(line) for line in lines).isascii()


@pytest.mark.parametrize("count", range(0, 70, 7))
def test_motion_comes_to_rest_where_no_motion_stands(count: int) -> None:
    walk = walk_of(*SCRIPTS["nosuch"][:count], path="nosuch")
    scene = Scene()
    for _ in range(ENOUGH):
        scene = advance(walk, scene, CANVAS)
        if replace(settle(walk, scene, CANVAS), turn=0) == replace(scene, turn=0):
            break
    assert drawn(walk, scene) == drawn(walk)


def test_nothing_moves_once_the_walk_is_over() -> None:
    walk = walk_of(*SCRIPTS["debian"])
    assert moving(walk, Scene(), CANVAS)
    assert not moving(walk, settle(walk, Scene(), CANVAS), CANVAS)


def test_something_moves_for_as_long_as_an_answer_is_awaited() -> None:
    walk = walk_of(*SCRIPTS["debian"][:20])
    assert moving(walk, settle(walk, Scene(), CANVAS), CANVAS)


def test_only_the_spinner_turns_while_nothing_happens() -> None:
    script = Script(plan_for("debian")).reach(0).ask(0, 0).stages(0, 0, (Stage.DNS, 1.0), (Stage.TCP, 1.0))
    walk = walk_of(*script.events[:-1])
    scene = settle(walk, Scene(), CANVAS)
    turning = [drawn(walk, replace(scene, turn=turn), CANVAS) for turn in range(3)]
    assert [text.splitlines()[1][:22] for text in turning] == [f"    https  dns ✓ tcp {sign}" for sign in "⠋⠙⠹"]
    assert len({text.translate(dict.fromkeys(map(ord, "⠋⠙⠹"))) for text in turning}) == 1


def test_without_motion_a_stage_that_runs_does_not_turn() -> None:
    script = Script(plan_for("debian")).reach(0).ask(0, 0).stages(0, 0, (Stage.DNS, 1.0))
    walk = walk_of(*script.events[:-1])
    scene = settle(walk, Scene(), STILL)
    assert drawn(walk, replace(scene, turn=1)) == drawn(walk, replace(scene, turn=2))
    assert "dns …" in drawn(walk)


def test_the_marker_travels_down_the_lines_between_two_candidates() -> None:
    script = Script(plan_for("debian")).reach(0).leave(0, Outcome.NOT_FOUND, "answered 404")
    before = walk_of(*script.events)
    after = walk_of(*script.reach(1).events)
    scene = settle(before, Scene(), CANVAS)
    places = []
    for _ in range(8):
        scene = advance(after, scene, CANVAS)
        places.append(scene.marker)
    assert places == sorted(places)
    assert places[-1] == frame(after, scene, CANVAS).heads[1]


PLAN = """\
  1 okd-lr.zyl.io:5000/debian:latest
    https  certificate not verified
    http   not encrypted
    v1     the old protocol: the engine tries it last, regtui never
  2 quay.io/debian:latest
    https  certificate verified
    v1     the old protocol: the engine tries it last, regtui never
  3 docker.io/library/debian:latest
    mirror http://okd-lr.zyl.io:5000  not encrypted
    https  https://registry-1.docker.io  certificate verified"""


def test_a_plan_shows_whom_the_engine_would_ask_and_over_what() -> None:
    assert drawn(planned(plan_for("debian"))) == PLAN


AHEAD = """\
▶ 1 okd-lr.zyl.io:5000/debian:latest  asking
    https  waiting
    http   waiting
  2 quay.io/debian:latest             waiting  tcp ✓
  3 docker.io/library/debian:latest   waiting  dns ✗ no such host"""


def test_what_is_known_of_a_candidate_before_its_turn() -> None:
    script = Script(plan_for("debian")).reach(0).ask(0, 0)
    script.stages(1, 0, (Stage.DNS, 1.0), (Stage.TCP, 1.0)).stages(2, 1, (Stage.DNS, 1.0), fail="no such host")
    assert drawn(walk_of(*script.events)) == AHEAD


@pytest.mark.parametrize(
    ("same", "told"),
    [(True, "✓ found  the same image"), (False, "    another digest: sha256:fc5f6e08c9e3")],
)
def test_a_registry_behind_the_winner_is_compared(same: bool, told: str) -> None:
    walk = walk_of(*SCRIPTS["debian"])
    assert walk.found is not None
    walk = fold(walk, AlsoFound(90.0, replace(walk.found, candidate=1), same))
    view = replace(walk.candidates[1], outcome=Outcome.FOUND, error="")
    walk = replace(walk, candidates=(walk.candidates[0], view, walk.candidates[2]))
    assert told in "\n".join(drawn(walk).splitlines()[1:3])


def test_a_cause_that_is_too_long_stands_below_its_head() -> None:
    cause = "answered 401: unauthorized: access to the requested resource is not authorized"
    script = Script(plan_for("debian")).reach(0).leave(0, Outcome.UNAUTHORIZED, cause)
    assert drawn(walk_of(*script.events)).splitlines()[:3] == [
        "▶ 1 okd-lr.zyl.io:5000/debian:latest  ✗ unauthorized",
        "    answered 401: unauthorized: access to the requested resource is not",
        "    authorized",
    ]


def test_an_ordinary_not_here_keeps_to_its_line() -> None:
    cause = "answered 404: manifest unknown: manifest unknown"
    script = Script(plan_for("debian")).reach(0).leave(0, Outcome.NOT_FOUND, cause)
    assert drawn(walk_of(*script.events)).splitlines()[:2] == [
        "▶ 1 okd-lr.zyl.io:5000/debian:latest  ✗ answered 404: manifest unknown: mani…",
        "  2 quay.io/debian:latest             waiting",
    ]


def test_an_opened_candidate_tells_all_that_is_known() -> None:
    walk = walk_of(*SCRIPTS["nosuch"], path="nosuch")
    walk = fold(walk, EndpointEnded(walk.at, 0, 1, Outcome.NOT_FOUND, "answered 404", "the whole story"))
    scene = toggled(Scene(), 0)
    text = drawn(walk, settle(walk, scene, STILL))
    for words in ("credentials: none stored", "the whole story", "GET http://okd-lr.zyl.io:5000/v2/nosuch", "v1"):
        assert words in text
    assert drawn(walk, settle(walk, toggled(scene, 0), STILL)) == drawn(walk)


def test_a_person_may_close_the_winner() -> None:
    walk = walk_of(*SCRIPTS["debian"])
    scene = toggled(toggled(Scene(), 2), 2)
    assert DIGEST in drawn(walk)
    assert DIGEST not in drawn(walk, settle(walk, scene, STILL))
