"""The demo's story: its names show what they promise, its content holds together, its certificates last."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from cryptography import x509

import regtui.demo
from regtui.demo.content import DOCKER_LIST, OCI_INDEX, SIGNED_SCHEMA1, Manifest
from regtui.demo.story import PRIVATE, STORY_FILES, STORY_NAMES, story_world, write_story_files
from regtui.demo.thread import WorldThread
from regtui.demo.world import World
from regtui.registry.errors import NetworkError
from tests.raw_client import RawClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

pytestmark = pytest.mark.usefixtures("no_leaked_sockets")

SPEC = story_world(lively=False)
CERTIFICATES = Path(regtui.demo.__file__).parent / "certificates"
MIRROR, QUAY, HUB = f"http://{PRIVATE}", "https://quay.io", "https://registry-1.docker.io"

WALKS = {
    "team/app": [200],
    "coreos/etcd": [404, 200],
    "etcd": [404, 404, 200],
    "debian": [404, 404, 200],
    "busybox": [404, 404, 200],
    "redis": [404, 404, 500, 200],
    "grafana/grafana": [200],
    "nginx": [404, 404, 200],
    "nosuch": [404, 404, 404, 404],
    "private/vault": [404, 401, 404, 404],
}
"""A short name -> the answers of the private registry, quay.io, the mirror and Docker Hub until one has it."""

QUALIFIED: dict[str, int | str] = {
    "quay.io/private/vault": 401,
    "quay.io/secret/keys": 403,
    "quay.io/arm/only": 200,
    "docker.io/limited/app": 429,
    "okd-lr.zyl.io:5000/legacy/billing": 200,
    "registry.dead.example/app": "TimeoutError",
    "registry.gone.example/app": "NetworkError",
    "registry.down.example:5000/app": "ConnectionRefusedError",
    "registry.reset.example/app": "ConnectionResetError",
    "registry.selfsigned.example/app": "SSLCertVerificationError",
    "registry.expired.example/app": "SSLCertVerificationError",
    "registry.wronghost.example/app": "SSLCertVerificationError",
    "registry.plain.example:5000/app": "SSLError",
    "registry.basic.example/app": 401,
    "registry.portal.example/app": 200,
}
"""A full name -> the status of its manifest, or the error that comes in its place."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Serve the story."""
    async with World(SPEC) as running:
        yield running


async def hub_token(client: RawClient, scope: str) -> str:
    """Return a token of Docker Hub's service."""
    query = urlencode({"service": "registry.docker.io", "scope": scope})
    return await client.token(f"https://auth.docker.io/token?{query}")


async def walk(client: RawClient, name: str) -> list[int]:
    """Ask for a short name as the host's Docker does, and return the answers up to the first 200."""
    official = name if "/" in name else f"library/{name}"
    token = await hub_token(client, f"repository:{official}:pull")
    answers = []
    for base, path, key in ((MIRROR, name, ""), (QUAY, name, ""), (MIRROR, official, ""), (HUB, official, token)):
        answers.append((await client.get(f"{base}/v2/{path}/manifests/latest", key)).status)
        if answers[-1] == 200:
            break
    return answers


def test_every_name_of_the_story_is_tested() -> None:
    assert {story.name for story in STORY_NAMES} == WALKS.keys() | QUALIFIED.keys()
    assert all(story.shows for story in STORY_NAMES)


@pytest.mark.parametrize("name", WALKS)
async def test_a_short_name_walks_as_the_story_says(world: World, name: str) -> None:
    assert await walk(RawClient(world), name) == WALKS[name]


@pytest.mark.parametrize("name", QUALIFIED)
async def test_a_full_name_ends_as_the_story_says(world: World, name: str) -> None:
    client = RawClient(world)
    host, _, path = name.partition("/")
    base = {"docker.io": HUB, PRIVATE: MIRROR}.get(host, f"https://{host}")
    token = await hub_token(client, f"repository:{path}:pull") if host == "docker.io" else ""
    ended: int | str
    try:
        async with asyncio.timeout(0.5 if QUALIFIED[name] == "TimeoutError" else None):
            ended = (await client.get(f"{base}/v2/{path}/manifests/latest", token)).status
    except (OSError, NetworkError) as error:
        ended = type(error).__name__
    assert ended == QUALIFIED[name]


@pytest.mark.parametrize(("name", "fetched"), [("debian", []), ("busybox", ["library/busybox"])])
async def test_the_mirror_has_one_and_fetches_the_other(world: World, name: str, fetched: list[str]) -> None:
    await RawClient(world).get(f"{MIRROR}/v2/library/{name}/manifests/latest")
    asked = [entry.path.split("/manifests")[0][4:] for entry in world.log.requests if entry.via and entry.status == 200]
    assert [path for path in asked if path in fetched or path.startswith("library")] == fetched


async def test_docker_hub_has_a_limit_and_no_catalog(world: World) -> None:
    client = RawClient(world)
    token = await hub_token(client, "repository:library/nginx:pull")
    reply = await client.get(f"{HUB}/v2/library/nginx/manifests/latest", token)
    assert (reply.headers["ratelimit-limit"], reply.headers["ratelimit-remaining"]) == ("100;w=21600", "75;w=21600")
    refused = await client.get(f"{HUB}/v2/_catalog", await hub_token(client, "registry:catalog:*"))
    assert refused.status == 401
    assert 'error="insufficient_scope"' in refused.headers["www-authenticate"]


async def test_the_catalog_of_quay_comes_whole(world: World) -> None:
    client, target, names = RawClient(world), "/v2/_catalog?n=7", []
    while target:
        reply = await client.get(QUAY + target)
        names += reply.json["repositories"]
        target = reply.headers.get("link", "<>").partition("<")[2].partition(">")[0]
    assert names == sorted(repository.name for repository in SPEC.host("quay.io").repositories)


async def test_an_image_has_referrers(world: World) -> None:
    client = RawClient(world)
    digest = (await client.get(f"{QUAY}/v2/supply/tool/manifests/v1.3.0")).headers["docker-content-digest"]
    listed = await client.get(f"{QUAY}/v2/supply/tool/referrers/{digest}")
    assert {entry["artifactType"] for entry in listed.json["manifests"]} == {
        "application/vnd.cncf.notary.signature",
        "application/spdx+json",
        "application/vnd.in-toto+json",
    }


def test_the_demo_runs_beside_a_screen() -> None:
    with WorldThread(story_world()) as world:
        assert "BEGIN CERTIFICATE" in world.authorities


def manifests() -> Iterator[Manifest]:
    """Yield every manifest of the story once, those that indexes hold included."""
    seen: dict[str, Manifest] = {}
    waiting = [
        manifest
        for host in SPEC.hosts
        for repository in host.repositories
        for manifest in (*(manifest for _, manifest in repository.tags), *repository.untagged)
    ]
    while waiting:
        manifest = waiting.pop()
        if manifest.digest not in seen:
            seen[manifest.digest] = manifest
            waiting += manifest.holds
    yield from seen.values()


MANIFESTS = tuple(manifests())


def test_there_is_enough_to_browse() -> None:
    repositories = [repository for host in SPEC.hosts[:4] for repository in host.repositories]
    assert len(repositories) >= 48
    assert sum(len(repository.tags) for repository in repositories) >= 400
    media_types = {manifest.media_type for manifest in MANIFESTS}
    assert {OCI_INDEX, DOCKER_LIST, SIGNED_SCHEMA1} < media_types
    tags = {tag for repository in repositories for tag, _ in repository.tags}
    assert {".sig", ".att", ".sbom"} <= {f".{tag.rpartition('.')[2]}" for tag in tags if tag.startswith("sha256-")}


def test_every_manifest_and_config_is_what_its_digest_says() -> None:
    for manifest in MANIFESTS:
        if manifest.media_type != SIGNED_SCHEMA1:
            assert manifest.digest == f"sha256:{hashlib.sha256(manifest.body).hexdigest()}"
        held: dict[str, bytes] = {blob.digest: blob.content for blob in manifest.blobs}
        for digest, content in held.items():
            assert digest == f"sha256:{hashlib.sha256(content).hexdigest()}"
        document = json.loads(manifest.body)
        if "config" in document:
            assert document["config"]["size"] == len(held[document["config"]["digest"]])
        listed = [(entry["digest"], entry["size"]) for entry in document.get("manifests", ())]
        assert listed == [(each.digest, len(each.body)) for each in manifest.holds]


def test_a_config_has_a_layer_for_each_step_that_made_one() -> None:
    images = 0
    for manifest in MANIFESTS:
        document: dict[str, Any] = json.loads(manifest.body)
        config = next((json.loads(blob.content) for blob in manifest.blobs if b'"history"' in blob.content), None)
        if config is None or "layers" not in document:
            continue
        images += 1
        made = [step for step in config["history"] if not step.get("empty_layer")]
        assert len(made) == len(document["layers"]) == len(config["rootfs"]["diff_ids"])
        assert all(layer["size"] > 0 for layer in document["layers"])
        assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", config["created"])
    assert images > 300


def test_attestations_stand_beside_their_images() -> None:
    (index,) = (
        manifest
        for repository in SPEC.host("quay.io").repositories
        if repository.name == "argoproj/argocd"
        for tag, manifest in repository.tags
        if tag == "latest"
    )
    entries = json.loads(index.body)["manifests"]
    platforms = [f"{entry['platform']['os']}/{entry['platform']['architecture']}" for entry in entries]
    assert platforms == ["linux/amd64", "linux/arm64", "linux/ppc64le", "linux/s390x", *["unknown/unknown"] * 4]
    assert [entry["annotations"]["vnd.docker.reference.digest"] for entry in entries[4:]] == [
        entry["digest"] for entry in entries[:4]
    ]


def test_the_first_schema_is_signed_and_its_digest_leaves_the_signature_out() -> None:
    (old,) = (manifest for manifest in MANIFESTS if manifest.media_type == SIGNED_SCHEMA1)
    document = json.loads(old.body)
    assert (document["name"], document["schemaVersion"]) == ("legacy/billing", 1)
    payload = old.body[: old.body.index(b',\n   "signatures"')] + b"\n}"
    assert old.digest == f"sha256:{hashlib.sha256(payload).hexdigest()}"
    assert len(document["fsLayers"]) == len(document["history"]) == 4


def test_the_story_is_told_the_same_way_every_time() -> None:
    (etcd,) = (each for each in SPEC.host("quay.io").repositories if each.name == "coreos/etcd")
    assert dict(etcd.tags)["v3.5.21"].digest == (
        "sha256:f50001a20f906cfff539778bc2760230ff70b0cf52d873fe4baf01c9e9b4530f"
    )


def test_every_tls_host_has_its_certificate_and_no_other_is_there() -> None:
    hosts = {host.hostname for host in SPEC.hosts if host.listen.speaks_tls}
    assert {path.stem for path in CERTIFICATES.glob("*.pem")} == hosts | {"authority"}


@pytest.mark.parametrize("path", sorted(CERTIFICATES.glob("*.pem")), ids=lambda path: path.stem)
def test_a_certificate_lasts_a_hundred_years(path: Path) -> None:
    text = path.read_bytes()
    certificate = x509.load_pem_x509_certificate(text)
    assert certificate.not_valid_before_utc.year == 2020
    assert certificate.not_valid_after_utc.year == (2021 if path.stem == "registry.expired.example" else 2127)
    assert (b"PRIVATE KEY" in text) is (path.stem != "authority")


def test_the_host_is_configured_as_the_story_says(tmp_path: Path) -> None:
    write_story_files(tmp_path)
    assert {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()} == set(STORY_FILES)
    text = (tmp_path / "etc/sysconfig/docker").read_text()
    counting, _, faults = text.partition("if [")
    assert "export HTTPS_PROXY=" in faults
    variables = dict(word.split("=", 1) for word in shlex.split(counting, comments=True))
    assert variables == {
        "ADD_REGISTRY": "--add-registry okd-lr.zyl.io:5000 --add-registry quay.io",
        "INSECURE_REGISTRY": "--insecure-registry okd-lr.zyl.io:5000",
        "OPTIONS": "--registry-mirror=http://okd-lr.zyl.io:5000 --selinux-enabled --log-driver=journald "
        "--signature-verification=false",
    }
    unit = (tmp_path / "etc/systemd/system/local-registry.service").read_text()
    assert "-e REGISTRY_PROXY_REMOTEURL=https://registry-1.docker.io -p 5000:5000 registry\n" in unit


@pytest.mark.parametrize(
    ("host", "repository", "media_type"),
    [
        (PRIVATE, "team/app", DOCKER_LIST),
        ("quay.io", "coreos/etcd", DOCKER_LIST),
        ("quay.io", "arm/only", DOCKER_LIST),
        ("registry-1.docker.io", "library/debian", DOCKER_LIST),
        ("registry-1.docker.io", "library/busybox", DOCKER_LIST),
        ("registry-1.docker.io", "library/redis", DOCKER_LIST),
        ("registry-1.docker.io", "grafana/grafana", DOCKER_LIST),
        ("registry-1.docker.io", "library/nginx", OCI_INDEX),
    ],
)
def test_what_the_host_can_read_is_in_the_media_types_of_docker(host: str, repository: str, media_type: str) -> None:
    (found,) = (each for each in SPEC.host(host).repositories if each.name == repository)
    assert dict(found.tags)["latest"].media_type == media_type
