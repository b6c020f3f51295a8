"""Browsing one registry: who is asked how often, with what, and when it is time to stop."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from regtui.outcome import Trouble
from regtui.registry.browsing import PAGE_SIZE, Browser, NoCatalog
from regtui.registry.client import PING_KEPT
from regtui.registry.errors import AnswerRefused, DigestMismatch, NetworkError
from regtui.registry.manifests import OCI_INDEX, OCI_MANIFEST, Kind
from regtui.registry.pagination import Stop
from tests.registry_net import BY_PASSWORD, USER, Heard, Net, bearer, refusal, reply, target, token

if TYPE_CHECKING:
    from regtui.registry.client import RegistryClient, Target
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

REG = "https://reg.example.com"
TAGS = "/v2/team/app/tags/list"
MANIFEST = "/v2/team/app/manifests/latest"
CONFIG = json.dumps({"os": "linux", "config": {"Cmd": ["/x"]}}).encode()
BODY = json.dumps(
    {
        "schemaVersion": 2,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": "sha256:" + hashlib.sha256(CONFIG).hexdigest(),
            "size": len(CONFIG),
        },
        "layers": [],
    }
).encode()
DIGEST = "sha256:" + hashlib.sha256(BODY).hexdigest()
IMAGE = reply(200, BODY, Content_Type=OCI_MANIFEST, Docker_Content_Digest=DIGEST)


class Pauses:
    """Stands in for sleep, and notes how long it should have been."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def tags(*names: str, link: str = "") -> bytes:
    body = json.dumps({"name": "team/app", "tags": names})
    return reply(200, body, **({"Link": f'<{link}>; rel="next"'} if link else {}))


def browser(client: RegistryClient, who: Target | None = None, pauses: Pauses | None = None) -> Browser:
    return Browser(client, who or target(REG), pause=pauses or Pauses())


async def all_tags(asked: Browser) -> list[str]:
    return [name async for page in asked.tags("team/app") for name in page.names]


@pytest.mark.parametrize(
    ("answer", "seconds", "forgets", "pings"),
    [
        pytest.param(reply(200), 0.0, False, 1, id="the answer of a moment ago"),
        pytest.param(reply(200), PING_KEPT - 1, False, 1, id="of some minutes ago"),
        pytest.param(reply(200), PING_KEPT + 1, False, 2, id="too old"),
        pytest.param(reply(200), 0.0, True, 2, id="a person asks for another try"),
        pytest.param(reply(503), 0.0, False, 2, id="no answer of a registry"),
    ],
)
async def test_who_pinged_before_saves_a_round_trip(answer: bytes, seconds: float, forgets: bool, pings: int) -> None:
    now = 1000.0
    script: Script = {"/v2/": answer, f"{TAGS}?n={PAGE_SIZE}": tags("a")}
    async with Net({REG: script}) as net, net.client(clock=lambda: now) as client:
        await client.ping(target(REG))
        now += seconds
        if forgets:
            client.forget()
        assert (await browser(client).ping()).answer.status == int(answer[9:12])
        assert net.log.count(f"GET {REG}/v2/") == pings
        with pytest.raises(NetworkError):
            await browser(client, target("https://other.example.com")).ping()


async def test_tags_come_page_by_page_with_one_ping() -> None:
    script = {
        "/v2/": reply(200),
        f"{TAGS}?n={PAGE_SIZE}": tags("a", "b", link=f"{TAGS}?last=b"),
        f"{TAGS}?last=b": tags("c"),
    }
    async with Net({REG: script}) as net, net.client() as client:
        asked = browser(client)
        assert await all_tags(asked) == ["a", "b", "c"]
        assert await all_tags(asked) == ["a", "b", "c"]
        assert net.log.count(f"GET {REG}/v2/") == 1
        assert len(net.heard) == 5


async def test_a_loop_of_pages_ends_with_a_reason() -> None:
    script = {"/v2/": reply(200), TAGS: tags("a", link=TAGS + "?n=1"), f"{TAGS}?n=1": tags("a", link=TAGS)}
    async with Net({REG: script}) as net, net.client() as client:
        pages = [page async for page in browser(client).tags("team/app")]
        end = pages[-1].onward
        assert isinstance(end, Stop)
        assert end.reason
        assert len(net.heard) <= 4


CATALOGS = [
    pytest.param(reply(401, "{}"), id="401"),
    pytest.param(reply(403, "{}"), id="403"),
    pytest.param(reply(404, "404 page not found"), id="404"),
    pytest.param(reply(405), id="405"),
    pytest.param(reply(501), id="501"),
]


@pytest.mark.parametrize("answer", CATALOGS)
async def test_a_catalog_that_is_not_offered_is_said_to_be_so(answer: bytes) -> None:
    async with Net({REG: {"/v2/": reply(200), "/v2/_catalog": answer}}) as net, net.client() as client:
        with pytest.raises(NoCatalog, match=r"reg\.example\.com offers no catalog: 4|5"):
            async for _ in browser(client).catalog():
                pass
        assert len(net.heard) == 2


@pytest.mark.fault(41, 56)
async def test_docker_hubs_catalog_is_asked_for_once_with_a_token() -> None:
    scope = "registry:catalog:*"
    refused = bearer(f"{REG}/token", scope=scope, error="insufficient_scope")
    script = {"/v2/": bearer(f"{REG}/token"), "/token": token(), "/v2/_catalog": refused}
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(NoCatalog):
            async for _ in browser(client).catalog():
                pass
        assert net.log == [
            f"GET {REG}/v2/",
            f"GET {REG}/token?scope=registry%3Acatalog%3A%2A&service=reg",
            f"GET {REG}/v2/_catalog?n={PAGE_SIZE} Bearer",
        ]


@pytest.mark.fault(41)
async def test_harbors_catalog_takes_the_password_where_it_refuses_the_token() -> None:
    def catalog(heard: Heard) -> bytes:
        return reply(200, '{"repositories":["a/b"]}') if heard.proof == "Basic" else reply(401, "{}")

    script: Script = {
        "/v2/": lambda heard: reply(200) if heard.proof == "Basic" else bearer(f"{REG}/token"),
        "/token": token(),
        "/v2/_catalog": catalog,
    }
    async with Net({REG: script}, trusted=(REG,)) as net, net.client() as client:
        asked = browser(client, target(REG, BY_PASSWORD))
        assert [name async for page in asked.catalog() for name in page.names] == ["a/b"]
        assert [one.proof for one in net.heard] == ["", "Basic", "Bearer", "Basic", "Basic"]


@pytest.mark.fault(56)
async def test_an_expired_token_is_renewed_once_and_a_second_refusal_is_final() -> None:
    numbers = iter(range(100))
    good = ["Bearer tok0"]

    def listed(heard: Heard) -> bytes:
        return tags("a") if heard.values("Authorization") == good else refusal('Bearer error="invalid_token"')

    script: Script = {
        "/v2/": bearer(f"{REG}/token"),
        "/token": lambda _: token(f"tok{next(numbers)}"),
        TAGS: listed,
    }
    async with Net({REG: script}) as net, net.client() as client:
        asked = browser(client)
        assert await all_tags(asked) == ["a"]
        good[0] = "Bearer tok1"
        assert await all_tags(asked) == ["a"]
        good[0] = "none is good any more"
        with pytest.raises(AnswerRefused, match="answered 401"):
            await all_tags(asked)
        asking = [one.values("Authorization") for one in net.heard if one.target.startswith(TAGS)]
        assert asking == [["Bearer tok0"], ["Bearer tok0"], ["Bearer tok1"], ["Bearer tok1"], ["Bearer tok2"]]


@pytest.mark.fault(56)
async def test_a_scope_that_the_registry_asks_for_is_granted_once_and_only_for_reading() -> None:
    wanted = "repository:other/base:pull repository:team/app:push,delete registry:catalog:*"
    script = {
        "/v2/": bearer(f"{REG}/token"),
        "/token": token(),
        TAGS: bearer(f"{REG}/token", scope=wanted, error="insufficient_scope"),
    }
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(AnswerRefused):
            await all_tags(browser(client))
        tokens = [one.target for one in net.heard if one.target.startswith("/token")]
        wider = "scope=registry%3Acatalog%3A%2A&scope=repository%3Aother%2Fbase%3Apull"
        assert tokens == [
            "/token?scope=repository%3Ateam%2Fapp%3Apull&service=reg",
            f"/token?scope=repository%3Ateam%2Fapp%3Apull&{wider}&service=reg",
        ]
        assert len(net.heard) == 5


@pytest.mark.fault(57)
async def test_a_wrong_password_reaches_the_registry_once() -> None:
    async with Net({REG: {"/v2/": refusal("Basic")}}, trusted=(REG,)) as net, net.client() as client:
        asked = browser(client, target(REG, BY_PASSWORD))
        asking = (asked.manifest("team/app", f"v{number}") for number in range(200))
        results = await asyncio.gather(*asking, return_exceptions=True)
        assert {str(result) for result in results} == {f"reg.example.com does not accept the password of {USER}"}
        assert [one.proof for one in net.heard] == ["", "Basic"]


async def test_a_right_password_is_proved_once() -> None:
    script: Script = {
        "/v2/": lambda heard: reply(200) if heard.proof else refusal("Basic"),
        MANIFEST: IMAGE,
    }
    async with Net({REG: script}, trusted=(REG,)) as net, net.client() as client:
        asked = browser(client, target(REG, BY_PASSWORD))
        await asyncio.gather(*(asked.manifest("team/app", "latest") for _ in range(20)))
        assert net.log.count(f"GET {REG}/v2/ Basic") == 1
        assert len(net.heard) == 22


@pytest.mark.parametrize("status", [408, 429, 502, 503, 504])
async def test_a_busy_server_is_asked_three_times(status: int) -> None:
    pauses = Pauses()
    async with Net({REG: {"/v2/": reply(200), TAGS: reply(status)}}) as net, net.client() as client:
        with pytest.raises(AnswerRefused, match=f"answered {status}"):
            await all_tags(browser(client, pauses=pauses))
        assert len(net.heard) == 4
        assert [0.2 <= pauses.seconds[0] <= 0.3, 0.4 <= pauses.seconds[1] <= 0.6] == [True, True]
        assert len(pauses.seconds) == 2


async def test_a_bad_moment_passes() -> None:
    answers = iter([reply(503), tags("a")])
    async with Net({REG: {"/v2/": reply(200), TAGS: lambda _: next(answers)}}) as net, net.client() as client:
        assert await all_tags(browser(client)) == ["a"]
        assert len(net.heard) == 3


@pytest.mark.fault(32)
@pytest.mark.parametrize(("wait", "requests", "pauses"), [("7", 4, [7.0, 7.0]), ("11", 2, []), ("junk", 4, None)])
async def test_retry_after_is_obeyed_or_left_to_the_person(
    wait: str, requests: int, pauses: list[float] | None
) -> None:
    noted = Pauses()
    async with Net({REG: {"/v2/": reply(200), TAGS: reply(429, Retry_After=wait)}}) as net, net.client() as client:
        with pytest.raises(AnswerRefused) as caught:
            await all_tags(browser(client, pauses=noted))
        assert caught.value.answer.retry_after == (float(wait) if wait.isdecimal() else None)
        assert len(net.heard) == requests
        assert pauses is None or noted.seconds == pauses


@pytest.mark.parametrize("status", [400, 404, 500, 501])
async def test_other_refusals_are_final(status: int) -> None:
    async with Net({REG: {"/v2/": reply(200), MANIFEST: reply(status)}}) as net, net.client() as client:
        with pytest.raises(AnswerRefused):
            await browser(client).manifest("team/app", "latest")
        assert len(net.heard) == 2


@pytest.mark.fault(7)
async def test_a_connection_that_closes_is_tried_three_times() -> None:
    def gone(_: Heard) -> bytes:
        raise ConnectionResetError

    async with Net({REG: {"/v2/": gone}}) as net, net.client() as client:
        with pytest.raises(NetworkError) as caught:
            await browser(client).ping()
        assert caught.value.trouble is Trouble.CLOSED
        assert len(net.heard) == 3


async def test_a_name_that_does_not_exist_is_asked_for_once() -> None:
    pauses = Pauses()
    async with Net({}) as net, net.client() as client:
        with pytest.raises(NetworkError) as caught:
            await browser(client, target("https://gone.example"), pauses).ping()
        assert caught.value.trouble is Trouble.NO_SUCH_HOST
        assert pauses.seconds == []


async def test_a_manifest_and_its_configuration() -> None:
    path = f"/v2/team/app/blobs/sha256:{hashlib.sha256(CONFIG).hexdigest()}"
    script = {"/v2/": reply(200), MANIFEST: IMAGE, path: reply(200, CONFIG)}
    async with Net({REG: script}) as net, net.client() as client:
        asked = browser(client)
        fetched = await asked.manifest("team/app", "latest")
        assert (fetched.manifest.kind, fetched.manifest.digest, fetched.is_misnamed) == (Kind.IMAGE, DIGEST, False)
        assert fetched.manifest.config is not None
        assert (await asked.config("team/app", fetched.manifest.config)).command == ("/x",)
        assert len(net.heard) == 3


CLAIMS = ["sha256:" + "0" * 64, DIGEST.removeprefix("sha256:"), "md5:x", "sha256:../../x"]


@pytest.mark.fault(46)
@pytest.mark.parametrize("claim", CLAIMS)
async def test_a_header_that_claims_another_digest_is_seen(claim: str) -> None:
    answer = reply(200, BODY, Content_Type=OCI_MANIFEST, Docker_Content_Digest=claim)
    async with Net({REG: {"/v2/": reply(200), MANIFEST: answer}}) as net, net.client() as client:
        fetched = await browser(client).manifest("team/app", "latest")
        assert fetched.is_misnamed
        assert fetched.manifest.digest == DIGEST
        assert len(net.heard) == 2


async def test_a_manifest_that_is_not_what_its_digest_says_is_refused() -> None:
    other = "sha256:" + "0" * 64
    script = {"/v2/": reply(200), f"/v2/team/app/manifests/{other}": IMAGE}
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(DigestMismatch, match="is not what its digest says"):
            await browser(client).manifest("team/app", other)
        assert len(net.heard) == 2


UNUSABLE = [
    pytest.param(reply(200, "<html>", Content_Type="text/html"), "no usable manifest: it is not JSON", id="HTML"),
    pytest.param(reply(200, b" " * (4 * 1024 * 1024 + 1)), "larger than 4 MiB", id="too large"),
    pytest.param(reply(200, BODY, Content_Type=OCI_INDEX), "no usable manifest: it is ambiguous", id="another type"),
]


@pytest.mark.parametrize(("answer", "sentence"), UNUSABLE)
async def test_a_body_that_is_no_manifest_is_refused(answer: bytes, sentence: str) -> None:
    async with Net({REG: {"/v2/": reply(200), MANIFEST: answer}}) as net, net.client() as client:
        with pytest.raises(AnswerRefused, match=sentence):
            await browser(client).manifest("team/app", "latest")
        assert len(net.heard) == 2


HEADS = [
    pytest.param(IMAGE, ["HEAD"], id="HEAD tells"),
    pytest.param(reply(405), ["HEAD", "GET"], id="no HEAD"),
    pytest.param(reply(403), ["HEAD", "GET"], id="no reason"),
    pytest.param(reply(200, Content_Type=OCI_MANIFEST), ["HEAD", "GET"], id="no digest"),
]


@pytest.mark.parametrize(("head", "methods"), HEADS)
async def test_a_digest_is_asked_for_with_head_and_with_get_where_that_does_not_tell(
    head: bytes, methods: list[str]
) -> None:
    script: Script = {"/v2/": reply(200), MANIFEST: lambda heard: head if heard.method == "HEAD" else IMAGE}
    async with Net({REG: script}) as net, net.client() as client:
        assert await browser(client).claimed_digest("team/app", "latest") == DIGEST
        assert [one.method for one in net.heard[1:]] == methods


def referrer(artifact_type: str, name: str) -> dict[str, object]:
    digest = "sha256:" + hashlib.sha256(name.encode()).hexdigest()
    return {"mediaType": OCI_MANIFEST, "digest": digest, "size": 1, "artifactType": artifact_type}


INDEX = json.dumps({"schemaVersion": 2, "manifests": [referrer("a/sig", "1"), referrer("a/sbom", "2")]})
LISTED = reply(200, INDEX, Content_Type=OCI_INDEX)
API = f"/v2/team/app/referrers/{DIGEST}"
TAG = f"/v2/team/app/manifests/{DIGEST.replace(':', '-')}"
REFERRERS = [
    pytest.param({API: LISTED}, 2, 2, id="the API"),
    pytest.param({API: reply(404), TAG: LISTED}, 2, 3, id="the tag in its place"),
    pytest.param({API: reply(400), TAG: reply(404)}, 0, 3, id="neither"),
    pytest.param({API: reply(500), TAG: IMAGE}, 0, 3, id="a tag that is no index"),
    pytest.param({API: reply(200, "<html>")}, 0, 2, id="an answer that is no index"),
]


@pytest.mark.parametrize(("script", "count", "requests"), REFERRERS)
async def test_referrers(script: dict[str, bytes], count: int, requests: int) -> None:
    async with Net({REG: {"/v2/": reply(200), **script}}) as net, net.client() as client:
        assert len(await browser(client).referrers("team/app", DIGEST)) == count
        assert len(net.heard) == requests
        filtered = await browser(client).referrers("team/app", DIGEST, "a/sbom")
        assert [entry.descriptor.artifact_type for entry in filtered] == ["a/sbom"] * (count // 2)


@pytest.mark.fault(37)
async def test_a_large_page_is_read_off_the_loop_and_whole() -> None:
    names = [f"tag-{number:06}" for number in range(60_000)]
    async with Net({REG: {"/v2/": reply(200), TAGS: tags(*names)}}) as net, net.client() as client:
        assert await all_tags(browser(client)) == names
        assert len(net.heard) == 2
