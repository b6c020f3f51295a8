"""Who holds a name: the walk's own rows, the sentence below them, and what mirrors hold against their upstream."""

from __future__ import annotations

from dataclasses import replace

import pytest

from regtui.browse.models import BrowseError, Elsewhere
from regtui.engines.base import Found
from regtui.events import AlsoFound, CandidateEnded, Event, ResolutionEnded, ResolutionStarted
from regtui.outcome import Outcome
from regtui.tui.app import RegtuiApp, Start
from regtui.tui.cells import line_text, line_width
from regtui.tui.glyphs import ASCII, UNICODE, Glyphs
from regtui.tui.matrix import Asked, matrix_lines
from regtui.tui.screens.panel import Panel
from regtui.tui.state import Walk, fold, planned
from tests.tui_browsing import FakeBrowsing
from tests.tui_fakes import CONFIG, DIGEST, LIST, MIRROR, PRIVATE, SYSCONFIG, ScriptedSession, plan_for, walked
from tests.tui_screens import LARGE, SMALL, STILL, assert_screen, home, screen_text, settled, showing

OTHER = f"sha256:{'ab' * 32}"
HELD = (
    Elsewhere("docker.io", DIGEST, Outcome.FOUND, ""),
    Elsewhere("docker.io", OTHER, Outcome.FOUND, "", mirror=MIRROR),
    Elsewhere("docker.io", DIGEST, Outcome.FOUND, "", mirror="https://second.example.com"),
    Elsewhere("quay.io", None, Outcome.UNAUTHORIZED, "quay.io answered 401 Unauthorized"),
    Elsewhere(PRIVATE, OTHER, Outcome.FOUND, ""),
)


def found(candidate: int, digest: str) -> Found:
    """Return an image of a candidate of the story."""
    registry = (PRIVATE, "quay.io", "docker.io")[candidate]
    url = (MIRROR, "https://quay.io", "https://registry-1.docker.io")[candidate]
    return Found(candidate, 1, registry, f"{registry}/etcd:latest", url, False, digest, LIST, ("linux/amd64",), 54_200)


def asked_all(*outcomes: tuple[Outcome, str]) -> tuple[Event, ...]:
    """Return a walk that was asked on: each candidate's outcome, and the digest where it holds the name."""
    events: list[Event] = [ResolutionStarted(0.0, plan_for("etcd"))]
    winner: Found | None = None
    for index, (outcome, digest) in enumerate(outcomes):
        events.append(CandidateEnded(float(index), index, outcome, f"answered: {outcome}"))
        if digest and winner is not None:
            events.append(AlsoFound(float(index), found(index, digest), digest == winner.digest))
        elif digest:
            winner = found(index, digest)
    events.append(ResolutionEnded(9.0, (winner and Outcome.FOUND) or Outcome.NOT_FOUND, 0 if winner else 1, winner))
    return tuple(events)


def told(walk: Walk, asked: Asked | None = None, *, width: int = 100, glyphs: Glyphs = UNICODE) -> str:
    """Return the panel's text."""
    lines = matrix_lines(walk, asked, width, glyphs)
    assert max(line_width(line) for line in lines) <= width
    return "\n".join(line_text(line).rstrip() for line in lines)


def folded(*events: Event) -> Walk:
    """Return the walk after events."""
    walk = planned(plan_for("etcd"))
    for event in events:
        walk = fold(walk, event)
    return walk


MISSING, HAS, SAYS_NO = (Outcome.NOT_FOUND, ""), (Outcome.FOUND, DIGEST), (Outcome.UNAUTHORIZED, "")


@pytest.mark.parametrize(
    ("outcomes", "sentence"),
    [
        ((MISSING, HAS, MISSING), "No other registry holds it."),
        ((HAS, MISSING, HAS), "The same image is in docker.io too."),
        (
            (HAS, (Outcome.FOUND, OTHER), HAS),
            "Another image has this name in quay.io: the order of the registries decides which one is pulled.",
        ),
        ((SAYS_NO, HAS, MISSING), f"No other registry was seen to hold it; {PRIVATE} did not say."),
        ((MISSING, MISSING, MISSING), "Nobody holds it."),
    ],
)
def test_one_sentence_tells_whether_a_name_is_shadowed(
    outcomes: tuple[tuple[Outcome, str], ...], sentence: str
) -> None:
    assert told(folded(*asked_all(*outcomes))).splitlines()[-1] == sentence


def test_each_registry_has_a_row_with_its_digest_and_how_it_stands_to_what_is_pulled() -> None:
    rows = told(folded(*asked_all((Outcome.FOUND, OTHER), HAS, SAYS_NO))).splitlines()
    assert rows[:4] == [
        "etcd",
        f"▶ 1 {PRIVATE}  ✓ sha256:abababababab  is pulled  54.2 kB",
        "  2 quay.io             ✓ sha256:fc5f6e08c9e3  another image  54.2 kB",
        "  3 docker.io           ✗ unauthorized         answered: unauthorized",
    ]


def test_a_walk_that_runs_says_who_was_asked() -> None:
    text = told(walked("debian", 20))
    assert "waiting" in text
    assert text.endswith("asking on")


def test_who_was_not_asked_is_named() -> None:
    events = asked_all(HAS, MISSING, MISSING)
    text = told(folded(events[0], events[1], events[-1]))
    assert "○ not asked" in text
    assert text.endswith("Not asked: quay.io, docker.io.")


def test_mirrors_stand_below_their_upstream_and_are_compared_with_it() -> None:
    walk = folded(*asked_all((Outcome.FOUND, OTHER), MISSING, HAS))
    assert told(walk, Asked(HELD)).splitlines()[6:] == [
        "",
        "Every registry and mirror, one HEAD each, digests as their headers claim",
        f"  {PRIVATE}            ✓ sha256:abababababab  is pulled",
        "  quay.io                       ✗ unauthorized         quay.io answered 401 Unauthorized",
        "  docker.io                     ✓ sha256:fc5f6e08c9e3  another image",
        f"  └ {MIRROR}   ✓ sha256:abababababab  upstream differs",
        "  └ https://second.example.com  ✓ sha256:fc5f6e08c9e3  as its upstream",
    ]
    assert told(walk, Asked(HELD[1:2])).endswith("upstream unknown")
    assert told(walk, Asked(HELD[:1], running=True)).endswith("asking")


@pytest.mark.parametrize("width", [20, 40, 76, 140])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_it_fits(width: int, glyphs: Glyphs) -> None:
    text = told(folded(*asked_all(HAS, (Outcome.FOUND, OTHER), SAYS_NO)), Asked(HELD), width=width, glyphs=glyphs)
    assert glyphs is UNICODE or text.isascii()


def shadowed() -> ScriptedSession:
    """Return a session in which two registries hold different images of one name."""
    plan = plan_for("etcd")
    return ScriptedSession(plans={"etcd": plan}, scripts={"etcd": asked_all(HAS, MISSING, (Outcome.FOUND, OTHER))})


def app_of(session: ScriptedSession, means: FakeBrowsing | BrowseError) -> RegtuiApp:
    """Return the app on a session and what browsing answers."""

    async def open_session() -> ScriptedSession:
        return session

    def browse(_session: object) -> FakeBrowsing:
        if isinstance(means, BrowseError):
            raise means
        return means

    return RegtuiApp(Start(CONFIG, SYSCONFIG, open_session, STILL, "etcd", browsing=browse))


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_panel_and_what_its_key_asks(size: tuple[int, int]) -> None:
    session, means = shadowed(), FakeBrowsing(elsewhere=HELD)
    async with app_of(session, means).run_test(size=size) as pilot:
        await settled(pilot, session)
        await pilot.press("a")
        await settled(pilot, session)
        assert session.asked == [("etcd", False), ("etcd", True)]
        await pilot.press("m")
        await settled(pilot)
        assert_screen(pilot, f"matrix-{size[0]}x{size[1]}")
        assert dict(means.asked) == {f"holders etcd:latest {DIGEST[:10]}": 1}
        await pilot.press("a", "a")
        await settled(pilot)
        assert len(session.asked) == 2
        assert isinstance(pilot.app.screen, Panel)


async def test_a_recording_asks_nobody_and_says_so() -> None:
    session = shadowed()
    sentence = BrowseError("This is a recording: nobody is asked.", Outcome.SKIPPED)
    async with app_of(session, sentence).run_test() as pilot:
        await settled(pilot, session)
        await pilot.press("a", "m")
        await settled(pilot)
        assert "This is a recording: nobody is asked." in screen_text(pilot)
        await pilot.press("escape", "tab", "enter")
        await settled(pilot)
        assert pilot.app.screen is home(pilot)


@pytest.mark.parametrize("name", ["", "Etcd"])
async def test_without_a_name_that_can_be_asked_there_is_no_matrix(name: str) -> None:
    session = ScriptedSession(scripts={"Etcd": (ResolutionStarted(0.0, ScriptedSession().plan("Etcd")),)})
    async with showing(session, name=name) as pilot:
        await pilot.press("a")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, Panel)
        assert name or "Ask for a name first" in screen_text(pilot)


async def test_a_walk_that_was_asked_all_is_asked_again_with_its_key_alone() -> None:
    session = ScriptedSession()
    async with showing(session, name="debian") as pilot:
        await pilot.press("a")
        await settled(pilot, session)
        await pilot.press("escape", "a", "escape", "r")
        await settled(pilot, session)
        assert session.asked == [("debian", False), ("debian", True), ("debian", True)]


def test_the_winner_of_the_story_is_marked() -> None:
    walk = walked("debian")
    assert "▶ 3 docker.io" in told(walk)
    assert "is pulled via its mirror" in told(walk)
    assert told(replace(walk, ended=None, stopped="stopped"))
