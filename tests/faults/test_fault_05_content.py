"""Cases 43 to 51: manifests, indexes, digests, blobs, referrers and mirrors that are not what they should be."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from regtui.browse import BrowseError, place_of
from regtui.browse import details as look
from regtui.engines.hub import HUB_URL
from regtui.host.model import EngineName
from regtui.outcome import Outcome
from regtui.registry.client import ANONYMOUS
from regtui.registry.descriptors import ManifestError
from regtui.registry.errors import AnswerRefused, DigestMismatch, RegistryError
from regtui.registry.manifests import DOCKER_LIST, OCI_INDEX, OCI_MANIFEST, read_manifest
from regtui.text import printable
from tests.faults.bench import (
    BAD,
    BAD_URL,
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
)
from tests.registry_net import Net, bearer, browser, reply, target, token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.registry_net import Script

REG = "https://reg.example.com"
TAGS = f"/v2/{NAME}/tags/list"
CATALOG = "/v2/_catalog"


BODIES: dict[str, bytes] = {
    "no JSON": b"<html>",
    "empty": b"",
    "a list": b"[]",
    "nested": b"[" * 200_000,
    "nested objects": b'{"a":' * 100_000,
    "5,000 digits": b'{"schemaVersion":2,"config":{"size":' + b"9" * 5000 + b"}}",
    "NaN": b'{"schemaVersion":NaN}',
    "BOM": b"\xef\xbb\xbf{}",
    "UTF-16": '{"schemaVersion":2}'.encode("utf-16"),
    "no UTF-8": b'{"a":"\xff"}',
    "a surrogate": b'{"schemaVersion":2,"mediaType":"\\ud800"}',
    "a negative size": b'{"layers":[],"config":{"digest":"sha256:' + b"0" * 64 + b'","size":-1}}',
    "half a size": b'{"layers":[],"config":{"digest":"sha256:' + b"0" * 64 + b'","size":1.5}}',
    "a huge size": b'{"layers":[],"config":{"digest":"sha256:' + b"0" * 64 + b'","size":1e30}}',
    "no config": b'{"layers":[]}',
    "layers that are none": b'{"layers":{},"config":7}',
    "an index and an image": b'{"schemaVersion":2,"layers":[],"manifests":[],"config":{}}',
    "two types": b'{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","layers":[]}',
}


@pytest.mark.fault(43, 44)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("media_type", [OCI_MANIFEST, DOCKER_LIST, "application/json"])
async def test_what_is_no_manifest_has_a_short_reason(body: bytes, media_type: str) -> None:
    script = {"/v2/": PING, MANIFEST: reply(200, body, Content_Type=media_type)}
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(AnswerRefused) as caught:
            await browser(client, REG).manifest(NAME, "latest")
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 300
        assert len(net.heard) == 2


@pytest.mark.fault(43, 44)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_a_walk_passes_what_is_no_manifest(body: bytes, tmp_path: Path) -> None:
    """The engine reads an index without a fitting entry, and goes on; what it takes for an image is found there."""
    script: Script = {"/v2/": PING, MANIFEST: reply(200, body, Content_Type=DOCKER_LIST)}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        walked = await bench.passes()
        assert walked.bad["outcome"] in (Outcome.INVALID, Outcome.NOT_A_REGISTRY)


def index(*entries: dict[str, object]) -> bytes:
    return json.dumps({"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": entries}).encode()


def entry(digest: object, architecture: object = "amd64", **more: object) -> dict[str, object]:
    return {
        "mediaType": SCHEMA2,
        "digest": digest,
        "size": 1,
        "platform": {"os": "linux", "architecture": architecture},
    } | more


@pytest.mark.fault(45)
async def test_an_index_in_an_index_is_asked_for_once(tmp_path: Path) -> None:
    inner = index(entry(DIGEST))
    digest = "sha256:" + hashlib.sha256(inner).hexdigest()
    outer = index(entry(digest), *(entry(digest, platform={"os": "\x1b[2J", "architecture": n}) for n in range(50)))
    script: Script = {
        "/v2/": PING,
        MANIFEST: reply(200, outer, Content_Type=DOCKER_LIST),
        f"/v2/{NAME}/manifests/{digest}": reply(200, inner, Content_Type=DOCKER_LIST),
    }
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        await bench.walk()
        assert [one.target for one in bench.heard] == ["/v2/", MANIFEST, f"/v2/{NAME}/manifests/{digest}"]


@pytest.mark.fault(45, 46)
@pytest.mark.parametrize(
    "digest",
    ["sha256:../../x", "md5:" + "0" * 32, "sha256:" + "0" * 63, "sha256:" + "A" * 64, "x:" + "0" * 64, 7, None],
)
async def test_a_digest_of_an_index_never_leaves_the_grammar(digest: object, tmp_path: Path) -> None:
    script: Script = {"/v2/": PING, MANIFEST: reply(200, index(entry(digest)), Content_Type=DOCKER_LIST)}
    async with Bench(tmp_path, {BAD_URL: script, GOOD_URL: SERVES}) as bench:
        bench.configure(BAD, GOOD)
        await bench.passes()
        asked = [one.target for one in bench.heard if one.origin == BAD_URL]
        assert asked[:2] == ["/v2/", MANIFEST]
        assert not [path for path in asked if ".." in path or "md5" in path or "x:" in path]


@pytest.mark.fault(45)
def test_a_hundred_thousand_entries_are_cut_and_counted() -> None:
    many = read_manifest(index(*[entry(DIGEST)] * 15_000), DOCKER_LIST)
    assert (len(many.entries), many.invalid) == (5000, 10_000)
    with pytest.raises(ManifestError):
        read_manifest(index(*[entry(DIGEST)] * 100_000), OCI_INDEX)


CLAIMS = [
    "",
    "sha256:" + "0" * 64,
    "0" * 64,
    "sha512:" + "0" * 128,
    "md5:" + "0" * 32,
    "sha256:../../x",
    "SHA256:X",
    "\x1b[2J",
]


@pytest.mark.fault(46)
@pytest.mark.parametrize("claim", CLAIMS)
@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
async def test_the_body_decides_what_the_digest_is(claim: str, engine: EngineName, tmp_path: Path) -> None:
    lying = reply(200, IMAGE, Content_Type=SCHEMA2, **({"Docker_Content_Digest": claim} if claim else {}))
    script: Script = {"/v2/": PING, MANIFEST: lying, f"/v2/{NAME}/manifests/{claim}": lying}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        for strict in (False, True):
            walked = await bench.walk(f"{BAD}/{NAME}", strict=strict, engine=engine)
            if walked.document["found"]:
                assert walked.document["found"]["digest"] == DIGEST


@pytest.mark.fault(46)
async def test_a_body_that_is_not_what_its_digest_names_is_not_taken(tmp_path: Path) -> None:
    other = "sha256:" + "0" * 64
    script: Script = {"/v2/": PING, f"/v2/{NAME}/manifests/{other}": SERVED}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        walked = await bench.walk(f"{BAD}/{NAME}@{other}")
        assert walked.bad["outcome"] == Outcome.INVALID
        assert walked.bad["error"] == "the body is not what the digest names"
    async with Net({REG: script}) as net, net.client() as client:
        with pytest.raises(DigestMismatch):
            await browser(client, REG).manifest(NAME, other)
        assert len(net.heard) == 2


@pytest.mark.fault(47)
async def test_a_tag_that_moves_between_head_and_get_is_never_mixed(tmp_path: Path) -> None:
    """What HEAD named is asked for by its digest, so that a tag which points elsewhere meanwhile changes nothing."""
    moved = IMAGE + b"\n"
    script: Script = {
        "/v2/": PING,
        f"/v2/{NAME}/manifests/latest": lambda heard: (
            SERVED if heard.method == "HEAD" else reply(200, moved, Content_Type=SCHEMA2)
        ),
        f"/v2/{NAME}/manifests/{DIGEST}": SERVED,
    }
    async with Bench(tmp_path, {HUB_URL: script}) as bench:
        bench.write("etc/docker/daemon.json", "{}")
        with bench.session(EngineName.MOBY) as session:
            for strict in (True, False, False):
                walked = await fold(session, NAME, strict=strict)
                by_head = "HEAD" in [request["method"] for request in walked.bad["requests"]]
                body = IMAGE if by_head else moved
                assert walked.document["found"]["digest"] == "sha256:" + hashlib.sha256(body).hexdigest()
            await session.aclose()


@pytest.mark.fault(48)
async def test_other_places_of_a_layer_are_shown_and_never_asked(tmp_path: Path) -> None:
    urls = ["https://cdn.example/layer", "http://169.254.169.254/\x1b[2J"]
    layer = {"mediaType": "x", "digest": DIGEST, "size": 1, "urls": urls, "annotations": {"url": urls[0]}}
    body = json.dumps(
        {"schemaVersion": 2, "config": {"mediaType": "x", "digest": DIGEST, "size": 1}, "layers": [layer]}
    )
    script: Script = {"/v2/": PING, MANIFEST: reply(200, body, Content_Type=SCHEMA2)}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure(BAD)
        await bench.walk()
        assert (bench.dialer.strays, len(bench.heard)) == ([], 2)
    shown = read_manifest(body.encode(), SCHEMA2).layers[0]
    assert shown.urls == tuple(map(printable, urls))


@pytest.mark.fault(49)
@pytest.mark.parametrize(
    ("blob", "words"),
    [(b"x" * 5_000_000, "larger than"), (b"{}", "is not sha256"), (b"", "is not sha256")],
    ids=["larger than it may be", "another", "empty"],
)
async def test_a_configuration_is_verified_and_a_signed_address_is_not_shown(blob: bytes, words: str) -> None:
    cdn = "https://cdn.example"
    script = {"/v2/": PING, f"/v2/{NAME}/blobs/{DIGEST}": reply(307, Location=f"{cdn}/x?X-Amz-Signature=secret")}
    async with Net({REG: script, cdn: {"/x": reply(200, blob)}}) as net, net.client() as client:
        with pytest.raises(RegistryError) as caught:
            await client.blob(target(REG), NAME, DIGEST, ANONYMOUS)
        assert words in str(caught.value)
        assert "Signature=secret" not in str(caught.value) + repr(caught.value.__cause__)
        assert len(net.heard) == 2


@pytest.mark.fault(50)
@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
async def test_without_a_referrers_api_the_tag_is_asked_for(status: int) -> None:
    tag = f"/v2/{NAME}/manifests/{DIGEST.replace(':', '-')}"
    signed = {"mediaType": OCI_MANIFEST, "digest": DIGEST, "size": 1, "artifactType": "a/sig"}
    body = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [signed, {"digest": "../x"}]})
    script: Script = {
        "/v2/": PING,
        f"/v2/{NAME}/referrers/{DIGEST}": reply(status, "<html>"),
        tag: reply(200, body, Content_Type=OCI_INDEX),
    }
    async with Net({REG: script}) as net, net.client() as client:
        found = await browser(client, REG).referrers(NAME, DIGEST, "a/sig")
        assert [entry.descriptor.digest for entry in found] == [DIGEST]
        assert [one.target.partition("?")[0] for one in net.heard[1:]] == [f"/v2/{NAME}/referrers/{DIGEST}", tag]


MIRROR = "https://mirror.example.com"


@pytest.mark.fault(51)
@pytest.mark.parametrize("answer", [reply(404), reply(500), reply(200, "<html>"), None, "basic", "bearer"])
@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
async def test_a_mirror_gets_no_login_and_its_failure_leads_on(
    answer: bytes | str | None, engine: EngineName, tmp_path: Path
) -> None:
    library = f"/v2/library/{NAME.replace('/', '-')}/manifests/"
    ping = PING
    if answer == "basic":
        ping = reply(401, "{}", WWW_Authenticate="Basic", Docker_Distribution_Api_Version="registry/2.0")
    elif answer == "bearer":
        ping = bearer("https://auth.docker.io/token", "registry.docker.io")
    script: Script = {"/v2/": ping, f"{library}latest": answer if isinstance(answer, bytes) else reply(404)}
    hub: Script = {"/v2/": PING, f"{library}latest": SERVED, f"{library}{DIGEST}": SERVED}
    mirror = None if answer is None else script
    servers = {MIRROR: mirror, HUB_URL: hub, "https://auth.docker.io": {"/token": token()}}
    async with Bench(tmp_path, servers) as bench:
        bench.write("etc/docker/daemon.json", json.dumps({"registry-mirrors": [MIRROR]}))
        bench.write("etc/sysconfig/docker", "OPTIONS=--signature-verification=false\n")
        bench.log_in("https://index.docker.io/v1/", "mirror.example.com", MIRROR)
        walked = await bench.walk(NAME.replace("/", "-"), engine=engine)
        assert walked.document["found"]["endpoint"] == HUB_URL
        assert [one.proof for one in bench.heard if one.origin == MIRROR and one.proof != "Bearer"].count("Basic") == 0
        assert not [one.target for one in bench.heard if "ns=" in one.target]


SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
AI_MODEL = "application/vnd.docker.ai.model.config.v0.1+json"
STRANGE: dict[str, tuple[bytes, str]] = {
    "schema 1": (
        json.dumps({"schemaVersion": 1, "name": NAME, "tag": "latest", "fsLayers": [], "history": []}).encode(),
        SCHEMA1,
    ),
    "an artifact": (
        json.dumps(
            {
                "schemaVersion": 2,
                "artifactType": "application/vnd.example.sbom",
                "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": DIGEST, "size": 2},
                "layers": [{"mediaType": "text/plain", "digest": DIGEST, "size": 1}],
            }
        ).encode(),
        OCI_MANIFEST,
    ),
    "an AI model": (
        json.dumps(
            {
                "schemaVersion": 2,
                "config": {
                    "mediaType": "application/vnd.docker.ai.model.config.v0.1+json",
                    "digest": DIGEST,
                    "size": 2,
                },
                "layers": [{"mediaType": "application/vnd.docker.ai.gguf.v3", "digest": DIGEST, "size": 1}],
            }
        ).encode(),
        OCI_MANIFEST,
    ),
    "a type that nobody knows": (b'{"schemaVersion": 2}', "application/vnd.example+json"),
    "layers beside manifests": (
        json.dumps(
            {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": {}, "layers": [], "manifests": []}
        ).encode(),
        OCI_MANIFEST,
    ),
    "another type in the body": (
        json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}).encode(),
        OCI_MANIFEST,
    ),
}

_NAMED = ("schema 1 image", "artifact", "AI model", "manifest of an unknown type")
KINDS = dict(zip([body for body, _ in STRANGE.values()], _NAMED, strict=False))
"""What the first ones are for browsing; the others are refused."""


@pytest.mark.fault(44)
@pytest.mark.parametrize("engine", [EngineName.RHEL_DOCKER, EngineName.MOBY])
@pytest.mark.parametrize(("body", "kind"), STRANGE.values(), ids=STRANGE)
async def test_what_is_no_plain_image_is_told_in_words(
    body: bytes, kind: str, engine: EngineName, tmp_path: Path
) -> None:
    """The engine's verdict on it is a table of its own; here it ends, is told, and browsing tells it too."""
    script: Script = {"/v2/": PING, MANIFEST: reply(200, body, Content_Type=kind)}
    async with Bench(tmp_path, {BAD_URL: script}) as bench:
        bench.configure()
        walked = await bench.walk(f"{BAD}/{NAME}", engine=engine)
        assert walked.document["found"] is not None or walked.bad["error"]
        with bench.session(engine) as session:
            seen = "refused"
            with contextlib.suppress(BrowseError):
                seen = (await look(session, place_of(session, BAD), NAME, "latest")).manifest.kind
            assert seen == KINDS.get(body, "refused")
            await session.aclose()


@pytest.mark.fault(44)
def test_ambiguous_content_is_refused_wherever_it_comes_from() -> None:
    """CVE-2021-41190: what is an image to one reader and an index to another."""
    for body, kind in (STRANGE["layers beside manifests"], STRANGE["another type in the body"]):
        with pytest.raises(ManifestError):
            read_manifest(body, kind)


@pytest.mark.fault(51)
async def test_a_mirror_is_told_whose_image_is_wanted_where_containerd_tells_it(tmp_path: Path) -> None:
    """`ns` goes to hosts that stand in for another one, and never to the registry itself."""
    async with Bench(tmp_path, {MIRROR: {"/v2/": PING, MANIFEST: reply(404)}, BAD_URL: SERVES}) as bench:
        bench.write("usr/bin/nerdctl", "")
        folder = f"etc/containerd/certs.d/{BAD}"
        bench.write(f"{folder}/hosts.toml", f'[host."{MIRROR}"]\n  capabilities = ["pull", "resolve"]\n')
        await bench.walk(f"{BAD}/{NAME}:latest", engine=EngineName.CONTAINERD)
        with_ns = {one.origin for one in bench.heard if f"ns={BAD}" in one.target}
        without = {one.origin for one in bench.heard if "ns=" not in one.target}
        assert (with_ns, without) == ({MIRROR}, {BAD_URL})
