"""Cases 52 to 63: challenges, realms, tokens and helpers; and the rule that says where a secret may go."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Outcome
from regtui.registry.errors import RegistryError
from tests.faults.bench import (
    BAD,
    BAD_URL,
    CALM,
    DIGEST,
    GOOD,
    GOOD_URL,
    IMAGE,
    MANIFEST,
    NAME,
    PING,
    SCHEMA2,
    SERVED,
    SERVES,
    Bench,
    fold,
    shorter,
)
from tests.faults.capture import STRAY_TOKEN
from tests.registry_net import BASIC, PASSWORD, USER, Heard, bearer, refusal, reply, token

if TYPE_CHECKING:
    from pathlib import Path

    from regtui.registry.client import RegistryClient, Target
    from tests.registry_net import Script

TOKEN = f"{BAD_URL}/token"
HUB_LOGIN = "https://index.docker.io/v1/"

CHALLENGES = {
    "none": (),
    "Basic": ('Basic realm="r"',),
    "Bearer": (f'Bearer realm="{TOKEN}",service="s"',),
    "Bearer, Basic": (f'Bearer realm="{TOKEN}"', "Basic"),
    "Basic, Bearer": ("Basic", f'Bearer realm="{TOKEN}"'),
    "two in one": (f'Basic realm="r", Bearer realm="{TOKEN}"',),
    "Negotiate first": ("Negotiate", "NTLM TlRM", f'Bearer realm="{TOKEN}"'),
    "commas and escapes": (f'Bearer realm="{TOKEN}",scope="a:b:pull,push",service="s\\"x\\\\"',),
    "no end of the quote": (f'Bearer realm="{TOKEN}',),
    "empty": ("",),
    "Bearer alone": ("Bearer",),
    "no realm": ('Bearer service="x"',),
    "empty realm": ('Bearer realm=""',),
    "a relative realm": ('Bearer realm="/token"',),
    "100 KiB": (f'Bearer realm="{TOKEN}",x="{"y" * 90_000}"',),
    "commas without end": ("Bearer " + "," * 60_000,),
    "no ASCII": (f'B\xebarer realm="{TOKEN}"', "\x1b[2J", "Basic \xff"),
    "many": tuple(f'Bearer realm="{TOKEN}",n="{number}"' for number in range(500)),
}


@pytest.mark.fault(52)
@pytest.mark.parametrize("challenges", CHALLENGES.values(), ids=CHALLENGES)
@pytest.mark.parametrize("stored", [True, False], ids=["login", "no login"])
async def test_any_challenge_is_answered_once_or_not_at_all(
    challenges: tuple[str, ...], *, stored: bool, tmp_path: Path
) -> None:
    script: Script = {"/v2/": refusal(*challenges), "/token": token(), MANIFEST: reply(401, "{}")}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}, trusted=(BAD_URL,)) as bench:
        bench.configure(BAD, GOOD)
        if stored:
            bench.log_in(BAD)
        await bench.passes()
        asked = [one.target.partition("?")[0] for one in bench.heard if one.origin == BAD_URL]
        assert len(asked) <= 3
        assert len(set(asked)) == len(asked)


REALMS = {
    "attacker's host": "https://attacker.example/token",
    "its longer name": f"https://{BAD}.attacker.example/token",
    "a subdomain": f"https://auth.{BAD}/token",
    "plain HTTP": f"http://{BAD}/token",
    "plain HTTP elsewhere": "http://attacker.example/token",
    "file": "file:///etc/passwd",
    "userinfo": f"https://u:p@{BAD}/token",
    "userinfo that looks like the host": f"https://{BAD}@attacker.example/token",
    "an address": "https://203.0.113.9/token",
    "metadata service": "https://169.254.169.254/token",
    "mapped loopback": "https://[::ffff:127.0.0.1]/token",
    "hexadecimal loopback": "https://0x7f000001/token",
    "short loopback": "https://127.1/token",
    "decimal loopback": "https://2130706433/token",
    "localhost": "https://localhost/token",
    "a name of loopback": "https://inside.example/token",
    "another port": f"https://{BAD}:8443/token",
    "a backslash": f"https://{BAD}\\@attacker.example/token",
    "a tab": f"https://{BAD}\t.attacker.example/token",
    "an escape in the host": f"https://{BAD}%2eattacker.example/token",
    "another registry's service": "https://auth.docker.io/token",
}
NAMES = {"attacker.example": "198.51.100.99", f"{BAD}.attacker.example": "198.51.100.99", "inside.example": "127.0.0.1",
         f"auth.{BAD}": "198.51.100.98", "auth.docker.io": "198.51.100.97"}  # fmt: skip


async def browse(client: RegistryClient, who: Target) -> str:
    """Ask as browsing does; return what is told of a secret that was kept back, or the error."""
    try:
        ping = await client.ping(who)
        granted = await client.authorize(who, ping, (f"repository:{NAME}:pull",), browsing=True)
    except RegistryError as error:
        return str(error)
    return granted.withheld


@pytest.mark.fault(53)
@pytest.mark.parametrize("realm", REALMS.values(), ids=REALMS)
@pytest.mark.parametrize("identity", [False, True], ids=["password", "identity token"])
async def test_no_byte_of_a_secret_goes_to_such_a_realm(realm: str, *, identity: bool, tmp_path: Path) -> None:
    """A capture server plays every host that is not the registry itself; it fails the test if a secret comes."""
    script: Script = {"/v2/": bearer(realm), MANIFEST: reply(401, "{}"), "/token": token("its-own-token")}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}, names=NAMES) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD, identity=identity)
        walked = await bench.passes()
        at_the_capture = [host for host, _, _ in bench.dialer.strays]
        kept_back = "was not sent" in walked.bad.get("withheld", "")
        refused = any(
            words in walked.bad["error"]
            for words in ("it was not asked", "no such host", "no http or https URL", "that is no URL")
        )
        assert kept_back or refused
        assert not (refused and at_the_capture)
        assert "169.254.169.254" not in at_the_capture
        assert "inside.example" not in at_the_capture
        with bench.session() as session:
            endpoint = session.plan(NAME).candidates[0].endpoints[0]
            assert await browse(session._opened(), session._target(endpoint)[0])
            await session.aclose()
        assert USER.encode() not in bench.capture.received


@pytest.mark.fault(53)
@pytest.mark.parametrize("location", REALMS.values(), ids=REALMS)
@pytest.mark.parametrize("identity", [False, True], ids=["password", "identity token"])
async def test_no_token_service_sends_a_secret_on(location: str, *, identity: bool, tmp_path: Path) -> None:
    script: Script = {"/v2/": bearer(TOKEN), MANIFEST: reply(401, "{}"), "/token": reply(307, Location=location)}
    servers = {BAD_URL: script, GOOD_URL: SERVES}
    async with Bench(tmp_path, servers, trusted=(BAD_URL,), names=NAMES) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD, identity=identity)
        walked = await bench.passes()
        assert "is not sent on to there" in walked.bad["error"]
        assert bench.dialer.strays == []


@pytest.mark.fault(53, 25)
@pytest.mark.parametrize("location", REALMS.values(), ids=REALMS)
async def test_no_redirect_takes_a_password_along(location: str, tmp_path: Path) -> None:
    """Basic authentication, and a ping or a manifest that is redirected: the password is for the registry alone."""
    location = location.replace("/token", "/v2/")
    for where in ("/v2/", MANIFEST):
        script: Script = {"/v2/": refusal("Basic"), MANIFEST: reply(404), where: reply(307, Location=location)}
        servers = {BAD_URL: script, GOOD_URL: SERVES}
        async with Bench(tmp_path, servers, trusted=(BAD_URL,), names=NAMES) as bench:
            bench.configure(BAD, GOOD)
            bench.log_in(BAD)
            await bench.passes()
            assert "169.254.169.254" not in [host for host, _, _ in bench.dialer.strays]


@pytest.mark.fault(53)
async def test_a_strangers_token_is_sent_to_nobody_but_who_asked_for_it(tmp_path: Path) -> None:
    script: Script = {"/v2/": bearer("https://attacker.example/token"), MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script}, names=NAMES) as bench:
        bench.configure(BAD)
        bench.log_in(BAD)
        walked = await bench.walk()
        assert walked.document["found"]["registry"] == BAD
        assert bench.heard[-1].values("Authorization") == [f"Bearer {STRAY_TOKEN}"]
        assert "--allow-auth-realm bad.example.com=attacker.example allows it" in walked.bad["withheld"]
        assert len(bench.capture.requests) == 1


INJECTIONS = ["a&account=x", "a#b", "a b", "é", "%0d%0a", "a;b"]


@pytest.mark.fault(54)
@pytest.mark.parametrize("value", INJECTIONS)
async def test_a_challenge_cannot_add_a_parameter(value: str, tmp_path: Path) -> None:
    script: Script = {"/v2/": bearer(f"{TOKEN}?keep=1&x=a%26b", value), "/token": token(), MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        await bench.walk()
        asked = [one for one in bench.heard if one.target.startswith("/token")]
        names = [pair.partition("=")[0] for one in asked for pair in one.target.partition("?")[2].split("&")]
        assert names in ([], ["keep", "scope", "service", "x"])
        assert not [one for one in bench.heard if one.values("X")]


def answer(**fields: object) -> bytes:
    return reply(200, json.dumps(fields))


TOKENS = {
    "none": answer(),
    "both": answer(token="a-token", access_token="b-token"),
    "expires never": answer(token="a-token", expires_in=0),
    "expired": answer(token="a-token", expires_in=-1),
    "for ever": reply(200, '{"token":"a-token","expires_in":1e99}'),
    "in words": answer(token="a-token", expires_in="60"),
    "null": answer(token="a-token", expires_in=None, issued_at=None),
    "Go's zero time": answer(token="a-token", issued_at="0001-01-01T00:00:00Z"),
    "the future": answer(token="a-token", issued_at="2999-01-01T00:00:00.123456789Z"),
    "no time": answer(token="a-token", issued_at="yesterday"),
    "a line end": answer(token="a-token\r\nX-Evil: y"),
    "a blank": answer(token="a token"),
    "no ASCII": answer(token="a-tökén"),
    "200 KB": answer(token="t" * 200_000),
    "40 KB": answer(token="t" * 40_000),
    "HTML": reply(200, "<html>"),
    "401": reply(401, '{"details":"no"}'),
    "500": reply(500, "boom"),
    "a list": reply(200, "[]"),
}


@pytest.mark.fault(55)
@pytest.mark.parametrize("said", TOKENS.values(), ids=TOKENS)
async def test_any_answer_of_a_token_service_is_a_token_or_an_error(said: bytes, tmp_path: Path) -> None:
    script: Script = {"/v2/": bearer(TOKEN), "/token": said, MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.walk()
        assert walked.document["exit"] == 0
        assert "X-Evil" not in walked.text + walked.json
        assert not [one for one in bench.heard if one.values("X-Evil")]


@pytest.mark.fault(55)
async def test_a_slow_token_service_ends_with_the_time_in_all(tmp_path: Path) -> None:
    async def silent(_: Heard) -> bytes:
        await asyncio.Event().wait()
        return b""

    script: Script = {"/v2/": bearer(TOKEN), "/token": silent}
    limits = shorter(CALM, total=0.5)
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}, limits=limits) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert (
            walked.bad["error"]
            == "token service: no answer from bad.example.com in 500 ms; the engine waits without end"
        )


@pytest.mark.fault(56)
@pytest.mark.parametrize("error", ["", "invalid_token", "insufficient_scope"])
async def test_a_registry_that_never_has_enough_is_asked_twice_at_most(error: str, tmp_path: Path) -> None:
    never = bearer(TOKEN, error=error, scope=f"repository:{NAME}:pull,push") if error else bearer(TOKEN)
    script: Script = {"/v2/": bearer(TOKEN), "/token": token(), MANIFEST: never}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] in (Outcome.UNAUTHORIZED, Outcome.DENIED)
        asked = [one.target.partition("?")[0] for one in bench.heard if one.origin == BAD_URL]
        assert asked.count(MANIFEST) <= 2
        assert asked.count("/token") <= 2


@pytest.mark.fault(57)
async def test_a_wrong_password_is_sent_once_in_a_walk(tmp_path: Path) -> None:
    wrong: Script = {"/v2/": bearer(TOKEN), "/token": reply(401, '{"details":"incorrect username or password"}')}
    async with Bench(tmp_path, {BAD_URL: wrong, GOOD_URL: SERVES}, trusted=(BAD_URL,)) as bench:
        bench.configure(BAD, GOOD)
        bench.log_in(BAD)
        walked = await bench.passes()
        assert "incorrect username or password" in walked.bad["error"]
        assert [one.proof for one in bench.heard if one.origin == BAD_URL] == ["", "Basic"]


@pytest.mark.fault(58)
async def test_a_token_is_for_one_origin_and_one_repository(tmp_path: Path) -> None:
    numbers = iter(range(100))

    def serve(heard: Heard) -> bytes:
        return token(f"tok{next(numbers)}") if heard.target.startswith("/token") else reply(404)

    ports = (f"{BAD}:5000", f"{BAD}:5001")
    scripts = {f"https://{host}": {"/v2/": bearer(f"https://{host}/token"), "/token": serve} for host in ports}
    async with Bench(tmp_path, scripts) as bench:  # type: ignore[arg-type]
        bench.configure(*ports)
        with bench.session() as session:
            for name in (NAME, NAME, "team/other"):
                await fold(session, name)
            await session.aclose()
        sent: dict[str, set[tuple[str, str]]] = {}
        for one in bench.heard:
            for proof in one.values("Authorization"):
                sent.setdefault(proof, set()).add((one.origin, one.target))
        assert len(sent) == 4
        assert all(len(places) == 1 for places in sent.values())


@pytest.mark.fault(59)
@pytest.mark.parametrize("status", [400, 401, 404, 405])
async def test_an_identity_token_is_only_ever_posted(status: int, tmp_path: Path) -> None:
    def serve(heard: Heard) -> bytes:
        return token() if heard.method == "GET" else reply(status, "{}")

    script: Script = {"/v2/": bearer(TOKEN), "/token": serve, MANIFEST: SERVED}
    async with Bench(tmp_path, {BAD_URL: script}, trusted=(BAD_URL,)) as bench:
        bench.configure(BAD)
        bench.log_in(BAD, identity=True)
        await bench.walk()
        with bench.session() as session:
            endpoint = session.plan(NAME).candidates[0].endpoints[0]
            await browse(session._opened(), session._target(endpoint)[0])
            await session.aclose()
        for one in bench.heard:
            assert "identity" not in one.target
            for proof in one.values("Authorization"):
                assert "identity" not in proof
                assert "identity" not in base64.b64decode(proof.partition(" ")[2] + "==").decode("latin-1")


KEYS = [
    pytest.param("bad.example.com", "bad.example.com", True, id="the host"),
    pytest.param("https://bad.example.com/v1/", "bad.example.com", True, id="a URL of old"),
    pytest.param("bad.example.com:443", "bad.example.com", False, id="a port that is written"),
    pytest.param("bad.example.com", "bad.example.com:443", False, id="a port that is asked for"),
    pytest.param("BAD.example.com", "bad.example.com", False, id="capitals"),
    pytest.param("example.com", "bad.example.com", False, id="the domain above"),
    pytest.param(HUB_LOGIN, "bad.example.com", False, id="Docker Hub's"),
]


@pytest.mark.fault(60)
@pytest.mark.parametrize(("stored", "asked", "matches"), KEYS)
async def test_a_login_is_for_the_server_that_it_names(
    stored: str, asked: str, *, matches: bool, tmp_path: Path
) -> None:
    origin = f"https://{asked}".removesuffix(":443")
    script: Script = {"/v2/": refusal("Basic"), MANIFEST: SERVED}
    async with Bench(tmp_path, {origin: script}, trusted=(origin,) if matches else ()) as bench:
        bench.configure(asked)
        bench.log_in(stored)
        walked = await bench.walk()
        assert (walked.document["found"] is not None) is matches
        if not matches:
            assert "no credentials for it" in walked.bad["credential"]


@pytest.mark.fault(58, 59)
def test_the_bench_would_notice_a_leak(tmp_path: Path) -> None:
    """What all these cases rest on: a secret that arrives where it must not fails the test."""

    async def leak() -> None:
        script: Script = {"/v2/": refusal("Basic"), MANIFEST: reply(200, IMAGE, Content_Type=SCHEMA2)}
        async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: {"/v2/": PING}}) as bench:
            bench.configure(BAD)
            bench.log_in(BAD)
            walked = await bench.walk()
            assert walked.document["found"]["digest"] == DIGEST

    with pytest.raises(AssertionError, match="secrets were sent to"):
        asyncio.run(leak())
    assert base64.b64encode(f"{USER}:{PASSWORD}".encode()) == BASIC
