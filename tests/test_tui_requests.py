"""The panel of requests: what is told of each, that it follows, and that nothing in it is obeyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from regtui.asked import REQUESTS_MOST, RequestMade
from regtui.recording import read_recording
from regtui.replay import ReplaySession
from regtui.tui.glyphs import UNICODE
from regtui.tui.widgets.virtual_list import VirtualList
from tests.recordings import recorded
from tests.tui_browsing import calm
from tests.tui_fakes import HUB, MIRROR, ScriptedSession
from tests.tui_hostile import EVIL
from tests.tui_screens import LARGE, SMALL, assert_screen, screen_text, showing

if TYPE_CHECKING:
    from textual.pilot import Pilot

SIZES = [pytest.param(SMALL, id="80x24"), pytest.param(LARGE, id="120x36")]
TOKEN = "https://auth.docker.io/token?scope=repository%3Alibrary%2Fdebian%3Apull&service=registry.docker.io"
MADE = (
    RequestMade("03:12:01", "GET", f"{MIRROR}/v2/", 200, "", 2, 3.1),
    RequestMade("03:12:01", "GET", "https://quay.io/v2/", 401, "", 119, 41.0),
    RequestMade("03:12:04", "GET", TOKEN, 200, "", 2713, 88.4, "http://proxy.example.com:3128"),
    RequestMade("03:12:05", "HEAD", f"{HUB}/v2/library/debian/manifests/latest", 429, "", 0, 61.0),
    RequestMade("03:12:06", "GET", "https://quay.io/v2/debian/manifests/latest", 503, "", 1_204_000, 1240.0),
    RequestMade("03:12:11", "GET", f"{HUB}/v2/", None, "lookup registry-1.docker.io: no such host", 0, 5000.0),
)


def asked(*made: RequestMade) -> ScriptedSession:
    """Return a session that has sent these requests."""
    session = ScriptedSession()
    for one in made:
        session.requests.take(one)
    return session


def rows(pilot: Pilot[None]) -> VirtualList:
    """Return the list of the panel."""
    return pilot.app.screen.query_one("#text", VirtualList)


@pytest.mark.parametrize("size", SIZES)
async def test_requests_with_their_status_bytes_and_times(size: tuple[int, int]) -> None:
    async with showing(asked(*MADE), size=size) as pilot:
        await pilot.press("l")
        await calm(pilot)
        assert_screen(pilot, f"requests-{size[0]}x{size[1]}")
        await pilot.press("l")
        await calm(pilot)
        assert pilot.app.screen.name != "requests"


async def test_before_the_first_request_it_says_so() -> None:
    async with showing(asked()) as pilot:
        await pilot.press("l")
        await calm(pilot)
        assert "Nothing was asked yet." in screen_text(pilot)
        await pilot.press("y", "down", "up", "escape")
        await calm(pilot)
        assert pilot.app.screen.name != "requests"


async def test_a_replay_lists_what_was_asked_then() -> None:
    session = ReplaySession(read_recording(recorded("debian")), at_once=True)
    async with showing(session, name="debian") as pilot:
        await calm(pilot)
        await pilot.press("l")
        await calm(pilot)
        text = screen_text(pilot)
    assert "Requests, 2 so far" in text
    for head, time in (("+ 0.00 s  GET  404", "4 ms"), ("+ 0.08 s  GET  200", "5 ms")):
        assert f"{head}        {UNICODE.none}    {time}  http://okd-lr.zyl.io:5000/…fests/latest" in text


async def test_new_rows_are_followed_until_an_older_one_is_looked_at() -> None:
    session = asked(*MADE * 10)
    async with showing(session) as pilot:
        await pilot.press("l")
        await calm(pilot)
        assert rows(pilot).cursor == 59
        session.requests.take(MADE[2])
        await calm(pilot)
        assert rows(pilot).cursor == 60
        assert "over the proxy http://proxy.example.com:3128" in screen_text(pilot)
        assert "Requests, 61 so far" in screen_text(pilot)
        await pilot.press("up", "up")
        session.requests.take(MADE[0])
        await calm(pilot)
        assert rows(pilot).cursor == 58


async def test_what_is_looked_at_stays_under_the_cursor_when_the_oldest_fall_out() -> None:
    session = asked(
        *(RequestMade("03:12:01", "GET", f"https://a.b/{n}", 200, "", 1, 1.0) for n in range(REQUESTS_MOST))
    )
    async with showing(session) as pilot:
        await pilot.press("l")
        await calm(pilot)
        await pilot.press("up")
        looked_at = f"GET https://a.b/{REQUESTS_MOST - 2}"
        assert looked_at in screen_text(pilot)
        for _ in range(3):
            session.requests.take(MADE[0])
        await calm(pilot)
        assert rows(pilot).cursor == REQUESTS_MOST - 5
        assert looked_at in screen_text(pilot)
        assert rows(pilot).line_count == REQUESTS_MOST


async def test_the_request_under_the_cursor_is_copied() -> None:
    async with showing(asked(*MADE)) as pilot:
        await pilot.press("l")
        await calm(pilot)
        await pilot.press("up", "y")
        await calm(pilot)
        assert pilot.app.clipboard == "GET https://quay.io/v2/debian/manifests/latest"


@pytest.mark.fault(71, 72)
@pytest.mark.parametrize("size", SIZES)
async def test_payloads_are_shown_and_never_obeyed(size: tuple[int, int]) -> None:
    session = ScriptedSession()
    session.requests.note("GET", f"https://{EVIL}/", seconds=1.0, failure=EVIL, proxy=EVIL)
    session.requests.take(RequestMade(EVIL, EVIL, EVIL, 200, EVIL, 1, 1.0, EVIL))
    async with showing(session, size=size) as pilot:
        await pilot.press("l")
        for key in ("up", "down", "y"):
            await pilot.press(key)
            await calm(pilot, 4)
            text = screen_text(pilot)
            assert all(sign not in text for sign in "\x1b\x07\x9b\x90\u202e\u200b\x00\x7f")
            assert pilot.app.return_code is None


async def test_the_letter_belongs_to_a_name_while_one_is_typed() -> None:
    async with showing(asked(*MADE)) as pilot:
        await pilot.press("slash", "l")
        await calm(pilot)
        assert pilot.app.screen.name != "requests"
        assert pilot.app.screen.query_one("#name", Input).value == "l"
