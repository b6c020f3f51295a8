"""What is kept between requests: tokens, rejected passwords, helpers' answers, connections made ahead."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from regtui.host.credentials import Credential, HelperCall
from regtui.registry.auth import AuthorizationKind
from regtui.registry.errors import NoCredentials, TokenError
from tests.registry_net import (
    BY_PASSWORD,
    PULL,
    SOURCE,
    USER,
    Heard,
    Net,
    bearer,
    refusal,
    reply,
    target,
    token,
)
from tests.registry_walk import OTHER, REG, TOKEN_URL, granted, pull, registry

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_a_token_is_fetched_once_until_shortly_before_its_end() -> None:
    clock = Clock()
    async with Net(registry(answer=token(expires_in=300))) as net, net.client(clock=clock) as client:
        who = target(REG)
        fresh = [(await granted(client, who)).authorization.fresh for _ in range(3)]
        assert fresh == [True, False, False]
        clock.now += 294.9
        assert not (await granted(client, who)).authorization.fresh
        clock.now += 0.2
        assert (await granted(client, who)).authorization.fresh
        assert (await granted(client, who, renew=True)).authorization.fresh
        client.forget()
        assert (await granted(client, who)).authorization.fresh
        assert net.log.count(f"GET {TOKEN_URL}") == 4


@pytest.mark.fault(58)
async def test_a_token_is_for_one_origin_scope_and_identity() -> None:
    plain = "http://reg.example.com"
    scripts = registry()
    scripts[plain] = {"/v2/": bearer(f"{REG}/token")}
    other = Credential("bob", BY_PASSWORD.secret, None, SOURCE)
    async with Net(scripts, trusted=(REG,)) as net, net.client() as client:
        who = target(REG)
        asked = [
            (who, PULL),
            (who, ("repository:team/other:pull",)),
            (who, (*PULL, "registry:catalog:*")),
            (target(REG, BY_PASSWORD), PULL),
            (target(REG, other), PULL),
            (target(plain), PULL),
        ]
        for each, scopes in asked:
            assert (await granted(client, each, scopes)).authorization.fresh
        for each, scopes in asked:
            assert not (await granted(client, each, scopes[::-1])).authorization.fresh
        tokens = [one for one in net.heard if one.target.startswith("/token")]
        assert len(tokens) == len(asked)
        assert parse_qs(tokens[2].target.partition("?")[2])["scope"] == [*PULL, "registry:catalog:*"]


@pytest.mark.fault(58)
async def test_many_who_need_a_token_at_once_fetch_one() -> None:
    async with Net(registry(), trusted=(REG,)) as net, net.client() as client:
        who = target(REG, BY_PASSWORD)
        ping = await client.ping(who)
        await asyncio.gather(*(client.authorize(who, ping, PULL) for _ in range(200)))
        assert len(net.heard) == 2


async def test_one_who_gives_up_leaves_the_others_their_token() -> None:
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def answer(_: Heard) -> bytes:
        asked.set()
        await let_go.wait()
        return token()

    async with Net({REG: {"/v2/": bearer(f"{REG}/token"), "/token": answer}}) as net, net.client() as client:
        who = target(REG)
        ping = await client.ping(who)
        first, second = (asyncio.create_task(client.authorize(who, ping, PULL)) for _ in range(2))
        await asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        let_go.set()
        assert (await second).authorization.kind is AuthorizationKind.BEARER
        assert len(net.heard) == 2


@pytest.mark.fault(57)
async def test_a_wrong_password_is_tried_once_when_browsing() -> None:
    clock = Clock()
    async with Net(registry(answer=reply(401, "{}")), trusted=(REG,)) as net, net.client(clock=clock) as client:
        who = target(REG, BY_PASSWORD)
        ping = await client.ping(who)
        asking = (client.authorize(who, ping, PULL, browsing=True) for _ in range(200))
        results = await asyncio.gather(*asking, return_exceptions=True)
        assert {type(result) for result in results} == {TokenError}
        assert len(net.heard) == 2
        clock.now += 29
        with pytest.raises(TokenError):
            await client.authorize(who, ping, PULL, browsing=True)
        assert len(net.heard) == 2
        with pytest.raises(TokenError):  # a walk makes the engine's own request
            await client.authorize(who, ping, PULL)
        assert len(net.heard) == 3
        clock.now += 31
        with pytest.raises(TokenError):
            await client.authorize(who, ping, PULL, browsing=True)
        assert len(net.heard) == 4


def helper(folder: Path, script: str) -> HelperCall:
    program = folder / "docker-credential-test"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)
    return HelperCall("test", "reg.example.com", SOURCE)


async def test_a_helper_is_asked_once_and_only_when_a_secret_is_wanted(tmp_path: Path) -> None:
    script = f'echo x >> {tmp_path}/asked; echo \'{{"Username":"{USER}","Secret":"{BY_PASSWORD.secret.reveal()}"}}\''
    call = helper(tmp_path, script)
    async with Net(registry(), trusted=(REG,)) as net, net.client(helper_path=str(tmp_path)) as client:
        who = target(REG, call)
        ping = await client.ping(who)
        assert not (tmp_path / "asked").exists()
        results = await asyncio.gather(*(client.authorize(who, ping, (f"repository:r{n}:pull",)) for n in range(5)))
        assert (tmp_path / "asked").read_text() == "x\n"
        assert {one.words for one in results} == {
            f"user {USER} from docker-credential-test (/root/.docker/config.json:3 auths)"
        }
        assert {one.proof for one in net.heard[1:]} == {"Basic"}


@pytest.mark.fault(62)
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("echo credentials not found in native keychain; exit 1\n", "has nothing stored for reg.example.com"),
        ("echo oops; exit 3\n", "docker-credential-test failed with status 3"),
    ],
)
async def test_a_helper_without_an_answer_leaves_the_pull_anonymous(tmp_path: Path, script: str, words: str) -> None:
    call = helper(tmp_path, script)
    async with Net(registry()) as net, net.client(helper_path=str(tmp_path)) as client:
        given = await pull(client, target(REG, call))
        assert words in given.words
        assert [one.proof for one in net.heard] == ["", "", "Bearer"]
    async with Net({REG: {"/v2/": refusal("Basic")}}) as net, net.client(helper_path=str(tmp_path)) as client:
        with pytest.raises(NoCredentials, match=words):
            await granted(client, target(REG, call))


async def test_warming_a_realm_connects_and_asks_nothing() -> None:
    scripts = registry(f"{OTHER}/token") | {OTHER: {"/token": token()}}
    async with Net(scripts) as net, net.client() as client:
        who = target(REG)
        ping = await client.ping(who)
        await client.warm_realm(who, ping)
        await net.connected(OTHER)
        assert net.seen_by(OTHER) == []
        await client.authorize(who, ping, PULL)
        assert net.accepted(OTHER) == 1


async def test_warming_a_realm_that_is_not_there_is_no_error() -> None:
    async with Net(registry("https://gone.example/token")) as net, net.client() as client:
        await client.warm_realm(target(REG), await client.ping(target(REG)))
        assert len(net.heard) == 1
