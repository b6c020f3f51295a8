"""The rule that says where a secret may go, as one table: who may receive it, and whoever may not.

A secret goes to the origin that it is stored for, and to that origin's own token service: the same host and port, a
built-in pair, or a pair that the user named; over https, or over the plain HTTP of a registry that the host lists as
insecure. It never goes to a mirror, a Link, a redirect or another place of a layer. Elsewhere a token is asked for
anonymously, and the words say what docker would have done and how to allow it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from regtui.browse import BrowseError, catalog, details, place_of, tags
from regtui.engines.hub import HUB_KEY, HUB_URL
from regtui.host.model import EngineName
from tests.faults.bench import BAD, BAD_URL, DIGEST, MANIFEST, NAME, SERVED, Bench
from tests.registry_net import bearer, refusal, reply, token

if TYPE_CHECKING:
    from pathlib import Path

    from tests.faults.bench import Server
    from tests.registry_net import Script

PLAIN_URL = f"http://{BAD}"
AUTH, CDN = "auth.example.com", "cdn.example.com"
AUTH_URL, CDN_URL = f"https://{AUTH}", f"https://{CDN}"
PAIR = frozenset({(BAD, AUTH)})
ENGINES = [EngineName.RHEL_DOCKER, EngineName.MOBY]
FORMS = pytest.mark.parametrize("identity", [False, True], ids=["password", "identity token"])
PUBLIC = {AUTH: "198.51.100.90", "auth.docker.io": "198.51.100.91"}
ELSEWHERE = "is another host than the registry"


@dataclass(frozen=True)
class Row:
    """A registry, the token service that it names, and who receives the secret; `why` is told where it is nobody."""

    realm: str
    receivers: tuple[str, ...] = ()
    why: str = ""
    registry: str = BAD_URL
    stored: str = BAD
    allowed: frozenset[tuple[str, str]] = frozenset()
    names: dict[str, str] = field(default_factory=dict)
    allowable: str = ""


HUB_AUTH, LAB, NVIDIA = "https://auth.docker.io", "https://registry.gitlab.com", "https://nvcr.io"
LAB_AUTH, NVIDIA_AUTH = "https://gitlab.com", "https://authn.nvidia.com"
RULE = {
    "its own origin": Row(f"{BAD_URL}/token", (BAD_URL,)),
    "its own origin, with a query": Row(f"{BAD_URL}/a/b?x=1&y=2", (BAD_URL,)),
    "its own origin, with the port written": Row(f"{BAD_URL}:443/token", (BAD_URL,)),
    "its own origin, in capitals": Row(f"HTTPS://{BAD.upper()}/token", (BAD_URL,)),
    "another port": Row(f"{BAD_URL}:8443/token", why=ELSEWHERE, allowable=f"{BAD}={BAD}:8443"),
    "the plain port": Row(f"{PLAIN_URL}/token", why="is plain HTTP"),
    "another host": Row(f"{AUTH_URL}/token", why=ELSEWHERE, allowable=f"{BAD}={AUTH}"),
    "another host that the user named": Row(f"{AUTH_URL}/token", (AUTH_URL,), allowed=PAIR),
    "named, and written otherwise": Row(f"https://{AUTH.upper()}:443/token", (AUTH_URL,), allowed=PAIR),
    "named for another registry": Row(
        f"{AUTH_URL}/token", why=ELSEWHERE, allowed=frozenset({("other.example.com", AUTH)}), allowable=f"{BAD}={AUTH}"
    ),
    "named the other way round": Row(
        f"{AUTH_URL}/token", why=ELSEWHERE, allowed=frozenset({(AUTH, BAD)}), allowable=f"{BAD}={AUTH}"
    ),
    "named, another port": Row(f"{AUTH_URL}:8443/token", why=ELSEWHERE, allowed=PAIR, allowable=f"{BAD}={AUTH}:8443"),
    "named, plain HTTP": Row(f"http://{AUTH}/token", why="is plain HTTP", allowed=PAIR),
    "named, with a user name in it": Row(f"https://u:p@{AUTH}/token", why="has a user name", allowed=PAIR),
    "named, on loopback": Row(
        f"{AUTH_URL}/token", why="leads to a loopback or link-local", allowed=PAIR, names={AUTH: "127.0.0.1"}
    ),
    "named, link-local": Row(
        f"{AUTH_URL}/token", why="leads to a loopback or link-local", allowed=PAIR, names={AUTH: "169.254.169.254"}
    ),
    "named, private": Row(
        f"{AUTH_URL}/token", why="leads to a private address", allowed=PAIR, names={AUTH: "10.0.0.1"}
    ),
    "an address that the user named": Row(
        "https://203.0.113.9/token", why="is an address", allowed=frozenset({(BAD, "203.0.113.9")})
    ),
    "Docker Hub's": Row(f"{HUB_AUTH}/token", (HUB_AUTH,), registry=HUB_URL, stored=HUB_KEY),
    "GitLab's": Row(f"{LAB_AUTH}/jwt/auth", (LAB_AUTH,), registry=LAB, stored="registry.gitlab.com"),
    "NVIDIA's": Row(f"{NVIDIA_AUTH}/token", (NVIDIA_AUTH,), registry=NVIDIA, stored="nvcr.io"),
    "Docker Hub's, named by a stranger": Row(f"{HUB_AUTH}/token", why=ELSEWHERE, allowable=f"{BAD}=auth.docker.io"),
    "a stranger's, named by Docker Hub": Row(
        f"{AUTH_URL}/token", why=ELSEWHERE, registry=HUB_URL, stored=HUB_KEY, allowable=f"registry-1.docker.io={AUTH}"
    ),
}


def asks(realm: str) -> Script:
    """A registry that wants a token from the realm, and is its own token service too."""
    path = "/" + realm.partition("?")[0].split("/", 3)[3]
    return {"/v2/": bearer(realm), path: token(access_token="tok"), MANIFEST: SERVED}


@FORMS
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", RULE.values(), ids=RULE)
@pytest.mark.fault(53, 60)
async def test_who_receives_the_secret_of_a_walk(
    row: Row, engine: EngineName, *, identity: bool, tmp_path: Path
) -> None:
    """The engine's way, and the strict one; what is kept back is told with the reason and the remedy."""
    servers: dict[str, Server] = {origin: asks(row.realm) for origin in {row.registry, *row.receivers}}
    async with Bench(tmp_path, servers, trusted=row.receivers, names=PUBLIC | row.names, allowed=row.allowed) as bench:
        bench.configure()
        bench.log_in(row.stored, identity=identity)
        host = "docker.io" if row.registry == HUB_URL else row.registry.removeprefix("https://")
        for strict in (False, True):
            walked = await bench.walk(f"{host}/{NAME}", strict=strict, engine=engine)
            assert bench.receivers() == set(row.receivers)
            withheld = walked.bad.get("withheld", "")
            secret = "the identity token" if identity else "the password of alice"
            if row.receivers:
                assert withheld == ""
                continue
            refused = "it was not asked" in walked.bad["error"]
            assert refused or withheld.startswith(secret)
            assert row.why in withheld or refused
            assert refused or "; dockerd would have sent it" in withheld
            allows = f"--allow-auth-realm {row.allowable} allows it"
            assert (allows in withheld) is bool(row.allowable)
            assert withheld in walked.text


@pytest.mark.fault(53, 60)
@pytest.mark.parametrize("row", RULE.values(), ids=RULE)
async def test_who_receives_the_secret_of_browsing(row: Row, tmp_path: Path) -> None:
    """Catalog, tags and details ask for tokens of their own."""
    servers: dict[str, Server] = {origin: asks(row.realm) for origin in {row.registry, *row.receivers}}
    async with Bench(tmp_path, servers, trusted=row.receivers, names=PUBLIC | row.names, allowed=row.allowed) as bench:
        bench.configure()
        bench.log_in(row.stored)
        await browse(bench, "docker.io" if row.registry == HUB_URL else row.registry.removeprefix("https://"))
        assert bench.receivers() == set(row.receivers)


async def browse(bench: Bench, host: str) -> list[str]:
    """Read catalog, tags and details of a registry; return what went wrong."""
    trouble = []
    with bench.session() as session:
        place = place_of(session, host)
        for reading in (catalog(session, place), tags(session, place, NAME)):
            try:
                trouble += [str(part) async for part in reading]
            except BrowseError as error:
                trouble.append(str(error))
        try:
            trouble.append(str(await details(session, place, NAME, "latest")))
        except BrowseError as error:
            trouble.append(str(error))
        await session.aclose()
    return trouble


PLAIN = {
    "https": (BAD, (), True),
    "plain HTTP that the host lists": (BAD, (BAD,), True),
    "plain HTTP that lists another": (BAD, ("other.example.com",), False),
    "plain HTTP of another port's entry": (f"{BAD}:5000", (BAD,), False),
}


@pytest.mark.fault(23, 53)
@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
@pytest.mark.parametrize(("host", "insecure", "sends"), PLAIN.values(), ids=PLAIN)
async def test_plain_http_carries_a_secret_where_the_host_lists_the_registry(
    host: str, insecure: tuple[str, ...], scheme: str, *, sends: bool, tmp_path: Path
) -> None:
    """Listed, https is tried first and refused; not listed, plain HTTP is not asked at all."""
    secure = not insecure
    origin = f"https://{host}" if secure else f"http://{host}"
    challenge = refusal("Basic") if scheme == "Basic" else bearer(f"{origin}/token")
    script: Script = {"/v2/": challenge, "/token": token(), MANIFEST: SERVED}
    servers: dict[str, Server] = {origin: script} if secure else {origin: script, f"https://{host}": None}
    async with Bench(tmp_path, servers, trusted=(origin,) if sends else ()) as bench:
        bench.configure(insecure=insecure)
        bench.log_in(host)
        walked = await bench.walk(f"{host}/{NAME}")
        assert bench.receivers() == ({origin} if sends else set())
        assert (walked.document["found"] is not None) is sends
        told = [endpoint.get("credential", "") for endpoint in walked.document["candidates"][0]["endpoints"]]
        assert any("anybody on the way can read it" in words for words in told) is (sends and not secure)


@dataclass(frozen=True)
class Turn:
    """Where an answer of the registry leads: the path that turns, and the answer."""

    path: str
    answer: bytes


LOCATION = f"{CDN_URL}/x?sig=1"
TURNS = {
    "a redirected ping": Turn("/v2/", reply(307, Location=f"{CDN_URL}/v2/")),
    "a redirected manifest": Turn(MANIFEST, reply(307, Location=LOCATION)),
    "a redirected blob": Turn(f"/v2/{NAME}/blobs/{DIGEST}", reply(307, Location=LOCATION)),
    "a redirected catalog": Turn("/v2/_catalog", reply(302, Location=LOCATION)),
    "redirected tags": Turn(f"/v2/{NAME}/tags/list", reply(301, Location=LOCATION)),
    "a redirected token": Turn("/token", reply(307, Location=f"{CDN_URL}/token")),
    "a Link of the catalog": Turn(
        "/v2/_catalog", reply(200, '{"repositories":["a"]}', Link=f'<{CDN_URL}/v2/_catalog?last=a>; rel="next"')
    ),
    "a Link of tags": Turn(
        f"/v2/{NAME}/tags/list", reply(200, '{"tags":["a"]}', Link=f"<//{CDN}/v2/{NAME}/tags/list>; rel=next")
    ),
    "places of a layer": Turn(
        MANIFEST,
        reply(
            200,
            json.dumps(
                {
                    "schemaVersion": 2,
                    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": DIGEST, "size": 2},
                    "layers": [{"mediaType": "x", "digest": DIGEST, "size": 1, "urls": [LOCATION]}],
                }
            ),
            Content_Type="application/vnd.docker.distribution.manifest.v2+json",
        ),
    ),
}


@FORMS
@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
@pytest.mark.fault(25, 39, 48, 49, 53)
async def test_no_turn_of_the_registry_takes_a_secret_along(
    turn: Turn, scheme: str, *, identity: bool, tmp_path: Path
) -> None:
    """Not even where a login is stored for the host that it leads to: docker has not asked for that one."""
    challenge = refusal("Basic") if scheme == "Basic" else bearer(f"{BAD_URL}/token")
    cdn: Script = {path: refusal("Basic", f'Bearer realm="{CDN_URL}/token"') for path in ("/v2/", "/x", "/token")}
    script: Script = {"/v2/": challenge, "/token": token(), MANIFEST: SERVED, turn.path: turn.answer}
    async with Bench(tmp_path, {BAD_URL: script, CDN_URL: cdn}, trusted=(BAD_URL,)) as bench:
        bench.configure()
        bench.log_in(BAD, CDN, CDN_URL, identity=identity)
        for engine in ENGINES:
            await bench.walk(f"{BAD}/{NAME}", engine=engine)
        await browse(bench, BAD)
        assert bench.receivers() <= {BAD_URL}
        assert not [one for one in bench.heard if one.origin == CDN_URL and one.values("Authorization")]


MIRROR_URL = "https://mirror.example.com"
BY_DIGEST = f"/v2/{NAME}/manifests/{DIGEST}"


@pytest.mark.fault(51, 53)
@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "Docker Hub's"])
@pytest.mark.parametrize("engine", ENGINES)
async def test_a_mirror_receives_no_secret_whatever_it_asks_for(
    scheme: str, engine: EngineName, tmp_path: Path
) -> None:
    realm = {"Bearer": f"{MIRROR_URL}/token", "Docker Hub's": f"{HUB_AUTH}/token"}.get(scheme, "")
    script: Script = {"/v2/": bearer(realm) if realm else refusal("Basic"), "/token": token(), MANIFEST: SERVED}
    hub: Script = {"/v2/": bearer(f"{HUB_AUTH}/token"), MANIFEST: reply(404, "{}")}
    servers: dict[str, Server] = {MIRROR_URL: script, HUB_URL: hub, HUB_AUTH: {"/token": token()}}
    async with Bench(tmp_path, servers, trusted=(HUB_AUTH,)) as bench:
        bench.write("etc/docker/daemon.json", json.dumps({"registry-mirrors": [MIRROR_URL]}))
        bench.write("etc/sysconfig/docker", "OPTIONS=--signature-verification=false\n")
        bench.log_in(HUB_KEY, "mirror.example.com", MIRROR_URL, "docker.io")
        for strict in (False, True):
            await bench.walk(f"docker.io/{NAME}", engine=engine, strict=strict)
        await browse(bench, MIRROR_URL)
        assert MIRROR_URL not in bench.receivers()
        assert any(one.origin == MIRROR_URL for one in bench.heard)
        if scheme == "Docker Hub's":  # the mirror's own question is anonymous; the hub's came afterwards
            asked = [one.proof for one in bench.heard if one.origin == HUB_AUTH]
            assert asked[0] == ""


MODERN = {
    EngineName.PODMAN: {
        "etc/containers/policy.json": '{"default": [{"type": "insecureAcceptAnything"}]}',
        "etc/containers/registries.conf": (
            f'[[registry]]\nlocation = "{BAD}"\n[[registry.mirror]]\nlocation = "mirror.example.com"\n'
        ),
    },
    EngineName.CONTAINERD: {
        "usr/bin/nerdctl": "",
        f"etc/containerd/certs.d/{BAD}/hosts.toml": f'[host."{MIRROR_URL}"]\n  capabilities = ["pull", "resolve"]\n',
    },
}


@pytest.mark.fault(51, 53)
@pytest.mark.parametrize("scheme", ["Basic", "Bearer", "the registry's"])
@pytest.mark.parametrize("engine", MODERN)
async def test_a_mirror_of_podman_or_containerd_receives_nothing_of_the_registrys(
    engine: EngineName, scheme: str, tmp_path: Path
) -> None:
    """Both have mirrors of any registry. What is stored for the registry itself is sent to the registry alone."""
    realm = {"Bearer": f"{MIRROR_URL}/token", "the registry's": f"{BAD_URL}/token"}.get(scheme, "")
    asking = bearer(realm) if realm else refusal("Basic")
    script: Script = {"/v2/": asking, "/token": token(), MANIFEST: asking}
    own = bearer(f"{BAD_URL}/token")
    serves = {path: lambda heard: SERVED if heard.proof else own for path in (MANIFEST, BY_DIGEST)}
    registry: Script = {"/v2/": own, "/token": token(), **serves}
    async with Bench(tmp_path, {MIRROR_URL: script, BAD_URL: registry}, trusted=(BAD_URL,)) as bench:
        for path, text in MODERN[engine].items():
            bench.write(path, text)
        bench.log_in(BAD)
        for strict in (False, True):
            await bench.walk(f"{BAD}/{NAME}:latest", engine=engine, strict=strict)
        assert any(one.origin == MIRROR_URL for one in bench.heard)
        assert bench.receivers() == {BAD_URL}


@pytest.mark.fault(53)
async def test_the_health_of_registries_is_asked_without_any_secret(tmp_path: Path) -> None:
    async with Bench(tmp_path, {BAD_URL: {"/v2/": refusal("Basic")}}) as bench:
        bench.configure(BAD)
        bench.log_in(BAD)
        with bench.session() as session:
            told = [event async for event in session.health()]
            await session.aclose()
        assert told
        assert bench.receivers() == set()
