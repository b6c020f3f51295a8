"""Cases 55 to 60, the part about many requests at once, odd tokens, and the names that logins are stored for."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from regtui.browse import place_of, tags
from regtui.browse.models import TagsPage
from regtui.engines.hub import HUB_KEY, HUB_URL
from regtui.host.model import EngineName
from tests.faults.bench import BAD, BAD_URL, DIGEST, MANIFEST, NAME, SERVED, Bench
from tests.registry_net import Heard, bearer, refusal, reply, token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry_net import Script

TOKEN = f"{BAD_URL}/token"
CANARY = "canary-of-a-token"
ODD_TOKENS = {
    "a line end": f"{CANARY}\r\nX-Evil: y",
    "a blank": f"{CANARY} x",
    "no ASCII": f"{CANARY}\u00e9",
    "NUL": f"{CANARY}\0",
    "an escape": f"{CANARY}\x1b[2J",
    "200 KB": CANARY * 12_000,
    "one that is refused": CANARY,
}


@pytest.mark.fault(55)
@pytest.mark.parametrize("value", ODD_TOKENS.values(), ids=ODD_TOKENS)
async def test_no_token_is_ever_told(value: str, tmp_path: Path) -> None:
    """A header that cannot be sent is quoted whole in the library's error: a token is looked at before it is used."""
    script: Script = {
        "/v2/": bearer(TOKEN),
        "/token": reply(200, json.dumps({"token": value})),
        MANIFEST: bearer(TOKEN, error="invalid_token"),
    }
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure()
        walked = await bench.walk(f"{BAD}/{NAME}")
        assert walked.document["exit"] == 1
        assert CANARY not in walked.text + walked.json + repr(walked.events)
        with bench.session() as session:
            parts = [part async for part in tags(session, place_of(session, BAD), NAME)]
            await session.aclose()
        assert CANARY not in repr(parts)


@pytest.mark.fault(57, 58)
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
async def test_two_hundred_at_once_prove_a_password_once(*, right: bool, tmp_path: Path) -> None:
    """A wrong password that is tried over and over locks the account; a person may try it again."""

    def serve(heard: Heard) -> bytes:
        return token() if right else reply(401, '{"details":"incorrect username or password"}')

    page = reply(200, '{"tags":["a"]}')
    script: Script = {"/v2/": bearer(TOKEN), "/token": serve, f"/v2/{NAME}/tags/list": page}
    async with Bench(tmp_path, {BAD_URL: script}, trusted=(BAD_URL,)) as bench:
        bench.configure()
        bench.log_in(BAD)
        with bench.session() as session:
            place = place_of(session, BAD)

            async def one() -> bool:
                parts = [part async for part in tags(session, place, NAME, fresh=True)]
                return isinstance(parts[0], TagsPage)

            assert await asyncio.gather(*(one() for _ in range(200))) == [right] * 200
            proved = [heard for heard in bench.heard if heard.proof == "Basic"]
            assert len(proved) == 1
            session.client().forget()
            await one()
            assert sum(heard.proof == "Basic" for heard in bench.heard) == 2
            await session.aclose()


HUB_NAMES = {
    HUB_KEY: True,
    "docker.io": False,
    "index.docker.io": False,
    "https://index.docker.io/v1": False,
    "https://index.docker.io": False,
    "registry-1.docker.io": False,
    "https://registry-1.docker.io/v2/": False,
}


@pytest.mark.fault(60)
@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
@pytest.mark.parametrize(("stored", "matches"), HUB_NAMES.items())
async def test_docker_hubs_login_has_one_name(
    stored: str, engine: EngineName, *, matches: bool, tmp_path: Path
) -> None:
    realm = "https://auth.docker.io/token"
    hub: Script = {"/v2/": bearer(realm), MANIFEST: SERVED, f"/v2/{NAME}/manifests/{DIGEST}": SERVED}
    auth = "https://auth.docker.io"
    servers = {HUB_URL: hub, auth: {"/token": token()}}
    async with Bench(tmp_path, servers, trusted=(auth,) if matches else ()) as bench:
        bench.configure()
        bench.log_in(stored)
        walked = await bench.walk(f"docker.io/{NAME}", engine=engine)
        assert (bench.receivers() == {auth}) is matches
        assert ("no credentials for it" in walked.bad["credential"]) is not matches


@pytest.mark.fault(56, 60)
async def test_without_a_login_it_is_said_that_there_is_none(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: {"/v2/": refusal("Basic"), MANIFEST: SERVED}}) as bench:
        bench.configure()
        bench.log_in("other.example.com")
        walked = await bench.walk(f"{BAD}/{NAME}")
        assert "no credentials for it in /root/.docker/config.json" in walked.bad["credential"]
