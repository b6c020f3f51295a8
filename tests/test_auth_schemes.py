"""What a 401 asks for: the engine's choice of scheme, basic authentication, and challenges that lead nowhere."""

from __future__ import annotations

import base64

import pytest

from regtui.host.credentials import Credential, Secret
from regtui.host.model import Proxies
from regtui.registry.auth import AuthorizationKind
from regtui.registry.errors import ChallengeError, NetworkError, NoCredentials
from tests.registry_net import (
    BASIC,
    BY_PASSWORD,
    BY_TOKEN,
    SOURCE,
    USER,
    Net,
    bearer,
    refusal,
    reply,
    target,
    token,
)
from tests.registry_walk import MANIFEST, OTHER, PLAIN, REG, SCOPE, granted, pull, registry

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")


CHALLENGES = [
    pytest.param('Bearer service="x"', "no realm specified for token auth challenge", id="no realm"),
    pytest.param('Bearer realm=""', "no realm specified for token auth challenge", id="empty realm"),
    pytest.param('Bearer realm="http://[::1/t"', "invalid token auth challenge realm: parse", id="no URL"),
]


@pytest.mark.parametrize(("challenge", "go"), CHALLENGES)
async def test_a_challenge_that_leads_nowhere(challenge: str, go: str) -> None:
    async with Net({REG: {"/v2/": refusal(challenge)}}) as net, net.client() as client:
        with pytest.raises(ChallengeError) as caught:
            await granted(client, target(REG, BY_PASSWORD))
        assert caught.value.go.startswith(go)
        assert len(net.heard) == 1


UNASKABLE = [
    pytest.param("/token", 'unsupported protocol scheme ""', False, id="relative"),
    pytest.param("file:///etc/passwd", 'unsupported protocol scheme "file"', False, id="file"),
    pytest.param("https://reg.example.com/a b", "malformed realm", True, id="blank"),
    pytest.param("https://reg.example.com:99999/", "malformed realm", True, id="port"),
]


@pytest.mark.parametrize(("realm", "go", "own"), UNASKABLE)
async def test_a_realm_that_cannot_be_asked(realm: str, go: str, *, own: bool) -> None:
    async with Net(registry(realm)) as net, net.client() as client:
        with pytest.raises(NetworkError) as caught:
            await granted(client, target(REG, BY_PASSWORD))
        assert (caught.value.go, caught.value.own_limit) == (go, own)
        assert len(net.heard) == 1


async def test_browsing_takes_a_relative_realm() -> None:
    async with Net(registry("/token"), trusted=(REG,)) as net, net.client() as client:
        await granted(client, target(REG, BY_PASSWORD), browsing=True)
        assert net.heard[-1].url == f"{REG}/token?account={USER}&{SCOPE}&service=reg"


BOTH_LINES = [
    pytest.param((f'Bearer realm="{REG}/token"', 'Basic realm="r"'), id="bearer first"),
    pytest.param(('Basic realm="r"', f'Bearer realm="{REG}/token"'), id="basic first"),
]


@pytest.mark.parametrize("challenges", BOTH_LINES)
async def test_for_the_engine_basic_overrides_the_token_that_it_fetched(challenges: tuple[str, ...]) -> None:
    scripts = {REG: {"/v2/": refusal(*challenges), "/token": token()}}
    async with Net(scripts, trusted=(REG,)) as net, net.client() as client:
        given = await granted(client, target(REG, BY_PASSWORD))
        assert given.authorization.kind is AuthorizationKind.BASIC
        assert len(net.heard) == 2
        with pytest.raises(NoCredentials) as caught:
            await granted(client, target(REG))
        assert caught.value.go == "no basic auth credentials"
        browsed = await granted(client, target(REG), browsing=True)
        assert browsed.authorization.kind is AuthorizationKind.BEARER


async def test_two_challenges_in_one_header_are_one_for_the_engine() -> None:
    one_line = f'Basic realm="r", Bearer realm="{REG}/token"'
    async with Net({REG: {"/v2/": refusal(one_line), "/token": token()}}) as net, net.client() as client:
        with pytest.raises(NoCredentials):
            await granted(client, target(REG))
        assert (await granted(client, target(REG), browsing=True)).authorization.kind is AuthorizationKind.BEARER
        assert len(net.heard) == 3


@pytest.mark.parametrize("challenges", [(), ("Negotiate",), ("",), ("\x01",)], ids=["none", "unknown", "empty", "junk"])
async def test_without_a_scheme_that_it_knows_the_engine_goes_on_anonymously(challenges: tuple[str, ...]) -> None:
    async with Net({REG: {"/v2/": refusal(*challenges)}}) as net, net.client() as client:
        assert (await granted(client, target(REG, BY_PASSWORD))).authorization.kind is AuthorizationKind.NONE
        assert len(net.heard) == 1


async def test_browsing_says_that_nobody_speaks_a_scheme() -> None:
    async with Net({REG: {"/v2/": refusal("Negotiate", 'Digest realm="\x1b"')}}) as net, net.client() as client:
        with pytest.raises(ChallengeError, match="asks for digest, negotiate, which no engine speaks"):
            await granted(client, target(REG), browsing=True)
        assert len(net.heard) == 1


async def test_basic_goes_to_the_registry_itself() -> None:
    scripts = {REG: {"/v2/": refusal('Basic realm="r"'), MANIFEST: reply(200, "{}")}}
    async with Net(scripts, trusted=(REG,)) as net, net.client() as client:
        given = await pull(client, target(REG, BY_PASSWORD))
        assert net.heard[-1].values("Authorization") == [f"Basic {BASIC.decode()}"]
        assert given.authorization.identity == USER
        assert BASIC.decode() not in repr(given)


HALF = [
    None,
    Credential(USER, Secret(""), None, SOURCE),
    Credential("", Secret("x"), None, SOURCE),
    BY_TOKEN,
]


@pytest.mark.parametrize("credential", HALF, ids=["nothing", "no password", "no user", "identity token"])
async def test_half_a_credential_is_none(credential: Credential | None) -> None:
    async with Net({REG: {"/v2/": refusal('Basic realm="r"')}}) as net, net.client() as client:
        with pytest.raises(NoCredentials) as caught:
            await granted(client, target(REG, credential))
        assert caught.value.withheld == ""
        assert len(net.heard) == 1


async def test_basic_over_plain_http_needs_the_hosts_list() -> None:
    scripts = {PLAIN: {"/v2/": refusal("Basic")}}
    async with Net(scripts) as net, net.client() as client:
        with pytest.raises(NoCredentials) as caught:
            await granted(client, target(PLAIN, BY_PASSWORD))
        assert "not listed as insecure; dockerd would have sent it" in caught.value.withheld
        given = await granted(client, target(PLAIN, BY_PASSWORD, insecure=True))
        assert given.authorization.kind is AuthorizationKind.BASIC
        assert len(net.heard) == 2


async def test_bytes_of_a_password_that_are_not_utf_8_are_sent_as_they_are() -> None:
    odd = Credential("u\udce9", Secret("p\udcff:é"), None, SOURCE)
    async with Net({REG: {"/v2/": refusal("Basic")}}) as net, net.client() as client:
        given = await granted(client, target(REG, odd))
        assert given.authorization.value is not None
        sent = base64.b64decode(given.authorization.value.reveal().partition(" ")[2])
        assert sent == b"u\xe9:p\xff:\xc3\xa9"
        assert given.authorization.identity == "u\\xe9"
        assert len(net.heard) == 1


async def test_a_redirected_ping_is_not_answered_with_a_secret() -> None:
    scripts = {
        REG: {"/v2/": reply(302, Location=f"{OTHER}/v2/"), MANIFEST: reply(302, Location=f"{OTHER}{MANIFEST}")},
        OTHER: {"/v2/": bearer(f"{OTHER}/token"), "/token": token(), MANIFEST: reply(200, "{}")},
    }
    async with Net(scripts) as net, net.client() as client:
        given = await pull(client, target(REG, BY_PASSWORD))
        assert net.log == [
            f"GET {REG}/v2/",
            f"GET {OTHER}/v2/",
            f"GET {OTHER}/token?{SCOPE}&service=reg",
            f"GET {REG}{MANIFEST}",
            f"GET {OTHER}{MANIFEST} Bearer",
        ]
        assert "a server that the registry redirects to" in given.withheld


async def test_a_ping_that_was_redirected_to_another_path_authorizes_nothing() -> None:
    scripts = {REG: {"/v2/": reply(302, Location="/login"), "/login": bearer(f"{REG}/token")}}
    async with Net(scripts) as net, net.client() as client:
        assert (await granted(client, target(REG, BY_PASSWORD))).authorization.kind is AuthorizationKind.NONE
        assert len(net.heard) == 2


async def test_through_a_proxy_no_name_is_looked_up() -> None:
    scripts = {
        "http://proxy.example:3128": {
            "http://reg.example.com:5000/v2/": bearer("http://auth.corp.example/token"),
            "http://auth.corp.example/token": token(),
        }
    }
    proxies = Proxies(http="http://proxy.example:3128")
    async with Net(scripts) as net, net.client(proxies=proxies) as client:
        given = await granted(client, target(PLAIN, BY_PASSWORD, insecure=True))
        assert "plain HTTP" in given.withheld
        assert [one.target.partition("?")[0] for one in net.heard] == [
            "http://reg.example.com:5000/v2/",
            "http://auth.corp.example/token",
        ]
