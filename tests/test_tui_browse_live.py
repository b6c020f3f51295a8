"""The screens over a live session on scripted registries: what a login, a helper and the headers tell, is shown."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING

import pytest

from regtui.registry import credentials
from regtui.registry.credential_helpers import HelperLimits, ask_helper
from regtui.tui.app import RegtuiApp, Start
from tests.browsing_net import HOST, OK, REG, browsing, repositories, tag_page
from tests.registry_net import bearer, reply, token
from tests.tui_browsing import calm, until
from tests.tui_screens import LARGE, SMALL, STILL, screen_text

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.session import Session
    from tests.registry_net import Heard, Script


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_missing_helper_and_what_is_left_of_a_limit_are_told_and_browsing_goes_on(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credHelpers": {HOST: "nosuch"}}))
    limits = {"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "76;w=21600"}
    script: Script = {
        "/v2/": bearer(f"{REG}/token"),
        "/token": token(),
        "/v2/_catalog": repositories("team/app"),
        "/v2/team/app/tags/list": tag_page("v1", "v2"),
        "/v2/team/app/manifests/v1": reply(404, "{}", **limits),
        "/v2/team/app/manifests/v2": reply(404, "{}", **limits),
    }
    async with browsing({REG: script}, registries=(HOST,)) as (session, _):

        async def open_session() -> Session:
            return session

        app = RegtuiApp(Start(session.config, "test", open_session, STILL))
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("enter")
            await until(pilot, lambda: "1 repository, complete" in screen_text(pilot))
            await calm(pilot)
            told = " ".join(screen_text(pilot).replace("│", " ").split())
            assert "asked without a login" in told
            assert "docker-credential-nosuch" in told
            await pilot.press("enter")
            await until(pilot, lambda: "76 of 100" in screen_text(pilot))
            await calm(pilot)
            assert "pulls left" in screen_text(pilot).splitlines()[0]
            assert "2 tags, complete" in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize(
    ("program", "sentence"),
    [
        pytest.param("echo the-secret; exit 3", "docker-credential-broken failed with status 3", id="it fails"),
        pytest.param(
            "echo the-secret; kill -9 $$", "docker-credential-broken was ended by signal 9", id="it is killed"
        ),
        pytest.param("exec sleep 600", "docker-credential-broken gave no answer in 0.5 s", id="it hangs"),
    ],
)
async def test_a_helper_that_fails_or_hangs_is_told_and_browsing_goes_on(
    program: str, sentence: str, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(credentials, "ask_helper", partial(ask_helper, limits=HelperLimits(seconds=0.5)))
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker/config.json").write_text(json.dumps({"credHelpers": {HOST: "broken"}}))
    helper = tmp_path / "docker-credential-broken"
    helper.write_text(f"#!/bin/sh\n{program}\n")
    helper.chmod(0o755)
    script: Script = {
        "/v2/": bearer(f"{REG}/token"),
        "/token": token(),
        "/v2/_catalog": repositories("team/app"),
        "/v2/team/app/tags/list": tag_page("v1", "v2"),
    }
    async with browsing({REG: script}, registries=(HOST,)) as (session, _):

        async def open_session() -> Session:
            return session

        app = RegtuiApp(Start(session.config, "test", open_session, STILL))
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("enter")
            await calm(pilot, 2)
            await pilot.press("question_mark")  # while the helper is asked, keys are obeyed
            await until(pilot, lambda: app.screen.name == "help")
            await pilot.press("escape")
            await until(pilot, lambda: "1 repository, complete" in screen_text(pilot))
            await calm(pilot)
            told = " ".join(screen_text(pilot).replace("│", " ").split())
            assert "asked without a login" in told
            assert sentence in told
            assert "the-secret" not in told
            await pilot.press("enter")
            await until(pilot, lambda: "2 tags, complete" in screen_text(pilot))


@pytest.mark.parametrize(
    ("login", "asked"),
    [
        pytest.param(False, ["/v2/_catalog"], id="one round trip"),
        pytest.param(True, ["/token", "/v2/_catalog"], id="two where a token is wanted"),
    ],
)
async def test_the_first_rows_stand_before_anything_else_is_answered(login: bool, asked: list[str]) -> None:
    rest, more = "/v2/_catalog?last=team/web", "/v2/team/app/tags/list?last=v2"
    held = asyncio.Event()

    async def late(heard: Heard) -> bytes:
        await held.wait()
        return {rest: repositories("team/zoo"), more: tag_page("v3")}.get(heard.target, reply(404, "{}"))

    manifests = {f"/v2/team/app/manifests/{tag}": late for tag in ("v1", "v2", "v3")}
    script: Script = {
        "/v2/": bearer(f"{REG}/token") if login else OK,
        "/token": token(),
        "/v2/_catalog": repositories("team/app", "team/web", link=rest),
        "/v2/team/app/tags/list": tag_page("v1", "v2", link=more),
        rest: late,
        more: late,
        **manifests,
    }
    async with browsing({REG: script}, registries=(HOST,)) as (session, net):

        async def open_session() -> Session:
            return session

        def answered(since: int) -> list[str]:
            targets = [one.target for one in net.heard[since:] if one.target not in {rest, more, *manifests}]
            return [target.partition("?")[0] for target in targets]

        app = RegtuiApp(Start(session.config, "test", open_session, STILL))
        async with app.run_test(size=SMALL, notifications=True) as pilot:
            await until(pilot, lambda: " ms" in screen_text(pilot))  # the health check has had its answer
            checked = len(net.heard)
            await pilot.press("enter")
            await until(pilot, lambda: "team/app" in screen_text(pilot))
            assert answered(checked) == asked
            listed = len(net.heard)
            await pilot.press("enter")
            await until(pilot, lambda: " v2" in screen_text(pilot))
            assert [path for path in answered(listed) if path != "/token"] == ["/v2/team/app/tags/list"]
            held.set()
            await until(pilot, lambda: "3 tags, complete" in screen_text(pilot))
