"""What a refusal says of who asked: the credential and its place, the helper and its line, what would help."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest

from regtui.browse import BrowseError, details, place_of, standing
from regtui.browse.refusals import explained, pulls_left
from regtui.engines.commands import login_command
from regtui.host.model import ContainerdClient, EngineName
from regtui.registry.errors import AnswerRefused, RegistryError
from regtui.registry.quota import RateLimit
from tests.browsing_net import HOST, OK, REG, browsing
from tests.images import image, served
from tests.registry_net import bearer, refusal, reply, token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry_net import Net, Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

SECRET = "pass-word-of-alice"
STORED = {"auths": {HOST: {"auth": "YWxpY2U6cGFzcy13b3JkLW9mLWFsaWNl"}}}
MANIFEST = "/v2/team/app/manifests/1.0"
BASIC: Script = {"/v2/": refusal('Basic realm="x"')}
TOKENS: Script = {"/v2/": bearer(f"{REG}/token"), "/token": token()}
DENIED = reply(403, '{"errors":[{"code":"DENIED","message":"requested access is denied"}]}')
HELPERS = {
    "fails": ("echo boom-secret; exit 3", "failed with status 3"),
    "empty": ("echo credentials not found in native keychain; exit 1", "has nothing stored for"),
    "prints": ("echo hello", "printed no JSON"),
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a folder for config.json, and helpers on PATH."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".docker").mkdir()
    for name, (line, _) in HELPERS.items():
        program = tmp_path / f"docker-credential-{name}"
        program.write_text(f"#!/bin/sh\n{line}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def config(home: Path, document: object) -> str:
    path = home / ".docker/config.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return str(path)


async def refused(script: Script) -> tuple[BrowseError, Net]:
    async with browsing({REG: script}, trusted=(REG,)) as (session, net):
        with pytest.raises(BrowseError) as caught:
            await details(session, place_of(session, HOST), "team/app", "1.0")
        assert SECRET not in str(caught.value)
        return caught.value, net


async def test_a_registry_that_wants_a_password_is_told_of_with_the_file_that_has_none(home: Path) -> None:
    path = config(home, {"auths": {}})
    error, _ = await refused(BASIC)
    asks = f"{HOST} asks for a user name and a password"
    assert str(error) == f"{asks}: no credentials for it in {path}; docker login {HOST} stores them"


@pytest.mark.parametrize("content", ['{"auths":', '{"credsStore": "../x"}'])
async def test_a_file_that_cannot_be_used_is_the_reason_and_no_login_is_advised(home: Path, content: str) -> None:
    path = config(home, content)
    error, _ = await refused(BASIC)
    assert f"{path}:1" in str(error)
    assert "the stored credentials cannot be used" in str(error)
    assert "docker login" not in str(error)


@pytest.mark.parametrize("helper", sorted(HELPERS))
async def test_a_helper_is_named_with_its_line_and_what_it_did(home: Path, helper: str) -> None:
    path = config(home, {"credHelpers": {HOST: helper}})
    error, _ = await refused(BASIC)
    assert f"docker-credential-{helper}" in str(error)
    assert HELPERS[helper][1] in str(error)
    assert f"({path}:1 credHelpers)" in str(error)
    assert ("docker login" in str(error)) is (helper == "empty")
    assert "secret" not in str(error)


async def test_a_missing_helper_is_told_and_the_app_goes_on(home: Path) -> None:
    path = config(home, {"credsStore": "missing"})
    async with browsing({REG: {**TOKENS, **served("team/app", image("amd64"), tag="1.0")}}) as (session, _):
        place = place_of(session, HOST)
        await details(session, place, "team/app", "1.0")
        known = standing(session, place)
        assert known is not None
        why = "docker-credential-missing is in no absolute directory of PATH"
        assert known.login == f"asked without a login: {why} ({path}:1 credsStore)"


@pytest.mark.parametrize(("stored", "who"), [(STORED, "asked as alice: the stored login"), ({}, "without a login: no")])
async def test_a_token_service_that_refuses_is_told_of_with_who_asked_it(home: Path, stored: object, who: str) -> None:
    path = config(home, stored)
    error, _ = await refused({**TOKENS, "/token": DENIED})
    assert "the token service" in str(error)
    assert who in str(error)
    assert path in str(error)


@pytest.mark.parametrize("user", ["", "<token>:"])
async def test_an_identity_token_that_names_nobody_is_not_called_no_login(home: Path, user: str) -> None:
    auth = base64.b64encode(user.encode()).decode()
    path = config(home, {"auths": {HOST: {"auth": auth, "identitytoken": SECRET}}})
    script = {**TOKENS, "/token": token(access_token="tok"), **served("team/app", image("amd64"), tag="1.0")}
    async with browsing({REG: script}, trusted=(REG,)) as (session, _):
        place = place_of(session, HOST)
        await details(session, place, "team/app", "1.0")
        known = standing(session, place)
        assert known is not None
        assert known.login.startswith("asked with the stored login of ")
        assert path in known.login
    error, _ = await refused({**TOKENS, "/token": DENIED})
    assert "asked with the stored login of " in str(error)


async def test_a_login_that_may_not_see_an_image_is_not_called_a_wrong_password(home: Path) -> None:
    config(home, STORED)
    again = bearer(f"{REG}/token", scope="repository:team/app:pull", error="insufficient_scope")
    error, net = await refused({**TOKENS, MANIFEST: again})
    assert "answered 401" in str(error)
    assert "asked as alice" in str(error)
    assert "does not accept" not in str(error)
    assert [heard.target for heard in net.heard].count("/v2/") == 1


async def test_a_refusal_after_a_ping_that_wanted_nothing_says_so_and_that_a_login_is_stored(home: Path) -> None:
    for stored, more in (({}, False), (STORED, True)):
        path = config(home, stored)
        error, _ = await refused({"/v2/": OK, MANIFEST: DENIED})
        assert "asked without a login, because GET /v2/ wanted none" in str(error)
        assert "the registry wants none" not in str(error)
        assert (f"there is the stored login of alice in {path}" in str(error)) is more


@pytest.mark.fault(32)
async def test_too_many_questions_say_who_is_counted_and_how_long_to_wait() -> None:
    limits = {"RateLimit_Limit": "100;w=21600", "RateLimit_Remaining": "0;w=21600"}
    busy = reply(429, "{}", Retry_After="300", Docker_RateLimit_Source="203.0.113.7", **limits)
    error, net = await refused({"/v2/": OK, MANIFEST: busy})
    assert "0 of 100 pulls in 6 h left, counted for 203.0.113.7; again in 5 min" in str(error)
    assert error.retry_after == 300
    assert len(net.heard) == 2
    error, _ = await refused({"/v2/": OK, MANIFEST: reply(503, "", Retry_After="120")})
    assert str(error).endswith("; again in 2 min")


def test_a_limit_says_no_more_than_the_registry_did() -> None:
    assert pulls_left(None) == pulls_left(RateLimit(100, None)) == ""
    assert pulls_left(RateLimit(None, 7)) == "7 pulls left"


@pytest.mark.parametrize(
    ("registry", "status", "words"),
    [
        ("ghcr.io", 403, "a private repository and for one that does not exist"),
        ("team.azurecr.io", 401, "a private repository and for one that does not exist"),
        ("registry.redhat.io", 401, "a Red Hat account"),
        ("1.dkr.ecr.eu-west-1.amazonaws.com", 403, "ends after 12 hours"),
        ("reg.example.com", 401, ""),
        ("ghcr.io", 404, ""),
    ],
)
async def test_what_a_registry_means_by_its_refusal(registry: str, status: int, words: str) -> None:
    async with browsing({REG: {"/v2/": OK, MANIFEST: reply(status)}}) as (session, _):
        with pytest.raises(BrowseError) as caught:
            await details(session, place_of(session, HOST), "team/app", "1.0")
        cause = caught.value.__cause__
        assert isinstance(cause, RegistryError)
        assert isinstance(cause, AnswerRefused)
        told = str(explained(cause, place_of(session, registry)))
    assert words in told
    assert (f"; {registry}: " in told) is bool(words)


@pytest.mark.parametrize(
    ("engine", "client", "command"),
    [
        (EngineName.MOBY, "", "docker login"),
        (EngineName.PODMAN, "", "podman login"),
        (EngineName.CONTAINERD, ContainerdClient.NERDCTL, "nerdctl login"),
        (EngineName.CONTAINERD, ContainerdClient.CRI, ""),
        (EngineName.CONTAINERD, "", ""),
    ],
)
def test_the_command_that_logs_in_is_the_engines_own(engine: EngineName, client: str, command: str) -> None:
    assert login_command(engine, client) == command
