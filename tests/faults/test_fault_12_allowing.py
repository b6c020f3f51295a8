"""A login that was kept back from a token service on another host: sent after a yes, for this session, to that host."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.allowing import Offer, offer_of
from regtui.registry.realms import RealmJudgement, RealmUse, withheld_sentence
from regtui.tui.screens.allowing import AllowPanel
from regtui.tui.widgets.virtual_list import VirtualList
from tests.faults.bench import BAD, BAD_URL, GOOD, GOOD_URL, MANIFEST, NAME, SERVES, Bench
from tests.faults.test_fault_11_screen import SIZES, joined, showing, shown
from tests.registry_net import PASSWORD, bearer, reply, token
from tests.tui_browsing import until
from tests.tui_screens import home, screen_text

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

    from tests.faults.bench import Server

AUTH, OTHER = "auth.example.com", "other.example.com"
AUTH_URL, OTHER_URL = f"https://{AUTH}", f"https://{OTHER}"
LOGIN = "the password of alice"


def servers() -> dict[str, Server]:
    """A registry with a token service elsewhere, one more that names another, and both services."""
    denied = reply(401, "{}", WWW_Authenticate=f'Bearer realm="{AUTH_URL}/token"')
    return {
        BAD_URL: {"/v2/": bearer(f"{AUTH_URL}/token"), MANIFEST: denied},
        GOOD_URL: {"/v2/": bearer(f"{OTHER_URL}/token"), MANIFEST: denied},
        AUTH_URL: {"/token": token(access_token="tok")},
        OTHER_URL: {"/token": token(access_token="tok")},
    }


def has_ended(pilot: Pilot[None]) -> bool:
    """Say whether the walk came to its end."""
    walk = home(pilot).walk_view.walk
    return walk is not None and walk.ended is not None


async def asked(pilot: Pilot[None]) -> AllowPanel:
    """Press the key, and wait for the question."""
    await pilot.press("A")
    await until(pilot, lambda: isinstance(pilot.app.screen, AllowPanel))
    panel = pilot.app.screen
    assert isinstance(panel, AllowPanel)
    await until(pilot, lambda: bool(panel.query(VirtualList)) and panel.query_one(VirtualList).has_focus)
    return panel


@pytest.mark.fault(53)
@SIZES
async def test_nothing_is_sent_before_a_yes_and_then_to_the_allowed_host_alone(
    size: tuple[int, int], tmp_path: Path
) -> None:
    async with Bench(tmp_path, servers(), trusted=(AUTH_URL,)) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD, GOOD)
        async with showing(bench, size, NAME) as pilot:
            await until(pilot, lambda: has_ended(pilot))
            assert bench.receivers() == set()

            await asked(pilot)
            screen = joined(await shown(pilot, "Allow the token service?", "send nothing"))
            assert f"A yes sends {LOGIN} for {BAD} to {AUTH}, as docker pull would" in screen
            assert PASSWORD not in screen
            before = len(bench.heard)
            await pilot.press("enter")
            await until(pilot, lambda: not isinstance(pilot.app.screen, AllowPanel))
            assert (bench.receivers(), len(bench.heard)) == (set(), before)

            await asked(pilot)
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(pilot.app.screen, AllowPanel))
            assert (bench.receivers(), len(bench.heard)) == (set(), before)

            await asked(pilot)
            await pilot.press("down", "enter")
            await until(pilot, lambda: bench.receivers() == {AUTH_URL})
            await until(pilot, lambda: has_ended(pilot))
            assert bench.receivers() == {AUTH_URL}
            assert PASSWORD not in screen_text(pilot)

        there = len(bench.raw[AUTH_URL])
        walked = await bench.walk(f"{BAD}/{NAME}")
        assert f"--allow-auth-realm {BAD}={AUTH} allows it" in walked.bad["withheld"]
        assert b"Basic" not in bytes(bench.raw[AUTH_URL][there:])


async def test_where_nothing_was_kept_back_the_key_says_so(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: SERVES}) as bench:
        bench.configure(BAD)
        async with showing(bench, name=NAME) as pilot:
            await until(pilot, lambda: has_ended(pilot))
            await pilot.press("A")
            await shown(pilot, "No login was kept back")


def test_the_offer_is_what_the_sentence_says() -> None:
    judged = RealmJudgement(RealmUse.ANONYMOUS, "is another host than the registry", allowable=True)
    told = withheld_sentence(LOGIN, BAD_URL, f"{AUTH_URL}:8443/token?x=1", judged, "dockerd")
    assert offer_of(told) == Offer(LOGIN, BAD, f"{AUTH}:8443")
    plain = RealmJudgement(RealmUse.ANONYMOUS, "is plain HTTP")
    assert offer_of(withheld_sentence(LOGIN, BAD_URL, f"http://{AUTH}/token", plain, "dockerd")) is None
    assert offer_of("") is None
    assert offer_of(told.replace(f"={AUTH}", "=evil.example.com")) is None
