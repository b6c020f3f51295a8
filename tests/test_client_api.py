"""The questions to a registry: what is asked, which redirects are followed, and what counts as an answer."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from regtui.host.credentials import Secret
from regtui.outcome import Stage, Trouble
from regtui.registry.auth import Authorization, AuthorizationKind
from regtui.registry.errors import AnswerRefused, DigestMismatch, NameRefused, NetworkError
from regtui.registry.manifests import OCI_INDEX, OCI_MANIFEST
from regtui.registry.names import fallback_tag
from regtui.registry.pagination import Listing, Next, Stop
from regtui.registry.quota import RateLimit
from regtui.registry.weburl import parse_url
from tests.registry_net import Heard, Net, Requests, bearer, refusal, reply, target

if TYPE_CHECKING:
    from regtui.registry.client import RegistryClient, Reply
    from tests.registry_net import Script

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

REG = "https://reg.example.com"
PLAIN = "http://reg.example.com:5000"
CDN = "https://cdn.example"
NONE = Authorization.none()
PROOF = Authorization(AuthorizationKind.BEARER, REG, Secret("Bearer tok"))
MANIFEST = "/v2/team/app/manifests/latest"
TAGS = "/v2/team/app/tags/list"
BODY = b'{"schemaVersion":2}'
DIGEST = "sha256:" + hashlib.sha256(BODY).hexdigest()


async def manifest(client: RegistryClient, base: str = REG, proof: Authorization = PROOF) -> Reply:
    return await client.manifest(target(base), "team/app", "latest", proof, (OCI_MANIFEST, OCI_INDEX))


PINGS = [
    pytest.param(reply(200, "{}", Docker_Distribution_Api_Version="registry/2.0"), 200, True, [], id="a registry"),
    pytest.param(
        reply(200, "{}", Docker_Distribution_Api_Version="registry/1.0 registry/2.0"), 200, True, [], id="two"
    ),
    pytest.param(
        reply(200, "{}", Docker_Distribution_Api_Version="registry/2.01"), 200, False, [], id="another version"
    ),
    pytest.param(reply(404, "404 page not found"), 404, False, [], id="404"),
    pytest.param(reply(500), 500, False, [], id="500"),
    pytest.param(reply(200, "<html>", Content_Type="text/html"), 200, False, [], id="a portal"),
    pytest.param(bearer(f"{REG}/token"), 401, True, ["bearer"], id="bearer"),
    pytest.param(refusal("Negotiate", 'Basic realm="r"'), 401, True, ["negotiate", "basic"], id="two schemes"),
    pytest.param(reply(403, WWW_Authenticate="Basic"), 403, False, [], id="challenges count with 401 alone"),
]


@pytest.mark.parametrize(("answer", "status", "version", "schemes"), PINGS)
async def test_any_status_is_an_answer_to_a_ping(
    answer: bytes, status: int, *, version: bool, schemes: list[str]
) -> None:
    async with Net({REG: {"/v2/": answer}}) as net, net.client() as client:
        ping = await client.ping(target(REG))
        assert (ping.answer.status, ping.api_version) == (status, version)
        assert [challenge.scheme for challenge in ping.challenges] == schemes
        assert net.log == [f"GET {REG}/v2/"]


async def test_a_prefix_of_the_base_stays() -> None:
    async with Net({PLAIN: {"/p/v2/": reply(200), f"/p{MANIFEST}": reply(200, BODY)}}) as net, net.client() as client:
        await client.ping(target(f"{PLAIN}/p"))
        assert (await manifest(client, f"{PLAIN}/p", NONE)).body == BODY
        assert net.log == [f"GET {PLAIN}/p/v2/", f"GET {PLAIN}/p{MANIFEST}"]


async def test_a_manifest_is_asked_for_as_the_engine_does() -> None:
    headers = {
        "Content_Type": OCI_MANIFEST,
        "Docker_Content_Digest": DIGEST,
        "Warning": '299 - "old"',
        "RateLimit_Limit": "100;w=21600",
        "RateLimit_Remaining": "99;w=21600",
        "Retry_After": "7",
    }
    async with Net({REG: {MANIFEST: reply(200, BODY, **headers)}}) as net, net.client() as client:
        found = await manifest(client)
        (heard,) = net.heard
        assert heard.values("Accept") == [OCI_MANIFEST, OCI_INDEX]
        assert heard.values("Accept-Encoding") == ["identity"]
        assert heard.values("Authorization") == ["Bearer tok"]
        assert (found.body, found.digest, found.media_type, found.truncated) == (BODY, DIGEST, OCI_MANIFEST, False)
        assert (found.warnings, found.retry_after) == (("old",), 7.0)
        assert found.rate_limit == RateLimit(100, 99, 21600)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 500, 503])
async def test_any_status_is_an_answer_to_a_manifest(status: int) -> None:
    answer = reply(status, '{"errors":[]}', WWW_Authenticate=["Basic", "Bearer"])
    async with Net({REG: {MANIFEST: answer}}) as net, net.client() as client:
        found = await manifest(client)
        assert (found.status, found.body, found.challenges) == (status, b'{"errors":[]}', ("Basic", "Bearer"))
        head = await client.manifest(target(REG), "team/app", "latest", NONE, (), method="HEAD")
        assert (head.status, head.body) == (status, b"")
        assert [one.method for one in net.heard] == ["GET", "HEAD"]


async def test_a_manifest_is_read_to_its_limit() -> None:
    async with Net({REG: {MANIFEST: reply(200, b" " * (4 * 1024 * 1024 + 1))}}) as net, net.client() as client:
        found = await manifest(client)
        assert (len(found.body), found.truncated) == (4 * 1024 * 1024, True)
        assert len(net.heard) == 1


NAMES = [("../secret", "latest"), ("team/app", "a/b"), ("Team", "latest"), ("team/app", "sha256:../../x"), ("a?b", "x")]


@pytest.mark.parametrize(("repository", "reference"), NAMES)
async def test_a_name_outside_the_grammar_is_never_asked_for(repository: str, reference: str) -> None:
    async with Net({REG: {}}) as net, net.client() as client:
        with pytest.raises(NameRefused):
            await client.manifest(target(REG), repository, reference, NONE, ())
        with pytest.raises(NameRefused):
            await client.blob(target(REG), repository, reference, NONE)
        with pytest.raises(NameRefused):
            await client.referrers(target(REG), repository, reference, NONE)
        assert net.heard == []


async def test_a_redirect_to_another_host_is_followed_without_the_proof() -> None:
    scripts = {
        REG: {MANIFEST: reply(307, Location=f"{CDN}/blob?sig=secret-signature", Set_Cookie="a=b")},
        CDN: {"/blob": reply(302, Location="/other", Set_Cookie="c=d"), "/other": reply(200, BODY)},
    }
    watch = Requests()
    async with Net(scripts) as net, net.client() as client:
        found = await client.manifest(target(REG), "team/app", "latest", PROOF, ("a/b",), watch=watch)
        assert (found.body, found.asked, found.url) == (BODY, REG + MANIFEST, f"{CDN}/other")
        assert net.log == [f"GET {REG}{MANIFEST} Bearer", f"GET {CDN}/blob?sig=secret-signature", f"GET {CDN}/other"]
        assert [one.values("Accept") for one in net.heard] == [["a/b"]] * 3
        assert not any(one.values("Cookie") for one in net.heard)
        assert watch.ended[1] == ("GET", f"{CDN}/blob?sig=***", 302)
        assert watch.stages == ["dns", "tcp", "tls"]


async def test_a_redirect_with_a_huge_body_is_followed_all_the_same() -> None:
    script = {"/v2/": reply(302, b"x" * 5_000_000, Location="/x/v2/"), "/x/v2/": reply(200)}
    async with Net({REG: script}) as net, net.client() as client:
        found = await client.ping(target(REG))
        assert (found.answer.status, found.answer.url) == (200, f"{REG}/x/v2/")
        assert len(net.heard) == 2


async def test_a_redirect_on_the_same_origin_keeps_the_proof() -> None:
    async with Net({REG: {MANIFEST: reply(301, Location="/x"), "/x": reply(200, BODY)}}) as net, net.client() as client:
        await manifest(client)
        assert [one.proof for one in net.heard] == ["Bearer", "Bearer"]


REFUSED = [
    pytest.param("http://reg.example.com/v2/", "from https to plain HTTP", True, id="downgrade"),
    pytest.param("https://u:p@cdn.example/", "user name", True, id="user name"),
    pytest.param("", "without saying where to go", False, id="empty"),
    pytest.param("javascript:alert(1)", "refused the redirect to javascript", False, id="script"),
    pytest.param("file:///etc/passwd", "refused the redirect to file", False, id="file"),
    pytest.param("https://cdn.example:99999/", "refused the redirect", True, id="port"),
    pytest.param("https://a%zz/", "refused the redirect", False, id="no URL"),
    pytest.param(
        "https://cdn.example/\x1b[2J", r"refused the redirect to https://cdn.example/\\x1b\[2J", None, id="ESC"
    ),
    pytest.param("https://inside.example/", "inside this host or its network", True, id="name of loopback"),
    pytest.param("https://169.254.169.254/latest", "inside this host or its network", True, id="metadata service"),
    pytest.param("https://[::1]/", "inside this host or its network", True, id="loopback literal"),
    pytest.param("https://localhost/", "inside this host or its network", True, id="localhost"),
    pytest.param("/v2/team/app/manifests/latest", "in a circle", False, id="itself"),
]


@pytest.mark.parametrize(("location", "sentence", "own"), REFUSED)
async def test_a_redirect_that_is_not_followed(location: str, sentence: str, *, own: bool | None) -> None:
    scripts = {REG: {MANIFEST: reply(302, Location=location)}}
    async with Net(scripts, addresses={"inside.example": "127.0.0.1"}) as net, net.client() as client:
        with pytest.raises(NetworkError, match=sentence) as caught:
            await manifest(client)
        error = caught.value
        assert str(error).isprintable()
        assert error.go
        assert (error.method, error.url) == ("GET", REG + MANIFEST)
        if own is not None:
            assert (error.trouble, error.own_limit) == (Trouble.REDIRECT, own)
        assert len(net.heard) == 1


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_a_redirect_without_location_fails_as_in_go(status: int) -> None:
    async with Net({REG: {"/v2/": reply(status)}}) as net, net.client() as client:
        with pytest.raises(NetworkError) as caught:
            await client.ping(target(REG))
        assert caught.value.go == f"{status} response missing Location header"
        assert caught.value.stage is Stage.PING
        assert len(net.heard) == 1


@pytest.mark.parametrize("status", [300, 304, 305, 307, 308])
async def test_what_go_takes_for_no_redirect_is_an_answer(status: int) -> None:
    async with Net({REG: {"/v2/": reply(status)}}) as net, net.client() as client:
        assert (await client.ping(target(REG))).answer.status == status
        assert len(net.heard) == 1


async def test_five_redirects_are_followed_and_no_more() -> None:
    def hop(heard: Heard) -> bytes:
        return reply(302, Location=f"/{int(heard.target.strip('/')) + 1}")

    script: Script = {"/v2/": reply(302, Location="/1"), **{f"/{number}": hop for number in range(1, 20)}}
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(NetworkError, match="stopped after 5 redirects") as caught:
            await client.ping(target(REG))
        assert caught.value.own_limit
        assert len(net.heard) == 6


async def test_a_circle_ends_as_in_go() -> None:
    script = {"/v2/": reply(302, Location="/a"), "/a": reply(302, Location="/b"), "/b": reply(302, Location="/a")}
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(NetworkError) as caught:
            await client.ping(target(REG))
        assert (caught.value.go, caught.value.own_limit) == ("stopped after 10 redirects", False)
        assert len(net.heard) == 3


async def test_a_registry_inside_may_redirect_inside() -> None:
    scripts = {REG: {MANIFEST: reply(302, Location=f"{CDN}/x")}, CDN: {"/x": reply(200, BODY)}}
    inside = {"reg.example.com": "10.0.0.6", "cdn.example": "10.0.0.7"}
    async with Net(scripts, addresses=inside) as net, net.client() as client:
        assert (await manifest(client)).body == BODY
        assert [one.proof for one in net.heard] == ["Bearer", ""]


async def test_a_redirect_to_a_host_that_is_not_there_names_it() -> None:
    async with (
        Net({REG: {MANIFEST: reply(302, Location="https://gone.example/x?sig=abc")}}) as net,
        net.client() as client,
    ):
        with pytest.raises(NetworkError) as caught:
            await manifest(client)
        assert caught.value.trouble is Trouble.NO_SUCH_HOST
        assert caught.value.url == "https://gone.example/x?sig=***"
        assert len(net.heard) == 1


async def test_a_blob_is_verified_wherever_it_comes_from() -> None:
    path = f"/v2/team/app/blobs/{DIGEST}"
    scripts = {REG: {path: reply(307, Location=f"{CDN}/data?sig=x")}, CDN: {"/data": reply(200, BODY)}}
    async with Net(scripts) as net, net.client() as client:
        assert await client.blob(target(REG), "team/app", DIGEST, PROOF) == BODY
        assert [one.proof for one in net.heard] == ["Bearer", ""]


BLOBS = [
    pytest.param(reply(200, b"{}"), DigestMismatch, "is not sha256:", id="another content"),
    pytest.param(reply(200, b"x" * 101), AnswerRefused, "larger than 100 bytes", id="too large"),
    pytest.param(
        reply(404, '{"errors":[{"code":"BLOB_UNKNOWN","message":"gone \\u001b"}]}'), AnswerRefused, "gone", id="404"
    ),
    pytest.param(reply(204), AnswerRefused, "204", id="204"),
]


@pytest.mark.parametrize(("answer", "kind", "sentence"), BLOBS)
async def test_a_blob_that_is_not_what_was_asked_for(answer: bytes, kind: type[AnswerRefused], sentence: str) -> None:
    async with Net({REG: {f"/v2/team/app/blobs/{DIGEST}": answer}}) as net, net.client() as client:
        with pytest.raises(kind, match=sentence) as caught:
            await client.blob(target(REG), "team/app", DIGEST, NONE, limit=100)
        assert str(caught.value).isprintable()
        assert len(net.heard) == 1


def names_body(*names: object, key: str = "tags") -> str:
    return json.dumps({key: names})


async def test_pages_of_tags_are_followed_by_their_links() -> None:
    script = {
        f"{TAGS}?n=2": reply(200, names_body("a", "b"), Link=f'<{TAGS}?n=2&last=b>; rel="next"'),
        f"{TAGS}?n=2&last=b": reply(200, names_body("c", "bad tag"), Link='<https://evil.example/>; rel="next"'),
    }
    async with Net({REG: script}) as net, net.client() as client:
        listing = Listing()
        page = await client.tags_page(target(REG), "team/app", PROOF, size=2)
        first = listing.take(page.names, len(page.reply.body), page.url, page.reply.links)
        assert first.onward == Next(f"{REG}{TAGS}?n=2&last=b")
        assert isinstance(first.onward, Next)
        page = await client.tags_page(target(REG), "team/app", PROOF, url=first.onward.url)
        second = listing.take(page.names, len(page.reply.body), page.url, page.reply.links)
        assert (second.names, second.invalid) == (("c",), 1)
        assert isinstance(second.onward, Stop)
        assert "another host" in second.onward.reason
        assert [one.proof for one in net.heard] == ["Bearer", "Bearer"]


@pytest.mark.parametrize("status", [400, 422])
async def test_a_page_size_that_is_refused_is_left_out_once(status: int) -> None:
    refused = reply(status, '{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}')
    script = {
        "/v2/_catalog?n=5000": refused,
        "/v2/_catalog": reply(200, names_body("a/b", "../x", key="repositories")),
        f"{TAGS}?n=9": refused,
        TAGS: refused,
    }
    async with Net({REG: script}) as net, net.client() as client:
        page = await client.catalog_page(target(REG), NONE, size=5000)
        assert (page.names.names, page.names.invalid, page.url) == (("a/b",), 1, f"{REG}/v2/_catalog")
        with pytest.raises(AnswerRefused, match="PAGINATION_NUMBER_INVALID"):
            await client.tags_page(target(REG), "team/app", NONE, size=9)
        assert len(net.heard) == 4


LISTINGS = [
    pytest.param(
        reply(200, "<html>", Content_Type="text/html"), "text/html that is no list: it is not JSON", id="HTML"
    ),
    pytest.param(reply(200, "", Content_Type="\x1b"), "no list: it is empty", id="empty"),
    pytest.param(reply(404, "404 page not found"), "answered 404", id="404"),
    pytest.param(reply(401, '{"errors":[{"code":"UNAUTHORIZED","message":"who?"}]}'), "answered 401.*: who?", id="401"),
]


@pytest.mark.parametrize(("answer", "sentence"), LISTINGS)
async def test_an_answer_that_is_no_list_is_refused_with_the_answer(answer: bytes, sentence: str) -> None:
    async with Net({REG: {"/v2/_catalog": answer}}) as net, net.client() as client:
        with pytest.raises(AnswerRefused, match=sentence) as caught:
            await client.catalog_page(target(REG), NONE)
        assert str(caught.value).isprintable()
        assert caught.value.answer.url == f"{REG}/v2/_catalog"
        assert len(net.heard) == 1


async def test_referrers_are_asked_for_and_have_a_tag_to_fall_back_to() -> None:
    path = f"/v2/team/app/referrers/{DIGEST}"
    script = {f"{path}?artifactType=a%2Fb": reply(200, "{}", OCI_Filters_Applied="artifactType"), path: reply(404)}
    async with Net({REG: script}) as net, net.client() as client:
        filtered = await client.referrers(target(REG), "team/app", DIGEST, PROOF, artifact_type="a/b")
        assert (filtered.status, filtered.filters) == (200, "artifactType")
        assert (await client.referrers(target(REG), "team/app", DIGEST, PROOF)).status == 404
        assert fallback_tag(DIGEST) == DIGEST.replace(":", "-")
        assert net.heard[0].values("Accept") == [OCI_INDEX]


def test_an_authorization_is_for_its_own_origin_alone() -> None:
    own = [f"{REG}/v2/", f"{REG}:443/x", "https://REG.example.com/"]
    others = ["http://reg.example.com/", f"{REG}:8443/", "https://other.example/", "http://reg.example.com:443/"]
    for text, expected in [(text, 1) for text in own] + [(text, 0) for text in others]:
        url = parse_url(text)
        assert url is not None
        assert len(PROOF.headers_for(url)) == expected
        assert NONE.headers_for(url) == ()
    assert "tok" not in repr(PROOF)
