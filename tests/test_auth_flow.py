"""Tokens, and a secret's every way out: the engine's own requests, and no other place that hears of a password."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Stage, Trouble
from regtui.registry.errors import NetworkError, TokenError
from tests.registry_net import (
    BASIC,
    BY_BOTH,
    BY_PASSWORD,
    BY_TOKEN,
    IDENTITY,
    PULL,
    SECRETS,
    USER,
    Heard,
    Net,
    Requests,
    bearer,
    reply,
    target,
    token,
)
from tests.registry_walk import MANIFEST, OTHER, PLAIN, REG, SCOPE, TOKEN_URL, granted, pull, registry

if TYPE_CHECKING:
    from regtui.host.credentials import Credential

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

HUB = "https://registry-1.docker.io"
HUB_AUTH = "https://auth.docker.io"


async def test_docker_hub_anonymously_is_asked_as_the_engine_asks() -> None:
    scripts = {
        HUB: {"/v2/": bearer(f"{HUB_AUTH}/token", "registry.docker.io"), MANIFEST: reply(200, "{}")},
        HUB_AUTH: {"/token": token()},
    }
    watch = Requests()
    async with Net(scripts) as net, net.client() as client:
        given = await pull(client, target(HUB), watch)
        token_url = f"{HUB_AUTH}/token?{SCOPE}&service=registry.docker.io"
        assert net.log == [f"GET {HUB}/v2/", f"GET {token_url}", f"GET {HUB}{MANIFEST} Bearer"]
        assert watch.ended == [("GET", f"{HUB}/v2/", 401), ("GET", token_url, 200), ("GET", f"{HUB}{MANIFEST}", 200)]
        assert watch.stages == ["dns", "tcp", "tls"]
        assert (given.withheld, given.authorization.identity) == ("", "")


async def test_a_password_goes_to_the_registrys_own_token_service_and_no_further() -> None:
    async with Net(registry(), trusted=(REG,)) as net, net.client() as client:
        given = await pull(client, target(REG, BY_PASSWORD))
        ping, asked, manifest = net.heard
        assert str(asked) == f"GET {REG}/token?account={USER}&{SCOPE}&service=reg Basic"
        assert asked.values("Authorization") == [f"Basic {BASIC.decode()}"]
        assert manifest.values("Authorization") == ["Bearer tok"]
        assert given.authorization.identity == USER
        assert not any(secret in one.raw for one in (ping, manifest) for secret in SECRETS)
        assert "tok" not in repr(given)


async def test_docker_hubs_password_goes_to_its_token_service() -> None:
    scripts = {HUB: {"/v2/": bearer(f"{HUB_AUTH}/token")}, HUB_AUTH: {"/token": token()}}
    async with Net(scripts, trusted=(HUB_AUTH,)) as net, net.client() as client:
        assert (await granted(client, target(HUB, BY_PASSWORD))).withheld == ""
        assert net.seen_by(HUB_AUTH) == [f"GET {HUB_AUTH}/token?account={USER}&{SCOPE}&service=reg Basic"]


ELSEWHERE = [
    pytest.param(f"{OTHER}/token", OTHER, "another host", id="another host"),
    pytest.param("http://auth.corp.example/token", "http://auth.corp.example", "plain HTTP", id="plain HTTP"),
    pytest.param("http://reg.example.com/token", "http://reg.example.com", "plain HTTP", id="own host, plain HTTP"),
    pytest.param(f"{REG}:8443/token", f"{REG}:8443", "another host", id="own host, another port"),
    pytest.param("https://u:p@reg.example.com/token", REG, "user name", id="user name in the URL"),
]


@pytest.mark.parametrize(("realm", "origin", "reason"), ELSEWHERE)
@pytest.mark.parametrize("credential", [BY_PASSWORD, BY_TOKEN, BY_BOTH], ids=["password", "token", "both"])
async def test_any_other_token_service_is_asked_anonymously(
    realm: str, origin: str, reason: str, credential: Credential
) -> None:
    scripts = registry(realm)
    scripts.setdefault(origin, {"/token": token()})
    async with Net(scripts) as net, net.client() as client:
        given = await pull(client, target(REG, credential))
        assert net.log == [f"GET {REG}/v2/", f"GET {origin}/token?{SCOPE}&service=reg", f"GET {REG}{MANIFEST} Bearer"]
        assert reason in given.withheld
        assert "dockerd would have sent it" in given.withheld
        assert given.authorization.identity == ""


async def test_the_user_can_allow_a_token_service() -> None:
    scripts = registry(f"{OTHER}/token") | {OTHER: {"/token": token()}}
    async with Net(scripts, trusted=(OTHER,)) as net:
        async with net.client(allowed=frozenset({("reg.example.com", "auth.corp.example")})) as client:
            given = await granted(client, target(REG, BY_PASSWORD))
        assert given.withheld == ""
        assert net.seen_by(OTHER) == [f"GET {OTHER}/token?account={USER}&{SCOPE}&service=reg Basic"]


INSIDE = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1", "0.0.0.0"]


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("stored", [None, BY_PASSWORD], ids=["anonymous", "password"])
async def test_a_public_registry_cannot_send_anyone_inside(address: str, stored: Credential | None) -> None:
    scripts = registry(f"{OTHER}/token") | {OTHER: {"/token": token()}}
    async with Net(scripts, addresses={"auth.corp.example": address}) as net, net.client() as client:
        who = target(REG, stored)
        ping = await client.ping(who)
        with pytest.raises(NetworkError, match="leads to an address inside this host or its network") as caught:
            await client.authorize(who, ping, PULL)
        assert caught.value.own_limit
        assert caught.value.trouble is Trouble.REDIRECT
        await client.warm_realm(who, ping)
        assert net.seen_by(OTHER) == []


async def test_a_registry_inside_may_have_its_token_service_inside() -> None:
    scripts = registry(f"{OTHER}/token") | {OTHER: {"/token": token()}}
    inside = {"reg.example.com": "10.0.0.6", "auth.corp.example": "10.0.0.7"}
    async with Net(scripts, trusted=(OTHER,), addresses=inside) as net:
        async with net.client() as client:
            assert "another host" in (await granted(client, target(REG, BY_PASSWORD))).withheld
        async with net.client(allowed=frozenset({("reg.example.com", "auth.corp.example")})) as client:
            assert (await granted(client, target(REG, BY_PASSWORD))).withheld == ""
        assert [one.proof for one in net.heard if one.origin == OTHER] == ["", "Basic"]


LITERALS = ["https://169.254.169.254/latest", "https://[::ffff:127.0.0.1]/t", "https://0x7f000001/t", "https://127.1/t"]


@pytest.mark.parametrize("realm", [*LITERALS, "https://localhost/token", "https://2130706433/"])
async def test_an_address_inside_is_not_asked_however_it_is_written(realm: str) -> None:
    async with Net(registry(realm)) as net, net.client() as client:
        with pytest.raises(NetworkError):
            await granted(client, target(REG, BY_PASSWORD))
        assert net.log == [f"GET {REG}/v2/"]


@pytest.mark.fault(23)
@pytest.mark.parametrize(("insecure", "trusted"), [(True, (PLAIN,)), (False, ())])
async def test_plain_http_gets_a_password_only_where_the_host_lists_it(
    *, insecure: bool, trusted: tuple[str, ...]
) -> None:
    scripts = {PLAIN: {"/v2/": bearer(f"{PLAIN}/token"), "/token": token()}}
    async with Net(scripts, trusted=trusted) as net, net.client() as client:
        given = await granted(client, target(PLAIN, BY_PASSWORD, insecure=insecure))
        assert bool(given.withheld) is not insecure
        assert net.heard[-1].proof == ("Basic" if insecure else "")


@pytest.mark.parametrize("location", [f"{OTHER}/token", f"{REG}/other", "http://reg.example.com/x"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_token_service_cannot_send_a_secret_on(location: str, status: int) -> None:
    scripts = registry(answer=reply(status, Location=location)) | {OTHER: {"/token": token()}}
    async with Net(scripts, trusted=(REG,)) as net, net.client() as client:
        for credential in (BY_PASSWORD, BY_TOKEN):
            with pytest.raises(NetworkError, match="is not sent on to there") as caught:
                await granted(client, target(REG, credential))
            assert caught.value.stage is Stage.AUTH
        assert net.seen_by(OTHER) == []


async def test_an_anonymous_question_follows_a_redirect() -> None:
    scripts = registry(answer=reply(307, Location=f"{OTHER}/token?x=1")) | {OTHER: {"/token": token("other")}}
    watch = Requests()
    async with Net(scripts) as net, net.client() as client:
        await pull(client, target(REG), watch)
        assert net.heard[-1].values("Authorization") == ["Bearer other"]
        assert watch.ended[2] == ("GET", f"{OTHER}/token?x=***", 200)


async def test_an_identity_token_is_posted_and_never_in_a_url() -> None:
    answer = reply(200, '{"access_token":"tok"}')
    async with Net(registry(answer=answer), trusted=(REG,)) as net, net.client() as client:
        given = await pull(client, target(REG, BY_TOKEN))
        _, asked, manifest = net.heard
        assert str(asked) == f"POST {REG}/token"
        assert asked.body.decode() == (
            f"client_id=docker&grant_type=refresh_token&refresh_token={IDENTITY}&scope=repository%3Ateam%2Fapp%3Apull"
            "&service=reg"
        )
        assert asked.values("Content-Type") == ["application/x-www-form-urlencoded"]
        assert IDENTITY.encode() not in manifest.raw
        assert given.withheld == ""


def _no_post(status: int) -> bytes:
    return reply(status, "{}")


@pytest.mark.fault(59)
@pytest.mark.parametrize("status", [400, 401, 404, 405])
async def test_a_service_that_knows_no_post_gets_the_password_when_browsing(status: int) -> None:
    def answer(heard: Heard) -> bytes:
        return token() if heard.method == "GET" else _no_post(status)

    async with (
        Net({REG: {"/v2/": bearer(f"{REG}/token"), "/token": answer}}, trusted=(REG,)) as net,
        net.client() as client,
    ):
        await granted(client, target(REG, BY_BOTH), browsing=True)
        assert [one.method for one in net.heard] == ["GET", "POST", "GET"]
        with pytest.raises(TokenError) as caught:  # as the engine
            await granted(client, target(REG, BY_BOTH))
        assert caught.value.answer.status == status
        with pytest.raises(TokenError):
            await granted(client, target(REG, BY_TOKEN), browsing=True)
        assert not any(IDENTITY in one.target for one in net.heard)


ANSWERS = [
    pytest.param(reply(401, '{"details":"incorrect username or password"}'), 401, "", "incorrect username", id="401"),
    pytest.param(reply(503, "<h1>"), 503, "", "answered 503", id="503"),
    pytest.param(reply(429, '{"message":"slow \\u001b down"}'), 429, "", r"slow \\x1b down", id="429"),
    pytest.param(
        reply(200, "{}"), 200, "authorization server did not include a token", "holds no token", id="no token"
    ),
    pytest.param(reply(200, "<html>"), 200, "unable to decode token response: invalid", "not JSON", id="HTML"),
    pytest.param(reply(200, "x" * 200_000), 200, "unable to decode token response", "more than 131072", id="huge"),
    pytest.param(reply(204), 204, "unable to decode token response: EOF", "not JSON", id="204"),
]


@pytest.mark.parametrize(("answer", "status", "go", "sentence"), ANSWERS)
async def test_an_answer_without_a_token_is_an_error_that_holds_it(
    answer: bytes, status: int, go: str, sentence: str
) -> None:
    async with Net(registry(answer=answer)) as net, net.client() as client:
        with pytest.raises(TokenError, match=sentence) as caught:
            await granted(client, target(REG))
        error = caught.value
        assert (error.answer.status, error.answer.url) == (status, TOKEN_URL)
        assert error.go.startswith(go)
        assert bool(error.go) is bool(go)
        assert str(error).isprintable()
        assert len(net.heard) == 2


async def test_a_token_service_that_does_not_answer_is_named_with_its_url() -> None:
    async with Net(registry("https://gone.example/token")) as net, net.client() as client:
        watch = Requests()
        ping = await client.ping(target(REG))
        with pytest.raises(NetworkError) as caught:
            await client.authorize(target(REG), ping, PULL, watch)
        error = caught.value
        assert (error.method, error.url) == ("GET", f"https://gone.example/token?{SCOPE}&service=reg")
        assert error.trouble is Trouble.NO_SUCH_HOST
        assert len(net.heard) == 1


async def test_a_connection_that_fails_at_the_token_service_is_told_to_the_watch() -> None:
    scripts = registry(f"{OTHER}/token") | {OTHER: {"/token": b"SSH-2.0-x\r\n\r\n"}}
    async with Net(scripts) as net, net.client() as client:
        watch = Requests()
        ping = await client.ping(target(REG))
        with pytest.raises(NetworkError) as caught:
            await client.authorize(target(REG), ping, PULL, watch)
        url = f"{OTHER}/token?{SCOPE}&service=reg"
        assert (caught.value.stage, caught.value.url) == (Stage.AUTH, url)
        assert watch.ended == [("GET", url, None)]
        assert len(net.heard) == 2
